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
    let prior = model();
    let mut read = prior.clone();
    super::super::settings::show(shown, &mut read);
    keep_sent(echoes, false, &prior, shown, &mut read);
    read
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
    for (member, shown) in [
        (Member::RemoveDeletedUsers, Shown { remove_deleted_users: Some(true), ..Shown::default() }),
        (Member::SyncSecurityGroups, Shown { sync_security_groups: Some(true), ..Shown::default() }),
    ] {
        let mut echoes = learn(&Echoes::new(), &[flag(member, false)], |_| false);
        assert_ne!(refreshed(&mut echoes, &shown), model(), "{member}");
        let mut told = Diagnostics::new();
        tell(&echoes, (None, &model()), "example.com", &mut told);
        assert!(told.iter().all(|one| one.summary.contains("does more than was asked")), "{told:?}");
        assert_eq!(told.iter().count(), 1, "{member}");
    }
}

#[test]
fn what_keeps_a_sync_at_frequency_0_is_named_as_users_write_it() {
    let differences = [flag(Member::RemoveDeletedGroups, false), flag(Member::DisableLogin, false)];
    assert_eq!(missing(&differences), ["`groups.remove_deleted` is `true` instead of `false`"]);
}
