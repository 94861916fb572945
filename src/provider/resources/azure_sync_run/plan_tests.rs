use pretty_assertions::assert_eq;

use super::*;
use crate::preview::StackVersion;
use sync_report::SyncVersion;

const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";

fn rows(lines: &[(&str, &str)]) -> BTreeMap<String, String> {
    lines.iter().map(|(address, line)| ((*address).to_owned(), (*line).to_owned())).collect()
}

fn deletions() -> BTreeMap<String, String> {
    rows(&[("ann@contoso.com", "delete end_user: deleted in Entra")])
}

/// What a configuration asks for, with everything that has a default filled in.
fn asked(changes: BTreeMap<String, String>) -> RunModel {
    RunModel {
        domain: "contoso.com".into(),
        tenant_id: TENANT.into(),
        changes: changes.into(),
        max_deletions: "10%".into(),
        on_excess: OnExcess::Withhold.into(),
        sync_version: StackVersion(SyncVersion::V2).into(),
        send_welcome_email: false.into(),
        ..RunModel::default()
    }
}

/// The same as it stands in the state after a run that withheld a deletion and could not make an addition.
fn ran(changes: BTreeMap<String, String>) -> RunModel {
    RunModel {
        run_at: "2026-11-29T10:00:00Z".into(),
        left: rows(&[("ann@contoso.com", "delete: withheld"), ("bea@contoso.com", "add: refused")]).into(),
        withheld: deletions().into(),
        ..asked(changes)
    }
}

fn planned(prior: Option<RunModel>, proposed: RunModel) -> RunModel {
    let mut planning = Planning::new(prior, proposed.clone(), proposed, ());
    AzureSyncRun.plan(&mut planning, &mut Diagnostics::new());
    planning.planned
}

fn is_to_run(planned: &RunModel) -> bool {
    planned.run_at.is_unknown() && planned.left.is_unknown() && planned.withheld.is_unknown()
}

#[test]
fn what_was_withheld_is_no_change_while_the_same_is_asked() {
    let prior = ran(deletions());
    assert_eq!(planned(Some(prior.clone()), asked(deletions())), prior);
}

#[test]
fn whatever_decides_what_a_run_does_makes_another_run_of_it() {
    type Edit = fn(&mut RunModel);
    let others: [(&str, Edit); 7] = [
        ("domain", |model| model.domain = "fabrikam.com".into()),
        ("tenant_id", |model| model.tenant_id = Attr::Unknown),
        ("changes", |model| model.changes = rows(&[("bea@contoso.com", "add end_user: new")]).into()),
        ("max_deletions", |model| model.max_deletions = "50%".into()),
        ("on_excess", |model| model.on_excess = OnExcess::Error.into()),
        ("sync_version", |model| model.sync_version = StackVersion(SyncVersion::V1).into()),
        ("send_welcome_email", |model| model.send_welcome_email = true.into()),
    ];
    for (name, change) in others {
        let mut proposed = asked(deletions());
        change(&mut proposed);
        assert!(is_to_run(&planned(Some(ran(deletions())), proposed)), "{name}");
    }
}

#[test]
fn a_plan_without_rows_forgets_what_was_withheld_and_keeps_what_was_left() {
    let prior = ran(deletions());
    let plan = planned(Some(prior.clone()), asked(BTreeMap::new()));
    assert_eq!(plan.run_at, prior.run_at);
    assert_eq!(plan.left, rows(&[("bea@contoso.com", "add: refused")]).into());
    assert_eq!(plan.withheld, BTreeMap::new().into());
    let new = planned(None, asked(BTreeMap::new()));
    assert_eq!((new.run_at, new.left), (Attr::Null, BTreeMap::new().into()));
    assert_eq!(new.withheld, BTreeMap::new().into());
}

#[test]
fn a_new_run_with_rows_or_with_rows_that_are_not_known_yet_is_to_run() {
    assert!(is_to_run(&planned(None, asked(deletions()))));
    let unknown = RunModel { changes: Attr::Unknown, ..asked(BTreeMap::new()) };
    assert!(is_to_run(&planned(None, unknown)));
}

#[test]
fn which_tenant_it_is_turns_out_only_where_nobody_says_so_and_something_runs() {
    let without = |changes| RunModel { tenant_id: Attr::Null, ..asked(changes) };
    assert!(planned(None, without(deletions())).tenant_id.is_unknown());
    assert_eq!(planned(None, without(BTreeMap::new())).tenant_id, Attr::Null);
    assert_eq!(planned(None, asked(deletions())).tenant_id, TENANT.into());
}

#[test]
fn what_was_enacted_is_not_in_a_state_that_is_loaded() {
    let mut state = ran(rows(&[
        ("ann@contoso.com", "delete end_user: deleted in Entra"),
        ("cid@contoso.com", "add end_user: new"),
    ]));
    AzureSyncRun.loaded(&mut state);
    assert_eq!(state.changes, deletions().into());
}

#[test]
fn an_imported_run_has_enacted_nothing_and_messages_name_its_organization() {
    let Ok(state) = AzureSyncRun.import(ImportBy::Id("contoso.com".to_owned())) else { panic!() };
    let nothing = Attr::Known(BTreeMap::new());
    assert_eq!(
        state.model,
        RunModel {
            domain: "contoso.com".into(),
            changes: nothing.clone(),
            left: nothing.clone(),
            withheld: nothing,
            ..RunModel::default()
        }
    );
    assert_eq!(AzureSyncRun.subject(&state.model).as_deref(), Some("contoso.com"));
    assert_eq!(AzureSyncRun.subject(&RunModel::default()), None);
}

#[test]
fn rows_are_about_addresses_in_lower_case_and_begin_with_a_verb() {
    let refused = |address: &str, line: &str| -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        refuse_other_rows(&rows(&[(address, line)]).into(), &mut diagnostics);
        diagnostics.into_iter().map(|diagnostic| diagnostic.detail).collect()
    };
    assert_eq!(refused("ann@contoso.com", "add end_user: new"), Vec::<String>::new());
    let [spelling] = &refused("Ann@Contoso.com", "add end_user: new")[..] else { panic!() };
    assert!(spelling.ends_with("Write `ann@contoso.com`."), "{spelling}");
    let [other] = &refused("nobody", "add end_user: new")[..] else { panic!() };
    assert!(other.starts_with("`nobody` is not an e-mail address"), "{other}");
    let [verb] = &refused("ann@contoso.com", "remove end_user: new")[..] else { panic!() };
    assert!(verb.starts_with("`remove end_user: new` begins with none of"), "{verb}");
}
