//! Password-based decryption as PKCS#12 bundles use it: PBES2 (RFC 8018) of today's tools, and PKCS#12's own schemes
//! (RFC 7292 appendix B) of older OpenSSL and Windows.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm as Aes, DecryptionContext, PaddedBlockDecryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{digest, hmac, pbkdf2};
use des::cipher::{Block, BlockDecrypt, BlockSizeUser, KeyInit, generic_array::typenum::U8};
use zeroize::Zeroizing;

use super::der::{OCTET_STRING, Reader};
use super::{Broken, Error};

const PBES2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0D];
const PBKDF2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0C];
/// hmacWithSHA1, -SHA256, -SHA384, -SHA512 (1.2.840.113549.2.x).
const HMAC_PREFIX: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02];
/// aes128-CBC-PAD and its sisters (2.16.840.1.101.3.4.1.x).
const AES_PREFIX: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];
const DES_EDE3_CBC: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x03, 0x07];
/// pkcs-12PbeIds (1.2.840.113549.1.12.1.x).
const PKCS12_PBE_PREFIX: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x01];
const SHA1: &[u8] = &[0x2B, 0x0E, 0x03, 0x02, 0x1A];
/// SHA-256, -384, -512 (2.16.840.1.101.3.4.2.x).
const SHA2_PREFIX: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
/// More rounds than any tool writes would only keep this process busy.
const MAX_ITERATIONS: u32 = 10_000_000;

/// The password in the two forms that the schemes want.
pub(super) struct Password<'a> {
    /// UTF-8, for PBES2.
    pub(super) text: &'a [u8],
    /// UTF-16, big-endian, with a closing zero; wholly empty where "no password" was meant.
    pub(super) utf16: Zeroizing<Vec<u8>>,
}

impl<'a> Password<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let utf16 = text.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
        Self { text: text.as_bytes(), utf16: Zeroizing::new(utf16) }
    }

    /// Some tools distinguish no password from an empty one.
    pub(super) fn none() -> Self {
        Self { text: b"", utf16: Zeroizing::default() }
    }
}

/// Decrypts `data` as its `AlgorithmIdentifier` (the content of the SEQUENCE) says.
pub(super) fn decrypt(
    mut algorithm: Reader<'_>,
    password: &Password<'_>,
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let scheme = algorithm.object_identifier()?;
    let mut parameters = algorithm.sequence()?;
    if scheme == PBES2 {
        return pbes2(parameters, password.text, data);
    }
    let [last] = scheme.strip_prefix(PKCS12_PBE_PREFIX).unwrap_or_default() else {
        return Err(Error::Unsupported("its encryption"));
    };
    let (salt, iterations) = (parameters.octets()?, iterations(parameters.integer()?)?);
    let derive = |purpose, length| {
        derive(&digest::SHA1_FOR_LEGACY_USE_ONLY, purpose, &password.utf16, &salt, iterations, length)
    };
    let iv = derive(Purpose::InitialVector, 8);
    match last {
        3 => cbc(&triple_des(&derive(Purpose::Key, 24))?, &iv, data),
        4 => {
            let two_keys = derive(Purpose::Key, 16);
            cbc(&triple_des(&Zeroizing::new([&two_keys[..], &two_keys[..8]].concat()))?, &iv, data)
        }
        5 => cbc(&rc2::Rc2::new_with_eff_key_len(&derive(Purpose::Key, 16), 128), &iv, data),
        6 => cbc(&rc2::Rc2::new_with_eff_key_len(&derive(Purpose::Key, 5), 40), &iv, data),
        _ => Err(Error::Unsupported("its encryption")),
    }
}

fn pbes2(mut parameters: Reader<'_>, password: &[u8], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut kdf = parameters.sequence()?;
    if kdf.object_identifier()? != PBKDF2 {
        return Err(Error::Unsupported("its key derivation"));
    }
    let mut kdf = kdf.sequence()?;
    let (salt, iterations) = (kdf.octets()?, iterations(kdf.integer()?)?);
    kdf.optional_integer()?; // the key's length, which the cipher implies
    let prf = match kdf.optional_sequence()? {
        None => pbkdf2::PBKDF2_HMAC_SHA1,
        Some(mut prf) => match prf.object_identifier()?.strip_prefix(HMAC_PREFIX) {
            Some([7]) => pbkdf2::PBKDF2_HMAC_SHA1,
            Some([9]) => pbkdf2::PBKDF2_HMAC_SHA256,
            Some([10]) => pbkdf2::PBKDF2_HMAC_SHA384,
            Some([11]) => pbkdf2::PBKDF2_HMAC_SHA512,
            _ => return Err(Error::Unsupported("its key derivation")),
        },
    };
    let key = |length| {
        let mut key = Zeroizing::new(vec![0; length]);
        pbkdf2::derive(prf, iterations, &salt, password, &mut key);
        key
    };
    let mut cipher = parameters.sequence()?;
    let name = cipher.object_identifier()?;
    let iv = cipher.expect(OCTET_STRING)?.content;
    if name == DES_EDE3_CBC {
        return cbc(&triple_des(&key(24))?, iv, data);
    }
    match name.strip_prefix(AES_PREFIX) {
        Some([2]) => aes_cbc(&AES_128, &key(16), iv, data),
        Some([22]) => aes_cbc(&AES_192, &key(24), iv, data),
        Some([42]) => aes_cbc(&AES_256, &key(32), iv, data),
        _ => Err(Error::Unsupported("its encryption")),
    }
}

