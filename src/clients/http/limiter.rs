//! Restraint towards one service: not too much at once, and nothing at all to who asks for patience.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::places::{Place, Places};

/// Shared by all requests that count against one limit of a service; clones share it.
///
/// A request that is sent while others are being throttled is refused as well and still counts (Graph: throttling),
/// so when one is told to wait, all wait. Where a limiter has parts, nobody knows whether the one that asks for patience
/// speaks for all: then one request of another part goes on and shows it, while the others wait for what becomes of it.
#[derive(Debug, Clone)]
pub(crate) struct Limiter {
    state: Arc<State>,
    part: Arc<str>,
}

#[derive(Debug)]
struct State {
    places: Places,
    waits: Mutex<Waits>,
    /// Told whenever somebody may have to wait no longer.
    changed: Notify,
}

/// Who waits, and until when.
#[derive(Debug, Default)]
struct Waits {
    all: Option<Instant>,
    parts: Vec<(Arc<str>, Instant)>,
    /// Until when it is open whether all are meant.
    open: Option<Instant>,
    /// Until when a scout may take, while one is on its way.
    scout: Option<Instant>,
}

impl Waits {
    /// The end of what is asked of a part.
    fn end_for(&self, part: &str) -> Option<Instant> {
        let own = self.parts.iter().find(|(name, _)| **name == *part).map(|(_, until)| *until);
        own.max(self.all)
    }
}

/// What lets a request go.
#[derive(Debug)]
pub(super) struct Turn {
    limiter: Limiter,
    is_scout: bool,
}

impl Limiter {
    /// At most `parallel` requests at once, without those that hang.
    pub(crate) fn new(parallel: usize) -> Self {
        let places = Places::new(parallel, PATIENCE);
        let state = State { places, waits: Mutex::default(), changed: Notify::new() };
        Self { state: Arc::new(state), part: "".into() }
    }

    /// The same for requests about one part of what the service has, which may have a limit of its own.
    pub(super) fn part(&self, name: &str) -> Self {
        Self { part: name.to_lowercase().into(), ..self.clone() }
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.state.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> (Place<'_>, Turn) {
        loop {
            // Who waits for patience's sake takes no place from the others.
            self.until_nobody_asks_for_patience().await;
            let place = self.state.places.enter().await;
            if let Some(turn) = self.turn() {
                return (place, turn);
            }
        }
    }

    async fn until_nobody_asks_for_patience(&self) {
        loop {
            let mut changed = pin!(self.state.changed.notified());
            changed.as_mut().enable();
            let until = {
                let (waits, now) = (self.waits(), Instant::now());
                let verdict = waits.open.filter(|open| *open > now).and(waits.scout);
                match waits.end_for(&self.part).max(verdict) {
                    Some(until) if until > now => until,
                    _ => return,
                }
            };
            let _ = timeout_at(until, changed).await;
        }
    }

    /// Permission to go now, as a scout where it is open who is meant.
    fn turn(&self) -> Option<Turn> {
        let (mut waits, now) = (self.waits(), Instant::now());
        if waits.end_for(&self.part).is_some_and(|until| until > now) {
            return None;
        }
        let is_scout = waits.open.is_some_and(|open| open > now);
        if is_scout {
            if waits.scout.is_some_and(|until| until > now) {
                return None;
            }
            waits.scout = Some(now + SCOUT_PATIENCE);
        }
        Some(Turn { limiter: self.clone(), is_scout })
    }

    /// The service asked for patience.
    pub(crate) fn pause(&self, delay: Duration) {
        let (mut waits, now) = (self.waits(), Instant::now());
        let until = now + delay;
        waits.parts.retain(|(_, until)| *until > now);
        match waits.parts.iter_mut().find(|(name, _)| *name == self.part) {
            Some((_, own)) => *own = until.max(*own),
            None => waits.parts.push((self.part.clone(), until)),
        }
        waits.open = waits.open.max(Some(until));
    }
}

impl Turn {
    /// The service answered, and asked for no patience.
    pub(super) fn passed(&mut self) {
        if std::mem::take(&mut self.is_scout) {
            self.limiter.waits().open = None;
            self.come_back();
        }
    }

    /// The service asked for patience.
    pub(super) fn refused(&mut self, delay: Duration) {
        if std::mem::take(&mut self.is_scout) {
            let mut waits = self.limiter.waits();
            waits.all = waits.all.max(Some(Instant::now() + delay));
            waits.open = None;
            drop(waits);
            self.come_back();
        } else {
            self.limiter.pause(delay);
        }
    }

    fn come_back(&self) {
        self.limiter.waits().scout = None;
        self.limiter.state.changed.notify_waiters();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.is_scout {
            // It brought no answer: the next one goes.
            self.come_back();
        }
    }
}

impl Default for Limiter {
    fn default() -> Self {
        Self::new(16)
    }
}

/// How long a request may keep others from going: an account whose organizations hang, as many as there are places, is held up
/// for so long and no longer, while each of those requests goes on until its own deadline.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the others wait for what becomes of a scout: one that hangs tells nothing.
const SCOUT_PATIENCE: Duration = PATIENCE;

#[cfg(test)]
#[path = "limiter_tests.rs"]
mod tests;
