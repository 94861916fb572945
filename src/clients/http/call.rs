//! What every call below the framework carries: how long it may take, who may stop it, and the id of the run.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The limits of one operation and the id it goes by; a cheap clone.
#[derive(Debug, Clone)]
pub struct Call {
    /// When the operation must have ended: from the resource's `timeouts`.
    pub deadline: Instant,
    /// Cancelled when the user interrupts.
    pub cancel: CancellationToken,
    /// The same for a whole run; services are told, so that their audit logs can be matched with ours.
    pub correlation_id: Uuid,
}

/// Why an operation ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupted {
    /// Its time was up.
    Deadline,
    /// The user interrupted it.
    Cancelled,
}

impl Call {
    /// A call that may take `limit` from now on.
    pub fn new(limit: Duration, cancel: CancellationToken, correlation_id: Uuid) -> Self {
        Self { deadline: Instant::now() + limit, cancel, correlation_id }
    }

    /// The time that is left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The same call with at most `limit` left.
    #[must_use]
    pub fn at_most(&self, limit: Duration) -> Self {
        Self { deadline: self.deadline.min(Instant::now() + limit), ..self.clone() }
    }

    /// Runs `work` until it is done, the time is up or the user interrupts.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Interrupted::Cancelled),
            done = work => Ok(done),
            () = tokio::time::sleep_until(self.deadline) => Err(Interrupted::Deadline),
        }
    }

    /// Waits for `delay`; at once an error when that would pass the deadline.
    pub async fn wait(&self, delay: Duration) -> Result<(), Interrupted> {
        if self.cancel.is_cancelled() {
            return Err(Interrupted::Cancelled);
        }
        if delay >= self.remaining() {
            return Err(Interrupted::Deadline);
        }
        self.run(tokio::time::sleep(delay)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(seconds: u64) -> Call {
        Call::new(Duration::from_secs(seconds), CancellationToken::new(), Uuid::nil())
    }

    #[tokio::test(start_paused = true)]
    async fn work_ends_at_the_deadline() {
        let outcome = call(5).run(std::future::pending::<()>()).await;
        assert_eq!(outcome, Err(Interrupted::Deadline));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_is_refused_at_once() {
        let (call, start) = (call(5), Instant::now());
        assert_eq!(call.wait(Duration::from_secs(6)).await, Err(Interrupted::Deadline));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn an_interruption_ends_a_wait() {
        let call = call(60);
        let cancel = call.cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            cancel.cancel();
        });
        assert_eq!(call.wait(Duration::from_secs(30)).await, Err(Interrupted::Cancelled));
    }

    #[tokio::test(start_paused = true)]
    async fn an_interruption_goes_before_a_deadline() {
        let call = call(5);
        call.cancel.cancel();
        assert_eq!(call.wait(Duration::from_secs(6)).await, Err(Interrupted::Cancelled));
    }

    #[tokio::test(start_paused = true)]
    async fn at_most_never_prolongs() {
        assert_eq!(call(5).at_most(Duration::from_secs(9)).remaining(), Duration::from_secs(5));
        assert_eq!(call(5).at_most(Duration::from_secs(2)).remaining(), Duration::from_secs(2));
    }
}
