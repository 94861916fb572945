//! PKCS#12 bundles (RFC 7292): a private key and its certificate behind a password.
//!
//! Written out here because the alternatives are OpenSSL, which this project does without, or eighty further crates.
//! It reads what OpenSSL 1 to 3, Windows and Azure Key Vault write; everything cryptographic but two retired ciphers
//! is aws-lc's.

mod cipher;
mod der;

use zeroize::Zeroizing;

use cipher::Password;
use der::{CONTEXT_0, CONTEXT_0_STRING, Reader};

/// A private key and every certificate that came with it.
pub(super) struct Contents {
    /// The first private key, as PKCS#8 DER.
    pub(super) private_key: Zeroizing<Vec<u8>>,
    /// X.509 certificates, DER, in the order of the bundle.
    pub(super) certificates: Vec<Vec<u8>>,
}

/// Why a bundle cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    #[error("this is no PKCS#12 bundle, or a damaged one")]
    Broken,
    #[error("the password does not open the PKCS#12 bundle")]
    Password,
    #[error("the PKCS#12 bundle holds no private key")]
    NoKey,
    #[error(
        "{0} is of a kind that is not supported; export the bundle anew, for example with \
         `openssl pkcs12 -export -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256`"
    )]
    Unsupported(&'static str),
}

/// The bytes do not follow the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Broken;

impl From<Broken> for Error {
    fn from(Broken: Broken) -> Self {
        Self::Broken
    }
}

/// id-data (1.2.840.113549.1.7.1).
const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];
/// id-encryptedData (1.2.840.113549.1.7.6).
const ENCRYPTED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x06];
/// Bag types (1.2.840.113549.1.12.10.1.x).
const BAG_PREFIX: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x0A, 0x01];
/// x509Certificate (1.2.840.113549.1.9.22.1).
const X509_CERTIFICATE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x16, 0x01];

/// Opens a bundle.
pub(super) fn open(bundle: &[u8], password: &str) -> Result<Contents, Error> {
    match open_with(bundle, &Password::new(password)) {
        Err(Error::Password) if password.is_empty() => open_with(bundle, &Password::none()),
        opened => opened,
    }
}

fn open_with(bundle: &[u8], password: &Password<'_>) -> Result<Contents, Error> {
    let mut pfx = Reader::new(bundle).sequence()?;
    if pfx.integer()? != 3 {
        return Err(Error::Broken);
    }
    let mut authenticated = pfx.sequence()?;
    if authenticated.object_identifier()? != DATA {
        return Err(Error::Unsupported("its signature"));
    }
    let content = authenticated.expect(CONTEXT_0)?.reader().octets()?;
    if let Some(mac) = pfx.optional_sequence()? {
        cipher::verify_mac(mac, password, &content)?;
    }
    let (mut keys, mut certificates) = (Vec::new(), Vec::new());
    let mut parts = Reader::new(&content).sequence()?;
    while let Some(part) = parts.next()? {
        let safe = safe_contents(part.reader(), password)?;
        let mut bags = Reader::new(&safe).sequence()?;
        while let Some(bag) = bags.next()? {
            read_bag(bag.reader(), password, &mut keys, &mut certificates)?;
        }
    }
    let private_key = keys.into_iter().next().ok_or(Error::NoKey)?;
    Ok(Contents { private_key, certificates })
}

/// The bytes of a `SafeContents` out of one `ContentInfo`.
fn safe_contents(mut info: Reader<'_>, password: &Password<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let kind = info.object_identifier()?;
    let mut content = info.expect(CONTEXT_0)?.reader();
    if kind == DATA {
        return Ok(Zeroizing::new(content.octets()?));
    }
    if kind != ENCRYPTED_DATA {
        return Err(Error::Unsupported("its encryption"));
    }
    let mut encrypted = content.sequence()?;
    encrypted.integer()?;
    let mut info = encrypted.sequence()?;
    info.object_identifier()?;
    let algorithm = info.sequence()?;
    let data = info.next()?.filter(|data| matches!(data.tag, CONTEXT_0 | CONTEXT_0_STRING)).ok_or(Broken)?;
    cipher::decrypt(algorithm, password, &data.octets()?)
}

fn read_bag(
    mut bag: Reader<'_>,
    password: &Password<'_>,
    keys: &mut Vec<Zeroizing<Vec<u8>>>,
    certificates: &mut Vec<Vec<u8>>,
) -> Result<(), Error> {
    let kind = bag.object_identifier()?;
    let value = bag.expect(CONTEXT_0)?;
    match kind.strip_prefix(BAG_PREFIX) {
        Some([1]) => keys.push(Zeroizing::new(value.content.to_vec())),
        Some([2]) => {
            let mut shrouded = value.reader().sequence()?;
            let algorithm = shrouded.sequence()?;
            keys.push(cipher::decrypt(algorithm, password, &shrouded.octets()?)?);
        }
        Some([3]) => {
            let mut certificate = value.reader().sequence()?;
            if certificate.object_identifier()? == X509_CERTIFICATE {
                certificates.push(certificate.expect(CONTEXT_0)?.reader().octets()?);
            }
        }
        _ => {} // revocation lists, secrets and nested bags are of no use here
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One key and certificate, exported by OpenSSL in the ways its versions and Windows do; the password is `hush`.
    const BUNDLES: [(&str, &[u8]); 5] = [
        ("aes256-sha256", include_bytes!("fixtures/aes256-sha256.p12")),
        ("aes128-sha1", include_bytes!("fixtures/aes128-sha1.p12")),
        ("rc2-40-and-3des", include_bytes!("fixtures/rc2-40-and-3des.p12")),
        ("3des", include_bytes!("fixtures/3des.p12")),
        ("rc2-128-no-mac", include_bytes!("fixtures/rc2-128-no-mac.p12")),
    ];

    #[test]
    fn every_kind_of_bundle_opens_to_the_same_key_and_certificate() {
        let [(_, first), others @ ..] = BUNDLES;
        let first = open(first, "hush").expect("opens");
        assert_eq!(first.certificates.len(), 1);
        for (name, bundle) in others {
            let opened = open(bundle, "hush").unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(opened.private_key, first.private_key, "{name}");
            assert_eq!(opened.certificates, first.certificates, "{name}");
        }
    }

    #[test]
    fn another_password_is_refused_as_such() {
        for (name, bundle) in BUNDLES {
            assert_eq!(open(bundle, "push").err(), Some(Error::Password), "{name}");
        }
    }

    #[test]
    fn an_empty_password_opens_a_bundle_without_one() {
        let bundle = include_bytes!("fixtures/no-password.p12");
        assert!(open(bundle, "").is_ok());
        assert_eq!(open(bundle, "hush").err(), Some(Error::Password));
    }

    #[test]
    fn a_bundle_without_a_key_is_refused_as_such() {
        assert_eq!(open(include_bytes!("fixtures/no-key.p12"), "hush").err(), Some(Error::NoKey));
    }

    #[test]
    fn no_damage_makes_it_panic() {
        for (_, bundle) in BUNDLES {
            for end in 0..bundle.len().min(200) {
                assert!(open(&bundle[..end], "hush").is_err());
            }
        }
        let (_, bundle) = BUNDLES[3];
        let whole = open(bundle, "hush").expect("opens");
        for position in 0..bundle.len() {
            let mut damaged = bundle.to_vec();
            damaged[position] ^= 0x55;
            if let Ok(opened) = open(&damaged, "hush") {
                assert_eq!(opened.private_key, whole.private_key, "octet {position}");
            }
        }
    }
}
