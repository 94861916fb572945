//! The default small world: twelve people, four groups, and an organization that was in step with them until lately.
//!
//! Since then Frank, Grace and Henry were hired, Irene married, and Jack was deleted. Karen is blocked, Laura is a
//! guest, and the backup service has no licence. The scanner is an account made by hand, and wants an exemption.

use jiff::Timestamp;

use super::differences::leave_behind;
use super::directory::{add_member, delete, guest, mail_group, member, unlicensed};
use crate::directory::tenant::Tenant;
use crate::directory::user::User;
use crate::essentials::account::{Account, AccountType};
use crate::essentials::organization::Organization;
use crate::state::random::Random;

const HIRED: [&str; 3] = ["frank.gomez", "grace.hill", "henry.ito"];

pub(super) fn directory(tenant: &mut Tenant, now: Timestamp, random: &mut Random) {
    let people = [
        ("anna.berg", "Anna", "Berg"),
        ("ben.cole", "Ben", "Cole"),
        ("carla.diaz", "Carla", "Diaz"),
        ("david.evans", "David", "Evans"),
        ("erin.fox", "Erin", "Fox"),
        ("frank.gomez", "Frank", "Gomez"),
        ("grace.hill", "Grace", "Hill"),
        ("henry.ito", "Henry", "Ito"),
        ("irene.jones", "Irene", "Jones"),
        ("karen.lopez", "Karen", "Lopez"),
        ("laura.meyer", "Laura", "Meyer"),
        ("backup", "Backup", "Service"),
    ];
    let mut ids = Vec::new();
    for (name, given, surname) in people {
        let mut user = member(tenant, name, given, surname, now, random);
        match name {
            "ben.cole" => user.proxy_addresses.push(format!("smtp:ben@{}", tenant.domain)),
            "karen.lopez" => user.account_enabled = Some(false),
            "laura.meyer" => user = guest(tenant, user),
            "backup" => user = unlicensed(user),
            _ => {}
        }
        ids.push(user.id.clone());
        let id = user.id.clone();
        tenant.users.seed(&id, user);
    }
    let jack = member(tenant, "jack.king", "Jack", "King", now, random);
    delete(tenant, jack, now);
    let kinds = [
        ("finance", "Finance", (true, true, false)),
        ("all-staff", "All Staff", (true, false, false)),
        ("project-x", "Project X", (true, false, true)),
        ("vpn-users", "VPN Users", (false, true, false)),
    ];
    let mut earlier: Option<String> = None;
    for (nickname, name, kind) in kinds {
        let mut group = mail_group(tenant, nickname, name, kind, now, random);
        for id in ids.iter().take(5) {
            add_member(&mut group, "user", id);
        }
        if let Some(inner) = earlier.take() {
            add_member(&mut group, "group", &inner);
        } else {
            earlier = Some(group.id.clone());
        }
        let id = group.id.clone();
        tenant.groups.seed(&id, group);
    }
}

/// What happened since the organization was last in step.
pub(super) fn differences(organization: &mut Organization, tenant: &Tenant) {
    let at_home = |name: &str| format!("{name}@{}", tenant.domain);
    for name in HIRED {
        organization.accounts.remove(&at_home(name));
    }
    if let Some(irene) = organization.accounts.get_mut(&at_home("irene.jones")) {
        "Archer".clone_into(&mut irene.surname);
    }
    for user in tenant.deleted_users.iter() {
        leave_behind(organization, user.as_ref() as &User);
    }
    organization.insert(Account {
        firstname: "Scanner".to_owned(),
        surname: "Second Floor".to_owned(),
        kind: AccountType::SilentUser,
        ..Account::new(&at_home("scanner"))
    });
}
