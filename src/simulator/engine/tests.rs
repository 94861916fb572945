//! Runs on the default world and on single directory objects.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Map, json};

use super::rules::{self, Scope, Verdict};
use super::{run_due, run_now};
use crate::arguments::Arguments;
use crate::entra::jwt::Signer;
use crate::essentials::account::AccountType;
use crate::essentials::organization::Organization;
use crate::essentials::settings::Settings;

use crate::directory::group::Group;
use crate::directory::user::AssignedPlan;
use crate::directory::user::User;
use crate::moods::SyncVersion;
use crate::state::World;

/// The default world with a sync that signs in as the automation identity.
fn configured() -> World {
    let mut world =
        crate::beginning::world(&Arguments::default(), Arc::new(Signer::generate().unwrap())).unwrap();
    let automation = world.tenants[0].automation.clone();
    let settings =
        Settings { application_id: automation.client_id, ad_key: automation.client_secret, ..settings() };
    world.organizations.find_mut("contoso.com").unwrap().settings = Some(settings);
    world
}

fn settings() -> Settings {
    serde_json::from_value(json!({
        "primary_domain": "contoso.com", "application_id": "x", "ad_key": "x", "disable_login": false,
        "default_user_role_name": "end_user", "sync_frequency": 0, "sync_active_users": true,
        "sync_distribution_groups": true, "sync_security_groups": false, "add_users": true, "update_users": true,
        "remove_deleted_users": true, "add_groups": true, "update_groups": true, "remove_deleted_groups": true,
    }))
    .unwrap()
}

fn contoso(world: &World) -> &Organization {
    world.organizations.find("contoso.com").unwrap()
}

fn change_user(world: &mut World, name: &str, change: impl FnOnce(&mut User)) {
    let users = &mut world.tenants[0].users;
    let mut user =
        users.iter().find(|user| user.user_principal_name.starts_with(name)).unwrap().as_ref().clone();
    change(&mut user);
    let id = user.id.clone();
    users.seed(&id, user);
}

fn scope(version: SyncVersion) -> Scope {
    Scope::of(&Organization::named("Contoso", "contoso.com"), &settings(), version)
}

fn licensed(mail: &str) -> User {
    User {
        mail: Some(mail.to_owned()),
        account_enabled: Some(true),
        assigned_plans: vec![AssignedPlan {
            service: "exchange".to_owned(),
            capability_status: "Enabled".to_owned(),
            // Exchange Online (Plan 2).
            service_plan_id: "efb87545-963c-4e0d-99df-69c6916d9eb0".to_owned(),
            ..AssignedPlan::default()
        }],
        ..User::default()
    }
}

#[test]
fn the_default_story_adds_three_updates_one_and_deletes_one() {
    let mut world = configured();
    let run = run_now(&mut world, "contoso.com").unwrap();
    assert_eq!(run["error"], json!(null));
    assert_eq!(run["added"].as_array().unwrap().len(), 3);
    for name in ["frank.gomez", "grace.hill", "henry.ito"] {
        assert!(contoso(&world).accounts.contains_key(&format!("{name}@contoso.com")), "{name}");
    }
    assert_eq!(run["updated"], json!(["irene.jones@contoso.com"]));
    assert_eq!(run["deleted"], json!(["jack.king@contoso.com"]));
    assert!(contoso(&world).accounts.contains_key("scanner@contoso.com"));
    let again = run_now(&mut world, "contoso.com").unwrap();
    assert_eq!((&again["counts"]["added"], &again["counts"]["updated"]), (&json!(0), &json!(0)));
}

#[test]
fn an_exempt_address_is_left_alone_both_ways() {
    let mut world = configured();
    let organization = world.organizations.find_mut("contoso.com").unwrap();
    organization
        .exemptions
        .extend(["jack.king@contoso.com".to_owned(), "frank.gomez@contoso.com".to_owned()]);
    let run = run_now(&mut world, "contoso.com").unwrap();
    assert_eq!((&run["counts"]["deleted"], &run["counts"]["added"]), (&json!(0), &json!(2)));
}

