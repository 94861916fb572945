//! The host's key and certificate, of the kind that go-plugin makes, and wrong ones.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use tokio_rustls::TlsConnector;

/// What a client shows when the provider asks who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presents {
    /// The certificate of the handshake, and its key.
    Own,
    /// Nothing.
    Nothing,
    /// A certificate of the same kind with the same name, and its key.
    Another,
    /// The certificate of the handshake with another key.
    Stolen,
}

/// A host's identity.
pub struct Host {
    /// P-521, self-signed, for `localhost`, `CA:TRUE`.
    pub certificate: Certificate,
    key: KeyPair,
}

impl Host {
    /// A fresh one.
    pub fn generate() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).expect("a P-521 key");
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("parameters");
        params.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "HashiCorp");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            rcgen::KeyUsagePurpose::DigitalSignature,
            rcgen::KeyUsagePurpose::KeyEncipherment,
            rcgen::KeyUsagePurpose::KeyAgreement,
            rcgen::KeyUsagePurpose::KeyCertSign,
        ];
        params.extended_key_usages =
            vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth, rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { certificate, key }
    }

    /// Trusts exactly the certificate of the handshake line and shows what is asked for.
    pub(super) fn connector(&self, server: &str, presents: Presents) -> TlsConnector {
        let server = CertificateDer::from(STANDARD_NO_PAD.decode(server).expect("base64 without padding"));
        let mut roots = RootCertStore::empty();
        roots.add(server).expect("a certificate");
        let other = Self::generate();
        let shown = match presents {
            Presents::Own => Some((&self.certificate, &self.key)),
            Presents::Another => Some((&other.certificate, &other.key)),
            Presents::Stolen => Some((&self.certificate, &other.key)),
            Presents::Nothing => None,
        };
        let shown = shown.map(|(certificate, key)| {
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
            let key = aws_lc_rs::sign::any_supported_type(&key).expect("a key");
            Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key))
        });
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_client_cert_resolver(Arc::new(Shows(shown)));
        config.alpn_protocols = vec![b"h2".to_vec()];
        TlsConnector::from(Arc::new(config))
    }
}

/// Shows the same to every server, whether certificate and key belong together or not.
#[derive(Debug)]
struct Shows(Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        assert!(schemes.contains(&SignatureScheme::ECDSA_NISTP521_SHA512), "Go would show no certificate");
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}
