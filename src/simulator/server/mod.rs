//! The listener in front of all simulated services.

mod connection;
pub(crate) mod dispatch;
pub(crate) mod exchange;
mod tls;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use tokio::net::TcpListener;

use crate::arguments::Arguments;
use crate::entra::jwt::Signer;
use crate::ready;
use crate::state::World;
use connection::{Doors, Lifeline};
pub(crate) use tls::CA_FILE;

/// Where the simulator can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// Scheme, host and port, without a slash at the end.
    pub(crate) base: String,
    /// Path of the authority's certificate; none with `--plain`.
    pub(crate) ca_certificate: Option<String>,
}

/// What every request can reach.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) arguments: Arguments,
    pub(crate) bound: Bound,
    world: Mutex<World>,
}

impl Shared {
    /// The world, for as long as the guard lives. A handler that panicked left it as it was.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves until a signal says to stop.
pub(crate) async fn run(arguments: Arguments) -> Result<(), String> {
    let stop = told_to_stop()?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|error| format!("{} can't be listened on: {error}", arguments.listen))?;
    let address = listener.local_addr().map_err(|error| format!("the address is unknown: {error}"))?;
    let reached = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let host = std::net::SocketAddr::new(reached, address.port());

    let (tls, temporary) = if arguments.plain {
        (None, None)
    } else {
        let own = std::env::temp_dir().join(format!("proofpoint-azure-simulator-{}", std::process::id()));
        let directory = arguments.tls_dir.as_ref().unwrap_or(&own);
        let temporary = arguments.tls_dir.is_none().then(|| own.clone());
        (Some(tls::prepare(directory, reached)?), temporary)
    };
    let bound = Bound {
        base: format!("{}://{host}", if arguments.plain { "http" } else { "https" }),
        ca_certificate: tls.as_ref().map(|tls| tls.ca_file.display().to_string()),
    };
    let signer =
        arguments.signing_key.as_deref().map_or_else(Signer::generate, Signer::kept_in).map(Arc::new)?;
    let world = World::new(&arguments, signer)?;
    ready::write_env_file(&arguments, &world, &bound)?;
    let line = ready::line(&world, &bound).to_string();
    let shared = Arc::new(Shared { arguments, bound, world: Mutex::new(world) });

    let doors = Doors::open(listener, address, tls.map(|tls| tls.acceptor));
    let service = Router::new()
        .fallback(dispatch::handle)
        .with_state(shared)
        .into_make_service_with_connect_info::<Lifeline>();
    ready::print_line(&line);
    let served = tokio::select! {
        served = async { axum::serve(doors, service).await } => served.map_err(|error| format!("serving stopped: {error}")),
        () = stop => Ok(()),
    };
    if let Some(directory) = temporary {
        let _ = std::fs::remove_dir_all(directory);
    }
    served
}

/// Resolves at the first signal that asks a process to end; signals are received from the call on.
#[cfg(unix)]
fn told_to_stop() -> Result<impl Future<Output = ()>, String> {
    use tokio::signal::unix::{SignalKind, signal};

    let failed = |error: std::io::Error| format!("signals can't be received: {error}");
    let mut terminated = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupted = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

/// Resolves when the console asks the process to end.
#[cfg(not(unix))]
fn told_to_stop() -> Result<impl Future<Output = ()>, String> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
