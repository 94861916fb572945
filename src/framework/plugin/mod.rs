//! The process: a go-plugin server that a Terraform or OpenTofu core starts, talks to and ends.
//!
//! Nothing here knows the provider or its protocol; `serve` is given the gRPC services as [`Routes`].

mod address;
mod handshake;
mod lifecycle;
mod listener;
pub mod log;
pub(crate) mod panic;
mod reattach;
mod tls;
mod variables;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::TlsAcceptor;
use tonic::service::Routes;
use tonic::transport::Server;

use crate::stdout;
pub use handshake::{HostWishes, NoHost};
pub use lifecycle::Lifecycle;
pub(crate) use lifecycle::interruption;
use listener::Listener;
pub use variables::Variables;

/// How long connections may take to close by themselves once the host has said that it is done.
const CLOSE_GRACE: Duration = Duration::from_millis(20);

/// How long calls in flight may take to return once the host has said that it is done; it kills after 2 s.
const CALLS_GRACE: Duration = Duration::from_millis(1500);

/// Why the process could not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The socket, the runtime or standard output failed.
    #[error("the provider could not start: {0}")]
    Io(#[from] io::Error),
    /// The server's certificate could not be made.
    #[error("the provider could not set up TLS: {0}")]
    Tls(#[from] tls::Error),
    /// The server ended by itself.
    #[error("the provider's gRPC server failed: {0}")]
    Server(#[from] tonic::transport::Error),
}

/// Serves the host that started this process until it is done, a signal ends the process, or the host is gone.
pub(crate) fn serve(
    host: &HostWishes,
    env: &Variables,
    routes: impl FnOnce(&Lifecycle) -> Routes,
) -> Result<(), Error> {
    let lifecycle = Lifecycle::new();
    run_to_end(async {
        let listener = Listener::bind(host, env)?;
        let tls = host.client_certificate.clone().map(tls::Mutual::new).transpose()?;
        let certificate = tls.as_ref().map(|tls| tls.certificate.clone());
        let acceptor = tls.map(|tls| TlsAcceptor::from(Arc::new(tls.config)));
        Lifecycle::ignore_interrupts()?;
        lifecycle.leave_on_termination()?;
        stdout::line(&host.handshake_line(listener.address(), certificate.as_ref()))?;
        lifecycle.end_without_host();
        run(listener, acceptor, &lifecycle, routes(&lifecycle)).await
    })?
}

/// Serves until interrupted, for a debugger: prints what to set so that core attaches to this process.
pub(crate) fn serve_for_debugging(
    source: &str,
    env: &Variables,
    routes: impl FnOnce(&Lifecycle) -> Routes,
) -> Result<(), Error> {
    let lifecycle = Lifecycle::new();
    run_to_end(async {
        let listener = Listener::bind(&HostWishes::default(), env)?;
        lifecycle.leave_on_interrupt();
        lifecycle.leave_on_termination()?;
        stdout::line(&reattach::instructions(source, listener.address()))?;
        run(listener, None, &lifecycle, routes(&lifecycle)).await
    })?
}

/// Runs what this process is for to its end.
pub(crate) fn run_to_end<T>(work: impl Future<Output = T>) -> io::Result<T> {
    // A second worker costs more than it does: the work is many short steps between waits, each of which it may steal. What
    // blocks says so (`block_in_place`), which a runtime of the current thread would not bear.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("provider")
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(work);
    // Nothing can interrupt the look-up of a name or the reading of a file. The process ends without them.
    runtime.shutdown_background();
    Ok(outcome)
}

async fn run(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    lifecycle: &Lifecycle,
    routes: Routes,
) -> Result<(), Error> {
    let (incoming, _socket) = listener.accept(tls, lifecycle);
    let server = Server::builder().add_routes(routes);
    let ended = lifecycle.clone();
    let server = server.serve_with_incoming_shutdown(incoming, async move { ended.ended().await });
    let mut server = tokio::spawn(server);

    tokio::select! {
        () = lifecycle.ended() => {}
        result = &mut server => return Ok(result.map_err(io::Error::other)??),
    }
    // Either may take longer than its grace; the process ends all the same, as the host would kill it.
    let _ = tokio::time::timeout(CALLS_GRACE, lifecycle.calls_returned()).await;
    let _ = tokio::time::timeout(CLOSE_GRACE, server).await;
    Ok(())
}
