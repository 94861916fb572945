//! Rules and descriptions that the example does without.

use std::time::Duration;

use crate::attr::{Attr, AttributeType as _};
use crate::data_source::DataSourceDescription;
use crate::example::{Shelf, ShelfFacts, ShelfResource};
use crate::model::Model as _;
use crate::plan;
use crate::resource::{Planning, ResourceDescription};
use crate::timeouts::{DefaultTimeouts, Operation};
use crate::value::Value;

crate::model! {
    /// A lamp.
    struct Lamp {
        /// Power in watts. Once there is one, another takes another lamp.
        watts: Attr<i64> => optional()
            .requires_replace_if(|change| *change.path == Lamp::watts() && !change.prior.is_null()),
        /// Kind of the bulb.
        bulb: Attr<String> => optional().deprecated("Use `watts`."),
        /// What it hangs from.
        hook: Attr<Vec<Hook>> => block().items(1, 2),
    }
}

crate::model! {
    /// A hook.
    struct Hook {
        /// Where it is.
        place: Attr<String> => required(),
    }
}

fn lamp(watts: Attr<i64>) -> Value {
    let hook = Hook { place: "ceiling".into() };
    Lamp { watts, hook: Attr::Known(vec![hook]), ..Lamp::default() }.write()
}

#[test]
fn a_condition_decides_whether_a_change_replaces_the_object() {
    let schema = Lamp::schema();
    let replaced =
        |prior: &Value, config: &Value| plan::draft(&schema, prior, config, config.clone()).replace;
    assert_eq!(replaced(&lamp(40.into()), &lamp(60.into())), [Lamp::watts()]);
    assert_eq!(replaced(&lamp(40.into()), &lamp(Attr::Unknown)), [Lamp::watts()]);
    assert_eq!(replaced(&lamp(Attr::Null), &lamp(60.into())), []);
    assert_eq!(replaced(&lamp(40.into()), &lamp(40.into())), []);
}

#[test]
fn what_goes_away_and_how_often_a_block_occurs_are_in_the_schema() {
    let schema = Lamp::schema();
    let bulb = schema.attribute("bulb").expect("the attribute");
    assert_eq!(bulb.deprecated.as_deref(), Some("Use `watts`."));
    let hook = schema.block("hook").expect("the block");
    assert_eq!((hook.min_items, hook.max_items), (1, 2));
}

#[test]
fn descriptions_carry_timeouts() {
    let hour = DefaultTimeouts::minutes(60);
    let described = [
        ResourceDescription::new("lamp").timeouts(hour).timeouts,
        DataSourceDescription::new("lamps").timeouts(hour).timeouts,
    ];
    for timeouts in described {
        assert_eq!(timeouts.of(Operation::Create, &Value::Null), Duration::from_secs(3600));
        assert_eq!(timeouts.of(Operation::Read, &Value::Null), Duration::from_secs(300));
    }
}

#[test]
fn a_plan_knows_whether_it_makes_or_changes_the_object() {
    let shelf = |label: &str| Shelf { label: label.into(), ..Shelf::default() };
    let create = Planning::<ShelfResource>::new(None, shelf("a"), shelf("a"), ShelfFacts::default());
    assert!(create.is_create() && create.changes());
    let same =
        Planning::<ShelfResource>::new(Some(shelf("a")), shelf("a"), shelf("a"), ShelfFacts::default());
    assert!(!same.is_create() && !same.changes());
    let other =
        Planning::<ShelfResource>::new(Some(shelf("a")), shelf("b"), shelf("b"), ShelfFacts::default());
    assert!(other.changes());
}
