use super::*;

fn model() -> ClientSecretModel {
    ClientSecretModel {
        display_name: "x".into(),
        key_id: "key-2".into(),
        end_date: "2028-01-01T00:00:00Z".into(),
        previous_key_ids: BTreeSet::from(["key-1".to_owned()]).into(),
        rotate_before: "720h".into(),
        overlap: "24h".into(),
        ..ClientSecretModel::default()
    }
}

fn facts() -> Facts {
    let since = "2027-01-01T00:00:00Z".parse().expect("a time");
    Facts { superseded: BTreeMap::from([("key-1".to_owned(), since)]), ..Facts::default() }
}

fn at(now: &str, present: bool) -> Facts {
    observe(facts(), &model(), present, now.parse().expect("a time"))
}

fn planned(private: Facts, change: impl FnOnce(&mut ClientSecretModel)) -> ClientSecretModel {
    let mut wanted = model();
    change(&mut wanted);
    let config = ClientSecretModel { end_date: Attr::Null, ..wanted.clone() };
    let mut planning = Planning::<AzureClientSecret>::new(Some(model()), config, wanted, private);
    plan(&mut planning);
    planning.planned
}

#[test]
fn nothing_is_learnt_while_nothing_is_due() {
    assert_eq!(at("2027-01-01T23:59:59Z", true), facts());
}

#[test]
fn an_earlier_key_is_over_exactly_after_the_overlap_and_stays_so() {
    let over = at("2027-01-02T00:00:00Z", true);
    assert_eq!(over.over, BTreeSet::from(["key-1".to_owned()]));
    assert!(!over.due);
    let earlier_clock = "2027-01-01T00:00:00Z".parse().expect("a time");
    assert_eq!(observe(over.clone(), &model(), true, earlier_clock), over);
}

#[test]
fn the_clock_makes_a_rotation_due_exactly_rotate_before_the_end_and_it_stays_due() {
    assert!(!at("2027-12-01T23:59:59Z", true).due);
    let due = at("2027-12-02T00:00:00Z", true);
    assert!(due.due);
    assert!(observe(due, &model(), true, "2027-01-01T00:00:00Z".parse().expect("a time")).due);
}

#[test]
fn a_rotation_that_is_only_possible_does_not_say_which_keys_stay() {
    let possible = planned(facts(), |wanted| wanted.display_name = Attr::Unknown);
    assert!(possible.key_id.is_unknown() && possible.previous_key_ids.is_unknown());
    let certain = planned(facts(), |wanted| wanted.display_name = "other".into());
    assert_eq!(certain.previous_key_ids, BTreeSet::from(["key-1".to_owned(), "key-2".to_owned()]).into());
    let without_overlap = planned(facts(), |wanted| {
        wanted.display_name = Attr::Unknown;
        wanted.overlap = Attr::Null;
    });
    assert_eq!(without_overlap.previous_key_ids, model().previous_key_ids);
}

#[test]
fn a_missing_key_is_due() {
    assert!(at("2027-01-01T00:00:00Z", false).due);
}

#[test]
fn a_plan_without_cause_changes_nothing() {
    assert_eq!(planned(facts(), |_| {}), model());
}

#[test]
fn a_due_rotation_plans_a_new_secret_and_keeps_the_earlier_one_for_the_overlap() {
    let due = Facts { due: true, ..facts() };
    let both = BTreeSet::from(["key-1".to_owned(), "key-2".to_owned()]);
    let plan = planned(due.clone(), |_| {});
    assert!(plan.value.is_unknown() && plan.key_id.is_unknown() && plan.end_date.is_unknown());
    assert_eq!(plan.previous_key_ids, both.into());
    let without_overlap = planned(due.clone(), |model| model.overlap = Attr::Null);
    assert_eq!(without_overlap.previous_key_ids, model().previous_key_ids);
    assert!(planned(due, |model| model.overlap = Attr::Unknown).previous_key_ids.is_unknown());
}

#[test]
fn an_overlap_that_is_over_is_planned_as_a_removal_and_rotates_nothing() {
    let over = Facts { over: BTreeSet::from(["key-1".to_owned()]), ..facts() };
    let plan = planned(over, |_| {});
    assert_eq!(plan, ClientSecretModel { previous_key_ids: BTreeSet::new().into(), ..model() });
}

#[test]
fn arguments_rotate_when_they_change_and_not_when_they_first_appear() {
    let trigger = |value: &str| Attr::Known(BTreeMap::from([("month".to_owned(), value.to_owned())]));
    let before =
        ClientSecretModel { rotate_when_changed: trigger("1"), end_date_relative: "24h".into(), ..model() };
    let rotates = |change: &dyn Fn(&mut ClientSecretModel)| {
        let mut after = before.clone();
        change(&mut after);
        Rotation::by(&before, &after) != Rotation::None
    };
    assert!(!rotates(&|_| {}));
    assert!(rotates(&|after| after.rotate_when_changed = trigger("2")));
    assert!(rotates(&|after| after.rotate_when_changed = Attr::Unknown));
    assert!(rotates(&|after| after.end_date_relative = "48h".into()));
    assert!(!rotates(&|after| after.end_date_relative = "1440m".into()));
    assert!(rotates(&|after| after.display_name = "y".into()));
    assert!(rotates(&|after| after.end_date = "2029-01-01T00:00:00Z".into()));
    assert_eq!(Rotation::by(&model(), &before), Rotation::None);
}

#[test]
fn facts_that_hold_nothing_are_an_empty_object() {
    assert_eq!(serde_json::to_string(&Facts::default()).expect("JSON"), "{}");
}
