//! Small directories and organizations in which addresses meet: few names, so that people, groups, aliases, deleted
//! users and accounts often want the same one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::differential::random::Random;
use crate::differential::shake::{NAMES, plans};
use crate::support::simulator::Tenant;

const ADDRESSES: [&str; 14] =
    ["ann", "bob", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "jo", "kim", "lee", "sales", "team"];
const TENANT: &str = "4bcaa3e3-ba0a-4e87-ae12-39db80611c5e";

/// What made an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Hand,
    User,
    Group,
}

/// One directory with its organization and settings.
#[derive(Debug)]
pub(crate) struct Case {
    pub(super) seed: u64,
    pub(crate) version: usize,
    pub(super) users: Vec<Value>,
    pub(super) groups: Vec<Value>,
    deleted: Vec<Value>,
    pub(super) accounts: BTreeMap<String, Value>,
    pub(super) origins: BTreeMap<String, Origin>,
    pub(super) exemptions: Vec<String>,
    pub(super) flags: BTreeMap<&'static str, bool>,
    role: &'static str,
}

impl Case {
    pub(crate) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let random = &mut random;
        let users: Vec<Value> = (0..random.below(9)).map(|_| user(random)).collect();
        let groups: Vec<Value> = (0..random.below(5)).map(|_| group(random)).collect();
        let deleted: Vec<Value> = (0..random.below(4)).map(|_| deleted(random)).collect();
        let mut flags: BTreeMap<&'static str, bool> = [
            "sync_active_users",
            "sync_distribution_groups",
            "add_users",
            "update_users",
            "add_groups",
            "update_groups",
        ]
        .map(|name| (name, random.chance(85)))
        .into();
        for name in ["sync_security_groups", "remove_deleted_users", "remove_deleted_groups"] {
            flags.insert(name, random.chance(60));
        }
        let mut case = Self {
            seed,
            version: 1 + random.below(2),
            users,
            groups,
            deleted,
            accounts: BTreeMap::new(),
            origins: BTreeMap::new(),
            exemptions: (0..random.below(3)).map(|_| address(random).to_lowercase()).collect(),
            flags,
            role: *random.pick(&["end_user", "silent_user"]),
        };
        for _ in 0..random.below(12) {
            case.add_account(random);
        }
        case
    }

    /// An account that often is nearly what one of the objects asks for.
    fn add_account(&mut self, random: &mut Random) {
        let origin = *random.pick(&[Origin::Hand, Origin::User, Origin::User, Origin::Group]);
        let kind = match origin {
            Origin::Group => "functional_account",
            Origin::User => *random.pick(&["end_user", "end_user", "silent_user", "functional_account"]),
            Origin::Hand => {
                *random.pick(&["end_user", "silent_user", "functional_account", "organization_admin"])
            }
        };
        let objects: Vec<&Value> = self.users.iter().chain(&self.groups).collect();
        let model = (!objects.is_empty() && random.chance(60)).then(|| *random.pick(&objects));
        let mail = model.and_then(|object| object["mail"].as_str()).map(str::to_lowercase);
        let primary = mail
            .filter(|mail| mail.ends_with("@contoso.com"))
            .unwrap_or_else(|| address(random).to_lowercase());
        let (mut first, mut last) = (text(random), text(random));
        let mut aliases: Vec<String> = (0..random.below(3)).map(|_| address(random).to_lowercase()).collect();
        if let Some(object) = model.filter(|_| random.chance(70)) {
            first = object["givenName"].clone();
            last = object["surname"].clone();
            aliases = addresses(object).into_iter().filter(|one| one.ends_with("@contoso.com")).collect();
        }
        let taken = |one: &str| {
            self.accounts.contains_key(one)
                || self.accounts.values().any(|account| {
                    account["alias_emails"].as_array().expect("a list").iter().any(|alias| alias == one)
                })
        };
        if taken(&primary) {
            return;
        }
        aliases.retain(|alias| *alias != primary && !taken(alias));
        aliases.sort();
        aliases.dedup();
        let mut account = json!({
            "primary_email": primary, "type": kind, "is_active": random.chance(85),
            "firstname": first.as_str().unwrap_or_default(), "surname": last.as_str().unwrap_or_default(),
            "alias_emails": aliases,
        });
        let made_for = match origin {
            Origin::Hand => None,
            Origin::User => Some("user"),
            Origin::Group => Some("group"),
        };
        if let Some(made_for) = made_for {
            account["origin"] = json!({ "kind": made_for, "object_id": guid(random) });
        }
        self.origins.insert(primary.clone(), origin);
        self.accounts.insert(primary, account);
    }

    /// The state that the simulator starts from.
    pub(super) fn document(&self) -> Value {
        let domain = |id: &str| {
            json!({
                "id": id, "authenticationType": "Managed", "isAdminManaged": true, "isRoot": true,
                "isDefault": id == "contoso.com", "isInitial": id == "contoso.onmicrosoft.com",
                "isVerified": true, "supportedServices": ["Email"],
            })
        };
        json!({
            "tenants": { TENANT: {
                "domain": "contoso.com",
                "domains": [domain("contoso.com"), domain("contoso.onmicrosoft.com")],
                "users": self.users, "groups": self.groups, "deleted_items": self.deleted,
            }},
            "organizations": { "contoso.com": {
                "users": self.accounts.values().collect::<Vec<_>>(),
                "exemptions": self.exemptions,
            }},
        })
    }

    /// The whole of it, settings and domains included, for who reads nothing else.
    pub(crate) fn whole(&self) -> Value {
        let mut document = self.document();
        let organization = &mut document["organizations"]["contoso.com"];
        organization["domains"] = json!([{ "name": "contoso.com" }]);
        organization["settings"] = json!(self.flags);
        organization["settings"]["default_user_role_name"] = json!(self.role);
        document
    }

    /// The settings as Proofpoint's API takes them; the sync signs in as the automation identity.
    pub(super) fn settings(&self, tenant: &Tenant) -> Value {
        let mut settings = json!({
            "primary_domain": "contoso.com", "application_id": tenant.client_id, "ad_key": tenant.client_secret,
            "disable_login": false, "default_user_role_name": self.role, "sync_frequency": 0,
        });
        for (name, flag) in &self.flags {
            settings[*name] = json!(flag);
        }
        settings
    }

    /// Whether a run removes what it once made for a user or group that is gone.
    pub(super) fn removes(&self, origin: Origin) -> bool {
        let on = |name: &str| self.flags[name];
        match origin {
            Origin::Hand => false,
            Origin::User => on("sync_active_users") && on("remove_deleted_users"),
            Origin::Group => {
                (on("sync_distribution_groups") || on("sync_security_groups")) && on("remove_deleted_groups")
            }
        }
    }
}

