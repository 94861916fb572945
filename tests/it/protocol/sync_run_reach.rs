//! How far a reviewed run reaches, what it leaves, and preview, sync and run that disagree.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::sync_run::{Reviewed, told};
use crate::support::plugin::calls::{Message, Messages};

/// Ben has left and may not sign in any more; the sync adds groups.
fn leaver() -> Reviewed {
    let world = Reviewed::start(&[]);
    world.graph(Method::PATCH, "users/ben.cole@contoso.com", Some(&json!({ "accountEnabled": false })));
    switch(&world, "add_groups", true);
    world
}

fn switch(world: &Reviewed, flag: &str, on: bool) {
    let mut settings = world.essentials(Method::GET, "settings/azure", None);
    settings[flag] = json!(on);
    settings["ad_key"] = json!(world.simulator.tenant().client_secret);
    world.essentials(Method::PUT, "settings/azure", Some(&settings));
    world.simulator.forget_requests();
}

#[track_caller]
fn warning<'a>(said: &'a Messages, title: &str) -> &'a Message {
    let found = said.0.iter().find(|message| !message.error && message.summary == title);
    found.unwrap_or_else(|| panic!("no warning `{title}`: {said}"))
}

const LEFT: &str = "What this run leaves of contoso.com";
const DISAGREE: &str = "Preview, sync and run of contoso.com disagree";

#[test]
fn blocked_leavers_and_groups_are_rows_of_their_own_and_a_run_enacts_them() {
    let world = leaver();
    world.essentials(Method::DELETE, "users/all-staff@contoso.com", None);
    let shown = world.preview(json!({}));
    let line =
        |address: &str| shown["changes"][address].as_str().unwrap_or_else(|| panic!("{shown:#}")).to_owned();
    let ben = line("ben.cole@contoso.com");
    assert!(
        ben.starts_with("convert end_user: becomes a functional account: sign-in is blocked in Entra"),
        "{ben}"
    );
    let group = line("all-staff@contoso.com");
    assert!(group.starts_with("add functional_account: for group '"), "{group}");
    assert_eq!(shown["left"], json!({}));

    let planned = world.plan(json!({ "changes": shown["changes"] }));
    let text = told(&planned.messages);
    assert!(text.starts_with("1 to delete, 1 to convert, "), "{text}");
    let applied = world.apply(planned);
    assert!(!applied.messages.has_errors(), "{}", applied.messages);
    assert_eq!(applied.state["left"], json!({}));
    for address in ["ben.cole@contoso.com", "all-staff@contoso.com"] {
        let account = world.essentials(Method::GET, &format!("users/{address}"), None);
        assert_eq!(account["type"], "functional_account", "{account}");
    }
    assert_eq!(world.preview(json!({}))["changes"], json!({}));
}

#[test]
fn with_version_1_a_blocked_leaver_turns_inactive_which_counts_as_a_deletion() {
    let world = leaver();
    let shown = world.preview(json!({ "sync_version": 1 }));
    let ben = shown["changes"]["ben.cole@contoso.com"].as_str().expect("a row").to_owned();
    assert!(ben.starts_with("deactivate end_user: 'Ben Cole', is_active true -> false"), "{ben}");
    assert!(shown["report"]["deactivating"]["ben.cole@contoso.com"].is_string(), "{shown:#}");
    let rows = json!({ "ben.cole@contoso.com": ben });
    let said = world.plan(json!({ "changes": rows, "sync_version": 1, "max_deletions": "0" })).messages;
    let error = said.expect_error();
    assert!(error.detail.starts_with("The run would delete or deactivate 1 account; "), "{error}");
    let planned = world.plan(json!({ "changes": rows, "sync_version": 1, "max_deletions": "1" }));
    assert!(told(&planned.messages).contains("Mail to these addresses is refused"), "{}", planned.messages);
    assert!(!world.apply(planned).messages.has_errors());
    let account = world.essentials(Method::GET, "users/ben.cole@contoso.com", None);
    assert_eq!((&account["type"], &account["is_active"]), (&json!("end_user"), &json!(false)));
}

