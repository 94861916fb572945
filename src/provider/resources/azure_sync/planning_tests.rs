use std::collections::BTreeMap;

use super::super::model::{Handling, LIFETIME, ManagedClientSecret, ROTATE_BEFORE, What};
use super::*;
use crate::preview::StackVersion;
use framework::diagnostic::Diagnostics;
use sync_report::{Limit, SyncVersion};

const APPLICATION: &str = "/applications/6f1b7c1e-8d7a-4e0b-9d5f-0a6b7c8d9e0f";

/// A configuration with everything that has a default filled in.
fn configured(client_id: Attr<String>) -> SyncModel {
    SyncModel {
        domain: "contoso.com".into(),
        client_id,
        default_role: "end_user".into(),
        frequency: 1.into(),
        what: What {
            active_users: true.into(),
            distribution_groups: true.into(),
            security_groups: false.into(),
        }
        .into(),
        users: Handling { add: true.into(), update: true.into(), remove_deleted: false.into() }.into(),
        groups: Handling { add: true.into(), update: true.into(), remove_deleted: false.into() }.into(),
        allow_microsoft_login: true.into(),
        max_removals: Limit::default().to_string().into(),
        wait_for_sync: false.into(),
        managed_client_secret: ManagedClientSecret {
            application_id: APPLICATION.into(),
            lifetime: LIFETIME.into(),
            rotate_before: ROTATE_BEFORE.into(),
            ..ManagedClientSecret::default()
        }
        .into(),
        ..SyncModel::default()
    }
}

/// The same as it stands in the state after a first apply.
fn applied() -> SyncModel {
    SyncModel {
        primary_domain: "contoso.com".into(),
        key_id: "key-1".into(),
        key_hint: "abc".into(),
        key_end_date: "2028-11-24T00:00:00Z".into(),
        superseded_key_ids: BTreeSet::new().into(),
        rotation_reason: "created".into(),
        secret_expiry: "2028-11-24 00:00:00".into(),
        ..configured("app".into())
    }
}

struct Outcome {
    planned: SyncModel,
    diagnostics: Diagnostics,
}

/// Plans a configuration as core proposes it: computed values keep what is in the state.
fn planned(prior: Option<SyncModel>, config: SyncModel, facts: rotation::Facts) -> Outcome {
    let mut proposed = config.clone();
    if let Some(prior) = &prior {
        proposed.key_id = prior.key_id.clone();
        proposed.superseded_key_ids = prior.superseded_key_ids.clone();
    }
    let private = Facts { rotation: facts, ..Facts::default() };
    let mut planning = Planning::new(prior, config, proposed, private);
    let mut diagnostics = Diagnostics::new();
    plan(&mut planning, &mut diagnostics);
    Outcome { planned: planning.planned, diagnostics }
}

#[test]
fn a_new_synchronization_mints_a_key_and_says_so() {
    let outcome = planned(None, configured(Attr::Unknown), rotation::Facts::default());
    assert!(outcome.planned.key_id.is_unknown());
    assert_eq!(outcome.planned.rotation_reason, "created".into());
    assert_eq!(outcome.planned.primary_domain, "contoso.com".into());
    assert_eq!(outcome.planned.routing_ready_at, Attr::Null);
}

#[test]
fn without_a_change_everything_stays_as_it_is() {
    let outcome = planned(Some(applied()), configured("app".into()), rotation::Facts::default());
    assert_eq!(outcome.planned, applied());
    assert!(outcome.diagnostics.is_empty());
}

#[test]
fn every_changed_setting_mints_a_key() {
    let changes: [fn(&mut SyncModel); 5] = [
        |config| config.frequency = 24.into(),
        |config| config.default_role = "silent_user".into(),
        |config| config.allow_microsoft_login = false.into(),
        |config| config.what = What { security_groups: true.into(), ..What::default() }.into(),
        |config| config.users = Handling { remove_deleted: true.into(), ..Handling::default() }.into(),
    ];
    for change in changes {
        let mut config = configured("app".into());
        change(&mut config);
        let outcome = planned(Some(applied()), config, rotation::Facts::default());
        assert!(outcome.planned.key_id.is_unknown());
        assert_eq!(outcome.planned.rotation_reason, "settings_changed".into());
        assert!(outcome.planned.superseded_key_ids.is_unknown());
    }
}

