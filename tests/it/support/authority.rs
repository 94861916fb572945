//! What a test's machine trusts: one certificate authority that nobody has a certificate of. The platform's own would
//! leak into the tests, and there are so many of them that reading them is most of what a short-lived provider does.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

/// The variable that names a file to trust instead of the platform's authorities, as OpenSSL has it.
pub(crate) const VARIABLE: &str = "SSL_CERT_FILE";

static AUTHORITY: LazyLock<String> = LazyLock::new(|| {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Nobody's authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    params.self_signed(&key).expect("a certificate").pem()
});

/// Writes the authority into a directory.
pub(crate) fn write_into(directory: &Path) -> PathBuf {
    let file = directory.join("authority.pem");
    fs::write(&file, AUTHORITY.as_str()).expect("the authority's file");
    file
}
