//! Whose account goes, whose may go, and whose stays, each as a small story.

use pretty_assertions::assert_eq;

use super::samples::*;
use super::*;

#[test]
fn only_positive_evidence_deletes() {
    let carl = "carl@contoso.com";
    let unlicensed = UserFacts { exchange_licence: false, ..facts(ANN) };
    let mut input = input(
        vec![user(1, unlicensed)],
        vec![
            account(ANN, AccountType::EndUser),
            account(BOB, AccountType::EndUser),
            account(carl, AccountType::SilentUser),
        ],
    );
    let deleted = DeletedItem::user(None, "0123456789abcdef0123456789abcdefCarl@contoso.com");
    input.directory = Directory::new(input.directory.objects().to_vec(), vec![deleted], ["contoso.com"]);
    assert_eq!(
        rows(&input),
        [
            format!(
                "Deleting {ANN} end_user: its user is out of scope: enabled without Exchange licence (version 1 differs)"
            ),
            format!("Deleting {carl} silent_user: its user was deleted in Entra"),
            format!("Unmatched {BOB} end_user: not in Entra; removed if an earlier run made it"),
        ]
    );
    assert_eq!(
        lines(&input),
        [
            format!("{ANN} delete end_user: its user is out of scope: enabled without Exchange licence"),
            format!("{carl} delete silent_user: its user was deleted in Entra"),
        ]
    );
    assert_eq!(Estimate::of(&input).report(0).counts.removals, 3);
    assert_eq!(Estimate::of(&input).report(0).deleting.rows.len(), 2);

    input.switches.users.remove_deleted = false;
    assert_eq!(rows(&input), [""; 0]);
    let counts = Estimate::of(&input).report(0).counts;
    assert_eq!((counts.kept, counts.kept_because.get("removal is switched off")), (3, Some(&3)));
}

#[test]
fn a_deleted_group_says_nothing_of_a_person_at_its_address() {
    let mut input = input(
        vec![],
        vec![account(ANN, AccountType::EndUser), account("team@contoso.com", AccountType::FunctionalAccount)],
    );
    let deleted = vec![DeletedItem::group(Some(ANN)), DeletedItem::group(Some("team@contoso.com"))];
    input.directory = Directory::new(vec![], deleted, []);
    assert_eq!(
        rows(&input),
        [
            "Deleting team@contoso.com functional_account: its group was deleted in Entra".to_owned(),
            format!("Unmatched {ANN} end_user: not in Entra; removed if an earlier run made it"),
        ]
    );
    assert_eq!(lines(&input), [""; 0]);
    input.switches.users.remove_deleted = false;
    assert_eq!(
        rows(&input),
        ["Deleting team@contoso.com functional_account: its group was deleted in Entra"]
    );
    assert_eq!(lines(&input), [""; 0]);
}

#[test]
fn a_user_deleted_beside_a_group_of_the_same_address_counts_as_deleted() {
    let mut input = input(vec![], vec![account(ANN, AccountType::EndUser)]);
    let deleted = vec![DeletedItem::group(Some(ANN)), DeletedItem::user(Some(ANN), "")];
    input.directory = Directory::new(vec![], deleted, []);
    assert_eq!(lines(&input), [format!("{ANN} delete end_user: its user was deleted in Entra")]);
}

#[test]
fn an_unclear_licence_is_no_evidence() {
    let unclear = UserFacts { exchange_licence: false, licence_unclear: true, ..facts(ANN) };
    let mut input = input(vec![user(1, unclear)], vec![account(ANN, AccountType::EndUser)]);
    assert_eq!(
        rows(&input),
        [format!("Unmatched {ANN} end_user: its object is out of scope; removed if an earlier run made it")]
    );
    assert_eq!(lines(&input), [""; 0]);
    let because = Estimate::of(&input).report(0).counts.out_of_scope_because;
    assert_eq!(because.keys().collect::<Vec<_>>(), ["Exchange licence suspended or not shown"]);
    input.version = SyncVersion::V1;
    assert_eq!(rows(&input), [""; 0]);
}

