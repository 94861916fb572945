//! The tables: what Entra and Proofpoint hold and what the settings say, one row a thing, with nothing decided yet.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::differential::shake::{PLANS, Plan};

/// A user or group of the directory.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) id: String,
    pub(super) is_group: bool,
    pub(super) primary: String,
    pub(super) mail: Option<String>,
    pub(super) principal_name: Option<String>,
    /// Every SMTP entry of `proxyAddresses`, in its order.
    pub(super) smtp: Vec<String>,
    /// The name that a new account gets: first name and surname, each if Entra has one.
    pub(super) names: [Option<String>; 2],
    /// Whether sign-in is enabled, if Entra says it.
    pub(super) sign_in: Option<bool>,
    pub(super) guest: bool,
    pub(super) licence: Licence,
    pub(super) group_kind: Option<GroupKind>,
}

impl Object {
    /// Rule `account-state`.
    pub(super) fn is_blocked(&self) -> bool {
        self.sign_in == Some(false)
    }

    pub(super) fn addresses(&self) -> impl Iterator<Item = &String> {
        self.mail.iter().chain(&self.principal_name).chain(&self.smtp)
    }
}

/// Rule `exchange-licence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Licence {
    Active,
    Unclear,
    Absent,
}

/// Rule `group-kinds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupKind {
    Distribution,
    Security,
}

/// An account at Proofpoint.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) primary: String,
    pub(super) aliases: BTreeSet<String>,
    pub(super) kind: String,
    pub(super) active: bool,
    pub(super) names: [String; 2],
}

impl Account {
    pub(super) fn holds(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.primary).chain(&self.aliases)
    }

    pub(super) fn is_functional(&self) -> bool {
        self.kind == "functional_account"
    }

    /// Rule `administrators`.
    pub(super) fn is_administrator(&self) -> bool {
        !["end_user", "silent_user", "functional_account"].contains(&self.kind.as_str())
    }
}

/// One organization with its directory and settings.
#[derive(Debug)]
pub(super) struct Tables {
    /// In the order of ids.
    pub(super) objects: Vec<Object>,
    /// In the order of addresses.
    pub(super) accounts: Vec<Account>,
    pub(super) deleted_users: BTreeSet<String>,
    pub(super) deleted_groups: BTreeSet<String>,
    pub(super) exemptions: BTreeSet<String>,
    pub(super) domains: BTreeSet<String>,
    flags: BTreeMap<String, bool>,
    pub(super) default_role: String,
    pub(super) version: i64,
}

impl Tables {
    /// The only organization of a state document.
    pub(super) fn of(document: &Value, version: i64) -> Self {
        let first =
            |place: &str| document[place].as_object().and_then(|all| all.values().next()).expect("one");
        let (tenant, organization) = (first("tenants"), first("organizations"));
        let users = rows(&tenant["users"]).map(user);
        let mut objects: Vec<Object> = users.chain(rows(&tenant["groups"]).map(group)).collect();
        objects.sort_by(|one, other| one.id.cmp(&other.id));
        let mut accounts: Vec<Account> = rows(&organization["users"]).map(account).collect();
        accounts.sort_by(|one, other| one.primary.cmp(&other.primary));
        let gone = |kind: &'static str| {
            rows(&tenant["deleted_items"]).filter(move |item| item["@odata.type"] == kind)
        };
        let settings = &organization["settings"];
        let flags = settings.as_object().into_iter().flatten();
        Self {
            objects,
            accounts,
            deleted_users: gone("#microsoft.graph.user").filter_map(deleted_user).collect(),
            deleted_groups: gone("#microsoft.graph.group")
                .filter_map(|item| address(&item["mail"]))
                .collect(),
            exemptions: rows(&organization["exemptions"]).filter_map(address).collect(),
            domains: rows(&organization["domains"]).filter_map(|domain| address(&domain["name"])).collect(),
            flags: flags.filter_map(|(name, flag)| Some((name.clone(), flag.as_bool()?))).collect(),
            default_role: text(&settings["default_user_role_name"]).unwrap_or_default(),
            version,
        }
    }

    /// A setting, by its name in Proofpoint's API.
    pub(super) fn on(&self, flag: &str) -> bool {
        self.flags.get(flag).copied().unwrap_or(false)
    }

    pub(super) fn is_ours(&self, address: &str) -> bool {
        address.split_once('@').is_some_and(|(_, domain)| self.domains.contains(domain))
    }
}