#[test]
fn what_a_run_leaves_is_warned_of_even_when_it_has_nothing_to_do() {
    let world = leaver();
    let shown = world.preview(json!({ "functional_accounts": false }));
    let left = shown["left"]["ben.cole@contoso.com"].as_str().expect("left");
    assert_eq!(left, "convert: functional accounts are left out");
    assert!(shown["changes"]["ben.cole@contoso.com"].is_null(), "{shown:#}");
    let said = world.plan(json!({ "changes": {} })).messages;
    let text = &warning(&said, LEFT).detail;
    assert!(text.contains("Nobody does that while `frequency = 0`."), "{text}");
    assert!(text.contains("ben.cole@contoso.com  convert: functional accounts are left out"), "{text}");
    assert!(text.contains("jack.king@contoso.com  delete: not among the run's `changes`"), "{text}");
    assert!(!said.warns("What this run does to people of contoso.com"), "{said}");

    // What there is to do and was not approved is in the state afterwards.
    let rows = json!({ "jack.king@contoso.com": shown["changes"]["jack.king@contoso.com"] });
    let applied = world.apply(world.plan(json!({ "changes": rows })));
    assert!(!applied.messages.has_errors(), "{}", applied.messages);
    assert_eq!(applied.state["left"]["ben.cole@contoso.com"], "convert: not among the approved rows");
}

#[test]
fn accounts_that_nothing_proves_to_be_needless_are_named_among_what_is_left() {
    let world = Reviewed::start(&[]);
    let left = || {
        world.preview(json!({}));
        let said = world.plan(json!({ "changes": {} })).messages;
        warning(&said, LEFT).detail.clone()
    };
    let text = left();
    for words in [
        "1 unmatched account, of which nothing proves that it should go or stay",
        "Delete it by hand if it is not needed.",
        "\n  scanner@contoso.com  silent_user: 'Scanner Second Floor', not in Entra",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("removed"), "nobody removes it while nothing runs: {text}");
    let desk = json!({ "primary_email": "desk@contoso.com", "type": "end_user" });
    world.essentials(Method::POST, "users", Some(&desk));
    assert!(left().contains("2 unmatched accounts, of which nothing proves that they should go or stay"));
}

#[test]
fn preview_and_sync_that_disagree_are_found_at_plan_and_before_the_first_write() {
    let world = leaver();
    switch(&world, "remove_deleted_users", false);
    let shown = world.preview(json!({ "users": { "remove_deleted": true } }));
    let rows: Json = shown["changes"].clone();
    let said = world.plan(json!({ "changes": rows })).messages;
    let error = said.expect_error();
    assert_eq!(error.summary, DISAGREE);
    let line = "users.remove_deleted: the preview says true, `proofpoint_azure_sync` false";
    assert!(error.detail.contains(line), "{error}");

    // A plan that could not know: the rows were shown by another command.
    let world = leaver();
    let planned = world.plan(json!({ "changes": world.preview(json!({}))["changes"] }));
    told(&planned.messages);
    switch(&world, "remove_deleted_users", false);
    let refused = world.apply(planned);
    let error = refused.messages.expect_error();
    assert_eq!(error.summary, "Preview and sync of contoso.com disagree");
    let line = "users.remove_deleted: the rows were made with true, and the organization has false";
    assert!(error.detail.contains(line) && !error.detail.contains("has changed"), "{error}");
    world.expect_no_writes();
}

#[test]
fn the_sync_as_it_is_planned_counts_and_not_as_it_still_is() {
    // Removal is on at Proofpoint, as the preview says, and the same plan switches it off.
    let world = leaver();
    let shown = world.preview(json!({ "users": { "add": true, "update": true, "remove_deleted": true } }));
    let settings = world.essentials(Method::GET, "settings/azure", None);
    let sync = json!({
        "domain": world.domain, "client_id": settings["application_id"], "default_role": "end_user", "frequency": 0,
        "client_secret": world.simulator.tenant().client_secret, "users": { "remove_deleted": false },
    });
    world.plan_other("proofpoint_azure_sync", sync);
    let said = world.plan(json!({ "changes": shown["changes"] })).messages;
    let error = said.expect_error();
    assert_eq!(error.summary, DISAGREE);
    let line = "users.remove_deleted: the preview says true, `proofpoint_azure_sync` false";
    assert!(error.detail.contains(line), "{error}");
}

#[test]
fn a_sync_that_stays_as_it_is_has_a_version_that_counts_too() {
    let mut world = leaver();
    let settings = world.essentials(Method::GET, "settings/azure", None);
    let sync = json!({
        "domain": world.domain, "client_id": settings["application_id"], "default_role": "end_user", "frequency": 0,
        "client_secret": world.simulator.tenant().client_secret, "sync_version": 1,
        "users": { "remove_deleted": true }, "groups": { "add": true },
    });
    let applied = world.apply_other("proofpoint_azure_sync", sync);
    // The next command reads it and has nothing to change in it.
    world.restart();
    world.read_other("proofpoint_azure_sync", &applied);
    let shown = world.preview(json!({}));
    let said = world.plan(json!({ "changes": shown["changes"] })).messages;
    let error = said.expect_error();
    assert_eq!(error.summary, DISAGREE);
    let line = "sync_version: the preview says 2, `proofpoint_azure_sync` 1";
    assert!(error.detail.contains(line), "{error}");
}

