//! What every request can reach.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::arguments::Arguments;
use crate::state::World;

/// Where the simulator can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Scheme, host and port, without a slash at the end.
    pub(crate) base: String,
    /// Path of the authority's certificate; none with `--plain`.
    pub(crate) ca_certificate: Option<String>,
}

impl Place {
    /// Where a browser finds the page: without TLS, whose authority it does not trust.
    pub(crate) fn face(&self) -> String {
        self.base.replacen("https://", "http://", 1)
    }
}

/// What every request can reach.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) arguments: Arguments,
    pub(crate) place: Place,
    world: Mutex<World>,
    /// How often the world may have changed.
    changes: AtomicU64,
    /// When this process began, so that its numbers are not taken for those of an earlier one.
    began: i64,
}

impl Shared {
    pub(crate) fn new(arguments: Arguments, place: Place, world: World) -> Self {
        let began = world.clock.now().as_millisecond();
        Self { arguments, place, world: Mutex::new(world), changes: AtomicU64::new(0), began }
    }

    /// Notes that the world may have changed.
    pub(crate) fn note_change(&self) {
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// Names what the world is now: the same name means that nothing has changed.
    pub(crate) fn version(&self) -> String {
        format!("{:x}-{}", self.began, self.changes.load(Ordering::Acquire))
    }

    /// The world, for as long as the guard lives. A handler that panicked left it as it was.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
