//! The listener in front of all simulated services.

mod connection;
pub(crate) mod dispatch;
pub(crate) mod exchange;
pub(crate) mod patience;
pub(crate) mod shared;
mod tls;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::arguments::Arguments;
use crate::entra::jwt::Signer;
use crate::ready;
use connection::{Doors, Lifeline};
use shared::{Place, Shared};
pub(crate) use tls::CA_FILE;

/// A simulator that has its address and its world, and answers once it serves.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    /// A directory of this simulator's own, gone with it.
    temporary: Option<Temporary>,
    shared: Arc<Shared>,
    ready: Value,
}

/// Takes the address, makes the world and writes the files that the arguments ask for.
pub async fn bind(arguments: Arguments) -> Result<Bound, String> {
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|error| format!("{} can't be listened on: {error}", arguments.listen))?;
    let address = listener.local_addr().map_err(|error| format!("the address is unknown: {error}"))?;
    let reached = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let host = SocketAddr::new(reached, address.port());

    let (tls, temporary) = match &arguments.tls_dir {
        _ if arguments.plain => (None, None),
        Some(directory) => (Some(tls::prepare(directory, reached, &arguments.names)?), None),
        None => {
            let own = Temporary::named();
            (Some(tls::prepare(&own.0, reached, &arguments.names)?), Some(own))
        }
    };
    let place = Place {
        base: format!("{}://{host}", if arguments.plain { "http" } else { "https" }),
        ca_certificate: tls.as_ref().map(|tls| tls.ca_file.display().to_string()),
    };
    let signer =
        arguments.signing_key.as_deref().map_or_else(Signer::generate, Signer::kept_in).map(Arc::new)?;
    let world = crate::beginning::world(&arguments, signer)?;
    ready::write_env_file(&arguments, &world, &place)?;
    let ready = ready::line(&world, &place);
    let shared = Arc::new(Shared::new(arguments, place, world));
    Ok(Bound { listener, address, tls: tls.map(|tls| tls.acceptor), temporary, shared, ready })
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The ready line holds secrets.
        formatter.debug_struct("Bound").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Bound {
    /// What the ready line says: where it is reached, and who may sign in.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// Serves until the token is cancelled.
    pub async fn serve(self, ended: CancellationToken) -> Result<(), String> {
        let doors = Doors::open(self.listener, self.address, self.tls, ended.clone());
        let service = Router::new()
            .fallback(dispatch::handle)
            .with_state(self.shared)
            .into_make_service_with_connect_info::<Lifeline>();
        let served = tokio::select! {
            served = async { axum::serve(doors, service).await } => served.map_err(|error| format!("serving stopped: {error}")),
            () = ended.cancelled() => Ok(()),
        };
        drop(self.temporary);
        served
    }
}

/// A directory that is removed with this value.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Temporary {
    fn named() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("proofpoint-azure-simulator-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