#[test]
fn a_version_or_exemptions_that_differ_are_a_disagreement_too() {
    let world = leaver();
    let shown = world.preview(json!({ "sync_version": 1, "exemptions": ["jack.king@contoso.com"] }));
    let said = world.plan(json!({ "changes": shown["changes"] })).messages;
    let error = said.expect_error();
    assert!(error.detail.contains("sync_version: the preview says 1, the run 2"), "{error}");
    assert!(error.detail.contains("exemptions: the preview says [jack.king@contoso.com], "), "{error}");
}

#[test]
fn an_addition_that_no_longer_holds_is_warned_of() {
    let world = Reviewed::start(&[]);
    let planned = world.plan(json!({ "changes": world.preview(json!({}))["changes"] }));
    world.graph(Method::PATCH, "users/grace.hill@contoso.com", Some(&json!({ "surname": "Other" })));
    let applied = world.apply(planned);
    assert!(!applied.messages.has_errors(), "{}", applied.messages);
    let said = warning(&applied.messages, "1 planned addition of contoso.com no longer holds");
    assert!(said.detail.contains("grace.hill@contoso.com  add: now the row is"), "{said}");
    assert!(applied.state["left"]["grace.hill@contoso.com"].is_string(), "{:#}", applied.state);
}

#[test]
fn a_licence_that_was_taken_away_since_is_no_disagreement_and_keeps_nobody_else_waiting() {
    // Version 1 would add her all the same, which is not what the rows were made with.
    let world = Reviewed::start(&[]);
    let planned = world.plan(json!({ "changes": world.preview(json!({}))["changes"] }));
    world.graph(Method::PATCH, "users/grace.hill@contoso.com", Some(&json!({ "assignedPlans": [] })));
    let applied = world.apply(planned);
    assert!(!applied.messages.has_errors(), "{}", applied.messages);
    warning(&applied.messages, "1 planned addition of contoso.com no longer holds");
    assert!(applied.state["left"]["grace.hill@contoso.com"].is_string(), "{:#}", applied.state);
    world.essentials(Method::GET, "users/frank.gomez@contoso.com", None);
}

#[test]
fn what_may_be_a_disagreement_or_a_change_of_the_directory_is_told_as_either() {
    let world = leaver();
    switch(&world, "update_groups", false);
    let rows =
        json!({ "jack.king@contoso.com": world.preview(json!({}))["changes"]["jack.king@contoso.com"] });
    let planned = world.plan(json!({ "changes": rows }));
    told(&planned.messages);
    // A list gets the leaver's address. Were groups updated, it would get it in the same run, and he could be deleted.
    let aliases = json!({ "proxyAddresses": ["SMTP:all-staff@contoso.com", "smtp:jack.king@contoso.com"] });
    let groups =
        world.simulator.graph_done(Method::GET, "groups?$filter=mail eq 'all-staff@contoso.com'", None);
    let id = groups["value"][0]["id"].as_str().expect("the list").to_owned();
    world.graph(Method::PATCH, &format!("groups/{id}"), Some(&aliases));
    world.simulator.forget_requests();
    let refused = world.apply(planned);
    let error = refused.messages.expect_error();
    assert_eq!(error.summary, "Planned rows of contoso.com do not hold");
    let line = "groups.update: they would hold with true, and the organization has false";
    assert!(error.detail.contains(line) && error.detail.contains("Either preview and sync"), "{error}");
    assert!(error.detail.contains("jack.king@contoso.com  another object in Entra has"), "{error}");
    world.expect_no_writes();
}

/// An organization whose users API treats a change of the type in this way. Ben has left, and may not sign in any more; his
/// account has a list of senders.
fn with_mood(mood: &str) -> Reviewed {
    let world = Reviewed::start(&["--mood", &format!("functional_account={mood}")]);
    world.essentials(Method::PUT, BEN, Some(&json!({ "safe_list_senders": ["friend@example.org"] })));
    sign_in(&world, false);
    world
}

fn sign_in(world: &Reviewed, enabled: bool) {
    world.graph(Method::PATCH, BEN, Some(&json!({ "accountEnabled": enabled })));
    world.simulator.forget_requests();
}

const BEN: &str = "users/ben.cole@contoso.com";

