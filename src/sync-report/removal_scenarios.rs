//! Whose account goes, whose may go, and whose stays, each as a small story.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;

use super::samples::*;
use super::*;

#[test]
fn only_positive_evidence_deletes() {
    let carl = "carl@contoso.com";
    let unlicensed = UserFacts { licence: Licence::None, ..facts(ANN) };
    let mut input = input(
        vec![user(1, unlicensed)],
        vec![
            account(ANN, AccountType::EndUser),
            account(BOB, AccountType::EndUser),
            account(carl, AccountType::SilentUser),
        ],
    );
    let deleted = DeletedItem::user(None, "0123456789abcdef0123456789abcdefCarl@contoso.com", None);
    input.directory = Directory::new(input.directory.objects().to_vec(), vec![deleted], ["contoso.com"]);
    assert_eq!(
        rows(&input),
        [
            format!("Deleting {carl} silent_user: 'Ann Example', its user was deleted in Entra"),
            format!(
                "Unmatched {ANN} end_user: 'Ann Example', its user is out of scope: enabled without Exchange licence; removed if \
                 an earlier run made it"
            ),
            format!(
                "Unmatched {BOB} end_user: 'Ann Example', not in Entra; removed if an earlier run made it"
            ),
        ]
    );
    assert_eq!(
        lines(&input),
        [format!("{carl} delete silent_user: 'Ann Example', its user was deleted in Entra"),]
    );
    assert_eq!(Estimate::of(&input).report(0).counts.removals, 3);
    assert_eq!(Estimate::of(&input).report(0).deleting.rows.len(), 1);

    input.switches.users.remove_deleted = false;
    assert_eq!(rows(&input), [""; 0]);
    let counts = Estimate::of(&input).report(0).counts;
    assert_eq!((counts.kept, counts.kept_because.get("removal is switched off")), (3, Some(&3)));
}

#[test]
fn the_account_of_a_deleted_group_goes_while_groups_of_either_kind_are_synced() {
    let team = "team@contoso.com";
    let mut input = input(vec![], vec![account(team, AccountType::FunctionalAccount)]);
    input.directory = Directory::new(vec![], vec![DeletedItem::group(Some(team), None)], []);
    for (distribution_groups, security_groups) in [(true, true), (true, false), (false, true), (false, false)]
    {
        input.switches.what = What { active_users: true, distribution_groups, security_groups };
        let deleted = lines(&input).len();
        assert_eq!(deleted == 1, distribution_groups || security_groups, "{:?}", input.switches.what);
    }
}

#[test]
fn an_alias_that_is_the_address_of_somebody_who_gets_no_account_spares_the_account() {
    let shared = "shared@contoso.com";
    let guest = UserFacts { guest: true, ..facts(shared) };
    let bob = Account::new(&account_facts(BOB, AccountType::EndUser), [shared]);
    let mut input = input(vec![user(1, guest)], vec![bob]);
    let deleted = DeletedItem::user(Some(BOB), "", None);
    input.directory = Directory::new(input.directory.objects().to_vec(), vec![deleted], []);
    assert_eq!(
        rows(&input),
        [format!(
            "Unmatched {BOB} end_user: 'Ann Example', {shared} lives on as the address of another object in Entra; removed if \
             an earlier run made it"
        )]
    );
}

#[test]
fn of_several_objects_that_prove_nothing_the_first_is_the_reason() {
    let unclear = UserFacts { licence: Licence::Unclear, ..facts(ANN) };
    let mut input = input(vec![user(1, unclear), list(2, ANN)], vec![account(ANN, AccountType::EndUser)]);
    input.switches.what.distribution_groups = false;
    let row = &rows(&input)[0];
    assert!(row.contains("its user is out of scope: Exchange licence suspended"), "{row}");
}

#[test]
fn a_deleted_group_says_nothing_of_a_person_at_its_address() {
    let mut input = input(
        vec![],
        vec![account(ANN, AccountType::EndUser), account("team@contoso.com", AccountType::FunctionalAccount)],
    );
    let deleted =
        vec![DeletedItem::group(Some(ANN), None), DeletedItem::group(Some("team@contoso.com"), None)];
    input.directory = Directory::new(vec![], deleted, []);
    assert_eq!(
        rows(&input),
        [
            "Deleting team@contoso.com functional_account: 'Ann Example', its group was deleted in Entra"
                .to_owned(),
            format!(
                "Unmatched {ANN} end_user: 'Ann Example', not in Entra; removed if an earlier run made it"
            ),
        ]
    );
    let gone = "team@contoso.com delete functional_account: 'Ann Example', its group was deleted in Entra";
    assert_eq!(lines(&input), [gone]);
    input.switches.users.remove_deleted = false;
    assert_eq!(
        rows(&input),
        ["Deleting team@contoso.com functional_account: 'Ann Example', its group was deleted in Entra"]
    );
    assert_eq!(lines(&input), [gone]);
}

