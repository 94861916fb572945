//! What an operation is given besides its data: clients, a deadline and the wish to stop.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The surroundings of one operation.
pub struct Context<C = ()> {
    /// What the provider's configuration made.
    pub clients: Arc<C>,
    /// When the operation must have ended, from its `timeouts` block or the resource's defaults. The framework
    /// does not break operations off, since that would lose what they did; waits and requests end by it.
    pub deadline: Instant,
    /// Cancelled when the user interrupts and when the program that asked is gone: waits end early, nothing more that
    /// changes something is begun, and the operation returns what is true by then.
    pub cancel: CancellationToken,
}

impl<C> Context<C> {
    /// Surroundings that end after `timeout`.
    pub fn new(clients: Arc<C>, timeout: Duration, cancel: CancellationToken) -> Self {
        let now = Instant::now();
        // A timeout beyond what the clock can count is as good as a year.
        let year = Duration::from_secs(365 * 24 * 3600);
        let deadline = now.checked_add(timeout).unwrap_or_else(|| now + year);
        Self { clients, deadline, cancel }
    }
}

impl<C> Clone for Context<C> {
    fn clone(&self) -> Self {
        Self { clients: Arc::clone(&self.clients), deadline: self.deadline, cancel: self.cancel.clone() }
    }
}

impl<C> fmt::Debug for Context<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
