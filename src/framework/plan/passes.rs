//! The passes that make a plan, one per step.

use super::modifiers::Change;
use super::walk::{Pass, Place};
use crate::path::Path;
use crate::schema::{Attribute, DefaultValue, Shape};
use crate::value::Value;

/// Puts defaults where nothing is configured, and null where an attribute is write-only.
pub(super) struct Defaults;

impl Pass for Defaults {
    fn attribute(&mut self, attribute: &Attribute, place: &Place<'_>, planned: Value) -> Value {
        if attribute.write_only {
            return Value::Null;
        }
        if !place.config.is_null() {
            return planned;
        }
        match &attribute.default {
            Some(DefaultValue::Value(value)) => value.clone(),
            // The members get their defaults as the walk goes on; those without keep what they were.
            Some(DefaultValue::Members) => match (&attribute.shape, planned) {
                (Shape::Nested(_, body), Value::Null | Value::Unknown) => body.empty_value(),
                (_, planned) => planned,
            },
            None => planned,
        }
    }
}

/// Puts back what stays as it was although core proposes to drop it.
pub(super) struct KeepState;

impl Pass for KeepState {
    fn attribute(&mut self, attribute: &Attribute, place: &Place<'_>, planned: Value) -> Value {
        let decided = attribute.computed && attribute.default.is_none() && place.config.is_null();
        let keeps = attribute.modifiers.iter().any(|modifier| modifier.keeps_prior());
        if decided && keeps && place.existed && planned.is_null() { place.prior.clone() } else { planned }
    }
}

/// Keeps the prior spelling of values that mean the same.
pub(super) struct KeepSpelling;

impl Pass for KeepSpelling {
    fn attribute(&mut self, attribute: &Attribute, place: &Place<'_>, planned: Value) -> Value {
        let known = planned.is_wholly_known() && place.prior.is_wholly_known();
        if known && attribute.same(&planned, place.prior) { place.prior.clone() } else { planned }
    }
}

/// Makes unknown what the provider decides: computed, not configured, without a default.
pub(super) struct Unknowns;

impl Pass for Unknowns {
    fn attribute(&mut self, attribute: &Attribute, place: &Place<'_>, planned: Value) -> Value {
        let decided = attribute.computed && attribute.default.is_none() && place.config.is_null();
        if decided { Value::Unknown } else { planned }
    }
}

/// Runs the attributes' own rules about planned values.
pub(super) struct Modify {
    pub(super) creating: bool,
    pub(super) replace: Vec<Path>,
}

impl Pass for Modify {
    fn attribute(&mut self, attribute: &Attribute, place: &Place<'_>, planned: Value) -> Value {
        let mut change = Change {
            path: place.path,
            prior: place.prior,
            config: place.config,
            planned,
            creating: self.creating,
            existed: place.existed,
            replace: false,
        };
        for modifier in &attribute.modifiers {
            modifier.modify(&mut change);
        }
        if change.replace {
            self.replace.push(place.path.clone());
        }
        change.planned
    }
}

/// Nulls write-only attributes.
pub(super) struct WithoutWriteOnly;

impl Pass for WithoutWriteOnly {
    fn attribute(&mut self, attribute: &Attribute, _place: &Place<'_>, planned: Value) -> Value {
        if attribute.write_only { Value::Null } else { planned }
    }
}
