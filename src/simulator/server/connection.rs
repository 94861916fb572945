//! Connections that can be cut in the middle of an exchange, so that a client sees no answer at all.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// How long a client may take for its part of a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// Lets the handler of a request break the connection it came on, and says how it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lifeline {
    is_cut: Arc<AtomicBool>,
    /// Without TLS, though there is TLS.
    in_clear: bool,
}

impl Lifeline {
    /// From now on nothing more reaches the client.
    pub(crate) fn cut(&self) {
        self.is_cut.store(true, Ordering::Release);
    }

    /// Whether the client speaks plain HTTP to a simulator that has TLS: a browser, which would not trust its authority.
    pub(crate) fn is_in_clear(&self) -> bool {
        self.in_clear
    }

    fn check(&self) -> io::Result<()> {
        if self.is_cut.load(Ordering::Acquire) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl Connected<IncomingStream<'_, Doors>> for Lifeline {
    fn connect_info(stream: IncomingStream<'_, Doors>) -> Self {
        stream.io().lifeline.clone()
    }
}

/// A connection, plain or TLS.
pub(crate) struct Connection {
    stream: Box<dyn Duplex>,
    lifeline: Lifeline,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.lifeline.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.lifeline.check()?;
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lifeline.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lifeline.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Accepts connections; handshakes run side by side, so a slow client holds up nobody.
pub(crate) struct Doors {
    address: SocketAddr,
    accepted: mpsc::Receiver<(Connection, SocketAddr)>,
}

impl Doors {
    /// Opens them until the token is cancelled.
    pub(crate) fn open(
        listener: TcpListener,
        address: SocketAddr,
        tls: Option<TlsAcceptor>,
        ended: CancellationToken,
    ) -> Self {
        let (sender, accepted) = mpsc::channel(64);
        tokio::spawn(async move { ended.run_until_cancelled(admit(listener, tls, sender)).await });
        Self { address, accepted }
    }
}

impl Listener for Doors {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.accepted.recv().await {
            Some(accepted) => accepted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

async fn admit(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    sender: mpsc::Sender<(Connection, SocketAddr)>,
) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // Out of file descriptors, most likely: let others finish first.
            tokio::task::yield_now().await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (tls, sender) = (tls.clone(), sender.clone());
        tokio::spawn(async move {
            let met: io::Result<(Box<dyn Duplex>, bool)> = match tls {
                None => Ok((Box::new(stream), false)),
                Some(acceptor) => match timeout(HANDSHAKE, handshake(stream, acceptor)).await {
                    Ok(met) => met,
                    Err(_) => return,
                },
            };
            let Ok((stream, in_clear)) = met else { return };
            let lifeline = Lifeline { in_clear, ..Lifeline::default() };
            let _ = sender.send((Connection { stream, lifeline }, peer)).await;
        });
    }
}

/// The first byte of a TLS handshake.
const TLS_RECORD: u8 = 0x16;

/// TLS with who speaks it, and nothing with who does not; whether that is so.
async fn handshake(stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<(Box<dyn Duplex>, bool)> {
    let mut first = [0];
    if stream.peek(&mut first).await? > 0 && first != [TLS_RECORD] {
        return Ok((Box::new(stream), true));
    }
    Ok((Box::new(acceptor.accept(stream).await?), false))
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use tokio::io::AsyncReadExt as _;
    use tokio::time::Instant;

    use super::super::tls;
    use super::*;

    /// Time is stopped, and goes on only when nobody has anything to do.
    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_finish_its_handshake_is_let_go() {
        let dir = tempfile::tempdir().unwrap();
        let acceptor = tls::prepare(dir.path(), IpAddr::V4(Ipv4Addr::LOCALHOST), &[]).unwrap().acceptor;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let _doors = Doors::open(listener, address, Some(acceptor), CancellationToken::new());
        let begun = Instant::now();
        let mut silent = TcpStream::connect(address).await.unwrap();
        let read = timeout(10 * HANDSHAKE, silent.read(&mut [0; 16])).await;
        assert_eq!(read.expect("the connection stays open").unwrap(), 0);
        assert!(begun.elapsed() >= HANDSHAKE, "{:?}", begun.elapsed());
    }
}
