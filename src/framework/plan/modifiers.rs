//! Attribute rules about the planned value: what replaces the object, and what stays as it was.

use crate::path::Path;
use crate::value::Value;

/// A rule about the planned value of one attribute.
pub trait Modifier: Send + Sync + 'static {
    /// Sees the change and may alter the planned value or decide that the object is replaced.
    fn modify(&self, change: &mut AttributeChange<'_>);

    /// Whether an unconfigured value stays as it was. Core proposes null for a computed object that holds values
    /// only a user could have set; known beforehand, that is no change.
    fn keeps_prior(&self) -> bool {
        false
    }
}

/// One attribute in a plan that creates or updates.
pub struct AttributeChange<'a> {
    /// Its place.
    pub path: &'a Path,
    /// The value in state; null when there is none.
    pub prior: &'a Value,
    /// The configured value.
    pub config: &'a Value,
    /// The value planned so far.
    pub planned: Value,
    /// Whether the object is being created (nothing is in state).
    pub creating: bool,
    /// Whether the object around it was there before; a new element of a list was not.
    pub existed: bool,
    /// Set to replace the object.
    pub replace: bool,
}

pub(crate) struct ReplaceIf(pub(crate) fn(&AttributeChange<'_>) -> bool);

impl Modifier for ReplaceIf {
    fn modify(&self, change: &mut AttributeChange<'_>) {
        // An unknown value counts as a change: whether it is known yet must not decide about replacement.
        if !change.creating && change.planned != *change.prior && (self.0)(change) {
            change.replace = true;
        }
    }
}

pub(crate) struct UseState;

impl Modifier for UseState {
    fn modify(&self, change: &mut AttributeChange<'_>) {
        if change.existed && change.planned.is_unknown() && change.config.is_null() {
            change.planned = change.prior.clone();
        }
    }

    fn keeps_prior(&self) -> bool {
        true
    }
}
