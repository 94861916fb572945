//! A directory of any size, mixed as real ones are.

use jiff::{SignedDuration, Timestamp};

use super::names;

use crate::directory::tenant::Tenant;

use crate::directory::domain::EXCHANGE_PLAN;
use crate::directory::domain::EXCHANGE_SKU;
use crate::directory::group::Group;
use crate::directory::group::Member;
use crate::directory::user::AssignedLicense;
use crate::directory::user::AssignedPlan;
use crate::directory::user::User;
use crate::state::clock::graph_time;
use crate::state::random::Random;

/// What is drawn for a user; of each hundred about this many.
enum Kind {
    /// 79, of these a third with aliases and a few with another sign-in name.
    Person,
    /// 6
    SharedMailbox,
    /// 5
    Guest,
    /// 4
    Blocked,
    /// 4
    Unlicensed,
    /// 2
    Room,
}

/// Fills the tenant with users and groups, and with users deleted lately, one for each fifty.
pub(super) fn fill(tenant: &mut Tenant, users: usize, groups: usize, now: Timestamp, random: &mut Random) {
    let mut ids = Vec::with_capacity(users);
    for number in 0..users {
        let user = user(tenant, number, now, random);
        ids.push(user.id.clone());
        let id = user.id.clone();
        tenant.users.seed(&id, user);
    }
    for number in users..users + users / 50 {
        let user = person(tenant, number, now, random);
        delete(tenant, user, now);
    }
    let mut earlier = Vec::with_capacity(groups);
    for number in 0..groups {
        let group = group(tenant, number, &ids, &earlier, now, random);
        earlier.push(group.id.clone());
        let id = group.id.clone();
        tenant.groups.seed(&id, group);
    }
}

/// Puts a user among the deleted items, as of ten days ago.
pub(super) fn delete(tenant: &mut Tenant, user: User, now: Timestamp) {
    let when = now.checked_sub(SignedDuration::from_hours(240)).unwrap_or(now);
    let id = user.id.clone();
    let gone = User {
        user_principal_name: format!("{}{}", id.replace('-', ""), user.user_principal_name),
        deleted_date_time: Some(graph_time(when)),
        ..user
    };
    tenant.deleted_users.seed(&id, gone);
}

/// A member with a mailbox.
pub(crate) fn member(
    tenant: &Tenant,
    name: &str,
    given: &str,
    surname: &str,
    now: Timestamp,
    random: &mut Random,
) -> User {
    let mail = format!("{name}@{}", tenant.domain);
    let created = graph_time(now.checked_sub(SignedDuration::from_hours(24 * 365)).unwrap_or(now));
    User {
        id: random.guid(),
        user_principal_name: mail.clone(),
        display_name: Some(format!("{given} {surname}")),
        given_name: Some(given.to_owned()),
        surname: Some(surname.to_owned()),
        mail: Some(mail.clone()),
        mail_nickname: Some(name.to_owned()),
        proxy_addresses: vec![format!("SMTP:{mail}")],
        account_enabled: Some(true),
        user_type: Some("Member".to_owned()),
        assigned_licenses: vec![AssignedLicense {
            disabled_plans: Vec::new(),
            sku_id: EXCHANGE_SKU.to_owned(),
        }],
        assigned_plans: vec![AssignedPlan {
            assigned: Some(created.clone()),
            capability_status: "Enabled".to_owned(),
            service: "exchange".to_owned(),
            service_plan_id: EXCHANGE_PLAN.to_owned(),
        }],
        usage_location: Some("US".to_owned()),
        created_date_time: Some(created),
        ..User::default()
    }
}

/// Without an Exchange licence: what is not a person's mailbox. Exchange Foundation, which comes with most products that have
/// nothing to do with mail, is of the same service all the same.
pub(super) fn unlicensed(user: User) -> User {
    const EXCHANGE_FOUNDATION: &str = "113feb6c-3fe4-4440-bddc-54d774bf0318";
    let foundation = |plan| AssignedPlan { service_plan_id: EXCHANGE_FOUNDATION.to_owned(), ..plan };
    let assigned_plans = user.assigned_plans.into_iter().map(foundation).collect();
    User { assigned_licenses: Vec::new(), assigned_plans, ..user }
}

/// Somebody of another company who was invited.
pub(super) fn guest(tenant: &Tenant, user: User) -> User {
    let own = user.mail_nickname.clone().unwrap_or_default();
    let initial = tenant.domains.get(1).map_or_else(|| tenant.domain.clone(), |domain| domain.id.clone());
    let mail = format!("{own}@fabrikam.example");
    User {
        user_principal_name: format!("{own}_fabrikam.example#EXT#@{initial}"),
        mail: Some(mail.clone()),
        proxy_addresses: vec![format!("SMTP:{mail}")],
        user_type: Some("Guest".to_owned()),
        creation_type: Some("Invitation".to_owned()),
        external_user_state: Some("Accepted".to_owned()),
        ..unlicensed(user)
    }
}

