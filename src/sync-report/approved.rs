//! Rows that somebody approved earlier, held against what is true now.

use std::collections::BTreeMap;

use super::address::normalize;
use super::changes::{Change, Reach, Verb};
use super::classes::{AccountClass, KeptBecause};
use super::estimate::Estimate;
use super::rows::Plain;

/// What is to be done about rows that were approved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Approved {
    /// The changes that still hold, in the order in which they can be made.
    pub enact: Vec<Change>,
    /// Addresses of rows that are true already.
    pub done: Vec<String>,
    /// Updates and deletions that no longer hold, by address, with what is true instead. A run must not start while there are
    /// any: what was approved is not what would be done.
    pub broken: BTreeMap<String, String>,
    /// Additions that no longer hold, by address, with the reason. They are left for the next plan.
    pub left: BTreeMap<String, String>,
    /// What there is to do now and was not approved, by address.
    pub unapproved: BTreeMap<String, String>,
}

impl Estimate<'_> {
    /// Holds approved rows (address and [`Change::line`]) against this estimate. A row that is not among them is not enacted,
    /// whatever is true now.
    pub fn hold(&self, approved: &BTreeMap<String, String>) -> Approved {
        let mut outcome = Approved::default();
        let mut now: BTreeMap<String, Change> = BTreeMap::new();
        for change in self.changes(Reach::Everything) {
            match approved.get(&change.address) {
                // The same words: a deletion holds only for the reason it was approved for.
                Some(line) if *line == change.line() => outcome.enact.push(change),
                Some(_) => drop(now.insert(change.address.clone(), change)),
                None => {
                    let reason = format!("{}: not among the approved rows", change.verb);
                    outcome.unapproved.insert(change.address, reason);
                }
            }
        }
        let mut rest = approved.clone();
        for change in &outcome.enact {
            rest.remove(&change.address);
        }
        for (address, line) in rest {
            let differs = now.get(&address).map(|change| format!("now the row is `{}`", change.line()));
            let spelling = normalize(&address);
            match Verb::of_line(&line) {
                // No account is found by it, which must not pass for one that is gone already.
                _ if *spelling != *address => {
                    outcome
                        .broken
                        .insert(address, format!("the address of this row is written `{spelling}`"));
                }
                None => {
                    outcome.broken.insert(address, format!("`{line}` is not a row that a run can enact"));
                }
                Some(verb) if differs.is_none() && self.is_true(&address, verb) => {
                    outcome.done.push(address);
                }
                Some(Verb::Add) => {
                    let reason = differs.unwrap_or_else(|| self.instead(&address));
                    outcome.left.insert(address, format!("add: {reason}"));
                }
                Some(Verb::Update | Verb::Convert | Verb::Deactivate | Verb::Delete) => {
                    let reason = differs.unwrap_or_else(|| self.instead(&address));
                    outcome.broken.insert(address, reason);
                }
            }
        }
        outcome
    }

    fn index_of(&self, address: &str) -> Option<usize> {
        let accounts = self.input.roster.accounts();
        accounts.binary_search_by(|account| account.address().cmp(address)).ok()
    }

    fn account_class(&self, address: &str) -> Option<AccountClass> {
        self.accounts.get(self.index_of(address)?).copied()
    }

    /// The address of an account for the sake of which it is not deleted.
    fn alive(&self, address: &str) -> Option<&str> {
        Some(self.alive.get(&u32::try_from(self.index_of(address)?).ok()?)?.address)
    }

    fn is_true(&self, address: &str, verb: Verb) -> bool {
        match verb {
            Verb::Delete => self.account_class(address).is_none(),
            Verb::Update | Verb::Convert | Verb::Deactivate => {
                self.account_class(address) == Some(AccountClass::Unchanged)
            }
            Verb::Add => self.account_class(address).is_some(),
        }
    }

    /// What is true of an address that no change concerns.
    fn instead(&self, address: &str) -> String {
        match self.account_class(address) {
            None if self.input.exemptions.contains(address) => "the address is exempt now".to_owned(),
            None => "there is no such account, and no user in Entra whom the sync would add".to_owned(),
            Some(AccountClass::Unchanged) => {
                "its user is in Entra, and the account agrees with it".to_owned()
            }
            Some(AccountClass::Exempt) => "the address is exempt now".to_owned(),
            Some(AccountClass::Unmatched) => match self.alive(address) {
                Some(alive) => format!("another object in Entra has {} now", Plain(alive)),
                None => "nothing proves any more that its user is gone".to_owned(),
            },
            Some(AccountClass::Kept(KeptBecause::Administrator)) => {
                "the account is an administrator now".to_owned()
            }
            Some(AccountClass::Kept(because)) => format!("the account is kept now: {because}"),
            Some(AccountClass::Updating | AccountClass::Deleting(_)) => {
                "it waits for an address that another account gives up".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::samples::*;
    use super::super::*;
    use super::*;

    fn lines(input: &Input) -> BTreeMap<String, String> {
        Estimate::of(input)
            .changes(Reach::Everything)
            .map(|change| (change.address.clone(), change.line()))
            .collect()
    }

    fn addresses(changes: &[Change]) -> Vec<&str> {
        changes.iter().map(|change| change.address.as_str()).collect()
    }

    const CARL: &str = "carl@contoso.com";

    /// Ann is new, Bob's name differs, Carl was deleted.
    fn story() -> Input {
        let mut input = input(
            vec![user(1, facts(ANN)), user(2, UserFacts { surname: Some("New"), ..facts(BOB) })],
            vec![account(BOB, AccountType::EndUser), account(CARL, AccountType::EndUser)],
        );
        let deleted = vec![DeletedItem::user(Some(CARL), "", None)];
        input.directory = Directory::new(input.directory.objects().to_vec(), deleted, []);
        input
    }

    #[test]
    fn rows_that_still_hold_are_enacted_and_others_are_not() {
        let input = story();
        let mut approved = lines(&input);
        assert_eq!(addresses(&Estimate::of(&input).hold(&approved).enact), [CARL, BOB, ANN]);
        approved.remove(BOB);
        let outcome = Estimate::of(&input).hold(&approved);
        assert_eq!(addresses(&outcome.enact), [CARL, ANN]);
        assert_eq!((outcome.broken.len(), outcome.left.len(), outcome.done.len()), (0, 0, 0));
    }

    #[test]
    fn rows_that_are_true_already_are_skipped() {
        let approved = lines(&story());
        let input = input(
            vec![user(1, facts(ANN)), user(2, UserFacts { surname: Some("New"), ..facts(BOB) })],
            vec![
                account(ANN, AccountType::EndUser),
                Account::new(
                    &AccountFacts { surname: "New", ..account_facts(BOB, AccountType::EndUser) },
                    [],
                ),
            ],
        );
        let outcome = Estimate::of(&input).hold(&approved);
        assert_eq!(outcome.done, [ANN, BOB, CARL]);
        assert!(outcome.enact.is_empty() && outcome.broken.is_empty());
    }

    #[test]
    fn a_deletion_whose_user_came_back_is_broken() {
        let mut input = story();
        let approved = lines(&input);
        let mut objects = input.directory.objects().to_vec();
        objects.push(user(3, facts(CARL)));
        input.directory = Directory::new(objects, vec![], []);
        let outcome = Estimate::of(&input).hold(&approved);
        assert_eq!(outcome.broken.keys().collect::<Vec<_>>(), [CARL]);
        assert_eq!(outcome.broken[CARL], "its user is in Entra, and the account agrees with it");

        let guest = UserFacts { guest: true, user_principal_name: CARL, ..facts("x@fabrikam.com") };
        let deleted = vec![DeletedItem::user(Some(CARL), "", None)];
        input.directory = Directory::new(vec![user(3, guest)], deleted, []);
        let outcome = Estimate::of(&input).hold(&approved);
        assert_eq!(outcome.broken[CARL], "another object in Entra has carl@contoso.com now");

        input.directory = Directory::new(vec![], vec![], []);
        let outcome = Estimate::of(&input).hold(&approved);
        assert_eq!(outcome.broken[CARL], "nothing proves any more that its user is gone");
    }

    #[test]
    fn an_update_that_changed_is_broken_and_an_addition_that_changed_is_left() {
        let mut input = story();
        let approved = lines(&input);
        let other = |address| UserFacts { surname: Some("Other"), ..facts(address) };
        input.directory = Directory::new(
            vec![user(1, other(ANN)), user(2, other(BOB))],
            vec![DeletedItem::user(Some(CARL), "", None)],
            [],
        );
        let outcome = Estimate::of(&input).hold(&approved);
        assert_eq!(outcome.broken[BOB], "now the row is `update end_user: surname 'Example' -> 'Other'`");
        assert!(outcome.left[ANN].starts_with("add: now the row is `add end_user: new user in Entra"));
        assert_eq!(addresses(&outcome.enact), [CARL]);
    }

    #[test]
    fn an_update_that_became_a_deletion_is_broken_and_so_is_the_reverse() {
        let mut input = story();
        let approved = lines(&input);
        // Bob was deleted meanwhile, and Carl is back under another name.
        let back = UserFacts { surname: Some("Back"), ..facts(CARL) };
        let deleted = vec![DeletedItem::user(Some(BOB), "", None)];
        input.directory = Directory::new(vec![user(1, facts(ANN)), user(3, back)], deleted, []);
        let outcome = Estimate::of(&input).hold(&approved);
        assert_eq!(outcome.broken.keys().collect::<Vec<_>>(), [BOB, CARL]);
        assert!(outcome.broken[BOB].starts_with("now the row is `delete end_user: "), "{:?}", outcome.broken);
        assert!(
            outcome.broken[CARL].starts_with("now the row is `update end_user: "),
            "{:?}",
            outcome.broken
        );
        assert_eq!(addresses(&outcome.enact), [ANN]);
        assert_eq!((outcome.done.len(), outcome.left.len(), outcome.unapproved.len()), (0, 0, 0));
    }

    #[test]
    fn exempt_rows_are_not_enacted() {
        let mut input = story();
        let approved = lines(&input);
        input.exemptions = Exemptions::new([ANN, BOB]);
        let outcome = Estimate::of(&input).hold(&approved);
        assert_eq!(outcome.left[ANN], "add: the address is exempt now");
        assert_eq!(outcome.broken[BOB], "the address is exempt now");
    }

    #[test]
    fn rows_of_people_who_are_gone_on_both_sides_say_so() {
        let mut input = story();
        let approved = lines(&input);
        input.directory = Directory::new(vec![], vec![], []);
        input.roster = Roster::new(vec![], ["contoso.com"], None);
        let outcome = Estimate::of(&input).hold(&approved);
        let gone = "there is no such account, and no user in Entra whom the sync would add";
        assert_eq!(outcome.broken[BOB], gone);
        assert_eq!(outcome.left[ANN], format!("add: {gone}"));
        assert_eq!(outcome.done, [CARL]);
    }

    #[test]
    fn an_address_that_is_not_in_lower_case_is_broken_and_not_done() {
        let approved = BTreeMap::from([("Carl@contoso.com".to_owned(), "delete end_user: gone".to_owned())]);
        let outcome = Estimate::of(&story()).hold(&approved);
        assert_eq!(outcome.done, [""; 0]);
        assert_eq!(
            outcome.broken["Carl@contoso.com"],
            "the address of this row is written `carl@contoso.com`"
        );
    }

    #[test]
    fn a_line_that_is_no_row_is_refused() {
        let approved = BTreeMap::from([(ANN.to_owned(), "remove everything".to_owned())]);
        assert!(Estimate::of(&story()).hold(&approved).broken.contains_key(ANN));
    }
}
