//! Mutual TLS with the host: each side knows the other's one certificate beforehand.
//!
//! go-plugin's client certificate is self-signed, `CA:TRUE` and P-521. The usual chain verification refuses a CA as
//! a client, so the pinned certificate is compared byte for byte, and the handshake signature, which proves that the
//! peer holds its key, is verified as always.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};

/// TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The server's certificate could not be made.
    #[error("making a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The library refused the settings.
    #[error("{0}")]
    Config(#[from] rustls::Error),
}

/// The server's side of mutual TLS.
pub(super) struct Mutual {
    /// Made for this process; the handshake line carries it to the host.
    pub(super) certificate: CertificateDer<'static>,
    /// Lets nobody in but the owner of the pinned certificate.
    pub(super) config: ServerConfig,
}

impl Mutual {
    /// Makes a key and a certificate for `localhost`, the name under which the host connects.
    pub(super) fn new(pinned: CertificateDer<'static>) -> Result<Self, Error> {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let mut params = rcgen::CertificateParams::new(["localhost".to_owned()])?;
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.self_signed(&key)?.der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));

        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(Pinned::new(pinned, &provider));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.clone()], key)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        // One connection per process: nothing to resume, and no way past the certificate check.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self { certificate, config })
    }
}

/// Accepts the owner of one certificate.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Pinned {
    fn new(certificate: CertificateDer<'static>, provider: &CryptoProvider) -> Self {
        Self { certificate, algorithms: provider.signature_verification_algorithms }
    }
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::UnknownIssuer.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_p521_key_can_sign_the_handshake() {
        let pinned = Pinned::new(CertificateDer::from(vec![1]), &aws_lc_rs::default_provider());
        assert!(pinned.supported_verify_schemes().contains(&SignatureScheme::ECDSA_NISTP521_SHA512));
        assert!(pinned.client_auth_mandatory());
    }

    #[test]
    fn any_other_certificate_is_refused() {
        let pinned = Pinned::new(CertificateDer::from(vec![1, 2]), &aws_lc_rs::default_provider());
        let verify = |der: Vec<u8>| {
            pinned.verify_client_cert(&der.into(), &[], UnixTime::since_unix_epoch(std::time::Duration::ZERO))
        };
        assert!(verify(vec![1, 2]).is_ok());
        assert!(verify(vec![1, 3]).is_err());
        assert!(verify(vec![1, 2, 3]).is_err());
    }
}
