//! The program: serving until a signal says to stop.

use tokio_util::sync::CancellationToken;

use crate::arguments::Arguments;
use crate::{ready, server};

/// Serves, and prints the ready line first.
pub(crate) async fn serve_until_told(arguments: Arguments) -> Result<(), String> {
    let told = told_to_stop()?;
    let bound = server::bind(arguments).await?;
    ready::print_line(&bound.ready().to_string());
    let ended = CancellationToken::new();
    let token = ended.clone();
    tokio::spawn(async move {
        told.await;
        token.cancel();
    });
    bound.serve(ended).await
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
