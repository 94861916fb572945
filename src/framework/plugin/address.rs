//! Where the host finds the socket.

use std::fmt;
use std::path::PathBuf;

/// The address of the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(unix, allow(dead_code, reason = "TCP is for Windows"))]
#[cfg_attr(windows, allow(dead_code, reason = "unix sockets are for other systems"))]
pub(super) enum Address {
    /// Path of a unix socket.
    Unix(PathBuf),
    /// Loopback address and port.
    Tcp(std::net::SocketAddr),
}

impl Address {
    /// Its kind, as the handshake names it.
    pub(super) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(f),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}
