//! The simulator's own certificate authority, made anew for every run.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

/// Where in its directory the authority is written.
pub(crate) const CA_FILE: &str = "ca.pem";

/// What a TLS listener needs, and where its authority was written for clients to trust.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) ca_file: PathBuf,
}

/// Makes an authority and a certificate for `localhost`, the loopback addresses, `ip` and further names, and writes the
/// authority to [`CA_FILE`] in `directory`.
pub(crate) fn prepare(directory: &Path, ip: IpAddr, names: &[String]) -> Result<Tls, String> {
    let failed = |error: rcgen::Error| format!("the certificate can't be made: {error}");

    let authority_key = KeyPair::generate().map_err(failed)?;
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "proofpoint-azure-simulator");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_certificate = authority.self_signed(&authority_key).map_err(failed)?;
    let issuer = Issuer::new(authority, authority_key);

    let key = KeyPair::generate().map_err(failed)?;
    let names: Vec<String> = std::iter::once("localhost".to_owned()).chain(names.iter().cloned()).collect();
    let mut server = CertificateParams::new(names).map_err(failed)?;
    server.distinguished_name.push(DnType::CommonName, "localhost");
    for address in [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]), ip] {
        let name = SanType::IpAddress(address);
        if !server.subject_alt_names.contains(&name) {
            server.subject_alt_names.push(name);
        }
    }
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let certificate = server.signed_by(&key, &issuer).map_err(failed)?;

    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(ToOwned::to_owned)?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone(), authority_certificate.der().clone()], key)
        })
        .map_err(|error| format!("TLS can't be set up: {error}"))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];

    let ca_file = directory.join(CA_FILE);
    std::fs::create_dir_all(directory)
        .and_then(|()| std::fs::write(&ca_file, authority_certificate.pem()))
        .map_err(|error| format!("{} can't be written: {error}", ca_file.display()))?;
    let ca_file = std::path::absolute(&ca_file).unwrap_or(ca_file);
    Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), ca_file })
}