/// Runs all that a preview with these arguments shows; what is left of Ben's row, and what his account is afterwards.
fn converted(world: &Reviewed, arguments: &Json) -> (Json, Json) {
    let rows = world.preview(arguments.clone())["changes"].clone();
    let version = arguments["sync_version"].clone();
    let applied =
        world.apply(world.plan(json!({ "changes": rows, "sync_version": version, "max_deletions": "5" })));
    assert!(!applied.messages.has_errors(), "{}", applied.messages);
    let deleted = |request: &crate::support::simulator::Request| {
        request.method == "DELETE" && request.path.contains("ben.cole")
    };
    assert!(!world.simulator.writes().iter().any(deleted), "deleted to be made again");
    let account = world.essentials(Method::GET, BEN, None);
    assert_eq!(account["white_list_senders"], json!(["friend@example.org"]), "{account}");
    (applied.state["left"]["ben.cole@contoso.com"].clone(), account["type"].clone())
}

const WITHOUT_EFFECT: &str = "convert: Proofpoint accepted the change, and the account is of its old type";

#[test]
fn a_change_of_type_is_read_back_and_stays_in_what_is_left_where_nothing_came_of_it() {
    for (mood, functional) in
        [("works", true), ("bad_request", false), ("unprocessable", false), ("no_effect", false)]
    {
        let world = with_mood(mood);
        let (left, kind) = converted(&world, &json!({}));
        match mood {
            "works" => assert_eq!(left, Json::Null),
            "no_effect" => assert_eq!(left, WITHOUT_EFFECT),
            _ => assert!(left.as_str().is_some_and(|left| left.starts_with("convert: ")), "{mood}: {left}"),
        }
        let expected = if functional { "functional_account" } else { "end_user" };
        assert_eq!(kind, expected, "{mood}");
        // What did not come about is there to be approved again, and nothing else is.
        let next = world.preview(json!({}))["changes"].clone();
        let addresses: Vec<_> = next.as_object().expect("rows").keys().cloned().collect();
        let remaining: &[&str] = if functional { &[] } else { &["ben.cole@contoso.com"] };
        assert_eq!(addresses, remaining, "{mood}: {next:#}");
    }
}

#[test]
fn whoever_may_sign_in_again_becomes_a_user_again_or_it_is_told_that_nothing_came_of_it() {
    for mood in ["works", "bad_request", "unprocessable", "no_effect"] {
        let mut state = with_mood("works").simulator.state();
        let accounts = state["organizations"]["contoso.com"]["users"].as_array_mut().expect("accounts");
        let ben = accounts.iter_mut().find(|account| account["primary_email"] == "ben.cole@contoso.com");
        ben.expect("Ben")["type"] = json!("functional_account");
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), state.to_string()).expect("the state document");
        let data = file.path().to_str().expect("a path in UTF-8");
        let world = Reviewed::start(&["--data", data, "--mood", &format!("functional_account={mood}")]);
        sign_in(&world, true);
        let row = world.preview(json!({}))["changes"]["ben.cole@contoso.com"].clone();
        let begin = "convert functional_account: becomes an end user: sign-in is enabled in Entra";
        assert!(row.as_str().is_some_and(|row| row.starts_with(begin)), "{mood}: {row}");
        let (left, kind) = converted(&world, &json!({}));
        match mood {
            "works" => assert_eq!((left, kind), (Json::Null, json!("end_user"))),
            "no_effect" => assert_eq!((left, kind), (json!(WITHOUT_EFFECT), json!("functional_account"))),
            _ => {
                assert!(left.as_str().is_some_and(|left| left.starts_with("convert: ")), "{mood}: {left}");
                assert_eq!(kind, "functional_account", "{mood}");
            }
        }
    }
}

#[test]
fn version_1_asks_for_no_change_of_type_and_without_functional_accounts_nobody_does() {
    for mood in ["works", "bad_request", "unprocessable", "no_effect"] {
        let world = with_mood(mood);
        let (left, kind) = converted(&world, &json!({ "sync_version": 1 }));
        assert_eq!((left, kind), (Json::Null, json!("end_user")), "{mood}");
        assert_eq!(world.essentials(Method::GET, BEN, None)["is_active"], false, "{mood}");

        let world = with_mood(mood);
        let shown = world.preview(json!({ "functional_accounts": false }));
        assert_eq!(
            shown["left"]["ben.cole@contoso.com"], "convert: functional accounts are left out",
            "{mood}"
        );
        let (left, kind) = converted(&world, &json!({ "functional_accounts": false }));
        let expected = (json!("convert: not among the approved rows"), json!("end_user"));
        assert_eq!((left, kind), expected, "{mood}");
        let asked = |request: &crate::support::simulator::Request| request.path.contains("ben.cole");
        assert!(!world.simulator.writes().iter().any(asked), "{mood}");
    }
}
