//! The part of a customer's life that is safe with real accounts: `make live`. It makes objects of its own, under names that begin
//! with a prefix, and leaves everybody else's alone; nobody's account is touched unless `TEST_LIVE_USERS` says so. What a run left
//! that broke off is swept by the next one.
//!
//! Without `TEST_LIVE_DOMAIN` all of it goes on against the simulator, in the ordinary suite as well, so that it can't rot.

mod account;
mod life;
mod sweep;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use reqwest::Method;
use serde_json::json;

use crate::support::by_hand::newcomer;
use crate::support::cli::{self, Cli};
use crate::support::simulator::Simulator;
use account::Account;
use life::Life;

/// Sweeps, lives with each CLI in turn, since they share an organization, and sweeps again, whatever happened.
fn live(account: &Account, clis: &[&'static Cli]) {
    sweep::sweep(account);
    for cli in clis {
        let lived = catch_unwind(AssertUnwindSafe(|| Life::begin(cli, account).live()));
        sweep::sweep(account);
        lived.unwrap_or_else(|panic| resume_unwind(panic));
    }
}

#[test]
fn a_life_that_is_safe_with_real_accounts() {
    if let Some(account) = Account::of_environment() {
        return live(&account, &cli::all().iter().collect::<Vec<_>>());
    }
    cli::with_each(|cli| {
        let simulator = Simulator::start(&["--users", "5"]);
        let before = simulator.state();
        live(&Account::of_simulator(&simulator, false), &[cli]);
        simulator.assert_every_route_was_known();
        assert_untouched(&simulator, &before, true);
    });
}

#[test]
fn people_are_touched_only_where_that_is_asked_for_and_only_those_of_the_prefix() {
    if Account::of_environment().is_some() {
        return;
    }
    cli::with_each(|cli| {
        let simulator = Simulator::start(&["--users", "5"]);
        let account = Account::of_simulator(&simulator, true);
        let before = simulator.state();
        let person = newcomer(&format!("{}anna", account.prefix), &account.domain);
        simulator.graph_done(Method::POST, "users", Some(&person));
        Life::begin(cli, &account).live();
        let address = format!("orgs/{}/users/{}anna@{}", account.domain, account.prefix, account.domain);
        assert_eq!(simulator.essentials(Method::GET, &address, None).0, 200, "nobody was added");
        sweep::sweep(&account);
        assert_eq!(simulator.essentials(Method::GET, &address, None).0, 404, "the account was not swept");
        assert_untouched(&simulator, &before, false);
    });
}

#[test]
fn what_a_broken_run_left_is_swept_and_nothing_else() {
    if Account::of_environment().is_some() {
        return;
    }
    let simulator = Simulator::start(&["--users", "5"]);
    let account = Account::of_simulator(&simulator, false);
    // Somebody else's, under a name that has the prefix in its middle.
    let theirs = json!({ "displayName": format!("not {}", account.prefix) });
    simulator.graph_done(Method::POST, "applications", Some(&theirs));
    let before = simulator.state();
    let mut life = Life::begin(&cli::all()[0], &account);
    life.set_up();
    let settings = format!("orgs/{}/settings/azure", account.domain);
    assert_eq!(simulator.essentials(Method::GET, &settings, None).0, 200, "no sync to sweep");
    // The state is lost with its directory.
    drop(life);
    let swept = sweep::sweep(&account);
    assert_eq!(swept.len(), 2, "a sync and an application: {swept:?}");
    assert_untouched(&simulator, &before, true);
    assert!(sweep::sweep(&account).is_empty(), "there was something left");

    // Somebody else's sync stays, and no life is begun beside it.
    let theirs = simulator.tenant().sync_settings(&json!({}));
    simulator.essentials_done(Method::PUT, &settings, Some(&theirs));
    let before = simulator.state();
    assert!(sweep::sweep(&account).is_empty());
    let mut life = Life::begin(&cli::all()[0], &account);
    life.live();
    assert!(!life.had_a_sync_of_its_own());
    assert_untouched(&simulator, &before, true);
}

/// Applications, grants, settings and accounts are what they were before; people only where `people` says so.
#[track_caller]
fn assert_untouched(simulator: &Simulator, before: &serde_json::Value, people: bool) {
    let (after, tenant) = (simulator.state(), simulator.tenant());
    let directory = |state: &serde_json::Value| state["tenants"][&tenant.tenant_id].clone();
    let mut kinds = vec!["applications", "service_principals", "grants", "app_role_assignments"];
    kinds.extend(people.then_some("users"));
    for kind in kinds {
        assert!(!directory(before)[kind].is_null(), "tenants have no {kind}");
        assert_eq!(directory(&after)[kind], directory(before)[kind], "{kind}");
    }
    for kind in ["users", "settings", "exemptions"] {
        let organization = |state: &serde_json::Value| state["organizations"][&tenant.domain][kind].clone();
        assert_eq!(organization(&after), organization(before), "{kind}");
    }
}
