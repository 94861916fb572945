//! The `timeouts` block and the durations in it.

use std::time::Duration;

use super::attr::Attr;
pub use super::duration::parse_duration;
use super::validators::duration_from;
use super::value::Value;

crate::model! {
    /// How long each operation may take.
    pub struct Timeouts {
        /// For creation, as a Go duration such as `30m` or `1h30m`; at least `1s`, as for the others.
        create: Attr<String> => optional().validate(duration_from(1)),
        /// For reading.
        read: Attr<String> => optional().validate(duration_from(1)),
        /// For updates.
        update: Attr<String> => optional().validate(duration_from(1)),
        /// For destruction.
        delete: Attr<String> => optional().validate(duration_from(1)),
    }
}

crate::model! {
    /// How long the operation may take.
    pub struct ReadTimeouts {
        /// For reading, as a Go duration such as `5m`; at least `1s`.
        read: Attr<String> => optional().validate(duration_from(1)),
    }
}

/// An operation that a timeout is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Making the object.
    Create,
    /// Reading it.
    Read,
    /// Changing it in place.
    Update,
    /// Destroying it.
    Delete,
}

impl Operation {
    /// As in the `timeouts` block.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// How long operations may take where the user does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultTimeouts {
    /// For creation.
    pub create: Duration,
    /// For reading, and for checks during plan.
    pub read: Duration,
    /// For updates.
    pub update: Duration,
    /// For destruction.
    pub delete: Duration,
}

impl Default for DefaultTimeouts {
    fn default() -> Self {
        Self::minutes(20)
    }
}

impl DefaultTimeouts {
    /// The same for every operation.
    pub const fn same(long: Duration) -> Self {
        Self { create: long, read: long, update: long, delete: long }
    }

    /// The same number of minutes for creation, updates and destruction, and five for reading.
    pub const fn minutes(minutes: u64) -> Self {
        let long = Duration::from_secs(60 * minutes);
        Self { create: long, read: Duration::from_secs(300), update: long, delete: long }
    }

    /// The same with another number of minutes for destruction.
    #[must_use]
    pub const fn deleting(mut self, minutes: u64) -> Self {
        self.delete = Duration::from_secs(60 * minutes);
        self
    }

    /// The timeout of an operation on an object: its `timeouts` block, else the default.
    pub fn of(&self, operation: Operation, object: &Value) -> Duration {
        let configured = object.member("timeouts").member(operation.name()).as_str().and_then(parse_duration);
        configured.unwrap_or(match operation {
            Operation::Create => self.create,
            Operation::Read => self.read,
            Operation::Update => self.update,
            Operation::Delete => self.delete,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_wins_over_the_default() {
        let object = Value::object([("timeouts", Value::object([("create", Value::from("90s"))]))]);
        let defaults = DefaultTimeouts::default();
        assert_eq!(defaults.of(Operation::Create, &object), Duration::from_secs(90));
        assert_eq!(defaults.of(Operation::Delete, &object), defaults.delete);
        assert_eq!(defaults.of(Operation::Create, &Value::Null), defaults.create);
    }
}
