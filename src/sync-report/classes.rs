//! What can become of directory objects and of accounts, each class with its reason.

use std::fmt;

use super::roster::AccountType;
use super::switches::Role;

/// The account that a run wants for an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// A functional account instead of a user.
    pub(super) functional: bool,
    /// `is_active`
    pub(super) active: bool,
}

impl Target {
    pub(super) const ACTIVE_USER: Self = Self { functional: false, active: true };
    pub(super) const INACTIVE_USER: Self = Self { functional: false, active: false };
    pub(super) const FUNCTIONAL_ACCOUNT: Self = Self { functional: true, active: true };

    /// The type of the account after a run. Users keep the role they have: the default role is for new ones.
    pub(super) fn account_type(self, existing: Option<AccountType>, default_role: Role) -> AccountType {
        match existing {
            _ if self.functional => AccountType::FunctionalAccount,
            Some(existing) if existing.is_user() => existing,
            _ => default_role.into(),
        }
    }
}

/// What becomes of a directory object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectClass<'a> {
    /// An account is created for it.
    Adding(Target),
    /// Its account is changed.
    Updating(Target),
    /// Its account is as it should be, or must not be changed.
    Unchanged,
    /// Its address is exempt.
    Exempt,
    /// It would be added or updated, and that would fail.
    Blocked(Obstacle<'a>),
    /// The sync does not look at it.
    OutOfScope(OutOfScopeBecause),
}

/// Why adding or updating would fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle<'a> {
    /// Its `mail` is on a domain that the organization lacks.
    ForeignDomain,
    /// Another directory object has its address.
    Clash,
    /// Its address is an alias of an account that keeps it.
    Taken {
        /// Primary address of that account.
        holder: &'a str,
    },
}

/// Why the sync does not look at an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutOfScopeBecause {
    /// Its kind is switched off in `what`.
    KindSwitchedOff,
    /// It is a guest.
    Guest,
    /// It is a group without mail.
    GroupWithoutMail,
    /// Its address is on `*.onmicrosoft.com`.
    OnMicrosoftAddress,
    /// It has no address on a domain of the organization.
    NoAddressHere,
    /// It is enabled and has no Exchange licence (version 2).
    NoExchangeLicence,
    /// It is enabled, and whether it has an Exchange licence is unclear (version 2).
    LicenceUnclear,
    /// It has no account, and adding is switched off.
    AddingSwitchedOff,
}

impl OutOfScopeBecause {
    /// Whether a rule excludes a user whose kind is synced.
    pub(super) fn excludes_user(self) -> bool {
        matches!(self, Self::Guest | Self::NoExchangeLicence)
    }
}

/// What becomes of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountClass {
    /// As it should be.
    Unchanged,
    /// Changed to what the directory says.
    Updating,
    /// Removed, with positive evidence that its object is gone.
    Deleting(Evidence),
    /// The directory has no object for it, or none that proves anything. Proofpoint may remove it if an earlier run made it.
    Unmatched,
    /// Its address is exempt.
    Exempt,
    /// Left alone.
    Kept(KeptBecause),
}

/// What an update takes from the people behind an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// It turns inactive, so that mail to it is refused.
    Mail,
    /// It is deleted and made again, so that its sender lists, filters and logs are gone.
    Lists,
}

/// Why an account counts as deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// A user with its address is among Entra's deleted items.
    DeletedUser,
    /// A group with the address of this functional account is among Entra's deleted items.
    DeletedGroup,
    /// Its user is there, excluded by a rule, and has neither `mail` nor an SMTP address.
    Excluded(OutOfScopeBecause),
}

/// Why an account is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeptBecause {
    /// Administrators are never touched.
    Administrator,
    /// A functional account without a group.
    FunctionalAccount,
    /// Its object is gone and removal is switched off.
    RemovalSwitchedOff,
    /// It differs from its object and updating is switched off.
    UpdatingSwitchedOff,
    /// Its object is blocked.
    ObjectBlocked,
}

impl fmt::Display for OutOfScopeBecause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::KindSwitchedOff => "kind is switched off",
            Self::Guest => "guest",
            Self::GroupWithoutMail => "group without mail",
            Self::OnMicrosoftAddress => "address on onmicrosoft.com",
            Self::NoAddressHere => "no address on a domain of the organization",
            Self::NoExchangeLicence => "enabled without Exchange licence",
            Self::LicenceUnclear => "Exchange licence suspended, unknown or not shown",
            Self::AddingSwitchedOff => "adding is switched off",
        })
    }
}

impl fmt::Display for KeptBecause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Administrator => "administrator",
            Self::FunctionalAccount => "functional account",
            Self::RemovalSwitchedOff => "removal is switched off",
            Self::UpdatingSwitchedOff => "updating is switched off",
            Self::ObjectBlocked => "directory object is blocked",
        })
    }
}
