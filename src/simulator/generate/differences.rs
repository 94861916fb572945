//! What has happened in a directory since the last sync of its organization.

use crate::directory::tenant::Tenant;
use crate::directory::user::User;
use crate::essentials::account::{Account, AccountType, Origin, OriginKind};
use crate::essentials::organization::Organization;
use crate::state::random::Random;

/// What has happened since the last sync: of each hundred accounts about two are not there yet and two out of date;
/// most deleted users still have theirs; a few accounts were made by hand.
pub(super) fn differences(organization: &mut Organization, tenant: &Tenant, random: &mut Random) {
    let addresses: Vec<String> = organization.accounts.keys().cloned().collect();
    for address in &addresses {
        match random.below(100) {
            0 | 1 => drop(organization.accounts.remove(address)),
            2 | 3 => {
                if let Some(account) = organization.accounts.get_mut(address)
                    && account.kind != AccountType::FunctionalAccount
                {
                    account.surname = format!("{}-Before", account.surname);
                }
            }
            _ => {}
        }
    }
    for user in tenant.deleted_users.iter() {
        if random.below(10) < 8 {
            leave_behind(organization, user);
        }
    }
    for number in 0..addresses.len() / 200 {
        let address = format!("device{number}@{}", organization.primary_domain);
        if organization.holder(&address).is_none() {
            organization.insert(Account { firstname: "Device".to_owned(), ..Account::new(&address) });
        }
    }
}

/// The account that an earlier sync made for somebody who was deleted since.
pub(super) fn leave_behind(organization: &mut Organization, user: &User) {
    let Some(mail) = &user.mail else { return };
    organization.insert(Account {
        firstname: user.given_name.clone().unwrap_or_default(),
        surname: user.surname.clone().unwrap_or_default(),
        origin: Some(Origin { kind: OriginKind::User, object_id: user.id.clone() }),
        ..Account::new(mail)
    });
}