#[test]
fn a_user_deleted_beside_a_group_of_the_same_address_counts_as_deleted() {
    let mut input = input(vec![], vec![account(ANN, AccountType::EndUser)]);
    let deleted = vec![DeletedItem::group(Some(ANN), None), DeletedItem::user(Some(ANN), "", None)];
    input.directory = Directory::new(vec![], deleted, []);
    assert_eq!(
        lines(&input),
        [format!("{ANN} delete end_user: 'Ann Example', its user was deleted in Entra")]
    );
}

#[test]
fn an_unclear_licence_is_no_evidence() {
    let unclear = UserFacts { licence: Licence::Unclear, ..facts(ANN) };
    let mut input = input(vec![user(1, unclear)], vec![account(ANN, AccountType::EndUser)]);
    assert_eq!(
        rows(&input),
        [format!(
            "Unmatched {ANN} end_user: 'Ann Example', its user is out of scope: Exchange licence suspended, unknown or not shown; removed if an earlier run made it"
        )]
    );
    assert_eq!(lines(&input), [""; 0]);
    let because = Estimate::of(&input).report(0).counts.out_of_scope_because;
    assert_eq!(because.keys().collect::<Vec<_>>(), ["Exchange licence suspended, unknown or not shown"]);
    input.version = SyncVersion::V1;
    assert_eq!(rows(&input), [""; 0]);
}

/// Carl was deleted, with an account that goes by two addresses, and `object` has one of them.
fn carl_and(object: DirectoryObject) -> Input {
    let carl = Account::new(&account_facts("carl@contoso.com", AccountType::EndUser), ["sales@contoso.com"]);
    let mut input = input(vec![], vec![carl]);
    let deleted = DeletedItem::user(Some("carl@contoso.com"), "", None);
    input.directory = Directory::new(vec![object], vec![deleted], []);
    input
}

#[test]
fn an_address_that_lives_on_elsewhere_is_not_deleted() {
    let alias = ["smtp:carl@contoso.com"];
    let with = |facts: UserFacts<'_>| DirectoryObject::user(id(1), &facts, alias);
    let unmatched =
        |address: &str| format!("Unmatched carl@contoso.com end_user: 'Ann Example', {address} lives on as ");
    let spared = |input: &Input, address: &str| {
        let told = if address == "carl@contoso.com" { "its address" } else { address };
        let is_told = rows(input).iter().any(|row| row.starts_with(&unmatched(told)));
        assert!(is_told, "{:?}", rows(input));
        assert!(!lines(input).iter().any(|line| line.contains(" delete ")), "{:?}", lines(input));
    };
    // Guests, and users whose mail is elsewhere or who have the address as their sign-in name only.
    spared(&carl_and(with(UserFacts { guest: true, ..facts(ANN) })), "carl@contoso.com");
    spared(
        &carl_and(with(UserFacts { user_principal_name: ANN, ..facts("x@fabrikam.com") })),
        "carl@contoso.com",
    );
    let renamed = UserFacts { user_principal_name: "carl@contoso.com", ..facts(ANN) };
    spared(&carl_and(user(1, renamed)), "carl@contoso.com");
    // What a run leaves alone: exempt addresses, and what is switched off.
    let mut input = carl_and(with(facts(ANN)));
    assert!(lines(&input).iter().any(|line| {
        line.starts_with("carl@contoso.com delete end_user: 'Ann Example', its user was deleted in Entra")
    }));
    input.exemptions = Exemptions::new([ANN]);
    spared(&input, "carl@contoso.com");
    input.exemptions = Exemptions::default();
    input.switches.users.add = false;
    spared(&input, "carl@contoso.com");
    let mut input = carl_and(list(1, "sales@contoso.com"));
    input.switches.what.distribution_groups = false;
    spared(&input, "sales@contoso.com");
}

