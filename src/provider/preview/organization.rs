//! The organization's side of the report, as the Essentials API gives it.

use clients::essentials::{Error, Organization, Settings, Shown, User};
use clients::http::Call;
use sync_report::{Account, AccountFacts, AccountType, Actions, Exemptions, Role, Roster, Switches, What};

/// Reads accounts, domains and licences side by side. The accounts come in one answer, which is read while it arrives.
pub(super) async fn read(call: &Call, organization: &Organization) -> Result<Roster, Error> {
    let reading = organization.users(call, account);
    let (accounts, domains, profile) =
        futures::try_join!(reading, organization.domains(call), organization.profile(call))?;
    let licences = profile.user_licenses.and_then(|licences| u64::try_from(licences).ok());
    let domains = domains.iter().map(|domain| domain.name.as_str());
    Ok(Roster::new(accounts, domains, licences))
}

/// The exempt addresses.
pub(super) async fn exemptions(call: &Call, organization: &Organization) -> Result<Exemptions, Error> {
    let addresses = organization.exemptions(call).await?;
    Ok(Exemptions::new(addresses.iter().map(String::as_str)))
}

fn account(user: &User) -> Account {
    let facts = AccountFacts {
        primary_email: &user.primary_email,
        account_type: AccountType::from_name(&user.kind),
        active: user.is_active,
        billable: user.is_billable,
        first_name: &user.firstname,
        surname: &user.surname,
    };
    Account::new(&facts, user.alias_emails.iter().map(String::as_str))
}

/// What a run is told to do by the settings that Proofpoint holds, or is about to hold.
pub fn switches(settings: &Settings) -> Switches {
    Switches {
        // A role that this version does not know is the one that the sync gives without a word.
        default_role: Role::from_name(&settings.default_user_role_name).unwrap_or_default(),
        what: What {
            active_users: settings.sync_active_users,
            distribution_groups: settings.sync_distribution_groups,
            security_groups: settings.sync_security_groups,
        },
        users: Actions {
            add: settings.add_users,
            update: settings.update_users,
            remove_deleted: settings.remove_deleted_users,
        },
        groups: Actions {
            add: settings.add_groups,
            update: settings.update_groups,
            remove_deleted: settings.remove_deleted_groups,
        },
    }
}

/// The same by what Proofpoint shows. A member that it does not show is as this provider would set it.
pub fn shown_switches(shown: &Shown) -> Switches {
    let known = Switches::default();
    Switches {
        default_role: shown
            .default_user_role_name
            .as_deref()
            .and_then(Role::from_name)
            .unwrap_or(known.default_role),
        what: What {
            active_users: shown.sync_active_users.unwrap_or(known.what.active_users),
            distribution_groups: shown.sync_distribution_groups.unwrap_or(known.what.distribution_groups),
            security_groups: shown.sync_security_groups.unwrap_or(known.what.security_groups),
        },
        users: Actions {
            add: shown.add_users.unwrap_or(known.users.add),
            update: shown.update_users.unwrap_or(known.users.update),
            remove_deleted: shown.remove_deleted_users.unwrap_or(known.users.remove_deleted),
        },
        groups: Actions {
            add: shown.add_groups.unwrap_or(known.groups.add),
            update: shown.update_groups.unwrap_or(known.groups.update),
            remove_deleted: shown.remove_deleted_groups.unwrap_or(known.groups.remove_deleted),
        },
    }
}
