//! The socket the host connects to: a unix socket that only this user can reach, TCP on loopback on Windows.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::address::Address;
use super::handshake::HostWishes;
use super::lifecycle::{ConnectionGuard, Lifecycle};
use super::variables::{self, Variables};

/// How long a peer may take for its TLS handshake.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Longest wait between two tries to accept a connection after the system refused one.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// A bound socket.
pub(super) struct Listener {
    socket: platform::Socket,
    address: Address,
    place: platform::Place,
}

impl Listener {
    /// Binds a socket where the host wants it.
    pub(super) fn bind(host: &HostWishes, env: &Variables) -> io::Result<Self> {
        let (socket, address, place) = platform::bind(host, env)?;
        Ok(Self { socket, address, place })
    }

    /// Where it is.
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Accepts connections until the process ends. Handshakes run beside one another, so that a peer that fails or
    /// stalls hinders no other. The second value removes the socket's file when it is dropped.
    pub(super) fn accept(
        self,
        tls: Option<TlsAcceptor>,
        lifecycle: &Lifecycle,
    ) -> (impl Stream<Item = io::Result<Connection>> + use<>, platform::Place) {
        let (sender, receiver) = mpsc::channel(8);
        let lifecycle = lifecycle.clone();
        let socket = self.socket;
        tokio::spawn(async move {
            let mut pause = Duration::from_millis(5);
            loop {
                let accepted = tokio::select! {
                    () = lifecycle.ended() => return,
                    accepted = socket.accept() => accepted,
                };
                match accepted {
                    Ok((stream, _)) => {
                        pause = Duration::from_millis(5);
                        let established = establish(stream, tls.clone(), lifecycle.clone(), sender.clone());
                        tokio::spawn(established);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(ACCEPT_PAUSE);
                    }
                }
            }
        });
        (ReceiverStream::new(receiver), self.place)
    }
}

async fn establish(
    stream: platform::Stream,
    tls: Option<TlsAcceptor>,
    lifecycle: Lifecycle,
    sender: mpsc::Sender<io::Result<Connection>>,
) {
    let stream: Pin<Box<dyn Duplex>> = match tls {
        None => Box::pin(stream),
        Some(tls) => match tokio::time::timeout(HANDSHAKE_TIME, tls.accept(stream)).await {
            Ok(Ok(stream)) => Box::pin(stream),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a connection was refused");
                return;
            }
            Err(_) => {
                tracing::warn!("a connection did not finish its TLS handshake in time");
                return;
            }
        },
    };
    let connection = Connection { stream, _counted: lifecycle.connected() };
    // Nobody receives once the server is shutting down; the connection is then dropped.
    let _ = sender.send(Ok(connection)).await;
}

trait Duplex: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Duplex for T {}

/// An established connection.
pub(super) struct Connection {
    stream: Pin<Box<dyn Duplex>>,
    _counted: ConnectionGuard,
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(unix)]
mod platform {
    use std::fs::{self, DirBuilder, Permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    use std::path::{Path, PathBuf};

    pub(super) use tokio::net::{UnixListener as Socket, UnixStream as Stream};

    use super::{Address, HostWishes, Variables, variables};

    /// Longest path of a unix socket on macOS, the shortest of the systems, without the closing zero.
    const LONGEST_PATH: usize = 103;

    /// The directory of the socket, removed with it.
    pub(crate) struct Place(PathBuf);

    impl Drop for Place {
        fn drop(&mut self) {
            // What can't be removed stays; the system clears its directory for temporary files.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    pub(super) fn bind(host: &HostWishes, env: &Variables) -> io::Result<(Socket, Address, Place)> {
        let parent = host
            .socket_dir
            .clone()
            .unwrap_or_else(|| variables::value(env, "TMPDIR").unwrap_or("/tmp").into());
        let place = match fresh(&parent) {
            Ok(place) if path(&place).as_os_str().len() <= LONGEST_PATH => place,
            // A deep or missing TMPDIR is no reason to fail.
            _ => fresh(Path::new("/tmp"))?,
        };
        let path = path(&place);
        let socket = Socket::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok((socket, Address::Unix(path), place))
    }

    fn path(place: &Place) -> PathBuf {
        place.0.join("plugin.sock")
    }

    /// A directory that did not exist before and that nobody else can enter.
    fn fresh(parent: &Path) -> io::Result<Place> {
        let name = format!("terraform-provider-{}", uuid::Uuid::new_v4().simple());
        let dir = parent.join(name);
        DirBuilder::new().mode(0o700).create(&dir)?;
        Ok(Place(dir))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[tokio::test]
        async fn only_the_user_reaches_the_socket_and_it_vanishes_with_its_place() {
            let parent = tempfile::tempdir().unwrap();
            let host = HostWishes { socket_dir: Some(parent.path().to_owned()), ..HostWishes::default() };
            let (_socket, address, place) = bind(&host, &Variables::new()).unwrap();
            let Address::Unix(path) = address else { panic!("a unix socket") };
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o600);
            assert_eq!(mode(path.parent().unwrap()), 0o700);
            assert!(path.starts_with(parent.path()));
            drop(place);
            assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
        }

        #[tokio::test]
        async fn a_directory_too_deep_for_a_socket_is_not_used() {
            let parent = tempfile::tempdir().unwrap();
            let deep = parent.path().join("d".repeat(100));
            fs::create_dir(&deep).unwrap();
            let env = [("TMPDIR".to_owned(), deep.to_str().unwrap().to_owned())].into_iter().collect();
            let (_socket, address, _place) = bind(&HostWishes::default(), &env).unwrap();
            assert!(address.to_string().starts_with("/tmp/"));
            assert_eq!(fs::read_dir(&deep).unwrap().count(), 0);
        }
    }
}

#[cfg(windows)]
mod platform {
    use std::io;
    use std::net::{Ipv4Addr, TcpListener};

    pub(super) use tokio::net::{TcpListener as Socket, TcpStream as Stream};

    use super::{Address, HostWishes, Variables};

    /// Nothing to remove.
    pub(crate) struct Place;

    pub(super) fn bind(host: &HostWishes, _env: &Variables) -> io::Result<(Socket, Address, Place)> {
        let bound = host.ports.clone().find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
        let socket = bound.ok_or_else(|| io::Error::other("no port of the host's range is free"))?;
        socket.set_nonblocking(true)?;
        let address = Address::Tcp(socket.local_addr()?);
        Ok((Socket::from_std(socket)?, address, Place))
    }
}
