//! The accounts of an organization at Proofpoint, with what of the organization the sync looks at.

use std::collections::BTreeSet;

use super::address::{AddressList, Domains, composed, normalize};
use super::directory::Directory;
use super::switches::Role;

/// Type of an account (Proofpoint's `UserType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountType {
    /// `end_user`
    EndUser,
    /// `silent_user`
    SilentUser,
    /// `functional_account`
    FunctionalAccount,
    /// Any administrator, and any type this version does not know: never touched.
    Administrator,
}

impl AccountType {
    /// The type with this name on the wire.
    pub fn from_name(name: &str) -> Self {
        match name {
            "end_user" => Self::EndUser,
            "silent_user" => Self::SilentUser,
            "functional_account" => Self::FunctionalAccount,
            _ => Self::Administrator,
        }
    }

    /// The name shown in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::EndUser => "end_user",
            Self::SilentUser => "silent_user",
            Self::FunctionalAccount => "functional_account",
            Self::Administrator => "administrator",
        }
    }

    /// The name in running text.
    pub(super) fn with_article(self) -> &'static str {
        match self {
            Self::EndUser => "an end user",
            Self::SilentUser => "a silent user",
            Self::FunctionalAccount => "a functional account",
            Self::Administrator => "an administrator",
        }
    }

    /// An end user or a silent user.
    pub fn is_user(self) -> bool {
        matches!(self, Self::EndUser | Self::SilentUser)
    }
}

impl From<Role> for AccountType {
    fn from(role: Role) -> Self {
        match role {
            Role::EndUser => Self::EndUser,
            Role::SilentUser => Self::SilentUser,
        }
    }
}

/// What Proofpoint says of an account, as far as the sync looks at it.
#[derive(Debug, Clone, Copy)]
pub struct AccountFacts<'a> {
    /// `primary_email`
    pub primary_email: &'a str,
    /// `type`
    pub account_type: AccountType,
    /// `is_active`
    pub active: bool,
    /// `is_billable`
    pub billable: bool,
    /// `firstname`
    pub first_name: &'a str,
    /// `surname`
    pub surname: &'a str,
}

/// An account of the organization. Addresses are kept in their normalized form.
#[expect(clippy::struct_field_names, reason = "Proofpoint calls it `type`, which is a keyword")]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    // First, so that the derived order is the order of addresses.
    pub(super) address: Box<str>,
    /// Kept only where Proofpoint spells the address otherwise.
    pub(super) written: Option<Box<str>>,
    pub(super) first_name: Box<str>,
    pub(super) surname: Box<str>,
    pub(super) aliases: AddressList,
    pub(super) account_type: AccountType,
    pub(super) active: bool,
    pub(super) billable: bool,
}

impl Account {
    /// An account with its `alias_emails`.
    pub fn new<'a>(facts: &AccountFacts<'a>, alias_emails: impl IntoIterator<Item = &'a str>) -> Self {
        let address = normalize(facts.primary_email);
        let written = (*address != *facts.primary_email).then(|| facts.primary_email.into());
        Self {
            address,
            written,
            first_name: composed(facts.first_name),
            surname: composed(facts.surname),
            aliases: AddressList::new(alias_emails),
            account_type: facts.account_type,
            active: facts.active,
            billable: facts.billable,
        }
    }

    /// The primary address, normalized.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The primary address and the aliases.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.address()).chain(self.aliases.iter())
    }

    /// First and last name as one text; empty where there is neither.
    pub(super) fn name(&self) -> String {
        let names = [&*self.first_name, &*self.surname];
        names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The primary address as Proofpoint spells it, for use in requests.
    pub fn written_address(&self) -> &str {
        self.written.as_deref().unwrap_or(&self.address)
    }
}

/// What an organization at Proofpoint has: accounts, domains, licences.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    accounts: Vec<Account>,
    pub(super) domains: Domains,
    pub(super) licences: Option<u64>,
}

impl Roster {
    /// The roster of these accounts in any order, all its domains, and `user_licenses` where it is known.
    pub fn new<'a>(
        mut accounts: Vec<Account>,
        domains: impl IntoIterator<Item = &'a str>,
        licences: Option<u64>,
    ) -> Self {
        accounts.sort_unstable();
        accounts.dedup_by(|later, earlier| later.address == earlier.address);
        Self { accounts, domains: Domains::new(domains), licences }
    }

    /// The accounts in the order of their addresses.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Whether a verified domain of the directory is a domain of the organization. Without one the directory is another
    /// customer's.
    pub fn shares_a_domain_with(&self, directory: &Directory) -> bool {
        directory.domains().any(|domain| self.domains.contains(domain))
    }

    /// How many accounts are active and no administrators: what a percentage of removals refers to.
    pub fn active_accounts(&self) -> u64 {
        let counted =
            |account: &&Account| account.active && account.account_type != AccountType::Administrator;
        u64::try_from(self.accounts.iter().filter(counted).count()).unwrap_or(u64::MAX)
    }
}

/// Addresses that the sync leaves alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exemptions(BTreeSet<Box<str>>);

impl Exemptions {
    /// The set of these addresses, compared in lower case.
    pub fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        Self(addresses.into_iter().map(normalize).filter(|address| !address.is_empty()).collect())
    }

    /// Whether this (normalized) address is exempt.
    pub fn contains(&self, address: &str) -> bool {
        self.0.contains(address)
    }

    /// The addresses in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::super::*;

    #[test]
    fn percentages_refer_to_active_accounts_that_are_no_administrators() {
        let inactive = AccountFacts { active: false, ..account_facts("i@contoso.com", AccountType::EndUser) };
        let world = input(
            vec![],
            vec![
                account(ANN, AccountType::EndUser),
                account(BOB, AccountType::SilentUser),
                account("printer@contoso.com", AccountType::FunctionalAccount),
                account("root@contoso.com", AccountType::Administrator),
                Account::new(&inactive, []),
            ],
        );
        assert_eq!(world.roster.active_accounts(), 3);
    }

    #[test]
    fn types_and_roles_are_known_by_name_and_a_type_that_nobody_knows_is_left_alone() {
        for known in [AccountType::EndUser, AccountType::SilentUser, AccountType::FunctionalAccount] {
            assert_eq!(AccountType::from_name(known.name()), known);
        }
        for other in ["organization_admin", "something_new", ""] {
            assert_eq!(AccountType::from_name(other), AccountType::Administrator);
        }
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
        }
        assert_eq!(Role::from_name("functional_account"), None);
    }

    #[test]
    fn a_directory_without_a_domain_of_the_organization_is_that_of_another_customer() {
        let roster = Roster::new(vec![], ["contoso.com", "contoso.de"], None);
        let shares =
            |domains: [&str; 2]| roster.shares_a_domain_with(&Directory::new(vec![], vec![], domains));
        assert!(shares(["fabrikam.com", "Contoso.de"]));
        assert!(!shares(["fabrikam.com", "mail.contoso.com"]));
    }
}
