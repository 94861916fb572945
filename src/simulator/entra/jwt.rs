//! JSON web tokens: signing our own, taking apart and checking those of others.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{self, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::private_file;

/// A token taken apart; nothing about it is proven yet.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Parts {
    /// Three parts, the first two JSON objects.
    pub(crate) fn read(token: &str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |text: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            serde_json::from_slice(&bytes).ok().filter(Value::is_object)
        };
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    fn algorithm(&self) -> &str {
        self.header.get("alg").and_then(Value::as_str).unwrap_or_default()
    }

    /// Checks the signature against an RSA key of a JWKS; only RS256 is taken, as from federated issuers.
    pub(crate) fn signed_by_key(&self, key: &Value) -> bool {
        let part = |name: &str| {
            key.get(name).and_then(Value::as_str).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        };
        let (Some(n), Some(e)) = (part("n"), part("e")) else { return false };
        self.algorithm() == "RS256"
            && PublicKeyComponents { n, e }
                .verify(&signature::RSA_PKCS1_2048_8192_SHA256, self.signed.as_bytes(), &self.signature)
                .is_ok()
    }

    /// Checks the signature against the public key of an X.509 certificate.
    pub(crate) fn signed_by_certificate(&self, der: &[u8]) -> bool {
        let Some(key) = subject_public_key_info(der) else { return false };
        let algorithm: &'static dyn signature::VerificationAlgorithm = match self.algorithm() {
            "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
            "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
            "ES256" => &signature::ECDSA_P256_SHA256_FIXED,
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, key).verify(self.signed.as_bytes(), &self.signature).is_ok()
    }
}

/// The `SubjectPublicKeyInfo` of a certificate (RFC 5280, 4.1): the seventh field of its signed part, or the sixth
/// where the version is left out.
fn subject_public_key_info(der: &[u8]) -> Option<&[u8]> {
    let (_, certificate, _) = element(der)?;
    let (_, mut fields, _) = element(certificate)?;
    if fields.first() == Some(&0xa0) {
        fields = element(fields)?.2;
    }
    for _ in ["serialNumber", "signature", "issuer", "validity", "subject"] {
        fields = element(fields)?.2;
    }
    Some(element(fields)?.0)
}

/// One DER element: whole, its content, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let first = usize::from(*der.get(1)?);
    let (header, length) = if first < 0x80 {
        (2, first)
    } else {
        let count = first & 0x7f;
        let bytes = der.get(2..2 + count).filter(|_| (1..=4).contains(&count))?;
        (2 + count, bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)))
    };
    let end = header.checked_add(length)?;
    Some((der.get(..end)?, der.get(header..end)?, &der[end..]))
}

/// The token service's own key.
pub(crate) struct Signer {
    pair: KeyPair,
    key_id: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Signer").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl Signer {
    pub(crate) fn generate() -> Result<Self, String> {
        let made = KeyPair::generate(KeySize::Rsa2048);
        made.map(Self::of).map_err(|_| "the signing key can't be made".to_owned())
    }

    /// The signer whose key is in `file`, as PKCS #8; makes one where there is no file.
    pub(crate) fn kept_in(file: &Path) -> Result<Self, String> {
        match std::fs::read(file) {
            Ok(key) => {
                let read = KeyPair::from_pkcs8(&key);
                read.map(Self::of).map_err(|_| format!("{} holds no RSA key", file.display()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let signer = Self::generate()?;
                let written = signer.write(file);
                written.map_err(|error| format!("{} can't be written: {error}", file.display()))?;
                Ok(signer)
            }
            Err(error) => Err(format!("{} can't be read: {error}", file.display())),
        }
    }

    /// Writes the key beside `file` first, so that whoever reads the file meanwhile finds it whole.
    fn write(&self, file: &Path) -> std::io::Result<()> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let key = AsDer::<Pkcs8V1Der<'_>>::as_der(&self.pair).map_err(std::io::Error::other)?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let beside = file.with_extension(format!("{}-{number}", std::process::id()));
        private_file::write(&beside, key.as_ref())?;
        std::fs::rename(beside, file)
    }

    fn of(pair: KeyPair) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, pair.public_key().as_ref());
        let key_id = URL_SAFE_NO_PAD.encode(&digest.as_ref()[..20]);
        Self { pair, key_id }
    }

    /// A signed token.
    pub(crate) fn sign(&self, claims: &Value) -> Option<String> {
        let header = json!({ "typ": "JWT", "alg": "RS256", "x5t": self.key_id, "kid": self.key_id });
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The claims of a token that this key signed.
    pub(crate) fn verify(&self, token: &str) -> Option<Parts> {
        let parts = Parts::read(token)?;
        let keys = self.jwks();
        keys["keys"].as_array()?.iter().any(|key| parts.signed_by_key(key)).then_some(parts)
    }

    /// The public key, as a JWKS.
    pub(crate) fn jwks(&self) -> Value {
        // RSAPublicKey (RFC 8017, A.1.1): a sequence of modulus and exponent.
        let numbers = element(self.pair.public_key().as_ref()).map_or(&[][..], |(_, numbers, _)| numbers);
        let (modulus, rest) = element(numbers).map_or((&[][..], &[][..]), |(_, number, rest)| (number, rest));
        let exponent = element(rest).map_or(&[][..], |(_, number, _)| number);
        let part = |number: &[u8]| URL_SAFE_NO_PAD.encode(number.strip_prefix(&[0]).unwrap_or(number));
        json!({ "keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id, "x5t": self.key_id,
            "n": part(modulus),
            "e": part(exponent),
        }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_verified_by_the_key_that_signed_it() {
        let signer = Signer::generate().unwrap();
        let token = signer.sign(&json!({ "appid": "x" })).unwrap();
        assert_eq!(signer.verify(&token).unwrap().claim("appid"), Some("x"));
        assert!(Signer::generate().unwrap().verify(&token).is_none());
        let forged = token.replace(&token[..10], "eyJhbGciOi");
        assert!(signer.verify(&format!("{forged}x")).is_none());
    }

    #[test]
    fn a_kept_key_goes_on_to_verify_its_tokens() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key");
        let token = Signer::kept_in(&file).unwrap().sign(&json!({ "appid": "x" })).unwrap();
        assert!(Signer::kept_in(&file).unwrap().verify(&token).is_some());
        std::fs::write(&file, "no key").unwrap();
        assert!(Signer::kept_in(&file).unwrap_err().contains("holds no RSA key"));
    }

    #[test]
    fn an_assertion_is_checked_against_a_certificate() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#),
            URL_SAFE_NO_PAD.encode(r#"{"iss":"x"}"#)
        );
        let pair = signature::EcdsaKeyPair::from_pkcs8(
            &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            &key.serialize_der(),
        )
        .unwrap();
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let parts = Parts::read(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))).unwrap();
        assert!(parts.signed_by_certificate(certificate.der()));
        let other = rcgen::KeyPair::generate().unwrap();
        let other = rcgen::CertificateParams::default().self_signed(&other).unwrap();
        assert!(!parts.signed_by_certificate(other.der()));
    }
}
