//! Walks configuration, prior state and planned state side by side along a schema.

use std::borrow::Cow;

use crate::path::Path;
use crate::schema::{Attribute, DefaultValue, Nesting, Schema, Shape};
use crate::value::Value;

const NULL: &Value = &Value::Null;

/// Where a pass is.
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    pub(super) config: &'a Value,
    pub(super) prior: &'a Value,
    /// Whether the object around it was there before.
    pub(super) existed: bool,
    /// Elements of sets have no address: paths end at the set.
    in_set: bool,
}

impl<'a> Place<'a> {
    /// The place of an object.
    pub(super) const fn of(path: &'a Path, config: &'a Value, prior: &'a Value) -> Self {
        Self { path, config, prior, existed: !matches!(prior, Value::Null), in_set: false }
    }

    fn member_path(&self, name: Cow<'static, str>) -> Path {
        if self.in_set { self.path.clone() } else { self.path.clone().join(Path::attribute(name)) }
    }

    /// The place of an attribute or of the blocks of one name in the object that is here.
    fn member<'b>(&self, path: &'b Path, name: &str) -> Place<'b>
    where
        'a: 'b,
    {
        let (config, prior) = (self.config.member(name), self.prior.member(name));
        Place { path, config, prior, existed: !self.prior.is_null(), in_set: self.in_set }
    }
}

/// One pass over all attributes, outer ones first.
pub(super) trait Pass {
    /// What is planned for the attribute. Its nested attributes are visited afterwards.
    fn attribute(&mut self, attribute: &Attribute, place: &Place<'_>, planned: Value) -> Value;
}

/// Runs a pass over the attributes and blocks of a body.
pub(super) fn body<P: Pass>(pass: &mut P, schema: &Schema, place: &Place<'_>, planned: Value) -> Value {
    let Value::Map(mut members) = planned else { return planned };
    for attribute in &schema.attributes {
        let path = place.member_path(attribute.name.clone());
        let inner = place.member(&path, &attribute.name);
        let member = members.remove(attribute.name.as_ref()).unwrap_or_default();
        let mut member = pass.attribute(attribute, &inner, member);
        if let Shape::Nested(nesting, nested) = &attribute.shape {
            let of_members = matches!(attribute.default, Some(DefaultValue::Members));
            if !inner.config.is_unknown() && (!inner.config.is_null() || of_members) {
                member = elements(pass, nested, *nesting, &inner, member);
            }
        }
        members.insert(attribute.name.clone().into_owned(), member);
    }
    for block in &schema.blocks {
        let path = place.member_path(block.name.clone());
        let inner = place.member(&path, &block.name);
        if let Some(member) = members.remove(block.name.as_ref()) {
            let member = elements(pass, &block.body, block.nesting, &inner, member);
            members.insert(block.name.clone().into_owned(), member);
        }
    }
    Value::Map(members)
}

/// Runs a pass over every object of a nested attribute or of the blocks of one name.
fn elements<P: Pass>(
    pass: &mut P,
    schema: &Schema,
    nesting: Nesting,
    place: &Place<'_>,
    planned: Value,
) -> Value {
    match (nesting, planned) {
        (Nesting::Single, planned) => body(pass, schema, place, planned),
        (Nesting::List, Value::List(planned)) => Value::List(
            planned
                .into_iter()
                .enumerate()
                .map(|(index, planned)| {
                    let path =
                        if place.in_set { place.path.clone() } else { place.path.clone().index(index) };
                    let config = element(place.config, index);
                    body(
                        pass,
                        schema,
                        &Place {
                            in_set: place.in_set,
                            ..Place::of(&path, config, element(place.prior, index))
                        },
                        planned,
                    )
                })
                .collect(),
        ),
        (Nesting::Map, Value::Map(planned)) => Value::Map(
            planned
                .into_iter()
                .map(|(key, planned)| {
                    let path =
                        if place.in_set { place.path.clone() } else { place.path.clone().key(key.clone()) };
                    let (config, prior) = (place.config.member(&key), place.prior.member(&key));
                    let planned = body(
                        pass,
                        schema,
                        &Place { in_set: place.in_set, ..Place::of(&path, config, prior) },
                        planned,
                    );
                    (key, planned)
                })
                .collect(),
        ),
        (Nesting::Set, Value::Set(mut planned)) => {
            // The elements of a set have no address: the planned one that agrees with what is configured is the
            // one that core made of it.
            // Elements that say most choose first, lest one that says less takes what another one needs.
            let mut configured: Vec<&Value> = place.config.as_elements().unwrap_or_default().iter().collect();
            configured.sort_by_key(|config| std::cmp::Reverse(said(config)));
            let mut visited = Vec::with_capacity(planned.len());
            for config in configured {
                let position = planned.iter().position(|candidate| agrees(config, candidate));
                let candidate = position.map_or_else(|| config.clone(), |position| planned.remove(position));
                let priors = place.prior.as_elements().unwrap_or_default();
                let same = priors.iter().find(|prior| **prior == candidate);
                let prior =
                    same.or_else(|| priors.iter().find(|prior| agrees(config, prior))).unwrap_or(NULL);
                visited.push(body(
                    pass,
                    schema,
                    &Place { in_set: true, ..Place::of(place.path, config, prior) },
                    candidate,
                ));
            }
            Value::set(visited)
        }
        (_, planned) => planned,
    }
}

fn element(value: &Value, index: usize) -> &Value {
    value.as_elements().and_then(|elements| elements.get(index)).unwrap_or(NULL)
}

/// How much a configured value says.
fn said(config: &Value) -> usize {
    match config {
        Value::Null => 0,
        Value::Map(members) => members.values().map(said).sum(),
        Value::List(elements) | Value::Set(elements) => 1 + elements.iter().map(said).sum::<usize>(),
        _ => 1,
    }
}

/// Whether a planned value can have been made of a configured one: every known part of the latter is in it.
fn agrees(config: &Value, planned: &Value) -> bool {
    match (config, planned) {
        (Value::Null, _) => true,
        // Of an object both have every member, of a map the keys are part of what is configured.
        (Value::Map(config), Value::Map(planned)) => {
            config.len() == planned.len()
                && config
                    .iter()
                    .all(|(name, member)| planned.get(name).is_some_and(|planned| agrees(member, planned)))
        }
        (Value::List(config), Value::List(planned)) => {
            config.len() == planned.len() && config.iter().zip(planned).all(|(a, b)| agrees(a, b))
        }
        (Value::Set(config), Value::Set(planned)) => {
            config.len() == planned.len() && config.iter().all(|a| planned.iter().any(|b| agrees(a, b)))
        }
        (config, planned) => config == planned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_the_keys_of_a_map_does_not_agree() {
        let element = |keys: &[&str]| {
            let map = Value::object(keys.iter().map(|key| ((*key).to_owned(), Value::from("x"))));
            Value::object([("map", map), ("serial", Value::Null)])
        };
        assert!(agrees(&element(&["k"]), &element(&["k"])));
        assert!(!agrees(&element(&[]), &element(&["k"])));
        assert!(!agrees(&element(&["k"]), &element(&[])));
    }
}