fn rows(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Rule `updated-fields`: names are compared and written in NFC; what Entra leaves empty, it does not have.
fn text(value: &Value) -> Option<String> {
    value.as_str().map(|text| text.nfc().collect::<String>()).filter(|text| !text.is_empty())
}

fn address(value: &Value) -> Option<String> {
    text(value).map(|text| text.to_lowercase().nfc().collect())
}

fn smtp(object: &Value) -> Vec<String> {
    let entries = rows(&object["proxyAddresses"]).filter_map(address);
    entries.filter_map(|entry| entry.strip_prefix("smtp:").map(str::to_owned)).collect()
}

fn user(user: &Value) -> Object {
    let (mail, principal_name) = (address(&user["mail"]), address(&user["userPrincipalName"]));
    Object {
        id: address(&user["id"]).expect("an id"),
        is_group: false,
        // Rule `primary-address`.
        primary: mail.clone().or_else(|| principal_name.clone()).unwrap_or_default(),
        mail,
        principal_name,
        smtp: smtp(user),
        names: [text(&user["givenName"]), text(&user["surname"])],
        sign_in: user["accountEnabled"].as_bool(),
        guest: user["userType"] == "Guest",
        licence: licence(user),
        group_kind: None,
    }
}

/// Rules `exchange-licence` and, where nothing is shown, `account-state`.
fn licence(user: &Value) -> Licence {
    let counted = rows(&user["assignedPlans"]).filter(|plan| plan["capabilityStatus"] != "Deleted");
    let of_plan = |plan: &Value| {
        let known = PLANS.iter().find(|(id, _)| plan["servicePlanId"] == *id).map(|(_, kind)| *kind);
        let in_effect = plan["capabilityStatus"] == "Enabled" || plan["capabilityStatus"] == "Warning";
        match known {
            Some(Plan::Mailbox) if in_effect => Some(Licence::Active),
            Some(Plan::Mailbox) => Some(Licence::Unclear),
            Some(Plan::WithoutMailbox) => None,
            Some(Plan::Unknown) | None => (plan["service"] == "exchange").then_some(Licence::Unclear),
        }
    };
    let shown = user["assignedPlans"].is_array() && !user["accountEnabled"].is_null();
    let without = if shown { Licence::Absent } else { Licence::Unclear };
    counted.filter_map(of_plan).min().unwrap_or(without)
}

fn group(group: &Value) -> Object {
    let mail = address(&group["mail"]);
    let has_mail = group["mailEnabled"] == true && mail.is_some();
    let unified = rows(&group["groupTypes"]).any(|kind| kind == "Unified");
    let kind = match (unified, group["securityEnabled"] == true) {
        (true, _) | (false, false) => GroupKind::Distribution,
        (false, true) => GroupKind::Security,
    };
    Object {
        id: address(&group["id"]).expect("an id"),
        is_group: true,
        primary: mail.clone().unwrap_or_default(),
        mail,
        principal_name: None,
        smtp: smtp(group),
        // Rule `group-names`.
        names: [text(&group["displayName"]), None],
        sign_in: None,
        guest: false,
        licence: Licence::Absent,
        group_kind: has_mail.then_some(kind),
    }
}

/// Rule `deleted-user`.
fn deleted_user(item: &Value) -> Option<String> {
    address(&item["mail"]).or_else(|| {
        let name = address(&item["userPrincipalName"])?;
        let (prefix, rest) = name.split_at_checked(32)?;
        let is_prefixed = prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(if is_prefixed { rest.to_owned() } else { name })
    })
}

fn account(user: &Value) -> Account {
    Account {
        primary: address(&user["primary_email"]).expect("an address"),
        aliases: rows(&user["alias_emails"]).filter_map(address).collect(),
        kind: text(&user["type"]).unwrap_or_default(),
        active: user["is_active"] == true,
        names: ["firstname", "surname"].map(|field| text(&user[field]).unwrap_or_default()),
    }
}
