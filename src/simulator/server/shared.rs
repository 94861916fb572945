//! What every request can reach.

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

/// What every request can reach.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) arguments: Arguments,
    pub(crate) place: Place,
    world: Mutex<World>,
}

impl Shared {
    pub(crate) fn new(arguments: Arguments, place: Place, world: World) -> Self {
        Self { arguments, place, world: Mutex::new(world) }
    }

    /// The world, for as long as the guard lives. A handler that panicked left it as it was.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
