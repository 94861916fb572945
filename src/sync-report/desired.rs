//! What a run wants to exist for one directory object, before it looks at the organization's accounts.

use super::address::{Domains, domain_of, is_onmicrosoft};
use super::classes::{OutOfScopeBecause, Target};
use super::directory::{DirectoryObject, GroupKind, Licence, ObjectKind};
use super::input::Input;
use super::roster::Account;
use super::switches::{Switches, SyncVersion, What};

/// What a run wants for one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Desired {
    Account(Target),
    /// The account would bear an address on a domain that the organization lacks.
    ForeignDomain,
    Nothing(OutOfScopeBecause),
}

/// What a run wants for each object, and whether the other version of the sync would want something else.
#[derive(Debug)]
pub(super) struct Wishes(Vec<(Desired, bool)>);

impl Wishes {
    pub(super) fn of(input: &Input) -> Self {
        let (what, domains) = (input.switches.what, &input.roster.domains);
        let wish = |object| {
            let wanted = desired(object, what, input.version, domains);
            (wanted, wanted != desired(object, what, input.version.other(), domains))
        };
        Self(input.directory.objects().iter().map(wish).collect())
    }

    /// What the object with this index gets if nothing stands in the way.
    pub(super) fn of_object(&self, index: u32) -> Desired {
        // Indices come from the same list; an object that is not there wants nothing.
        self.0
            .get(index as usize)
            .map_or(Desired::Nothing(OutOfScopeBecause::KindSwitchedOff), |(wanted, _)| *wanted)
    }

    /// Whether the object wants an account.
    pub(super) fn account(&self, index: u32) -> bool {
        matches!(self.of_object(index), Desired::Account(_))
    }

    /// The wishes in the order of the objects.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Desired, bool)> {
        self.0.iter().copied()
    }
}

/// What a run of this version wants for this object.
pub(super) fn desired(
    object: &DirectoryObject,
    what: What,
    version: SyncVersion,
    domains: &Domains,
) -> Desired {
    match object.kind {
        ObjectKind::Group(kind) => desired_of_group(object, kind, what, domains),
        ObjectKind::User { .. } if !what.active_users => Desired::Nothing(OutOfScopeBecause::KindSwitchedOff),
        ObjectKind::User { guest: true, .. } => Desired::Nothing(OutOfScopeBecause::Guest),
        ObjectKind::User { enabled, licence, .. } => {
            let address = object.primary_address();
            if is_onmicrosoft(domain_of(address)) {
                return Desired::Nothing(OutOfScopeBecause::OnMicrosoftAddress);
            }
            if !domains.hold(address) && !domains.hold(object.principal_name()) {
                return Desired::Nothing(OutOfScopeBecause::NoAddressHere);
            }
            let target = match (version, enabled, licence) {
                (SyncVersion::V1, true, _) | (SyncVersion::V2, true, Licence::Active) => Target::ACTIVE_USER,
                (SyncVersion::V2, true, Licence::None) => {
                    return Desired::Nothing(OutOfScopeBecause::NoExchangeLicence);
                }
                (SyncVersion::V2, true, Licence::Unclear) => {
                    return Desired::Nothing(OutOfScopeBecause::LicenceUnclear);
                }
                (SyncVersion::V1, false, _) => Target::INACTIVE_USER,
                (SyncVersion::V2, false, _) => Target::FUNCTIONAL_ACCOUNT,
            };
            if domains.hold(address) { Desired::Account(target) } else { Desired::ForeignDomain }
        }
    }
}

fn desired_of_group(object: &DirectoryObject, kind: GroupKind, what: What, domains: &Domains) -> Desired {
    let switched_on = match kind {
        GroupKind::WithoutMail => return Desired::Nothing(OutOfScopeBecause::GroupWithoutMail),
        GroupKind::Distribution => what.distribution_groups,
        GroupKind::Security => what.security_groups,
    };
    let address = object.primary_address();
    if !switched_on {
        Desired::Nothing(OutOfScopeBecause::KindSwitchedOff)
    } else if is_onmicrosoft(domain_of(address)) {
        Desired::Nothing(OutOfScopeBecause::OnMicrosoftAddress)
    } else if domains.hold(address) {
        Desired::Account(Target::FUNCTIONAL_ACCOUNT)
    } else {
        Desired::Nothing(OutOfScopeBecause::NoAddressHere)
    }
}

/// The aliases that a run gives to the account of this object: its SMTP addresses on domains of the organization, without
/// the primary one ([`Rule::Aliases`](super::Rule::Aliases)). In order.
pub(super) fn aliases<'a>(
    object: &'a DirectoryObject,
    domains: &'a Domains,
) -> impl Iterator<Item = &'a str> + Clone {
    let primary = object.primary_address();
    object.addresses.iter().filter(move |address| *address != primary && domains.hold(address))
}

/// In which fields an account differs from what a run wants.
#[expect(clippy::struct_excessive_bools, reason = "one answer a field")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Differences {
    pub(super) first_name: bool,
    pub(super) surname: bool,
    pub(super) aliases: bool,
    pub(super) active: bool,
    pub(super) account_type: bool,
}

impl Differences {
    pub(super) fn any(self) -> bool {
        self != Self::default()
    }
}

/// Compares an account with what a run wants for its object.
pub(super) fn differences<'a>(
    object: &DirectoryObject,
    target: Target,
    account: &Account,
    switches: &Switches,
    aliases: impl Iterator<Item = &'a str>,
) -> Differences {
    // Rule::GroupNames: the functional account of a group may be renamed at Proofpoint.
    let names = !object.is_group();
    Differences {
        // Rule::UpdatedFields: a name that Entra does not have is not compared.
        first_name: names && !object.first_name.is_empty() && object.first_name != account.first_name,
        surname: names && !object.surname.is_empty() && object.surname != account.surname,
        aliases: !aliases.eq(account.aliases.iter()),
        active: target.active != account.active,
        account_type: target.account_type(Some(account.account_type), switches.default_role)
            != account.account_type,
    }
}
