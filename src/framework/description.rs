//! The name of an ephemeral resource, a list or an action.

use std::time::Duration;

/// Name and patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// Without the provider's prefix.
    pub name: &'static str,
    /// How long one operation may take.
    pub timeout: Duration,
}

impl Description {
    /// With five minutes for an operation.
    pub const fn new(name: &'static str) -> Self {
        Self { name, timeout: Duration::from_secs(300) }
    }

    /// The same with another timeout.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}
