//! What is planned: defaults, unknown values, rules about changes, and core's own rules to hold the result against.

mod passes;
mod sets;
mod walk;

pub mod modifiers;
pub(crate) mod verify;

use std::mem;

use super::model::Model;
use super::path::Path;
use super::schema::{Schema, Shape};
use super::value::Value;
use walk::Place;

/// A plan before the resource itself has adjusted it.
pub(crate) struct Draft {
    pub(crate) planned: Value,
    pub(crate) replace: Vec<Path>,
}

/// Makes the plan of a create or update from core's proposal.
///
/// The order matters: defaults and the nulling of write-only values come before the comparison with the prior
/// state, since unknown values may only appear where something changes at all; a plan without changes has to
/// repeat the prior state exactly. The attributes' own rules come after, so that they can take unknowns back.
pub(crate) fn draft(schema: &Schema, prior: &Value, config: &Value, proposed: Value) -> Draft {
    let root = Path::root();
    let place = Place::of(&root, config, prior);
    let mut planned = walk::body(&mut passes::Defaults, schema, &place, proposed);
    planned = walk::body(&mut passes::KeepState, schema, &place, planned);
    if has_spellings(schema) {
        planned = walk::body(&mut passes::KeepSpelling, schema, &place, planned);
    }
    if planned != *prior {
        planned = walk::body(&mut passes::Unknowns, schema, &place, planned);
    }
    let mut modify = passes::Modify { creating: prior.is_null(), replace: Vec::new() };
    planned = walk::body(&mut modify, schema, &place, planned);
    Draft { planned, replace: modify.replace }
}

/// A configuration with its defaults, for data sources, which are never planned.
pub(crate) fn with_defaults(schema: &Schema, config: Value) -> Value {
    let root = Path::root();
    let configured = config.clone();
    walk::body(&mut passes::Defaults, schema, &Place::of(&root, &configured, &Value::Null), config)
}

/// The same object without write-only values.
pub(crate) fn without_write_only(schema: &Schema, object: Value) -> Value {
    if !schema.any(&|attribute| attribute.write_only) {
        return object;
    }
    let Value::Map(mut members) = object else { return object };
    for attribute in &schema.attributes {
        let Some(member) = members.get_mut_near(&attribute.name, attribute.place) else { continue };
        if attribute.write_only {
            *member = Value::Null;
        } else if let Shape::Nested(nesting, body) = &attribute.shape {
            *member = nesting.map_elements(mem::take(member), |element| without_write_only(body, element));
        }
    }
    for block in &schema.blocks {
        let Some(member) = members.get_mut_near(&block.name, block.place) else { continue };
        *member =
            block.nesting.map_elements(mem::take(member), |element| without_write_only(&block.body, element));
    }
    Value::Map(members)
}

/// The same object with the earlier spelling of values that mean the same as before.
pub(crate) fn keep_spelling(schema: &Schema, before: &Value, object: Value) -> Value {
    if !has_spellings(schema) {
        return object;
    }
    let root = Path::root();
    let same = object.clone();
    walk::body(&mut passes::KeepSpelling, schema, &Place::of(&root, &same, before), object)
}

/// Whether the same can be written in different ways in an object of this schema.
fn has_spellings(schema: &Schema) -> bool {
    schema.any(&|attribute| attribute.same.is_some())
}

/// Applies what became of a model to the value it was read from. Parts that were left alone keep exactly what they were, even
/// where the model can't express it (a list with one unknown element reads as unknown).
pub(crate) fn carry<M: Model>(original: Value, before: &M, after: &M) -> Value {
    // Mostly nothing changes, and a model is compared far sooner than written twice.
    if before == after { original } else { merge(original, &before.write(), after.write()) }
}