/// Nora takes the address of one account that goes, and as an alias that of another.
#[test]
fn accounts_whose_addresses_all_go_to_one_person_go_in_one_run() {
    let nora = UserFacts { mail: Some("sales@contoso.com"), ..facts("sales@contoso.com") };
    let nora = DirectoryObject::user(id(1), &nora, ["smtp:team@contoso.com"]);
    let mut input = carl_and(nora);
    let team = account("team@contoso.com", AccountType::FunctionalAccount);
    input.roster =
        Roster::new([input.roster.accounts().to_vec(), vec![team]].concat(), ["contoso.com"], None);
    let both = |user: &str| {
        [DeletedItem::user(Some(user), "", None), DeletedItem::group(Some("team@contoso.com"), None)]
    };
    let objects = input.directory.objects().to_vec();
    input.directory = Directory::new(objects.clone(), both("carl@contoso.com").to_vec(), []);
    let touched: Vec<String> = lines(&input).iter().map(|line| words(line, 2)).collect();
    assert_eq!(touched, ["carl@contoso.com delete", "team@contoso.com delete", "sales@contoso.com add"]);

    // While Carl's account keeps her address nobody adds her, so that the other address would be lost.
    input.directory = Directory::new(objects, both("else@contoso.com").to_vec(), []);
    assert_eq!(lines(&input), [""; 0]);
    let sections: Vec<String> = rows(&input).iter().map(|row| words(row, 2)).collect();
    assert_eq!(
        sections,
        ["Unmatched carl@contoso.com", "Unmatched team@contoso.com", "Blocked sales@contoso.com"]
    );
}

