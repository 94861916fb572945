use super::*;

fn model() -> SyncModel {
    SyncModel {
        primary_domain: "example.com".into(),
        client_id: "app".into(),
        default_role: "end_user".into(),
        frequency: 1.into(),
        allow_microsoft_login: true.into(),
        what: What { active_users: true.into(), ..What::default() }.into(),
        users: Handling { update: true.into(), ..Handling::default() }.into(),
        groups: Handling::default().into(),
        ..SyncModel::default()
    }
}

fn flag(member: Member, sent: bool) -> Difference {
    Difference { member, before: sent.into(), after: (!sent).into() }
}

/// What a refresh makes of a state, with a stack that shows some members otherwise.
fn refreshed(echoes: &mut Echoes, shown: &Shown) -> SyncModel {
    refreshed_from(&model(), echoes, shown)
}

fn refreshed_from(prior: &SyncModel, echoes: &mut Echoes, shown: &Shown) -> SyncModel {
    let mut read = prior.clone();
    super::super::settings::show(shown, &mut read);
    keep_sent(echoes, false, prior, shown, &mut read);
    read
}

#[test]
fn what_is_kept_for_one_value_is_drift_for_another() {
    let daily = Difference { member: Member::SyncFrequency, before: 1.into(), after: 24.into() };
    let mut echoes = learn(&Echoes::new(), &[daily], |_| false);
    let shown = Shown { sync_frequency: Some(24), ..Shown::default() };
    assert_eq!(refreshed(&mut echoes, &shown), model());
    let other = SyncModel { frequency: 3.into(), ..model() };
    assert_eq!(refreshed_from(&other, &mut echoes, &shown).frequency, 24.into());
}

#[test]
fn a_value_that_the_stack_keeps_is_no_drift_until_it_shows_another() {
    let forced = flag(Member::UpdateUsers, true);
    let mut echoes = learn(&Echoes::new(), &[forced], |_| false);
    let shown = Shown { update_users: Some(false), ..Shown::default() };
    assert_eq!(refreshed(&mut echoes, &shown), model());
    let mut told = Diagnostics::new();
    tell(&echoes, (None, &model()), "example.com", &mut told);
    assert_eq!(told.iter().count(), 1);
    // Once it shows what was sent, the other value is drift again.
    assert_eq!(refreshed(&mut echoes, &Shown { update_users: Some(true), ..Shown::default() }), model());
    assert_ne!(refreshed(&mut echoes, &shown), model());
}

#[test]
fn a_value_that_may_be_late_is_learnt_when_it_is_seen_again() {
    let late = [flag(Member::UpdateUsers, true)];
    let mut once = learn(&Echoes::new(), &late, |_| true);
    let shown = Shown { update_users: Some(false), ..Shown::default() };
    assert_ne!(refreshed(&mut once, &shown), model(), "it may have been late");
    let mut twice = learn(&once, &late, |_| true);
    assert_eq!(refreshed(&mut twice, &shown), model());
}

#[test]
fn a_value_that_does_more_to_people_is_drift_and_told_of() {
    let on = Some(true);
    let idle = SyncModel {
        frequency: 0.into(),
        what: What::default().into(),
        users: Handling::default().into(),
        ..model()
    };
    let sent = settings(&idle, None);
    for shown in [
        Shown { primary_domain: Some("another.example".to_owned()), ..Shown::default() },
        Shown { application_id: Some("another".to_owned()), ..Shown::default() },
        Shown { sync_frequency: Some(24), ..Shown::default() },
        Shown { sync_active_users: on, ..Shown::default() },
        Shown { sync_distribution_groups: on, ..Shown::default() },
        Shown { sync_security_groups: on, ..Shown::default() },
        Shown { add_users: on, ..Shown::default() },
        Shown { update_users: on, ..Shown::default() },
        Shown { remove_deleted_users: on, ..Shown::default() },
        Shown { add_groups: on, ..Shown::default() },
        Shown { update_groups: on, ..Shown::default() },
        Shown { remove_deleted_groups: on, ..Shown::default() },
    ] {
        let differences = sent.differences(&shown.over(&sent));
        let [Difference { member, .. }] = differences.as_slice() else { panic!("{differences:?}") };
        assert_eq!(missing(&differences).len(), 1, "{member} has to be seen before anything runs");
        let mut echoes = learn(&Echoes::new(), &differences, |_| false);
        assert_ne!(refreshed_from(&idle, &mut echoes, &shown), idle, "{member}");
        let mut told = Diagnostics::new();
        tell(&echoes, (None, &idle), "example.com", &mut told);
        assert!(told.iter().all(|one| one.summary.contains("does more than was asked")), "{told:?}");
        assert_eq!(told.iter().count(), 1, "{member}");
    }
}

#[test]
fn what_keeps_a_sync_at_frequency_0_is_named_as_users_write_it() {
    let differences = [flag(Member::RemoveDeletedGroups, false), flag(Member::DisableLogin, false)];
    assert_eq!(missing(&differences), ["`groups.remove_deleted` is `true` instead of `false`"]);
}
