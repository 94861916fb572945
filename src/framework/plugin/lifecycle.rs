//! When the process ends, and what it waits for before.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// How long the process outlives its last connection: a host that lost one connects again within a second.
const ORPHAN_GRACE: Duration = Duration::from_secs(5);

/// How long calls in flight may take to return once their waits have been ended: requests that change people are finished
/// within 30 seconds.
const LAST_CALLS: Duration = Duration::from_secs(60);

/// How long the host may take to connect after the handshake. It does so at once; on a machine that swaps, within seconds.
const CONNECT_TIME: Duration = Duration::from_secs(15);

/// The life of the process; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// The server stops and the process exits.
    end: CancellationToken,
    /// Calls in flight give up their waits.
    leaving: CancellationToken,
    calls: TaskTracker,
    connections: watch::Sender<usize>,
}

/// Until the person interrupts, or somebody asks the process to end. It listens from now on.
#[cfg(unix)]
pub(crate) fn interruption() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Until the person interrupts. It listens from now on.
#[cfg(windows)]
pub(crate) fn interruption() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

/// Counts a connection for as long as it lives.
#[derive(Debug)]
pub(super) struct ConnectionGuard(Lifecycle);

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.0.0.connections.send_modify(|connections| *connections -= 1);
    }
}

impl Lifecycle {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Marks a call as in flight until the returned token is dropped.
    pub(crate) fn call(&self) -> TaskTrackerToken {
        self.0.calls.token()
    }

    /// Until the process is about to end: calls in flight should give up their waits.
    pub(crate) async fn leaving(&self) {
        self.0.leaving.cancelled().await;
    }

    /// The host is done: the process ends.
    pub(crate) fn end(&self) {
        self.0.calls.close();
        self.0.leaving.cancel();
        self.0.end.cancel();
    }

    /// Until [`Self::end`].
    pub(crate) async fn ended(&self) {
        self.0.end.cancelled().await;
    }

    /// Until no call is in flight.
    pub(crate) async fn calls_returned(&self) {
        self.0.calls.close();
        self.0.calls.wait().await;
    }

    /// Ends all waits, lets the calls in flight return, and ends the process.
    async fn leave(&self) {
        self.0.leaving.cancel();
        if tokio::time::timeout(LAST_CALLS, self.calls_returned()).await.is_err() {
            tracing::warn!("the provider ends although not all of its calls have");
        }
        self.end();
    }

    pub(super) fn connected(&self) -> ConnectionGuard {
        self.0.connections.send_modify(|connections| *connections += 1);
        ConnectionGuard(self.clone())
    }

    /// Ends the process when its host is gone: killed hard, it tells nobody.
    pub(super) fn end_without_host(&self) {
        let lifecycle = self.clone();
        let mut connections = self.0.connections.subscribe();
        tokio::spawn(async move {
            let mut patience = CONNECT_TIME;
            loop {
                let connected = connections.wait_for(|connections| *connections > 0);
                if tokio::time::timeout(patience, connected).await.is_err() {
                    tracing::info!("the CLI is gone; the provider ends");
                    return lifecycle.leave().await;
                }
                if connections.wait_for(|connections| *connections == 0).await.is_err() {
                    return;
                }
                patience = ORPHAN_GRACE;
            }
        });
    }

    /// Ignores Ctrl-C, which reaches the whole foreground process group: an apply must not die of it, and the host
    /// says `StopProvider` when it wants the waits to end.
    pub(super) fn ignore_interrupts() -> io::Result<()> {
        // Registering replaces the default action for good, and nobody listens.
        #[cfg(unix)]
        drop(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?);
        #[cfg(windows)]
        drop(tokio::signal::windows::ctrl_c()?);
        Ok(())
    }

    /// Leaves on SIGTERM, after the calls in flight.
    #[cfg(unix)]
    pub(super) fn leave_on_termination(&self) -> io::Result<()> {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        self.leave_after(async move {
            terminate.recv().await;
        });
        Ok(())
    }

    /// Windows has no such signal.
    #[cfg(windows)]
    pub(super) fn leave_on_termination(&self) -> io::Result<()> {
        Ok(())
    }

    /// Leaves on Ctrl-C, after the calls in flight.
    pub(super) fn leave_on_interrupt(&self) {
        self.leave_after(async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        });
    }

    fn leave_after(&self, event: impl Future<Output = ()> + Send + 'static) {
        let lifecycle = self.clone();
        tokio::spawn(async move {
            event.await;
            lifecycle.leave().await;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_in_flight_are_told_and_waited_for() {
        let lifecycle = Lifecycle::new();
        let call = lifecycle.call();
        let leaving = tokio::spawn({
            let lifecycle = lifecycle.clone();
            async move { lifecycle.leave().await }
        });
        lifecycle.leaving().await;
        assert!(!lifecycle.0.end.is_cancelled());
        drop(call);
        leaving.await.unwrap();
        assert!(lifecycle.0.end.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_never_returns_does_not_keep_the_process() {
        let lifecycle = Lifecycle::new();
        let _call = lifecycle.call();
        tokio::time::timeout(LAST_CALLS * 2, lifecycle.leave()).await.unwrap();
        assert!(lifecycle.0.end.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn the_process_ends_some_time_after_its_last_connection() {
        let lifecycle = Lifecycle::new();
        lifecycle.end_without_host();
        let connection = lifecycle.connected();
        tokio::time::sleep(CONNECT_TIME * 2).await;
        assert!(!lifecycle.0.end.is_cancelled());
        drop(connection);
        tokio::time::sleep(ORPHAN_GRACE / 2).await;
        let again = lifecycle.connected();
        tokio::time::sleep(ORPHAN_GRACE * 2).await;
        assert!(!lifecycle.0.end.is_cancelled());
        drop(again);
        tokio::time::timeout(ORPHAN_GRACE * 2, lifecycle.ended()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_never_connects_is_not_waited_for_for_ever() {
        let lifecycle = Lifecycle::new();
        lifecycle.end_without_host();
        tokio::time::timeout(Duration::from_secs(20), lifecycle.ended()).await.unwrap();
    }
}
