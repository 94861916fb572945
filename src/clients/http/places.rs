//! Places for what goes on side by side, which are not held for ever by what hangs.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// So many works at once, without those that take long.
///
/// A work that is not done in time gives its place to the next one and goes on without: as many as hang at once hold
/// up the others that once, and not until their own deadlines. How many go on so is bounded by the time that each holds
/// a place.
#[derive(Debug)]
pub struct Places {
    free: Semaphore,
    patience: Duration,
}

/// A place that was taken, until it is dropped or held for too long.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// `None` only if the semaphore was closed, which nothing does.
    _permit: Option<SemaphorePermit<'a>>,
    patience: Duration,
}

impl Places {
    /// So many places, each of which a work may hold for so long.
    pub fn new(places: usize, patience: Duration) -> Self {
        Self { free: Semaphore::new(places), patience }
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> Place<'_> {
        Place { _permit: self.free.acquire().await.ok(), patience: self.patience }
    }

    /// Begins a work when there is a place for it.
    pub async fn take<W: Future>(&self, begin: impl FnOnce() -> W) -> W::Output {
        let place = self.enter().await;
        place.during(begin()).await
    }
}

impl Place<'_> {
    /// Holds the place while a work goes on, as long as it may be held.
    pub(super) async fn during<W: Future>(self, work: W) -> W::Output {
        let mut work = pin!(work);
        let in_time = timeout(self.patience, work.as_mut()).await;
        drop(self);
        match in_time {
            Ok(done) => done,
            Err(_) => work.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;
    use futures::stream::FuturesUnordered;
    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_hangs_holds_its_place_for_a_while_and_is_done_all_the_same() {
        let (places, begun) = (&Places::new(2, Duration::from_secs(5)), Instant::now());
        let works = [600, 1, 600, 600, 1].map(|seconds| {
            places.take(move || async move {
                sleep(Duration::from_secs(seconds)).await;
                (seconds, begun.elapsed().as_secs())
            })
        });
        let done: Vec<_> = works.into_iter().collect::<FuturesUnordered<_>>().collect().await;
        // The second leaves at once, the third and the first are waited for.
        assert_eq!(done, [(1, 1), (1, 7), (600, 600), (600, 601), (600, 605)]);
    }
}