/// Every address of a directory object, in lower case, the primary one first.
pub(super) fn addresses(object: &Value) -> Vec<String> {
    let primary = object["mail"].as_str().or_else(|| object["userPrincipalName"].as_str());
    let others = object["proxyAddresses"].as_array().into_iter().flatten().filter_map(|address| {
        let (scheme, address) = address.as_str()?.split_once(':')?;
        scheme.eq_ignore_ascii_case("smtp").then_some(address)
    });
    primary.into_iter().chain(others).map(str::to_lowercase).collect()
}

fn guid(random: &mut Random) -> String {
    let (high, low) = (random.next(), random.next());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

fn address(random: &mut Random) -> String {
    let name = *random.pick(&ADDRESSES);
    if random.chance(10) {
        format!("{}@Contoso.com", name.to_uppercase())
    } else {
        format!("{name}@contoso.com")
    }
}

fn text(random: &mut Random) -> Value {
    if random.chance(20) { Value::Null } else { json!(random.pick(NAMES)) }
}

fn proxies(random: &mut Random, mail: Option<&String>) -> Vec<String> {
    let mut proxies: Vec<String> = mail.map(|mail| format!("SMTP:{mail}")).into_iter().collect();
    for _ in 0..random.below(3) {
        let scheme = *random.pick(&["smtp", "smtp", "smtp", "SIP"]);
        let address = if random.chance(15) { "x@elsewhere.example".to_owned() } else { address(random) };
        proxies.push(format!("{scheme}:{address}"));
    }
    proxies
}

fn user(random: &mut Random) -> Value {
    let mail = match random.below(20) {
        0..3 => None,
        3 => Some(format!("{}@contoso.onmicrosoft.com", *random.pick(&ADDRESSES))),
        4 => Some(format!("{}@elsewhere.example", *random.pick(&ADDRESSES))),
        _ => Some(address(random)),
    };
    let upn = match random.below(10) {
        0 => format!("{}@contoso.onmicrosoft.com", *random.pick(&ADDRESSES)),
        1..4 => address(random),
        _ => mail.clone().unwrap_or_else(|| address(random)),
    };
    let licensed = random.chance(80);
    let plan = |id: &str, status: &str| json!([{ "service": "exchange", "capabilityStatus": status, "servicePlanId": id }]);
    let (mailbox, foundation) =
        ("efb87545-963c-4e0d-99df-69c6916d9eb0", "113feb6c-3fe4-4440-bddc-54d774bf0318");
    let has_mailbox = licensed && random.chance(80);
    let plans = if has_mailbox {
        plan(mailbox, "Enabled")
    } else if licensed {
        plans(random)
    } else {
        let others =
            [plan(mailbox, "Deleted"), plan(mailbox, "Suspended"), plan(foundation, "Enabled"), json!([])];
        random.pick(&others).clone()
    };
    // Null counts as enabled, and only with a plan does Graph show that it is no property that the caller may not see.
    let enabled = if has_mailbox && random.chance(5) { Value::Null } else { json!(random.chance(80)) };
    json!({
        "id": guid(random), "userPrincipalName": upn, "mail": mail, "displayName": "Somebody",
        "givenName": text(random), "surname": text(random),
        "proxyAddresses": proxies(random, mail.as_ref()),
        "accountEnabled": enabled,
        "userType": if random.chance(8) { json!("Guest") } else if random.chance(10) { Value::Null } else { json!("Member") },
        "assignedPlans": plans,
    })
}

fn group(random: &mut Random) -> Value {
    let mail = random.chance(90).then(|| address(random));
    json!({
        "id": guid(random), "displayName": "Some Team", "mail": mail,
        "proxyAddresses": proxies(random, mail.as_ref()),
        "mailEnabled": mail.is_some() && random.chance(90),
        "securityEnabled": random.chance(40),
        "groupTypes": if random.chance(25) { json!(["Unified"]) } else { json!([]) },
    })
}

fn deleted(random: &mut Random) -> Value {
    let id = guid(random);
    let mail = address(random);
    let shown = random.chance(70).then_some(&mail);
    if random.chance(30) {
        return json!({
            "@odata.type": "#microsoft.graph.group", "id": id, "displayName": "Gone", "mail": mail,
            "mailEnabled": true, "securityEnabled": false, "groupTypes": [],
            "deletedDateTime": "2026-01-01T00:00:00Z",
        });
    }
    json!({
        "@odata.type": "#microsoft.graph.user", "id": id, "displayName": "Gone", "mail": shown,
        "userPrincipalName": format!("{}{mail}", id.replace('-', "")),
        "deletedDateTime": "2026-01-01T00:00:00Z",
    })
}
