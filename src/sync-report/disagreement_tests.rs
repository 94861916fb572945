//! Which settings certainly explain rows that no longer hold: those without which there is no such row, whatever is in the
//! directory.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;

use super::samples::*;
use super::*;

const LIST: &str = "list@contoso.com";

fn approved(input: &Input) -> BTreeMap<String, String> {
    let estimate = Estimate::of(input);
    estimate.changes(Reach::Everything).map(|change| (change.address.clone(), change.line())).collect()
}

fn deleted(objects: Vec<DirectoryObject>, item: DeletedItem) -> Directory {
    Directory::new(objects, vec![item], ["contoso.com"])
}

/// A world with one change, by what its row begins with.
fn world(row: &str) -> Input {
    let blocked = UserFacts { enabled: false, ..facts(ANN) };
    let mut world = match row {
        "add end_user: new user in Entra" => input(vec![user(1, facts(ANN))], vec![]),
        "add functional_account: for group" => input(vec![list(1, LIST)], vec![]),
        "update end_user: surname" => {
            let renamed = UserFacts { surname: Some("Other"), ..facts(ANN) };
            input(vec![user(1, renamed)], vec![account(ANN, AccountType::EndUser)])
        }
        "deactivate end_user: " | "convert end_user: becomes a functional account: sign-in is blocked" => {
            input(vec![user(1, blocked)], vec![account(ANN, AccountType::EndUser)])
        }
        "convert end_user: becomes a functional account: for group" => {
            input(vec![list(1, LIST)], vec![account(LIST, AccountType::EndUser)])
        }
        "update functional_account: surname" => {
            let renamed = UserFacts { surname: Some("Other"), ..blocked };
            input(vec![user(1, renamed)], vec![account(ANN, AccountType::FunctionalAccount)])
        }
        "delete end_user: " => input(vec![], vec![account(ANN, AccountType::EndUser)]),
        "delete functional_account: " => input(vec![], vec![account(LIST, AccountType::FunctionalAccount)]),
        other => panic!("no world for {other}"),
    };
    match row {
        "deactivate end_user: " => world.version = SyncVersion::V1,
        "delete end_user: " => {
            world.directory = deleted(vec![], DeletedItem::user(Some(ANN), "", None));
        }
        "delete functional_account: " => {
            world.directory = deleted(vec![], DeletedItem::group(Some(LIST), None));
        }
        _ => {}
    }
    let rows = approved(&world);
    assert!(rows.len() == 1 && rows.values().all(|line| line.starts_with(row)), "{row}: {rows:?}");
    world
}

fn off(input: &mut Input, name: &str) {
    let flags = input.switches.flags_mut();
    let (_, flag) = flags.into_iter().find(|(flag, _)| *flag == name).unwrap();
    *flag = false;
}

fn only(name: &'static str, holds: &str, approved: &str) -> Vec<Disagreement> {
    vec![Disagreement { name, holds: holds.to_owned(), approved: approved.to_owned() }]
}

#[test]
fn a_row_that_needs_a_switch_was_certainly_made_with_it() {
    for (row, switch) in [
        ("add end_user: new user in Entra", "users.add"),
        ("add functional_account: for group", "groups.add"),
        ("update end_user: surname", "users.update"),
        ("deactivate end_user: ", "users.update"),
        ("convert end_user: becomes a functional account: sign-in is blocked", "users.update"),
        ("convert end_user: becomes a functional account: for group", "groups.update"),
        ("delete end_user: ", "users.remove_deleted"),
        ("delete functional_account: ", "groups.remove_deleted"),
    ] {
        let mut input = world(row);
        let approved = approved(&input);
        off(&mut input, switch);
        let found = explain(&mut input, &approved);
        assert_eq!(found, Explanation::Settings(only(switch, "false", "true")), "{row}");
    }
}

#[test]
fn the_functional_account_of_a_row_may_be_that_of_a_group_or_of_a_user() {
    let row = "update functional_account: surname";
    let mut input = world(row);
    let approved = approved(&input);
    off(&mut input, "users.update");
    assert_eq!(explain(&mut input, &approved), Explanation::Either(only("users.update", "false", "true")));
}

#[test]
fn a_row_for_a_group_needs_either_kind_of_group() {
    let row = "add functional_account: for group";
    let approved = approved(&world(row));
    // The list may have become a security group since.
    let mut input = world(row);
    off(&mut input, "what.distribution_groups");
    let found = only("what.distribution_groups", "false", "true");
    assert_eq!(explain(&mut input, &approved), Explanation::Either(found.clone()));
    let mut input = world(row);
    off(&mut input, "what.distribution_groups");
    off(&mut input, "what.security_groups");
    assert_eq!(explain(&mut input, &approved), Explanation::Settings(found));
}

#[test]
fn a_version_explains_rows_and_proves_nothing() {
    let mut input = world("deactivate end_user: ");
    let approved = approved(&input);
    input.version = SyncVersion::V2;
    assert_eq!(explain(&mut input, &approved), Explanation::Either(only("sync_version", "2", "1")));
    assert_eq!(input.version, SyncVersion::V2);
}
