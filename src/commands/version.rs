//! `--version`.

/// Name, version and platform.
pub(super) fn text() -> String {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{} {} ({os}/{arch})", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}
