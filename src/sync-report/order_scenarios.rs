//! Which changes a reviewed run makes, in which order, and which can be under way together.

use pretty_assertions::assert_eq;

use super::samples::*;
use super::*;

const CARL: &str = "carl@contoso.com";

/// A user whose account has one alias and gets another.
fn alias_moves(number: u128, address: &'static str, has: &str, gets: &str) -> (DirectoryObject, Account) {
    let user = DirectoryObject::user(id(number), &facts(address), [&*format!("smtp:{gets}@contoso.com")]);
    let account = Account::new(
        &account_facts(address, AccountType::EndUser),
        [&*format!("{has}@contoso.com")].into_iter().filter(|_| !has.is_empty()),
    );
    (user, account)
}

#[test]
fn whoever_waits_for_somebody_who_waits_comes_after_both() {
    // Ann gets what Bob has, Bob gets what Carl has, and Carl gets what nobody has.
    let people = [
        alias_moves(1, ANN, "", "from.bob"),
        alias_moves(2, BOB, "from.bob", "from.carl"),
        alias_moves(3, CARL, "from.carl", "free"),
    ];
    let (objects, accounts) = people.into_iter().unzip();
    let input = input(objects, accounts);
    let changes: Vec<_> = Estimate::of(&input).changes(Reach::Everything).collect();
    let order: Vec<_> = changes.iter().map(|change| (change.address.as_str(), change.wave)).collect();
    assert_eq!(order, [(CARL, 0), (BOB, 1), (ANN, 2)]);
    for (at, one) in changes.iter().enumerate() {
        for (other_at, other) in changes.iter().enumerate() {
            assert_eq!(one.goes_with(other), at == other_at, "{} and {}", one.address, other.address);
        }
    }
}

#[test]
fn what_frees_addresses_is_over_before_what_takes_them() {
    let dora = "dora@contoso.com";
    let mut input = input(
        vec![
            user(1, facts(ANN)),
            user(2, UserFacts { surname: Some("Other"), ..facts(BOB) }),
            user(3, facts("new@contoso.com")),
            user(4, UserFacts { enabled: false, ..facts(dora) }),
        ],
        vec![
            account(BOB, AccountType::EndUser),
            account(dora, AccountType::EndUser),
            account(CARL, AccountType::EndUser),
        ],
    );
    let deleted = DeletedItem::user(Some(CARL), "", None);
    input.directory = Directory::new(input.directory.objects().to_vec(), vec![deleted], []);
    let changes: Vec<_> = Estimate::of(&input).changes(Reach::Everything).collect();
    let verbs: Vec<_> = changes.iter().map(|change| change.verb).collect();
    assert_eq!(verbs, [Verb::Delete, Verb::Update, Verb::Convert, Verb::Add, Verb::Add]);
    let together: Vec<_> = changes.windows(2).map(|pair| pair[0].goes_with(&pair[1])).collect();
    assert_eq!(together, [false, true, false, true]);
}

#[test]
fn a_run_for_users_makes_every_change_from_user_to_user() {
    let mut input = input(
        vec![user(1, facts(ANN)), user(2, UserFacts { surname: Some("Other"), ..facts(BOB) })],
        vec![account(BOB, AccountType::SilentUser), account(CARL, AccountType::EndUser)],
    );
    let deleted = DeletedItem::user(Some(CARL), "", None);
    input.directory = Directory::new(input.directory.objects().to_vec(), vec![deleted], []);
    let estimate = Estimate::of(&input);
    let made: Vec<_> =
        estimate.changes(Reach::UsersOnly).map(|change| (change.verb, change.address)).collect();
    let all = [(Verb::Delete, CARL), (Verb::Update, BOB), (Verb::Add, ANN)];
    assert_eq!(made, all.map(|(verb, address)| (verb, address.to_owned())));
    assert_eq!(estimate.left(Reach::UsersOnly), [].into());
}

#[test]
fn what_is_lost_is_told_of_the_verbs_that_take_something() {
    for verb in Verb::all() {
        let told = verb.consequence().unwrap_or_default();
        let refused = told.contains("mail to these addresses is refused")
            || told.starts_with("Mail to these addresses is refused");
        assert_eq!(refused, matches!(verb, Verb::Delete | Verb::Deactivate), "{verb}: {told}");
        assert_eq!(told.is_empty(), !refused, "{verb}: {told}");
    }
    assert!(Verb::Delete.consequence().is_some_and(|told| told.contains("cannot be restored")));
    assert!(Verb::Deactivate.consequence().is_some_and(|told| told.contains("as long as")));
}
