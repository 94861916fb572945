//! The passes that make a plan, one per step.

use super::modifiers::AttributeChange;
use super::walk::{Pass, Place};
use crate::path::Path;
use crate::schema::{Attribute, Block, DefaultValue, Nesting, Schema, Shape};
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
        let mut change = AttributeChange {
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

    fn unknown(&mut self, schema: &Schema, place: &Place<'_>) {
        if self.may_replace(schema, place.path, place.prior) {
            self.replace.push(place.path.clone());
        }
    }
}

impl Modify {
    /// Whether a rule within an object that is not known yet replaces the whole. It has to be said now: core takes back a
    /// replacement and never adds one.
    fn may_replace(&self, schema: &Schema, path: &Path, prior: &Value) -> bool {
        let attribute = |attribute: &Attribute| {
            let existed = !prior.is_null();
            let prior = prior.member(&attribute.name);
            let mut change = AttributeChange {
                path,
                prior,
                config: &Value::Unknown,
                planned: Value::Unknown,
                creating: self.creating,
                existed,
                replace: false,
            };
            attribute.modifiers.iter().for_each(|modifier| modifier.modify(&mut change));
            let within = match &attribute.shape {
                Shape::Nested(Nesting::Single, body) => self.may_replace(body, path, prior),
                Shape::Nested(_, body) => self.may_replace(body, path, &Value::Null),
                Shape::Plain(_) => false,
            };
            change.replace || within
        };
        let blocks = |block: &Block| self.may_replace(&block.body, path, &Value::Null);
        schema.attributes.iter().any(attribute) || schema.blocks.iter().any(blocks)
    }
}
