//! Restraint towards one service: not too much at once, and nothing at all while it asks for patience.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Shared by all requests that count against one limit of a service; clones share it.
///
/// A request that is sent while others are being throttled is refused as well and still counts (Graph: throttling),
/// so when one is told to wait, all wait.
#[derive(Debug, Clone)]
pub(crate) struct Limiter(Arc<State>);

#[derive(Debug)]
struct State {
    slots: Semaphore,
    not_before: Mutex<Option<Instant>>,
}

impl Limiter {
    /// At most `parallel` requests at once.
    pub(crate) fn new(parallel: usize) -> Self {
        Self(Arc::new(State { slots: Semaphore::new(parallel), not_before: Mutex::new(None) }))
    }

    /// Waits for a slot; `None` only if the semaphore was closed, which nothing does.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.0.slots.acquire().await.ok();
        loop {
            let until = *self.0.not_before.lock().unwrap_or_else(PoisonError::into_inner);
            match until {
                Some(until) if until > Instant::now() => tokio::time::sleep_until(until).await,
                _ => return permit,
            }
        }
    }

    /// The service asked for patience.
    pub(super) fn pause(&self, delay: Duration) {
        let until = Instant::now() + delay;
        let mut not_before = self.0.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        *not_before = Some(not_before.map_or(until, |earlier| earlier.max(until)));
    }
}

impl Default for Limiter {
    fn default() -> Self {
        Self::new(16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn all_wait_when_one_is_told_to() {
        let limiter = Limiter::new(2);
        limiter.pause(Duration::from_secs(7));
        limiter.pause(Duration::from_secs(3));
        let start = Instant::now();
        assert!(limiter.clone().enter().await.is_some());
        assert!(start.elapsed() >= Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_limit_are_let_in() {
        let limiter = Limiter::new(1);
        let first = limiter.enter().await;
        assert!(tokio::time::timeout(Duration::from_secs(60), limiter.enter()).await.is_err());
        drop(first);
        assert!(limiter.enter().await.is_some());
    }
}