#[test]
fn exemptions_and_local_arguments_mint_nothing() {
    let mut config = configured("app".into());
    config.exemptions = BTreeSet::from(["scanner@contoso.com".to_owned()]).into();
    config.max_removals = "3".into();
    config.sync_version = StackVersion(SyncVersion::V1).into();
    let outcome = planned(Some(applied()), config, rotation::Facts::default());
    assert_eq!(outcome.planned.key_id, "key-1".into());
    assert_eq!(outcome.planned.secret_expiry, applied().secret_expiry);
    assert!(!needs_put(Some(&applied()), &outcome.planned));
}

#[test]
fn a_reason_that_depends_on_an_unknown_value_is_not_announced() {
    // Whether the client id changes turns out in the apply: the first plan must allow for both.
    let first = planned(Some(applied()), configured(Attr::Unknown), rotation::Facts::default()).planned;
    assert!(first.key_id.is_unknown() && first.rotation_reason.is_unknown());
    let same = planned(Some(applied()), configured("app".into()), rotation::Facts::default()).planned;
    assert_eq!(same.key_id, "key-1".into());
    let other = planned(Some(applied()), configured("other".into()), rotation::Facts::default()).planned;
    assert_eq!(other.rotation_reason, "settings_changed".into());
}

#[test]
fn a_reason_that_holds_either_way_is_announced() {
    let gone = rotation::Facts { due: Some(Reason::KeyMissing), ..rotation::Facts::default() };
    let outcome = planned(Some(applied()), configured(Attr::Unknown), gone);
    assert_eq!(outcome.planned.rotation_reason, "key_missing".into());
}

#[test]
fn proven_keys_show_as_the_removal_of_the_superseded_ones() {
    let prior = SyncModel { superseded_key_ids: BTreeSet::from(["key-0".to_owned()]).into(), ..applied() };
    let unproven = planned(Some(prior.clone()), configured("app".into()), rotation::Facts::default());
    assert_eq!(unproven.planned, prior);
    let facts = rotation::Facts { proven: true, ..rotation::Facts::default() };
    let proven = planned(Some(prior.clone()), configured("app".into()), facts);
    assert_eq!(proven.planned, SyncModel { superseded_key_ids: BTreeSet::new().into(), ..prior });
}

#[test]
fn changed_triggers_and_imports_have_reasons_of_their_own() {
    let mut config = configured("app".into());
    let managed = ManagedClientSecret {
        rotate_when_changed: BTreeMap::from([("year".to_owned(), "2027".to_owned())]).into(),
        ..config.managed_client_secret.unwrap_or_default()
    };
    config.managed_client_secret = managed.into();
    let triggered = planned(Some(applied()), config, rotation::Facts::default());
    assert_eq!(triggered.planned.rotation_reason, "trigger_changed".into());
    let imported = SyncModel { key_id: Attr::Null, managed_client_secret: Attr::Null, ..applied() };
    let adopted = planned(Some(imported), configured("app".into()), rotation::Facts::default());
    assert_eq!(adopted.planned.rotation_reason, "adopted".into());
}

#[test]
fn without_a_secret_nothing_that_needs_one_is_planned() {
    let bare = |frequency: i64| SyncModel {
        managed_client_secret: Attr::Null,
        frequency: frequency.into(),
        ..configured("app".into())
    };
    assert!(planned(None, bare(1), rotation::Facts::default()).diagnostics.has_errors());
    let prior = SyncModel { key_id: Attr::Null, primary_domain: "contoso.com".into(), ..bare(1) };
    assert!(planned(Some(prior.clone()), bare(24), rotation::Facts::default()).diagnostics.has_errors());
    assert!(planned(Some(prior), bare(1), rotation::Facts::default()).diagnostics.is_empty());
}

#[test]
fn dropping_the_managed_secret_warns_that_nobody_watches_it() {
    let config = SyncModel { managed_client_secret: Attr::Null, ..configured("app".into()) };
    let outcome = planned(Some(applied()), config, rotation::Facts::default());
    assert!(!outcome.diagnostics.has_errors() && !outcome.diagnostics.is_empty());
    assert_eq!(outcome.planned.key_id, Attr::Null);
}