fn person(tenant: &Tenant, number: usize, now: Timestamp, random: &mut Random) -> User {
    let (given, surname, name) = names::person(number, random);
    member(tenant, &name, given, surname, now, random)
}

fn user(tenant: &Tenant, number: usize, now: Timestamp, random: &mut Random) -> User {
    let kind = match random.below(100) {
        0..79 => Kind::Person,
        79..85 => Kind::SharedMailbox,
        85..90 => Kind::Guest,
        90..94 => Kind::Blocked,
        94..98 => Kind::Unlicensed,
        _ => Kind::Room,
    };
    let named = |given: &str, name: &str, random: &mut Random| User {
        given_name: None,
        surname: None,
        display_name: Some(given.to_owned()),
        ..unlicensed(member(tenant, name, "", "", now, random))
    };
    match kind {
        Kind::Person => {
            let mut user = person(tenant, number, now, random);
            let name = user.mail_nickname.clone().unwrap_or_default();
            for alias in 0..random.below(9).saturating_sub(6) {
                user.proxy_addresses.push(format!("smtp:{name}.{}@{}", alias + 2, tenant.domain));
            }
            if random.below(50) == 0 {
                user.user_principal_name = format!("u{number}@{}", tenant.domain);
            }
            user
        }
        Kind::SharedMailbox => User {
            account_enabled: Some(false),
            ..named(&format!("Shared Mailbox {number}"), &format!("shared{number}"), random)
        },
        Kind::Guest => guest(tenant, person(tenant, number, now, random)),
        Kind::Blocked => User { account_enabled: Some(false), ..person(tenant, number, now, random) },
        Kind::Unlicensed => named(&format!("Service {number}"), &format!("svc{number}"), random),
        Kind::Room => User {
            account_enabled: Some(false),
            is_resource_account: Some(true),
            ..named(&format!("Room {number}"), &format!("room{number}"), random)
        },
    }
}

/// Half distribution lists, a quarter Microsoft 365 groups, the rest security groups with and without mail; every
/// fifth holds an earlier group.
fn group(
    tenant: &Tenant,
    number: usize,
    users: &[String],
    earlier: &[String],
    now: Timestamp,
    random: &mut Random,
) -> Group {
    let name = names::team(number, random);
    let nickname = name.to_lowercase().replace(' ', "-");
    let (mail, security, unified) = match random.below(8) {
        0..4 => (true, false, false),
        4 | 5 => (true, false, true),
        6 => (true, true, false),
        _ => (false, true, false),
    };
    let mut group = mail_group(tenant, &nickname, &name, (mail, security, unified), now, random);
    for _ in 0..3 + random.below(18) {
        let index = usize::try_from(random.below(users.len() as u64)).unwrap_or_default();
        if let Some(id) = users.get(index) {
            add_member(&mut group, "user", id);
        }
    }
    if random.below(5) == 0 {
        let index = usize::try_from(random.below(earlier.len() as u64)).unwrap_or_default();
        if let Some(id) = earlier.get(index) {
            add_member(&mut group, "group", id);
        }
    }
    group
}

/// Puts a direct member into a group, once.
pub(super) fn add_member(group: &mut Group, kind: &str, id: &str) {
    if !group.members.iter().any(|member| member.id == id) {
        group.members.push(Member { kind: format!("#microsoft.graph.{kind}"), id: id.to_owned() });
    }
}

/// A group; the kind is (mail-enabled, security-enabled, Microsoft 365).
pub(super) fn mail_group(
    tenant: &Tenant,
    nickname: &str,
    name: &str,
    (mail_enabled, security_enabled, unified): (bool, bool, bool),
    now: Timestamp,
    random: &mut Random,
) -> Group {
    let mail = mail_enabled.then(|| format!("{nickname}@{}", tenant.domain));
    Group {
        id: random.guid(),
        display_name: Some(name.to_owned()),
        proxy_addresses: mail.iter().map(|mail| format!("SMTP:{mail}")).collect(),
        mail,
        mail_enabled: Some(mail_enabled),
        mail_nickname: Some(nickname.to_owned()),
        group_types: if unified { vec!["Unified".to_owned()] } else { Vec::new() },
        security_enabled: Some(security_enabled),
        visibility: unified.then(|| "Private".to_owned()),
        created_date_time: Some(graph_time(
            now.checked_sub(SignedDuration::from_hours(24 * 200)).unwrap_or(now),
        )),
        ..Group::default()
    }
}