#[test]
fn flags_that_are_off_leave_their_part_undone() {
    let mut world = configured();
    let settings = world.organizations.find_mut("contoso.com").unwrap().settings.as_mut().unwrap();
    settings.add_users = false;
    settings.update_users = false;
    settings.remove_deleted_users = false;
    let run = run_now(&mut world, "contoso.com").unwrap();
    assert_eq!((&run["added"], &run["updated"], &run["deleted"]), (&json!([]), &json!([]), &json!([])));
}

#[test]
fn a_blocked_user_becomes_functional_in_version_two_and_an_inactive_user_in_version_one() {
    for (version, kind, active) in
        [(2, AccountType::FunctionalAccount, true), (1, AccountType::EndUser, false)]
    {
        let mut world = configured();
        world.moods.apply(&Map::from_iter([("sync_version".to_owned(), json!(version))])).unwrap();
        let before = contoso(&world).accounts["karen.lopez@contoso.com"].uid;
        run_now(&mut world, "contoso.com");
        let karen = &contoso(&world).accounts["karen.lopez@contoso.com"];
        assert_eq!((karen.kind, karen.is_active), (kind, active));
        assert_eq!(karen.uid == before, version == 2, "version 1 makes the account anew");
    }
}

#[test]
fn a_user_without_licence_counts_in_version_one_only() {
    let user = User { assigned_plans: Vec::new(), ..licensed("svc@contoso.com") };
    assert_eq!(rules::person(&user, &scope(SyncVersion::Two)).verdict, Verdict::OutOfScope);
    assert!(matches!(rules::person(&user, &scope(SyncVersion::One)).verdict, Verdict::Wanted(_)));
}

#[test]
fn guests_initial_domains_and_foreign_sign_in_names_are_out_of_scope() {
    let guest = User { user_type: Some("guest".to_owned()), ..licensed("g@contoso.com") };
    let initial = licensed("a@contoso.onmicrosoft.com");
    let foreign = User { mail: None, user_principal_name: "a@x.com".to_owned(), ..licensed("") };
    for user in [guest, initial, foreign] {
        assert_eq!(rules::person(&user, &scope(SyncVersion::Two)).verdict, Verdict::OutOfScope);
    }
    let verdict = rules::person(&licensed("a@x.com"), &scope(SyncVersion::Two)).verdict;
    assert!(matches!(verdict, Verdict::Blocked(_)));
}

#[test]
fn aliases_are_smtp_addresses_of_the_organization_without_the_primary() {
    let proxies = ["SMTP:A@contoso.com", "smtp:B@Contoso.com", "smtp:c@x.com", "sip:d@contoso.com"];
    let user = User { proxy_addresses: proxies.map(str::to_owned).to_vec(), ..licensed("a@contoso.com") };
    let Verdict::Wanted(wanted) = rules::person(&user, &scope(SyncVersion::Two)).verdict else {
        panic!("the user is in scope")
    };
    assert_eq!(wanted.aliases, ["b@contoso.com"]);
}

#[test]
fn groups_follow_the_switch_of_their_kind() {
    let of = |mail_enabled, security, unified: bool| Group {
        mail: Some("team@contoso.com".to_owned()),
        mail_enabled: Some(mail_enabled),
        security_enabled: Some(security),
        group_types: unified.then(|| "Unified".to_owned()).into_iter().collect(),
        ..Group::default()
    };
    let verdict = |group: &Group| rules::group(group, &scope(SyncVersion::Two)).verdict;
    assert!(matches!(verdict(&of(true, false, false)), Verdict::Wanted(_)));
    assert!(matches!(verdict(&of(true, true, true)), Verdict::Wanted(_)));
    assert_eq!(verdict(&of(true, true, false)), Verdict::SwitchedOff);
    assert_eq!(verdict(&of(false, true, false)), Verdict::OutOfScope);
}