#[test]
fn a_block_that_is_known_in_part_may_or_may_not_change() {
    let mut config = configured("app".into());
    config.users =
        Handling { add: Attr::Unknown, ..configured("app".into()).users.unwrap_or_default() }.into();
    let first = planned(Some(applied()), config, rotation::Facts::default()).planned;
    assert!(first.key_id.is_unknown() && first.rotation_reason.is_unknown(), "{first:?}");
    let same = planned(Some(applied()), configured("app".into()), rotation::Facts::default()).planned;
    assert_eq!((same.key_id, same.rotation_reason), ("key-1".into(), "created".into()));
}

#[test]
fn a_credential_that_is_not_known_yet_promises_nothing() {
    for prior in [None, Some(applied())] {
        let config = SyncModel { managed_client_secret: Attr::Unknown, ..configured("app".into()) };
        let first = planned(prior.clone(), config, rotation::Facts::default()).planned;
        assert!(first.key_id.is_unknown() && first.rotation_reason.is_unknown(), "{first:?}");
        assert!(first.superseded_key_ids.is_unknown(), "{first:?}");
    }
}

#[test]
fn another_spelling_of_the_client_id_is_no_change() {
    let outcome = planned(Some(applied()), configured("APP".into()), rotation::Facts::default());
    assert_eq!(outcome.planned, applied());
}

#[test]
fn a_configured_secret_is_sent_when_it_changes_and_not_missed_when_it_is_taken_out() {
    let with = |secret: Option<&str>| SyncModel {
        managed_client_secret: Attr::Null,
        key_id: Attr::Null,
        client_secret: secret
            .map_or(Attr::Null, |text| Attr::Known(secrecy::SecretString::from(text.to_owned()).into())),
        ..applied()
    };
    let versioned = |version: Option<&str>| SyncModel {
        client_secret_wo_version: version.map(str::to_owned).into(),
        ..with(None)
    };
    for (prior, planned, sent) in [
        (with(Some("one")), with(Some("one")), false),
        (with(Some("one")), with(Some("two")), true),
        (with(None), with(Some("one")), true),
        (with(Some("one")), with(None), false),
        (with(None), with(None), false),
        (versioned(Some("1")), versioned(Some("2")), true),
        (versioned(None), versioned(Some("1")), true),
        (versioned(Some("1")), versioned(None), false),
    ] {
        assert_eq!(needs_put(Some(&prior), &planned), sent, "{prior:?} {planned:?}");
    }
}

#[test]
fn a_reason_is_announced_only_where_what_is_unknown_cannot_give_another() {
    // The frequency changes for certain; the trigger may, and would go first.
    let managed = ManagedClientSecret {
        rotate_when_changed: Attr::Unknown,
        ..configured("app".into()).managed_client_secret.unwrap_or_default()
    };
    let config =
        SyncModel { frequency: 24.into(), managed_client_secret: managed.into(), ..configured("app".into()) };
    let outcome = planned(Some(applied()), config, rotation::Facts::default());
    assert!(outcome.planned.rotation_reason.is_unknown(), "{:?}", outcome.planned);
}

#[test]
fn when_routing_is_ready_is_told_once_by_the_wait_for_the_first_run() {
    let ready = || Attr::from("2026-05-01T11:00:00Z");
    let routing = |prior: Option<Attr<String>>, frequency: i64, wait: bool| {
        let prior = prior.map(|routing_ready_at| SyncModel { routing_ready_at, ..applied() });
        let config =
            SyncModel { frequency: frequency.into(), wait_for_sync: wait.into(), ..configured("app".into()) };
        planned(prior, config, rotation::Facts::default()).planned.routing_ready_at
    };
    assert_eq!(routing(None, 1, false), Attr::Null);
    assert_eq!(routing(None, 1, true), Attr::Unknown);
    // A change that is sent, with and without a wait.
    assert_eq!(routing(Some(Attr::Null), 24, false), Attr::Null);
    assert_eq!(routing(Some(Attr::Null), 24, true), Attr::Unknown);
    for wait in [false, true] {
        assert_eq!(routing(Some(ready()), 24, wait), ready(), "it stays what it was");
        // Nothing is sent, so that nothing is waited for.
        assert_eq!(routing(Some(Attr::Null), 1, wait), Attr::Null);
        assert_eq!(routing(Some(ready()), 1, wait), ready());
    }
}