fn merge(original: Value, before: &Value, after: Value) -> Value {
    if *before == after {
        return original;
    }
    match (original, before, after) {
        (Value::Map(mut original), Value::Map(before), Value::Map(after)) => {
            Value::object(after.into_iter().map(|(name, after)| {
                // What is left of the original is not looked at again, so that its place may stay.
                let merged = match (original.get_mut(&name).map(mem::take), before.get(&name)) {
                    (Some(original), Some(before)) => merge(original, before, after),
                    _ => after,
                };
                (name, merged)
            }))
        }
        (_, _, after) => after,
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attr::{Attr, AttributeType};
    use crate::model::Model;
    use crate::schema::rules::optional;
    use crate::schema::{Nesting, Shape};
    use crate::value::Type;
    use std::collections::BTreeMap;

    fn text() -> Shape {
        Shape::Plain(Type::String)
    }

    crate::model! {
        /// Part.
        struct Part {
            /// Flag.
            on: Attr<bool> => optional().computed().default_value(true),
            /// Text.
            text: Attr<String> => optional(),
            /// Decided.
            serial: Attr<String> => computed(),
        }
    }

    crate::model! {
        /// Thing.
        struct Thing {
            /// Id.
            id: Attr<String> => computed().use_state_for_unknown(),
            /// Revision.
            revision: Attr<i64> => computed(),
            /// Name.
            name: Attr<String> => required(),
            /// Region.
            region: Attr<String> => optional().computed().default_value("us").requires_replace(),
            /// Address.
            address: Attr<String> => optional().same_if(|a, b| {
                a.as_str().map(|a| a.trim_end_matches('/')) == b.as_str().map(|b| b.trim_end_matches('/'))
            }),
            /// Secret.
            secret: Attr<String> => optional().write_only(),
            /// Part.
            part: Attr<Part> => optional().computed().default_members(),
            /// Parts.
            parts: Attr<BTreeMap<String, Part>> => optional(),
        }
    }

    fn part(on: bool, serial: Attr<String>) -> Part {
        Part { on: on.into(), text: Attr::Null, serial }
    }

    fn stored() -> Thing {
        Thing {
            id: "1".into(),
            revision: 7.into(),
            name: "n".into(),
            region: "us".into(),
            address: "https://x/".into(),
            part: Attr::Known(part(true, "s".into())),
            ..Thing::default()
        }
    }

    fn plan(prior: Option<&Thing>, config: &Thing, proposed: &Thing) -> (Thing, Vec<String>) {
        let prior = prior.map_or(Value::Null, AttributeType::write);
        let draft = draft(&Thing::schema(), &prior, &config.write(), proposed.write());
        let planned = crate::model::read(&draft.planned).unwrap();
        (planned, draft.replace.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_create_has_defaults_and_unknowns_and_no_write_only_value() {
        let config = Thing { name: "n".into(), secret: "s".into(), ..Thing::default() };
        let (planned, replace) = plan(None, &config, &config);
        assert_eq!(planned.id, Attr::Unknown);
        assert_eq!(planned.region, "us".into());
        assert_eq!(planned.secret, Attr::Null);
        assert_eq!(planned.part, Attr::Known(part(true, Attr::Unknown)));
        assert!(replace.is_empty());
    }

    #[test]
    fn a_plan_without_changes_repeats_the_state() {
        let config = Thing { name: "n".into(), address: "https://x".into(), ..Thing::default() };
        let proposed = Thing { address: "https://x".into(), ..stored() };
        assert_eq!(plan(Some(&stored()), &config, &proposed), (stored(), vec![]));
    }

    #[test]
    fn a_change_makes_unknown_what_is_decided_anew_and_keeps_the_id() {
        let config = Thing { name: "m".into(), address: "https://x/".into(), ..Thing::default() };
        let (planned, replace) = plan(Some(&stored()), &config, &Thing { name: "m".into(), ..stored() });
        assert_eq!(planned.id, "1".into());
        assert_eq!(planned.revision, Attr::Unknown);
        assert!(replace.is_empty());
    }

    #[test]
    fn a_removed_part_goes_back_to_its_defaults() {
        let prior = Thing { part: Attr::Known(part(false, "s".into())), ..stored() };
        let config = Thing { name: "n".into(), address: "https://x/".into(), ..Thing::default() };
        let (planned, _) = plan(Some(&prior), &config, &prior);
        assert_eq!(planned.part, Attr::Known(part(true, Attr::Unknown)));
        let (planned, _) = plan(Some(&prior), &config, &Thing { part: Attr::Null, ..prior.clone() });
        assert_eq!(planned.part, Attr::Known(part(true, Attr::Unknown)));
    }

    #[test]
    fn replacement_is_decided_alike_for_known_and_unknown_values() {
        for region in [Attr::Unknown, "eu".into()] {
            let config = Thing { name: "n".into(), region: region.clone(), ..Thing::default() };
            let (_, replace) = plan(Some(&stored()), &config, &Thing { region, ..stored() });
            assert_eq!(replace, ["region"]);
        }
    }

    #[test]
    fn an_object_that_is_not_known_yet_replaces_where_what_is_in_it_may() {
        let mut place = Schema::default();
        place.field("street", String::new(), text(), optional());
        place.field("city", String::new(), text(), optional().requires_replace());
        for nesting in [Nesting::Single, Nesting::List, Nesting::Map, Nesting::Set] {
            let mut schema = Schema::default();
            schema.field("place", String::new(), Shape::Nested(nesting, place.clone()), optional());
            let object = |place: Value| Value::object([("place", place)]);
            let prior = object(Value::Null);
            let config = object(Value::Unknown);
            let draft = draft(&schema, &prior, &config, config.clone());
            assert_eq!(draft.replace, [Path::attribute("place")], "{nesting:?}");
        }
    }

    #[test]
    fn nested_elements_get_their_own_defaults_and_unknowns() {
        let row = Part { text: "t".into(), ..Part::default() };
        let parts = Attr::Known(BTreeMap::from([("k".to_owned(), row.clone())]));
        let config = Thing { name: "n".into(), parts, ..Thing::default() };
        let (planned, _) = plan(None, &config, &config);
        let expected = Part { on: true.into(), serial: Attr::Unknown, ..row };
        assert_eq!(planned.parts.known().unwrap()["k"], expected);
    }

    #[test]
    fn what_a_model_left_alone_keeps_its_value() {
        let original =
            Value::object([("a", Value::List(vec!["x".into(), Value::Unknown])), ("b", Value::Null)]);
        let before = Value::object([("a", Value::Unknown), ("b", Value::Null)]);
        let after = Value::object([("a", Value::Unknown), ("b", "set".into())]);
        let merged = merge(original.clone(), &before, after);
        assert_eq!(merged.member("a"), original.member("a"));
        assert_eq!(merged.member("b"), &"set".into());
    }
}