#[test]
fn the_first_object_by_id_has_a_clashing_address() {
    let mut world = configured();
    change_user(&mut world, "grace.hill", |user| user.mail = Some("frank.gomez@contoso.com".to_owned()));
    let run = run_now(&mut world, "contoso.com").unwrap();
    assert_eq!(run["counts"]["blocked"], json!(1));
    let first = world.tenants[0]
        .users
        .iter()
        .find(|user| user.mail.as_deref() == Some("frank.gomez@contoso.com"))
        .unwrap();
    let made = &contoso(&world).accounts["frank.gomez@contoso.com"];
    assert_eq!(made.origin.as_ref().map(|origin| &origin.object_id), Some(&first.id));
}

#[test]
fn a_domain_that_the_organization_lacks_fails_the_run() {
    let mut world = configured();
    let mut domain = world.tenants[0].domains[0].clone();
    domain.id = "contoso.net".to_owned();
    world.tenants[0].domains.push(domain);
    let run = run_now(&mut world, "contoso.com").unwrap();
    assert_eq!(run["outcome"], "failed");
    assert!(run["error"].as_str().unwrap().contains("'contoso.net' has been found"));
    assert_eq!(contoso(&world).settings.as_ref().unwrap().last_successful_sync, None);
}

#[test]
fn a_sync_without_its_permission_or_with_a_wrong_key_fails() {
    let mut world = configured();
    world.organizations.find_mut("contoso.com").unwrap().settings.as_mut().unwrap().ad_key = "y".to_owned();
    let run = run_now(&mut world, "contoso.com").unwrap();
    assert!(run["error"].as_str().unwrap().contains("AADSTS7000215"));
    let mut world = configured();
    let ids: Vec<String> = world.tenants[0].app_role_assignments.iter().map(|one| one.id.clone()).collect();
    for id in ids {
        world.tenants[0].app_role_assignments.remove(&id, jiff::Timestamp::MIN, jiff::Timestamp::MIN);
    }
    let run = run_now(&mut world, "contoso.com").unwrap();
    assert!(run["error"].as_str().unwrap().contains("Authorization_RequestDenied"));
}

#[test]
fn runs_that_a_leap_of_the_clock_passed_over_are_made_each_at_its_time() {
    let mut world = configured();
    let now = world.clock.now();
    let settings = world.organizations.find_mut("contoso.com").unwrap().settings.as_mut().unwrap();
    settings.sync_frequency = 3;
    settings.schedule(None, now);
    run_due(&mut world);
    assert!(contoso(&world).runs.is_empty());
    world.clock.advance(SignedDuration::from_hours(10)).unwrap();
    run_due(&mut world);
    let runs = &contoso(&world).runs;
    assert_eq!(runs.len(), 3);
    assert_eq!(runs[2].time, now + SignedDuration::from_hours(9));
    let settings = contoso(&world).settings.as_ref().unwrap();
    assert_eq!(settings.last_successful_sync, Some(runs[2].time));
    assert_eq!(settings.next_run, Some(now + SignedDuration::from_hours(12)));
}

#[test]
fn capping_stops_adding_at_the_number_of_licences() {
    let mut world = configured();
    world.moods.apply(&Map::from_iter([("user_capping".to_owned(), json!(true))])).unwrap();
    let organization = world.organizations.find_mut("contoso.com").unwrap();
    organization.user_licenses = organization.licences_taken();
    let run = run_now(&mut world, "contoso.com").unwrap();
    assert_eq!((&run["counts"]["added"], &run["counts"]["blocked"]), (&json!(1), &json!(2)));
}

#[test]
fn a_large_world_is_the_same_for_the_same_seed_and_mostly_in_step() {
    let arguments = Arguments { users: 600, groups: 60, ..Arguments::default() };
    let make = || crate::beginning::world(&arguments, Arc::new(Signer::generate().unwrap())).unwrap();
    let (one, two) = (make(), make());
    let accounts = |world: &World| contoso(world).accounts.keys().cloned().collect::<Vec<_>>();
    assert_eq!(accounts(&one), accounts(&two));
    assert_eq!(one.tenants[0].users.iter().count(), 600);
    assert!(one.tenants[0].deleted_users.iter().count() >= 10);
    assert!(accounts(&one).len() > 400);
}
