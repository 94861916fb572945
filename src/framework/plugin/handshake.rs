//! What the host says in the environment, and the line it reads in answer.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::address::Address;
use super::variables::{Variables, value};

/// Tells a host from a person; not a security measure.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// Version of go-plugin's own protocol.
const CORE_VERSION: u32 = 1;

/// Version of the plugin protocol this provider speaks.
const PROTOCOL_VERSION: u32 = 6;

/// What the host that started this process wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostWishes {
    /// The one certificate whose owner may connect; plain text when there is none.
    pub client_certificate: Option<CertificateDer<'static>>,
    /// Ports to listen on where there are no unix sockets.
    pub ports: RangeInclusive<u16>,
    /// Where to put the socket, when the host has a say in it.
    pub socket_dir: Option<PathBuf>,
    /// Whether the host asks if several connections may share one socket.
    pub asks_for_multiplexing: bool,
}

impl Default for HostWishes {
    fn default() -> Self {
        Self {
            client_certificate: None,
            ports: 10_000..=25_000,
            socket_dir: None,
            asks_for_multiplexing: false,
        }
    }
}

/// Why there is nobody to serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoHost {
    /// No host started this process: a person did.
    #[error("started by hand")]
    ByHand,
    /// The host speaks other versions only.
    #[error("this provider speaks plugin protocol {PROTOCOL_VERSION}, but the CLI offers only {offered:?}")]
    Version {
        /// The host's list.
        offered: String,
    },
    /// The host's certificate can't be read.
    #[error("`PLUGIN_CLIENT_CERT` does not hold exactly one certificate in PEM")]
    Certificate,
    /// A port is no number, or the range is empty.
    #[error("`PLUGIN_MIN_PORT` and `PLUGIN_MAX_PORT` are no range of ports")]
    Ports,
}

impl HostWishes {
    /// Reads the handshake variables.
    pub fn from_env(env: &Variables) -> Result<Self, NoHost> {
        if value(env, COOKIE.0) != Some(COOKIE.1) {
            return Err(NoHost::ByHand);
        }
        // The order of the list is random. Without a list the host takes what it gets.
        if let Some(offered) = value(env, "PLUGIN_PROTOCOL_VERSIONS") {
            let mut versions = offered.split(',').map(|version| version.trim().parse());
            if !versions.any(|version| version == Ok(PROTOCOL_VERSION)) {
                return Err(NoHost::Version { offered: offered.to_owned() });
            }
        }
        let default = Self::default();
        let port = |name: &str, default: u16| match value(env, name) {
            Some(port) => port.parse().map_err(|_| NoHost::Ports),
            None => Ok(default),
        };
        let ports =
            port("PLUGIN_MIN_PORT", *default.ports.start())?..=port("PLUGIN_MAX_PORT", *default.ports.end())?;
        if ports.is_empty() {
            return Err(NoHost::Ports);
        }
        Ok(Self {
            client_certificate: value(env, "PLUGIN_CLIENT_CERT").map(only_certificate).transpose()?,
            ports,
            socket_dir: value(env, "PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            asks_for_multiplexing: value(env, "PLUGIN_MULTIPLEX_GRPC").is_some(),
        })
    }

    /// The one line on standard output that the host waits for.
    pub(super) fn handshake_line(
        &self,
        address: &Address,
        certificate: Option<&CertificateDer<'_>>,
    ) -> String {
        let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
        // Old hosts do not expect a seventh field, so it is there only for those that ask.
        let multiplexing = if self.asks_for_multiplexing { "|false" } else { "" };
        let network = address.network();
        format!("{CORE_VERSION}|{PROTOCOL_VERSION}|{network}|{address}|grpc|{certificate}{multiplexing}")
    }
}

fn only_certificate(pem: &str) -> Result<CertificateDer<'static>, NoHost> {
    let mut certificates = CertificateDer::pem_slice_iter(pem.as_bytes());
    match (certificates.next(), certificates.next()) {
        (Some(Ok(certificate)), None) => Ok(certificate),
        _ => Err(NoHost::Certificate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(variables: &[(&str, &str)]) -> Result<HostWishes, NoHost> {
        HostWishes::from_env(
            &variables
                .iter()
                .copied()
                .chain([COOKIE])
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    fn certificate_pem() -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap().pem()
    }

    #[test]
    fn without_the_cookie_it_was_started_by_hand() {
        assert_eq!(HostWishes::from_env(&Variables::new()), Err(NoHost::ByHand));
        let wrong = [(COOKIE.0.to_owned(), "d602".to_owned())].into_iter().collect();
        assert_eq!(HostWishes::from_env(&wrong), Err(NoHost::ByHand));
    }

    #[test]
    fn version_six_is_found_at_any_place_of_the_list() {
        for offered in ["5,6", "6,5", "6", " 6 , 7"] {
            assert!(host(&[("PLUGIN_PROTOCOL_VERSIONS", offered)]).is_ok(), "{offered}");
        }
        assert!(host(&[]).is_ok());
        for offered in ["5", "5,7", "66", "six"] {
            let refusal = NoHost::Version { offered: offered.to_owned() };
            assert_eq!(host(&[("PLUGIN_PROTOCOL_VERSIONS", offered)]), Err(refusal));
        }
    }

    #[test]
    fn exactly_one_certificate_is_taken() {
        let one = certificate_pem();
        assert!(host(&[("PLUGIN_CLIENT_CERT", &one)]).unwrap().client_certificate.is_some());
        let two = format!("{one}{}", certificate_pem());
        for garbage in ["x", two.as_str(), "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
            assert_eq!(host(&[("PLUGIN_CLIENT_CERT", garbage)]), Err(NoHost::Certificate));
        }
    }

    #[test]
    fn an_empty_port_range_is_refused() {
        assert_eq!(host(&[("PLUGIN_MIN_PORT", "2000"), ("PLUGIN_MAX_PORT", "1000")]), Err(NoHost::Ports));
        assert_eq!(host(&[("PLUGIN_MIN_PORT", "many")]), Err(NoHost::Ports));
    }

    #[test]
    fn the_line_has_seven_fields_only_for_hosts_that_ask() {
        let address = Address::Unix("/tmp/x/s".into());
        let line = HostWishes::default().handshake_line(&address, None);
        assert_eq!(line, "1|6|unix|/tmp/x/s|grpc|");
        let asking = HostWishes { asks_for_multiplexing: true, ..HostWishes::default() };
        assert_eq!(asking.handshake_line(&address, None), "1|6|unix|/tmp/x/s|grpc||false");
        let der = CertificateDer::from(vec![1, 2, 3, 4]);
        assert_eq!(
            HostWishes::default().handshake_line(&address, Some(&der)),
            "1|6|unix|/tmp/x/s|grpc|AQIDBA"
        );
    }
}