fn words(line: &str, count: usize) -> String {
    line.split(' ').take(count).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_address_that_goes_to_a_functional_account_is_not_deleted_by_a_run_of_users_only() {
    let mut input = carl_and(list(1, "sales@contoso.com"));
    assert_eq!(
        rows(&input),
        [
            "Deleting carl@contoso.com end_user: 'Ann Example', its user was deleted in Entra; alias_emails sales@contoso.com \
             deleted with it",
            "Adding sales@contoso.com functional_account: for group 'List'",
        ]
    );
    assert_eq!(Estimate::of(&input).changes(Reach::UsersOnly).count(), 0);
    assert_eq!(Estimate::of(&input).changes(Reach::Everything).count(), 2);
    let left = Estimate::of(&input).left(Reach::UsersOnly);
    assert_eq!(
        left.get("carl@contoso.com").map(String::as_str),
        Some("delete: an address goes to somebody whose own change is not made")
    );
    // Not for a group that may not be added: nobody gets the address then.
    input.switches.groups.add = false;
    assert_eq!(Estimate::of(&input).left(Reach::Everything).len(), 0);
    assert_eq!(Estimate::of(&input).report(0).counts.unmatched, 1);
}

#[test]
fn an_excluded_user_is_no_evidence_while_another_object_has_the_address() {
    let unlicensed = UserFacts { licence: Licence::None, ..facts(ANN) };
    let mut input = input(vec![user(1, unlicensed), list(2, ANN)], vec![account(ANN, AccountType::EndUser)]);
    input.switches.what.distribution_groups = false;
    assert_eq!(
        rows(&input),
        [format!(
            "Unmatched {ANN} end_user: 'Ann Example', its group is out of scope: kind is switched off; removed if an earlier run made it"
        )]
    );
}

#[test]
fn a_deleted_user_who_is_back_is_not_deleted() {
    let mut input = input(vec![user(1, facts(ANN))], vec![account(ANN, AccountType::EndUser)]);
    let deleted = DeletedItem::user(Some(ANN), "", None);
    input.directory = Directory::new(input.directory.objects().to_vec(), vec![deleted], []);
    assert_eq!(rows(&input), [""; 0]);
}

#[test]
fn functional_accounts_that_nothing_explains_are_kept() {
    let mut input = input(vec![], vec![account("sales@contoso.com", AccountType::FunctionalAccount)]);
    assert_eq!(rows(&input), [""; 0]);
    assert_eq!(Estimate::of(&input).report(0).counts.removals, 0);
    // One that a run may have made of somebody who was blocked, or has been deleted since, may go.
    let deleted = DeletedItem::user(Some("sales@contoso.com"), "", Some("2026-02-28T08:00:00Z"));
    input.directory = Directory::new(vec![], vec![deleted], []);
    let unmatched = |why: &str| {
        [format!(
            "Unmatched sales@contoso.com functional_account: 'Ann Example', {why}; removed if an earlier run made it"
        )]
    };
    assert_eq!(rows(&input), unmatched("its user was deleted in Entra on 2026-02-28"));
    let blocked = UserFacts { enabled: false, guest: true, ..facts("sales@contoso.com") };
    input.directory = Directory::new(vec![user(1, blocked)], vec![], []);
    assert_eq!(rows(&input), unmatched("its user is out of scope: guest"));
    assert_eq!(Estimate::of(&input).report(0).counts.removals, 1);
    input.switches.users.remove_deleted = false;
    assert_eq!(Estimate::of(&input).report(0).counts.removals, 1);
    input.switches.groups.remove_deleted = false;
    assert_eq!(rows(&input), [""; 0]);
    input.directory = Directory::new(vec![user(1, UserFacts { enabled: true, ..blocked })], vec![], []);
    input.switches = everything();
    assert_eq!(rows(&input), [""; 0]);
}

#[test]
fn a_rule_of_ours_deletes_only_where_there_is_nobody_to_write_to() {
    let bare = UserFacts { mail: None, licence: Licence::None, ..facts(ANN) };
    let accounts = || vec![account(ANN, AccountType::EndUser)];
    let why = "its user is out of scope: enabled without Exchange licence";
    assert_eq!(
        lines(&input(vec![user(1, bare)], accounts())),
        [format!("{ANN} delete end_user: 'Ann Example', {why}")]
    );
    let reachable = DirectoryObject::user(id(1), &bare, ["smtp:a@contoso.onmicrosoft.com"]);
    let guest = UserFacts { guest: true, ..facts(ANN) };
    for object in [reachable, user(1, UserFacts { mail: Some(ANN), ..bare }), user(1, guest)] {
        let input = input(vec![object], accounts());
        assert_eq!(lines(&input), [""; 0]);
        let counts = Estimate::of(&input).report(0).counts;
        assert_eq!((counts.unmatched, counts.removals), (1, 1));
    }
}

#[test]
fn a_renamed_persons_old_account_says_where_its_address_lives_on() {
    let named = |facts| input(vec![user(1, facts)], vec![account(ANN, AccountType::EndUser)]);
    let renamed = UserFacts { user_principal_name: ANN, ..facts("ann.new@contoso.com") };
    let unmatched = &rows(&named(renamed))[0];
    assert!(
        unmatched.contains("its address lives on as the user principal name of ann.new@contoso.com"),
        "{unmatched}"
    );
}

#[test]
fn whoever_loses_something_is_told_by_name_with_the_day_and_the_aliases() {
    let carl = Account::new(&account_facts("carl@contoso.com", AccountType::EndUser), ["c@contoso.com"]);
    let mut input = input(vec![], vec![carl]);
    let deleted = DeletedItem::user(Some("carl@contoso.com"), "", Some("2026-02-28T08:00:00Z"));
    input.directory = Directory::new(vec![], vec![deleted], []);
    assert_eq!(
        lines(&input),
        [
            "carl@contoso.com delete end_user: 'Ann Example', its user was deleted in Entra on 2026-02-28; alias_emails \
          c@contoso.com deleted with it"
        ]
    );
    let text = Estimate::of(&input).report(10).text(10, 10);
    assert!(text.contains("to keep somebody, add the address to `exemptions`."), "{text}");
    input.exemptions = Exemptions::new(["carl@contoso.com"]);
    assert_eq!(
        rows(&input),
        [
            "Exempt carl@contoso.com end_user: at Proofpoint only; saved from being deleted: its user was deleted in Entra on \
          2026-02-28"
        ]
    );
}

#[test]
fn a_deletion_holds_only_for_the_reason_it_was_approved_for() {
    let mut input = input(vec![], vec![account(ANN, AccountType::EndUser)]);
    let deleted = DeletedItem::user(Some(ANN), "", None);
    input.directory = Directory::new(vec![], vec![deleted], []);
    let approved: BTreeMap<String, String> = Estimate::of(&input)
        .changes(Reach::Everything)
        .map(|change| (change.address.clone(), change.line()))
        .collect();
    // Restored, not licensed yet, and without a mailbox so far.
    let bare = UserFacts { mail: None, licence: Licence::None, ..facts(ANN) };
    input.directory = Directory::new(vec![user(1, bare)], vec![], []);
    let outcome = Estimate::of(&input).hold(&approved);
    assert_eq!(outcome.enact, []);
    assert!(
        outcome.broken[ANN]
            .contains("now the row is `delete end_user: 'Ann Example', its user is out of scope")
    );
}

#[test]
fn accounts_of_a_kind_that_is_switched_off_are_unmatched_and_never_deleted() {
    let mut input = input(vec![user(1, facts(ANN))], vec![account(ANN, AccountType::EndUser)]);
    input.switches.what.active_users = false;
    assert_eq!(
        rows(&input),
        [format!(
            "Unmatched {ANN} end_user: 'Ann Example', its user is out of scope: kind is switched off; removed if an earlier run made it"
        )]
    );
    assert_eq!(lines(&input), [""; 0]);
}
