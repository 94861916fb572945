//! Walks configuration, prior state and planned state side by side along a schema.

use std::mem;

use super::sets::{Member, members};
use crate::path::{Path, Step};
use crate::schema::{Attribute, DefaultValue, Nesting, Schema, Shape};
use crate::value::{ByName, Name, Value};

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

    fn element_path(&self, append: impl FnOnce(Path) -> Path) -> Path {
        if self.in_set { self.path.clone() } else { append(self.path.clone()) }
    }

    /// The place of one object of the list or map that is here.
    fn element<'b>(&self, path: &'b Path, config: &'b Value, prior: &'b Value) -> Place<'b> {
        Place { in_set: self.in_set, ..Place::of(path, config, prior) }
    }

    /// Goes to the place of an attribute or of the blocks of one name in the object that is here. `path` is the path of
    /// this place, and is again afterwards.
    fn at_member(&self, path: &mut Path, (name, place): (&Name, usize), work: impl FnOnce(&Place<'_>)) {
        let (config, prior) = (self.config.member_near(name, place), self.prior.member_near(name, place));
        let existed = !self.prior.is_null();
        let visit = |path: &Path| work(&Place { path, config, prior, existed, in_set: self.in_set });
        if self.in_set { visit(path) } else { path.within(Step::Attribute(name.clone()), |path| visit(path)) }
    }
}

/// One pass over all attributes, outer ones first.
pub(super) trait Pass {
    /// What is planned for the attribute. Its nested attributes are visited afterwards.
    fn attribute(&mut self, attribute: &Attribute, place: &Place<'_>, planned: Value) -> Value;

    /// Sees a place where objects of this schema may be once it is known what is there.
    fn unknown(&mut self, _schema: &Schema, _place: &Place<'_>) {}
}

/// Runs a pass over the attributes and blocks of a body.
pub(super) fn body<P: Pass>(pass: &mut P, schema: &Schema, place: &Place<'_>, planned: Value) -> Value {
    let mut members = match planned {
        Value::Map(members) => members,
        Value::Unknown => {
            pass.unknown(schema, place);
            return planned;
        }
        _ => return planned,
    };
    let mut path = place.path.clone();
    for attribute in &schema.attributes {
        let member = members.get_or_default(&attribute.name, attribute.place);
        place.at_member(&mut path, (&attribute.name, attribute.place), |inner| {
            *member = pass.attribute(attribute, inner, mem::take(member));
            if let Shape::Nested(nesting, nested) = &attribute.shape {
                let of_members = matches!(attribute.default, Some(DefaultValue::Members));
                if !inner.config.is_null() || of_members {
                    *member = elements(pass, nested, *nesting, inner, mem::take(member));
                }
            }
        });
    }
    for block in &schema.blocks {
        let Some(member) = members.get_mut_near(&block.name, block.place) else { continue };
        place.at_member(&mut path, (&block.name, block.place), |inner| {
            *member = elements(pass, &block.body, block.nesting, inner, mem::take(member));
        });
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
        (Nesting::List, Value::List(planned)) => Value::List(list(pass, schema, place, planned)),
        (Nesting::Map, Value::Map(planned)) => Value::Map(map(pass, schema, place, planned)),
        (Nesting::Set, Value::Set(planned)) => Value::set(set(pass, schema, place, planned)),
        (_, Value::Unknown) => {
            // Whatever comes, some of it was not there before.
            pass.unknown(schema, &place.element(place.path, place.config, NULL));
            Value::Unknown
        }
        (_, planned) => planned,
    }
}

fn list<P: Pass>(pass: &mut P, schema: &Schema, place: &Place<'_>, planned: Vec<Value>) -> Vec<Value> {
    let visit = |(index, planned)| {
        let path = place.element_path(|list| list.index(index));
        let element = place.element(&path, nth(place.config, index), nth(place.prior, index));
        body(pass, schema, &element, planned)
    };
    planned.into_iter().enumerate().map(visit).collect()
}

fn map<P: Pass>(
    pass: &mut P,
    schema: &Schema,
    place: &Place<'_>,
    mut planned: ByName<Value>,
) -> ByName<Value> {
    for (key, planned) in planned.iter_mut() {
        let path = place.element_path(|map| map.key(key.as_ref()));
        let element = place.element(&path, place.config.member(key), place.prior.member(key));
        *planned = body(pass, schema, &element, mem::take(planned));
    }
    planned
}

fn set<P: Pass>(pass: &mut P, schema: &Schema, place: &Place<'_>, planned: Vec<Value>) -> Vec<Value> {
    if !place.config.is_wholly_known() {
        // Which element is which, and so what changes, turns out later.
        pass.unknown(schema, &place.element(place.path, place.config, NULL));
    }
    let visit = |Member { config, prior, planned }| {
        let element = Place { in_set: true, ..Place::of(place.path, config, prior) };
        body(pass, schema, &element, planned)
    };
    members(place.config, place.prior, planned).into_iter().map(visit).collect()
}

fn nth(value: &Value, index: usize) -> &Value {
    value.as_elements().and_then(|elements| elements.get(index)).unwrap_or(NULL)
}