/// Carl was deleted, with an account that goes by two addresses, and `object` has one of them.
fn carl_and(object: DirectoryObject) -> Input {
    let carl = Account::new(&account_facts("carl@contoso.com", AccountType::EndUser), ["sales@contoso.com"]);
    let mut input = input(vec![], vec![carl]);
    let deleted = DeletedItem::user(Some("carl@contoso.com"), "");
    input.directory = Directory::new(vec![object], vec![deleted], []);
    input
}

#[test]
fn an_address_that_lives_on_elsewhere_is_not_deleted() {
    let alias = ["smtp:carl@contoso.com"];
    let with = |facts: UserFacts<'_>| DirectoryObject::user(id(1), &facts, alias);
    let unmatched = |address: &str| {
        format!(
            "Unmatched carl@contoso.com end_user: another object in Entra has {address}; removed if an earlier run made it"
        )
    };
    let spared = |input: &Input, address: &str| {
        assert!(rows(input).contains(&unmatched(address)), "{:?}", rows(input));
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
    assert!(
        lines(&input).contains(&"carl@contoso.com delete end_user: its user was deleted in Entra".to_owned())
    );
    input.exemptions = Exemptions::new([ANN]);
    spared(&input, "carl@contoso.com");
    input.exemptions = Exemptions::default();
    input.switches.users.add = false;
    spared(&input, "carl@contoso.com");
    let mut input = carl_and(list(1, "sales@contoso.com"));
    input.switches.what.distribution_groups = false;
    spared(&input, "sales@contoso.com");
}

#[test]
fn an_address_that_only_proofpoints_own_run_hands_over_is_not_deleted_by_a_reviewed_one() {
    let mut input = carl_and(list(1, "sales@contoso.com"));
    assert_eq!(
        rows(&input),
        [
            "Deleting carl@contoso.com end_user: its user was deleted in Entra",
            "Adding sales@contoso.com functional_account: new group in Entra, firstname 'List'",
        ]
    );
    assert_eq!(lines(&input), [""; 0]);
    let left = Estimate::of(&input).left();
    assert_eq!(
        left.get("carl@contoso.com").map(String::as_str),
        Some("delete: an address goes to an object that a run leaves alone")
    );
    // Not for a group that may not be added: nobody gets the address then.
    input.switches.groups.add = false;
    assert_eq!(Estimate::of(&input).left().len(), 0);
    assert_eq!(Estimate::of(&input).report(0).counts.unmatched, 1);
}

#[test]
fn an_excluded_user_is_no_evidence_while_another_object_has_the_address() {
    let unlicensed = UserFacts { exchange_licence: false, ..facts(ANN) };
    let mut input = input(vec![user(1, unlicensed), list(2, ANN)], vec![account(ANN, AccountType::EndUser)]);
    input.switches.what.distribution_groups = false;
    assert_eq!(
        rows(&input),
        [format!("Unmatched {ANN} end_user: its object is out of scope; removed if an earlier run made it")]
    );
}

#[test]
fn a_deleted_user_who_is_back_is_not_deleted() {
    let mut input = input(vec![user(1, facts(ANN))], vec![account(ANN, AccountType::EndUser)]);
    let deleted = DeletedItem::user(Some(ANN), "");
    input.directory = Directory::new(input.directory.objects().to_vec(), vec![deleted], []);
    assert_eq!(rows(&input), [""; 0]);
}

#[test]
fn functional_accounts_without_group_are_kept_unless_groups_are_removed() {
    let mut input = input(vec![], vec![account("sales@contoso.com", AccountType::FunctionalAccount)]);
    assert_eq!(
        rows(&input),
        ["Unmatched sales@contoso.com functional_account: not in Entra; removed if an earlier run made it"]
    );
    input.switches.groups.remove_deleted = false;
    assert_eq!(rows(&input), [""; 0]);
}

#[test]
fn accounts_of_a_kind_that_is_switched_off_are_unmatched_and_never_deleted() {
    let mut input = input(vec![user(1, facts(ANN))], vec![account(ANN, AccountType::EndUser)]);
    input.switches.what.active_users = false;
    assert_eq!(
        rows(&input),
        [format!("Unmatched {ANN} end_user: its object is out of scope; removed if an earlier run made it")]
    );
    assert_eq!(lines(&input), [""; 0]);
}