fn aes_cbc(algorithm: &'static Aes, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let iv: &[u8; 16] = iv.try_into().map_err(|_| Broken)?;
    let key = UnboundCipherKey::new(algorithm, key).and_then(PaddedBlockDecryptingKey::cbc_pkcs7);
    let mut bytes = Zeroizing::new(data.to_vec());
    let context = DecryptionContext::Iv128(FixedLength::from(iv));
    let length =
        key.and_then(|key| Ok(key.decrypt(&mut bytes, context)?.len())).map_err(|_| Error::Password)?;
    bytes.truncate(length);
    Ok(bytes)
}

fn triple_des(key: &[u8]) -> Result<des::TdesEde3, Error> {
    des::TdesEde3::new_from_slice(key).map_err(|_| Broken.into())
}

/// CBC with PKCS#7 padding for the old ciphers of eight-byte blocks, which aws-lc does not offer.
fn cbc<C: BlockDecrypt + BlockSizeUser<BlockSize = U8>>(
    cipher: &C,
    iv: &[u8],
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut previous: [u8; 8] = iv.try_into().map_err(|_| Broken)?;
    let (blocks, []) = data.as_chunks::<8>() else { return Err(Broken.into()) };
    let mut plain = Zeroizing::new(Vec::with_capacity(data.len()));
    for block in blocks {
        let mut decrypted = Block::<C>::from(*block);
        cipher.decrypt_block(&mut decrypted);
        plain.extend(decrypted.iter().zip(previous).map(|(byte, mask)| byte ^ mask));
        previous = *block;
    }
    let padding = usize::from(*plain.last().ok_or(Broken)?);
    let length =
        plain.len().checked_sub(padding).filter(|_| (1..=8).contains(&padding)).ok_or(Error::Password)?;
    if plain[length..].iter().any(|byte| usize::from(*byte) != padding) {
        return Err(Error::Password);
    }
    plain.truncate(length);
    Ok(plain)
}

/// Checks the bundle's MAC (the content of its `MacData`) over the authenticated content.
pub(super) fn verify_mac(mut mac: Reader<'_>, password: &Password<'_>, content: &[u8]) -> Result<(), Error> {
    let mut digest_info = mac.sequence()?;
    let name = digest_info.sequence()?.object_identifier()?;
    let (digest, hmac) = match name.strip_prefix(SHA2_PREFIX) {
        Some([1]) => (&digest::SHA256, hmac::HMAC_SHA256),
        Some([2]) => (&digest::SHA384, hmac::HMAC_SHA384),
        Some([3]) => (&digest::SHA512, hmac::HMAC_SHA512),
        _ if name == SHA1 => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        _ => return Err(Error::Unsupported("its integrity check")),
    };
    let expected = digest_info.octets()?;
    let salt = mac.octets()?;
    let rounds = mac.optional_integer()?.unwrap_or(1);
    let key = derive(digest, Purpose::Mac, &password.utf16, &salt, iterations(rounds)?, digest.output_len());
    hmac::verify(&hmac::Key::new(hmac, &key), content, &expected).map_err(|_| Error::Password)
}

fn iterations(rounds: u32) -> Result<NonZeroU32, Error> {
    NonZeroU32::new(rounds)
        .filter(|rounds| rounds.get() <= MAX_ITERATIONS)
        .ok_or(Error::Unsupported("its iteration count"))
}

/// What derived bytes are for; the number goes into the derivation.
#[derive(Clone, Copy)]
enum Purpose {
    Key = 1,
    InitialVector = 2,
    Mac = 3,
}

/// The derivation of RFC 7292 appendix B.2.
fn derive(
    algorithm: &'static digest::Algorithm,
    purpose: Purpose,
    password: &[u8],
    salt: &[u8],
    iterations: NonZeroU32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let block = algorithm.block_len();
    let filled = |bytes: &[u8]| {
        let length = bytes.len().div_ceil(block) * block;
        bytes.iter().copied().cycle().take(length).collect::<Vec<u8>>()
    };
    let diversifier = vec![purpose as u8; block];
    let mut input = Zeroizing::new([filled(salt), filled(password)].concat());
    let mut output = Zeroizing::new(Vec::new());
    loop {
        let mut hash = digest::digest(algorithm, &[&diversifier[..], &input].concat());
        for _ in 1..iterations.get() {
            hash = digest::digest(algorithm, hash.as_ref());
        }
        output.extend(hash.as_ref());
        if output.len() >= length {
            output.truncate(length);
            return output;
        }
        let addend: Vec<u8> = hash.as_ref().iter().copied().cycle().take(block).collect();
        for chunk in input.chunks_exact_mut(block) {
            add_with_one(chunk, &addend);
        }
    }
}

/// `number += addend + 1`, both big-endian and of one length; what overflows is dropped.
fn add_with_one(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1;
    for (digit, add) in number.iter_mut().zip(addend).rev() {
        let sum = u16::from(*digit) + u16::from(*add) + carry;
        [_, *digit] = sum.to_be_bytes();
        carry = sum >> 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addition_carries_and_drops_what_overflows() {
        let mut number = [0x00, 0xFF, 0xFF];
        add_with_one(&mut number, &[0x00, 0x00, 0x00]);
        assert_eq!(number, [0x01, 0x00, 0x00]);
        let mut number = [0xFF, 0xFF, 0xFF];
        add_with_one(&mut number, &[0xFF, 0xFF, 0xFF]);
        assert_eq!(number, [0xFF, 0xFF, 0xFF]);
    }

    #[test]
    fn a_password_has_both_forms() {
        let password = Password::new("pä");
        assert_eq!(password.text, "pä".as_bytes());
        assert_eq!(password.utf16.as_slice(), [0, 0x70, 0, 0xE4, 0, 0]);
        assert_eq!(Password::new("").utf16.as_slice(), [0, 0]);
    }

    #[test]
    fn a_hostile_iteration_count_is_refused() {
        assert!(iterations(0).is_err() && iterations(u32::MAX).is_err());
    }
}
