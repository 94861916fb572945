//! The one `reqwest` client that all requests of the process go through.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, Client, redirect};

use super::error::{Error, ErrorKind};
use super::proxy;
use crate::env::EnvMap;
use crate::small_file;

/// A connection that takes longer to come about is not going to.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// An answer that stands still for so long is broken off. Long, because one Essentials answer can hold a hundred
/// thousand accounts that its server collects first.
const READ_TIMEOUT: Duration = Duration::from_secs(120);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// HTTP/2 windows that do not slow a large page down on a distant connection.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;

/// All authorities that systems trust take a quarter of a mebibyte; a larger file than this is some other.
const MAX_BUNDLE_BYTES: u64 = 16 * 1024 * 1024;

/// How requests reach the network.
#[derive(Debug, Clone)]
pub struct Options {
    /// PEM file with further certificate authorities.
    pub ca_bundle: Option<PathBuf>,
    /// Where the proxy variables are looked up.
    pub env: EnvMap,
    /// Sent as `User-Agent`.
    pub user_agent: String,
}

/// Builds the client: rustls on aws-lc-rs with the platform's authorities and those of `ca_bundle`, proxies from the
/// environment map only, and no redirects.
///
/// Loads the platform's certificate authorities, which takes milliseconds: build it when the first request is due.
pub fn build(options: &Options) -> Result<Client, Error> {
    let mut builder = Client::builder()
        .tls_backend_rustls()
        .user_agent(&options.user_agent)
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(CONNECTION_WINDOW)
        .no_proxy();
    if let Some(path) = &options.ca_bundle {
        builder = builder.tls_certs_merge(authorities(path)?);
    }
    let proxies = proxy::of(&options.env)
        .map_err(|unusable| Error::of_options(ErrorKind::Proxy { variable: unusable.variable }))?;
    for proxy in proxies {
        builder = builder.proxy(proxy);
    }
    // The feature set decides the crypto provider unless one is installed for the process; both are aws-lc-rs.
    builder.build().map_err(|error| Error::of_options(ErrorKind::Client { cause: error.to_string() }))
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, Error> {
    let unusable =
        |cause: String| Error::of_options(ErrorKind::CaBundle { path: path.display().to_string(), cause });
    let pem = small_file::read(path, MAX_BUNDLE_BYTES).map_err(|error| unusable(error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(error.to_string()))?;
    if certificates.is_empty() {
        return Err(unusable("it holds no PEM certificate".to_owned()));
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options { ca_bundle: None, env: EnvMap::default(), user_agent: "test".to_owned() }
    }

    #[test]
    fn a_client_is_built_without_a_ca_bundle() {
        assert!(build(&options()).is_ok());
    }

    #[test]
    fn a_ca_bundle_that_is_missing_or_holds_no_certificate_is_named() {
        let directory = tempfile::tempdir().expect("directory");
        let empty = directory.path().join("empty.pem");
        std::fs::write(&empty, "nothing here").expect("written");
        for path in [empty, directory.path().join("missing.pem"), directory.path().to_owned()] {
            let options = Options { ca_bundle: Some(path.clone()), ..options() };
            let text = build(&options).expect_err("refused").to_string();
            assert!(text.contains(&path.display().to_string()) && text.contains("authorities"), "{text}");
        }
    }

    #[test]
    fn an_unusable_proxy_names_its_variable() {
        let options = Options { env: [("HTTPS_PROXY", "socks5://x")].into_iter().collect(), ..options() };
        assert!(build(&options).expect_err("refused").to_string().contains("`HTTPS_PROXY`"));
    }
}
