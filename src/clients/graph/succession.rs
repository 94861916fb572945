//! Two resources of one run that want one application: one is about to delete it, the other to make it. So does a rename
//! without a `moved` block, of which core tells neither half: both begin at once, in either order.
//!
//! Whoever comes first waits for nobody: a deletion that finds an heir gives it the application instead, and an heir that
//! comes after a deletion finds it done. What is done to an application meanwhile happens under a lock that goes from one to
//! the other, so that nothing is taken over that is being deleted.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, oneshot};
use tokio::time::Instant;

use super::applications::{Application, Applications};
use super::connection::Graph;
use super::error::Error;
use crate::http::{Call, Interrupted};

/// Keeps all others of this process from taking an application over or deleting it.
pub type Alone = OwnedMutexGuard<()>;

/// Those that wait for an application to be given up, by its object id.
#[derive(Default)]
struct Heirs(Mutex<HashMap<String, Vec<oneshot::Sender<Alone>>>>);

/// What is being deleted, or was, that goes before an application: by the application's object id or client id.
#[derive(Default)]
struct Departures(Mutex<HashMap<String, Going>>);

#[derive(Default)]
struct Going {
    under_way: usize,
    ended: Option<Instant>,
}

/// Something that hangs on an application is being deleted for as long as this lives: the application may be next.
pub struct Departure {
    graph: Graph,
    id: String,
}

impl Drop for Departure {
    fn drop(&mut self) {
        let departures = self.graph.lasting::<Departures>();
        let mut going = lock(&departures.0);
        let going = going.entry(self.id.clone()).or_default();
        going.under_way = going.under_way.saturating_sub(1);
        going.ended = Some(Instant::now());
    }
}

impl Graph {
    /// Takes note that what hangs on an application is being deleted. `id` is its object id or its client id.
    pub fn departing_from(&self, id: &str) -> Departure {
        let id = id.to_lowercase();
        lock(&self.lasting::<Departures>().0).entry(id.clone()).or_default().under_way += 1;
        Departure { graph: self.clone(), id }
    }

    /// For how long nothing that hangs on an application has been deleted; zero while it is. None when nothing was.
    fn quiet(&self, found: &Application) -> Option<Duration> {
        let departures = self.lasting::<Departures>();
        let going = lock(&departures.0);
        [&found.object_id, &found.client_id]
            .into_iter()
            .filter_map(|id| going.get(&id.to_lowercase()))
            .filter_map(|going| match going.under_way {
                0 => going.ended.map(|ended| ended.elapsed()),
                _ => Some(Duration::ZERO),
            })
            .min()
    }

    /// The first of those that wait for an application.
    pub(super) fn heir(&self, object_id: &str) -> Option<oneshot::Sender<Alone>> {
        let heirs = self.lasting::<Heirs>();
        let mut waiting = lock(&heirs.0);
        let waiting = waiting.get_mut(object_id)?;
        waiting.retain(|heir| !heir.is_closed());
        (!waiting.is_empty()).then(|| waiting.remove(0))
    }
}

impl Applications<'_> {
    /// Waits until a resource of this process wants to delete an application, which it then gives to the caller: for as long
    /// as what hangs on the application is being deleted, and for `moments` before and after. None when nobody did.
    ///
    /// `alone` was held while the application was looked at, so that no deletion is missed.
    pub async fn inherit(
        &self,
        call: &Call,
        found: &Application,
        alone: Alone,
        moments: Duration,
    ) -> Result<Option<Alone>, Error> {
        let (give, mut given) = oneshot::channel();
        lock(&self.0.lasting::<Heirs>().0).entry(found.object_id.clone()).or_default().push(give);
        drop(alone);
        let began = Instant::now();
        loop {
            let quiet = self.0.quiet(found).map_or(began.elapsed(), |quiet| quiet.min(began.elapsed()));
            let Some(left) = moments.checked_sub(quiet).filter(|left| !left.is_zero()) else {
                return Ok(None);
            };
            let waited = tokio::select! {
                biased;
                alone = &mut given => return Ok(alone.ok()),
                waited = call.wait(left) => waited,
            };
            match waited {
                Ok(()) => {}
                Err(Interrupted::Deadline) => return Ok(None),
                Err(Interrupted::Cancelled) => {
                    let fact = format!("wait for the application `{}`", found.object_id);
                    return Err(Error::new(fact, Interrupted::Cancelled));
                }
            }
        }
    }
}

fn lock<T>(known: &Mutex<T>) -> MutexGuard<'_, T> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}
