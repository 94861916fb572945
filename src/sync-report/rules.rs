//! What is assumed where Proofpoint's documentation is silent: one named rule each, with its default.

/// A question about the sync that no document answers, and the answer the report assumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `mail` if set, else the user principal name.
    PrimaryAddress,
    /// Addresses on `*.onmicrosoft.com` are no accounts, and these domains need not be in the organization.
    OnMicrosoftDomains,
    /// Guests are left out.
    Guests,
    /// Users without an address on a domain of the organization are left out.
    ForeignUsers,
    /// `assignedPlans` with service `exchange` and status `Enabled` or `Warning`.
    ExchangeLicence,
    /// A user counts as enabled unless Entra says otherwise.
    AccountState,
    /// Version 2 makes nothing of an enabled user without Exchange licence.
    UnlicensedUser,
    /// Version 2 makes a functional account of any blocked user.
    BlockedUser,
    /// Microsoft 365 groups count as distribution groups; groups without mail are left out; members are not looked at.
    GroupKinds,
    /// A group's functional account gets the group's name once.
    GroupNames,
    /// SMTP addresses on domains of the organization, without the primary one.
    Aliases,
    /// The fields that an update sets.
    UpdatedFields,
    /// The first object in the order of object ids gets the address.
    AddressClash,
    /// An address that another account keeps stays there.
    AddressTaken,
    /// Accounts are recognized by their primary address.
    Matching,
    /// By which address a deleted user is recognized.
    DeletedUser,
    /// When an account counts as deleted.
    Evidence,
    /// An address that another object of the directory has is not taken away.
    AddressAlive,
    /// Which removal flag binds which account.
    RemovalFlags,
    /// Objects of a kind that is switched off.
    KindSwitchedOff,
    /// Rows of an action that is switched off.
    ActionSwitchedOff,
    /// Exemptions are compared with primary addresses.
    Exemptions,
    /// Administrators are never touched.
    Administrators,
    /// What takes a licence.
    Licences,
}

impl Rule {
    /// Every rule, in the order in which the documentation lists them.
    pub const ALL: [Self; 24] = [
        Self::Matching,
        Self::PrimaryAddress,
        Self::Aliases,
        Self::OnMicrosoftDomains,
        Self::Guests,
        Self::ForeignUsers,
        Self::ExchangeLicence,
        Self::AccountState,
        Self::UnlicensedUser,
        Self::BlockedUser,
        Self::GroupKinds,
        Self::GroupNames,
        Self::UpdatedFields,
        Self::AddressClash,
        Self::AddressTaken,
        Self::Evidence,
        Self::DeletedUser,
        Self::AddressAlive,
        Self::RemovalFlags,
        Self::KindSwitchedOff,
        Self::ActionSwitchedOff,
        Self::Exemptions,
        Self::Administrators,
        Self::Licences,
    ];

