//! Client certificates: the key that signs assertions, out of a PKCS#12 bundle.
//!
//! Shape of the assertion: Microsoft, "Microsoft identity platform application authentication certificate
//! credentials".

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use zeroize::Zeroizing;

use super::choose::Bundle;
use super::config_error::{ConfigError, Problem};
use super::pkcs12;
use crate::InputName;
use crate::small_file;

/// How long an assertion is good for; it is used at once.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// A bundle larger than this is some other file.
const MAX_BUNDLE_BYTES: u64 = 1024 * 1024;

/// The key of a client certificate.
pub(super) struct Certificate {
    key: KeyPair,
    /// SHA-256 of the certificate, base64url: how Entra finds the registered key (`x5t#S256`).
    thumbprint: String,
}

impl Certificate {
    /// Opens the bundle; reads a file but needs no network.
    pub(super) fn open(bundle: &Bundle, password: Option<&SecretString>) -> Result<Self, ConfigError> {
        let (input, bytes) = match bundle {
            Bundle::Base64(base64) => (InputName::ClientCertificate, decode(base64)?),
            Bundle::File(path) => (InputName::ClientCertificateFile, read(path)?),
        };
        let password = password.map_or("", |password| password.expose_secret());
        let contents = pkcs12::open(&bytes, password).map_err(|error| {
            let of_password = error == pkcs12::Error::Password;
            let input = if of_password { InputName::ClientCertificatePassword } else { input };
            ConfigError::invalid(input, error.to_string())
        })?;
        let key = KeyPair::from_pkcs8(&contents.private_key).map_err(|_| {
            ConfigError::invalid(input, "its private key is not an RSA key of 2048 bits or more")
        })?;
        // A certificate holds the public key it is about, in the very encoding in which the key pair gives it.
        let public = key.public_key().as_ref();
        let of_key =
            |certificate: &&Vec<u8>| certificate.windows(public.len()).any(|window| window == public);
        let certificate = contents.certificates.iter().find(of_key).ok_or_else(|| {
            ConfigError::invalid(input, "the bundle holds no certificate for its private key")
        })?;
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate));
        Ok(Self { key, thumbprint })
    }

    /// A signed assertion (a JWT) that `client_id` presents to the token endpoint `audience`.
    pub(super) fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<String, &'static str> {
        let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint });
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": uuid::Uuid::new_v4(),
            "iat": now.as_second(),
            "nbf": now.as_second(),
            "exp": now.saturating_add(LIFETIME).unwrap_or(now).as_second(),
        });
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let signed = format!("{header}.{claims}");
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| "the private key did not sign")?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn decode(base64: &SecretString) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let text = Zeroizing::new(base64.expose_secret().split_ascii_whitespace().collect::<String>());
    let not_base64 = |_| ConfigError { input: InputName::ClientCertificate, problem: Problem::NotBase64 };
    STANDARD.decode(text.as_bytes()).map(Zeroizing::new).map_err(not_base64)
}

fn read(path: &std::path::Path) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    small_file::read(path, MAX_BUNDLE_BYTES).map(Zeroizing::new).map_err(|error| {
        let complaint = format!("{} cannot be read: {error}", path.display());
        ConfigError::invalid(InputName::ClientCertificateFile, complaint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};

    const BUNDLE: &[u8] = include_bytes!("pkcs12/fixtures/aes256-sha256.p12");

    fn certificate() -> Certificate {
        let bundle = Bundle::Base64(STANDARD.encode(BUNDLE).into());
        Certificate::open(&bundle, Some(&"hush".into())).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn the_assertion_is_signed_by_the_key_and_names_its_certificate() {
        let certificate = certificate();
        let now = Timestamp::constant(1_800_000_000, 0);
        let jwt = certificate
            .assertion("client", "https://login.example/t/oauth2/v2.0/token", now)
            .expect("signed");
        let (signed, signature) = jwt.rsplit_once('.').expect("three parts");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, certificate.key.public_key().as_ref())
            .verify(signed.as_bytes(), &signature)
            .expect("verifies");
        let parts: Vec<serde_json::Value> = signed
            .split('.')
            .map(|part| {
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
            })
            .collect();
        assert_eq!(parts[0]["alg"], "PS256");
        assert_eq!(parts[0]["x5t#S256"].as_str().map(str::len), Some(43));
        assert_eq!(parts[1]["sub"], "client");
        assert_eq!(parts[1]["exp"], 1_800_000_600);
    }

    #[test]
    fn what_is_wrong_with_a_bundle_is_said_on_the_input_to_change() {
        let good = || STANDARD.encode(BUNDLE);
        for (bundle, password, input, fragment) in [
            (Bundle::Base64("*".into()), "hush", InputName::ClientCertificate, "not base64"),
            (Bundle::Base64("AAAA".into()), "hush", InputName::ClientCertificate, "no PKCS#12"),
            (Bundle::Base64(good().into()), "wrong", InputName::ClientCertificatePassword, "does not open"),
            (Bundle::Base64(good().into()), "", InputName::ClientCertificatePassword, "does not open"),
            (Bundle::File("/no/such/file".into()), "hush", InputName::ClientCertificateFile, "/no/such/file"),
            (Bundle::File("/".into()), "hush", InputName::ClientCertificateFile, "is not a regular file"),
        ] {
            let error = Certificate::open(&bundle, Some(&password.into())).err().expect("refused");
            assert_eq!(error.input, input, "{error}");
            assert!(error.to_string().contains(fragment), "{error}");
            assert!(!error.to_string().contains("hush") && !error.to_string().contains("wrong"), "{error}");
        }
    }
}
