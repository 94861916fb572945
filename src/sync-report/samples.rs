//! Small directories and organizations for tests.

use uuid::Uuid;

use super::*;

pub(super) const ANN: &str = "ann@contoso.com";
pub(super) const BOB: &str = "bob@contoso.com";

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// An enabled, licensed user with this address.
pub(super) fn facts(address: &str) -> UserFacts<'_> {
    UserFacts {
        mail: Some(address),
        user_principal_name: address,
        given_name: Some("Ann"),
        surname: Some("Example"),
        enabled: true,
        guest: false,
        licence: Licence::Active,
    }
}

pub(super) fn user(number: u128, facts: UserFacts<'_>) -> DirectoryObject {
    DirectoryObject::user(id(number), &facts, [])
}

pub(super) fn list(number: u128, address: &str) -> DirectoryObject {
    let facts =
        GroupFacts { mail: Some(address), display_name: "List", mail_enabled: true, ..GroupFacts::default() };
    DirectoryObject::group(id(number), &facts, [])
}

/// The account that a run makes of [`facts`].
pub(super) fn account_facts(address: &str, account_type: AccountType) -> AccountFacts<'_> {
    AccountFacts {
        primary_email: address,
        account_type,
        active: true,
        billable: true,
        first_name: "Ann",
        surname: "Example",
    }
}

pub(super) fn account(address: &str, account_type: AccountType) -> Account {
    Account::new(&account_facts(address, account_type), [])
}

/// Everything may be added, updated and removed.
pub(super) fn everything() -> Switches {
    let actions = Actions { add: true, update: true, remove_deleted: true };
    Switches {
        what: What { active_users: true, distribution_groups: true, security_groups: true },
        users: actions,
        groups: actions,
        ..Switches::default()
    }
}

pub(super) fn input(objects: Vec<DirectoryObject>, accounts: Vec<Account>) -> Input {
    Input {
        directory: Directory::new(objects, vec![], ["contoso.com", "contoso.onmicrosoft.com"]),
        roster: Roster::new(accounts, ["contoso.com"], None),
        exemptions: Exemptions::default(),
        switches: everything(),
        version: SyncVersion::V2,
    }
}

/// The report's rows as `section address row`, in the order of sections.
pub(super) fn rows(input: &Input) -> Vec<String> {
    let report = Estimate::of(input).report(100);
    let rows = report.sections().into_iter().flat_map(|(title, section)| {
        section.rows.iter().map(move |(address, row)| format!("{title} {address} {row}"))
    });
    rows.collect()
}

/// The changes that a run may enact as `address line`, in their order.
pub(super) fn lines(input: &Input) -> Vec<String> {
    Estimate::of(input)
        .changes(Reach::Everything)
        .map(|change| format!("{} {}", change.address, change.line()))
        .collect()
}