    /// The rule's name in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrimaryAddress => "primary-address",
            Self::OnMicrosoftDomains => "onmicrosoft-domains",
            Self::Guests => "guests",
            Self::ForeignUsers => "foreign-users",
            Self::ExchangeLicence => "exchange-licence",
            Self::AccountState => "account-state",
            Self::UnlicensedUser => "unlicensed-user",
            Self::BlockedUser => "blocked-user",
            Self::GroupKinds => "group-kinds",
            Self::GroupNames => "group-names",
            Self::Aliases => "aliases",
            Self::UpdatedFields => "updated-fields",
            Self::AddressClash => "address-clash",
            Self::AddressTaken => "address-taken",
            Self::Matching => "matching",
            Self::DeletedUser => "deleted-user",
            Self::Evidence => "evidence",
            Self::AddressAlive => "address-alive",
            Self::RemovalFlags => "removal-flags",
            Self::KindSwitchedOff => "kind-switched-off",
            Self::ActionSwitchedOff => "action-switched-off",
            Self::Exemptions => "exemptions",
            Self::Administrators => "administrators",
            Self::Licences => "licences",
        }
    }

    /// What Proofpoint's documentation leaves open.
    pub fn question(self) -> &'static str {
        match self {
            Self::PrimaryAddress => "Which address of a user becomes the account's primary address?",
            Self::OnMicrosoftDomains => "Do the initial domains of Microsoft 365 take part?",
            Self::Guests => "Are guests synced?",
            Self::ForeignUsers => "What becomes of users whose addresses are on other domains?",
            Self::ExchangeLicence => "How is an active Exchange licence recognized?",
            Self::AccountState => "What if Entra does not say whether a user's sign-in is blocked?",
            Self::UnlicensedUser => "What does version 2 make of an enabled user without Exchange licence?",
            Self::BlockedUser => "Does version 2 look at the licence of a user whose sign-in is blocked?",
            Self::GroupKinds => "Which groups are distribution groups, which security groups?",
            Self::GroupNames => "What name does a group's functional account bear?",
            Self::Aliases => "Which addresses become aliases?",
            Self::UpdatedFields => "Which fields does an update set?",
            Self::AddressClash => "What if two directory objects want the same address?",
            Self::AddressTaken => "What if another account has the address already?",
            Self::Matching => "How is the account of a directory object found?",
            Self::DeletedUser => "By which address is a deleted user recognized?",
            Self::Evidence => "When is an account deleted?",
            Self::AddressAlive => {
                "Is an account deleted although another object of the directory has its address?"
            }
            Self::RemovalFlags => "Which removal flag decides about which account?",
            Self::KindSwitchedOff => "What becomes of the accounts of a kind that is switched off?",
            Self::ActionSwitchedOff => {
                "Does a report show what it would add or update if that were switched on?"
            }
            Self::Exemptions => "With which address of an object or account is an exemption compared?",
            Self::Administrators => "Does the sync change administrators?",
            Self::Licences => "Which accounts take a licence?",
        }
    }

    /// What the report assumes.
    pub fn assumption(self) -> &'static str {
        match self {
            Self::PrimaryAddress => "`mail` if it is set, else `userPrincipalName`, in lower case.",
            Self::OnMicrosoftDomains => {
                "No. An object whose primary address is on `*.onmicrosoft.com` is out of scope, and these domains need \
                 not be in the organization."
            }
            Self::Guests => "No. `userType` `Guest` is out of scope.",
            Self::ForeignUsers => {
                "A user with neither `mail` nor a user principal name on a domain of the organization is out of scope. \
                 One whose `mail` is elsewhere but whose user principal name is on such a domain is blocked: Proofpoint \
                 refuses addresses on domains it does not know."
            }
            Self::ExchangeLicence => {
                "An entry of `assignedPlans` is one of the service plans that Microsoft publishes as having a mailbox, by its \
                 `servicePlanId`, and has `capabilityStatus` `Enabled`, or `Warning`, which is a grace period. Many plans with \
                 `service` `exchange` have none (Exchange Foundation, Bookings, MyAnalytics, archiving): they say nothing. \
                 With `Suspended` or `LockedOut` the mailbox is kept and may come back, and a plan with `service` `exchange` \
                 that is not known may have one: such a licence is unclear, and so is that of a user whose plans Entra does not \
                 show. Version 2 makes nothing of an enabled user with an unclear licence. A plan that is `Deleted` does not \
                 count."
            }
            Self::AccountState => {
                "It is not: a user without `accountEnabled` counts as enabled. Without any plan that matters for a licence either, \
                 the user counts as one whose plans are not shown."
            }
            Self::UnlicensedUser => {
                "Nothing: out of scope. An account that it has is unmatched (`evidence`)."
            }
            Self::BlockedUser => "No. Every user whose sign-in is blocked becomes a functional account.",
            Self::GroupKinds => {
                "Distribution lists and Microsoft 365 groups are distribution groups, mail-enabled security groups are \
                 security groups. Groups without mail are out of scope. Members are not looked at."
            }
            Self::GroupNames => {
                "The group's display name as first name when it is created; later it is not compared."
            }
            Self::Aliases => {
                "The SMTP entries of `proxyAddresses` that are on domains of the organization, in lower case, without \
                 the primary address."
            }
            Self::UpdatedFields => {
                "`firstname` (`givenName`), `surname`, `alias_emails`, `is_active` and, where the kind of account \
                 changes, `type`. A name that Entra does not have is not compared, and stays. Names and addresses are compared \
                 and written in Unicode's composed form (NFC). Users keep the role they have."
            }
            Self::AddressClash => {
                "The first in the order of object ids gets it. Another one that wants it as its primary address is blocked, and \
                 claims no aliases; one that wants it as an alias goes without. Exempt objects take part."
            }
            Self::AddressTaken => {
                "An address stays with an account that the run does not change. An object that wants it as its primary \
                 address is blocked; one that wants it as an alias goes without."
            }
            Self::Matching => {
                "By the primary address, in lower case. Of several objects with that address it is the one that gets the account; \
                 else one that is blocked; else one that is out of scope, and last of all one that rule `guests` or \
                 `unlicensed-user` excludes."
            }
            Self::DeletedUser => {
                "By `mail` if it is still there, else by the user principal name without the 32 hexadecimal digits that \
                 Entra puts before it."
            }
            Self::Evidence => {
                "A user's account: its address is among Entra's deleted users; or its user is in the directory, is a guest or \
                 without Exchange licence, and has neither `mail` nor an SMTP address. Any other account of a user whose address is \
                 absent, or belongs to an object that is out of scope, is unmatched: Proofpoint may remove it if an earlier run \
                 made it, which the API does not tell. A functional account: its address is among Entra's deleted groups and not \
                 among its deleted users. If its address belongs to a user who is out of scope and whose sign-in is blocked, or to a \
                 deleted user, it is unmatched. Every other functional account is kept: many are made by hand."
            }
            Self::AddressAlive => {
                "Only if an object that has it gets the address in the same run. Otherwise mail to it would be refused, and the account \
                 is unmatched. This looks at the account's primary address and aliases on one side, and at `mail`, user \
                 principal name and SMTP addresses of objects with another primary address on the other. An object does not get \
                 an address for certain while it is exempt or blocked, may not be added or updated, or is to be added at a \
                 primary address that an account keeps, be it for this very rule."
            }
            Self::RemovalFlags => {
                "`users.remove_deleted` about user accounts, `groups.remove_deleted` about functional accounts of deleted groups; \
                 either of them makes a functional account of a blocked or deleted user unmatched. What the flags do not allow is \
                 kept. A deleted user proves a deletion only while `what.active_users` is on, a deleted group only while either kind of group is."
            }
            Self::KindSwitchedOff => {
                "Accounts of users are unmatched where `users.remove_deleted` is on, and kept otherwise; functional accounts are \
                 kept, unless `evidence` makes them unmatched."
            }
            Self::ActionSwitchedOff => {
                "No. An object that would be added is out of scope, and an account that would be updated is kept; both are \
                 counted with that reason."
            }
            Self::Exemptions => "With the primary address, in lower case.",
            Self::Administrators => {
                "No. Any account that is not an end user, silent user or functional account is kept."
            }
            Self::Licences => {
                "Active accounts that are billable and not functional accounts, administrators included."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_is_listed_once() {
        let names: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert_eq!(names.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(rule.question().ends_with('?'), "{}", rule.name());
            assert!(rule.assumption().ends_with('.'), "{}", rule.name());
        }
    }
}
