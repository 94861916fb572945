//! The report once more, worked out from the words of `docs/guides/sync-rules.md` and of the data source's page: tables of
//! objects and accounts, and one filter a rule. It shares nothing with the report but the document it reads.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::shake::{PLANS, Plan};

/// Addresses by the section that shows them.
pub(super) type Sections = BTreeMap<&'static str, BTreeSet<String>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Licence {
    Active,
    Unclear,
    None,
}

/// A row of the table of users and groups.
#[derive(Debug, Clone)]
struct Object {
    group: bool,
    mail: String,
    principal: String,
    names: [String; 2],
    smtp: BTreeSet<String>,
    enabled: bool,
    guest: bool,
    licence: Licence,
    /// Which of the flags of `what` decides about it; none for a group without mail.
    flag: Option<&'static str>,
}

/// A row of the table of accounts.
#[derive(Debug, Clone)]
struct Account {
    kind: String,
    active: bool,
    names: [String; 2],
    aliases: BTreeSet<String>,
}

/// The account that a run wants for an object: its kind, and whether it is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Want {
    functional: bool,
    active: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    In(Want),
    Blocked,
    /// With whether rule `guests` or `unlicensed-user` excludes it.
    Out(bool),
}

pub(super) struct Tables {
    version: i64,
    flags: BTreeMap<String, bool>,
    role: String,
    objects: Vec<Object>,
    accounts: BTreeMap<String, Account>,
    deleted_users: BTreeSet<String>,
    deleted_groups: BTreeSet<String>,
    exempt: BTreeSet<String>,
}

const HOME: &str = "@contoso.com";

impl Tables {
    pub(super) fn of(document: &Value, version: i64) -> Self {
        let tenant = document["tenants"].as_object().unwrap().values().next().unwrap();
        let organization = &document["organizations"]["contoso.com"];
        let users = list(&tenant["users"]).map(|user| (text(&user["id"]), object_of_user(user)));
        let groups = list(&tenant["groups"]).map(|group| (text(&group["id"]), object_of_group(group)));
        let by_id: BTreeMap<String, Object> = users.chain(groups).collect();
        let gone = |kind: &str| -> BTreeSet<String> {
            let items =
                list(&tenant["deleted_items"]).filter(|item| text(&item["@odata.type"]).ends_with(kind));
            items
                .map(|item| match address(&item["mail"]) {
                    mail if mail.is_empty() => address(&item["userPrincipalName"]).chars().skip(32).collect(),
                    mail => mail,
                })
                .collect()
        };
        let flags = organization["settings"].as_object().unwrap().iter();
        Self {
            version,
            flags: flags.filter_map(|(name, flag)| Some((name.clone(), flag.as_bool()?))).collect(),
            role: text(&organization["settings"]["default_user_role_name"]),
            objects: by_id.into_values().collect(),
            accounts: list(&organization["users"])
                .map(|user| {
                    let account = Account {
                        kind: text(&user["type"]),
                        active: user["is_active"] == true,
                        names: [name(&user["firstname"]), name(&user["surname"])],
                        aliases: list(&user["alias_emails"]).map(address).collect(),
                    };
                    (address(&user["primary_email"]), account)
                })
                .collect(),
            deleted_users: gone(".user"),
            deleted_groups: gone(".group"),
            exempt: list(&organization["exemptions"]).map(address).collect(),
        }
    }

    fn on(&self, flag: &str) -> bool {
        self.flags[flag]
    }

    fn may(&self, action: &str, object: &Object) -> bool {
        self.on(&format!("{action}_{}", if object.group { "groups" } else { "users" }))
    }

    /// Rules `guests`, `onmicrosoft-domains`, `foreign-users`, `unlicensed-user`, `blocked-user`, `group-kinds`,
    /// `kind-switched-off`.
    fn scope(&self, object: &Object) -> Scope {
        let primary = object.primary();
        let initial = primary.ends_with(".onmicrosoft.com");
        let home = primary.ends_with(HOME);
        let Some(flag) = object.flag.filter(|flag| self.on(flag)) else { return Scope::Out(false) };
        if flag != "sync_active_users" {
            let want = Want { functional: true, active: true };
            return if home { Scope::In(want) } else { Scope::Out(false) };
        }
        if object.guest {
            return Scope::Out(true);
        }
        if initial || !(home || object.principal.ends_with(HOME)) {
            return Scope::Out(false);
        }
        let want = match (self.version, object.enabled, object.licence) {
            (1, active, _) => Want { functional: false, active },
            (_, true, Licence::Active) => Want { functional: false, active: true },
            (_, true, licence) => return Scope::Out(licence == Licence::None),
            (_, false, _) => Want { functional: true, active: true },
        };
        if home { Scope::In(want) } else { Scope::Blocked }
    }

    pub(super) fn sections(&self) -> Sections {
        let scopes: Vec<Scope> = self.objects.iter().map(|object| self.scope(object)).collect();
        let (mut aliases, clashed) = self.claims(&scopes);
        let own = self.objects_of_accounts(&scopes, &clashed);

        // What becomes of the accounts that their objects do not decide about.
        let mut fates: BTreeMap<&str, &'static str> = BTreeMap::new();
        for (address, account) in &self.accounts {
            if let Some(fate) = self.fate(address, account, own[&**address], &scopes, &clashed) {
                fates.insert(address, fate);
            }
        }
        let kept = self.kept(&fates, &own);
        let spared = self.spared(&fates, &kept, &scopes, &clashed, &aliases);
        for address in spared {
            fates.insert(address, "unmatched");
        }
        // Rule `address-taken`, once it is settled who goes.
        let kept = self.kept(&fates, &own);
        for (index, object) in self.objects.iter().enumerate() {
            let primary = object.primary();
            aliases[index].retain(|alias| kept.get(alias.as_str()).is_none_or(|holder| *holder == primary));
        }
        let mut sections = Sections::new();
        let mut show = |section, address: &str| {
            sections.entry(section).or_default().insert(address.to_owned());
        };
        for (index, object) in self.objects.iter().enumerate() {
            let primary = object.primary();
            if self.exempt.contains(primary) {
                show("exempt", primary);
                continue;
            }
            let want = match scopes[index] {
                Scope::Out(_) => continue,
                Scope::In(want) if !clashed.contains(&index) => want,
                Scope::In(_) | Scope::Blocked => {
                    show("blocked", primary);
                    continue;
                }
            };
            match self.accounts.get(primary) {
                None if !self.may("add", object) => {}
                None if kept.contains_key(primary) => show("blocked", primary),
                None => show("adding", primary),
                Some(account) if is_administrator(account) || !self.may("update", object) => {}
                Some(account) => {
                    if let Some(section) = self.change(object, want, account, &aliases[index]) {
                        show(section, primary);
                    }
                }
            }
        }
        for (address, fate) in fates {
            show(fate, address);
        }
        sections.remove("kept");
        sections
    }

    /// Rule `address-clash`: in the order of object ids; who is blocked claims nothing.
    fn claims(&self, scopes: &[Scope]) -> (Vec<BTreeSet<String>>, BTreeSet<usize>) {
        let (mut taken, mut clashed) = (BTreeSet::new(), BTreeSet::new());
        let mut aliases = Vec::new();
        for (index, object) in self.objects.iter().enumerate() {
            let mut own = object.aliases();
            if matches!(scopes[index], Scope::In(_)) {
                if taken.insert(object.primary().to_owned()) {
                    own.retain(|alias| taken.insert(alias.clone()));
                } else {
                    clashed.insert(index);
                }
            }
            aliases.push(own);
        }
        (aliases, clashed)
    }

    /// Rule `matching`: by account, the index of its object.
    fn objects_of_accounts(
        &self,
        scopes: &[Scope],
        clashed: &BTreeSet<usize>,
    ) -> BTreeMap<&str, Option<usize>> {
        let rank = |index: &usize| match scopes[*index] {
            Scope::In(_) if !clashed.contains(index) => 0,
            Scope::In(_) | Scope::Blocked => 1,
            Scope::Out(false) => 2,
            Scope::Out(true) => 3,
        };
        let find = |address: &str| {
            let all = (0..self.objects.len()).filter(|index| self.objects[*index].primary() == address);
            all.min_by_key(|index| (rank(index), *index))
        };
        self.accounts.keys().map(|address| (&**address, find(address))).collect()
    }

    /// Rules `administrators`, `exemptions`, `evidence`, `removal-flags`, `kind-switched-off`; nothing where the object
    /// decides.
    fn fate(
        &self,
        address: &str,
        account: &Account,
        own: Option<usize>,
        scopes: &[Scope],
        clashed: &BTreeSet<usize>,
    ) -> Option<&'static str> {
        let object = own.map(|index| &self.objects[index]);
        let scope = own.map(|index| scopes[index]);
        let (users, groups) = (self.on("remove_deleted_users"), self.on("remove_deleted_groups"));
        if is_administrator(account) {
            return Some("kept");
        }
        if self.exempt.contains(address) {
            return Some("exempt");
        }
        let excluded = match scope {
            Some(Scope::In(_)) if own.is_some_and(|index| !clashed.contains(&index)) => return None,
            Some(Scope::In(_) | Scope::Blocked) => return Some("kept"),
            Some(Scope::Out(excluded)) => excluded,
            None => false,
        };
        let deleted_user = object.is_none() && self.deleted_users.contains(address);
        if account.kind != "functional_account" {
            let unreachable = object.is_some_and(|object| object.mail.is_empty() && object.smtp.is_empty());
            let evidence = (deleted_user && self.on("sync_active_users")) || (excluded && unreachable);
            return Some(match (users, evidence) {
                (false, _) => "kept",
                (true, true) => "deleting",
                (true, false) => "unmatched",
            });
        }
        let deleted_group = object.is_none() && self.deleted_groups.contains(address);
        let groups_on = self.on("sync_distribution_groups") || self.on("sync_security_groups");
        let blocked = object.is_some_and(|object| !object.group && !object.enabled);
        Some(if (blocked || deleted_user) && (users || groups) {
            "unmatched"
        } else if deleted_group && groups && groups_on {
            "deleting"
        } else {
            "kept"
        })
    }

    /// The addresses that accounts keep, each with the primary address of its account.
    fn kept<'t>(
        &'t self,
        fates: &BTreeMap<&str, &'static str>,
        own: &BTreeMap<&str, Option<usize>>,
    ) -> BTreeMap<&'t str, &'t str> {
        let stays = |address: &str| match fates.get(address) {
            Some(fate) => *fate != "deleting",
            None => own[address].is_some_and(|index| !self.may("update", &self.objects[index])),
        };
        let staying = self.accounts.iter().filter(|(address, _)| stays(address));
        staying
            .flat_map(|(primary, account)| {
                std::iter::once(primary).chain(&account.aliases).map(move |address| (&**address, &**primary))
            })
            .collect()
    }

    /// Rule `address-alive`: accounts that would be deleted, with an address that another object has and nobody gets.
    fn spared(
        &self,
        fates: &BTreeMap<&str, &'static str>,
        kept: &BTreeMap<&str, &str>,
        scopes: &[Scope],
        clashed: &BTreeSet<usize>,
        aliases: &[BTreeSet<String>],
    ) -> Vec<&str> {
        let going =
            || self.accounts.iter().filter(|(address, _)| fates.get(address.as_str()) == Some(&"deleting"));
        let others = |account: &str, address: &str| -> Vec<usize> {
            (0..self.objects.len())
                .filter(|index| {
                    self.objects[*index].primary() != account && self.objects[*index].has(address)
                })
                .collect()
        };
        let contested: BTreeSet<&str> = going()
            .flat_map(|(primary, account)| {
                std::iter::once(primary).chain(&account.aliases).map(move |one| (primary, one))
            })
            .filter(|(primary, one)| !others(primary, one).is_empty())
            .map(|(_, one)| one.as_str())
            .collect();
        let gets = |index: &usize, address: &str| {
            let (object, primary) = (&self.objects[*index], self.objects[*index].primary());
            let changes = if let Some(account) = self.accounts.get(primary) {
                self.may("update", object) && !is_administrator(account)
            } else {
                let waits = primary != address && contested.contains(primary);
                self.may("add", object) && !waits && !kept.contains_key(primary)
            };
            matches!(scopes[*index], Scope::In(_))
                && !clashed.contains(index)
                && !self.exempt.contains(primary)
                && changes
                && (primary == address || aliases[*index].contains(address))
        };
        let lost = |primary: &str, address: &str| {
            let others = others(primary, address);
            !others.is_empty() && !others.iter().any(|index| gets(index, address))
        };
        going()
            .filter(|(primary, account)| {
                std::iter::once(*primary).chain(&account.aliases).any(|address| lost(primary, address))
            })
            .map(|(primary, _)| &**primary)
            .collect()
    }

    /// Rules `updated-fields` and `group-names`; version 1 makes an account anew whose type changes.
    fn change(
        &self,
        object: &Object,
        want: Want,
        account: &Account,
        aliases: &BTreeSet<String>,
    ) -> Option<&'static str> {
        let kind = match account.kind.as_str() {
            _ if want.functional => "functional_account",
            kept @ ("end_user" | "silent_user") => kept,
            _ => &self.role,
        };
        let renamed = !object.group
            && object.names.iter().zip(&account.names).any(|(new, old)| !new.is_empty() && new != old);
        let retyped = kind != account.kind;
        if account.active && !want.active {
            Some("deactivating")
        } else if retyped && self.version == 1 {
            Some("recreating")
        } else if retyped || renamed || *aliases != account.aliases || want.active != account.active {
            Some("updating")
        } else {
            None
        }
    }
}

impl Object {
    /// Rule `primary-address`.
    fn primary(&self) -> &str {
        if self.mail.is_empty() { &self.principal } else { &self.mail }
    }

    /// Rule `aliases`.
    fn aliases(&self) -> BTreeSet<String> {
        self.smtp.iter().filter(|one| *one != self.primary() && one.ends_with(HOME)).cloned().collect()
    }

    fn has(&self, address: &str) -> bool {
        self.mail == address || self.principal == address || self.smtp.contains(address)
    }
}

fn is_administrator(account: &Account) -> bool {
    !["end_user", "silent_user", "functional_account"].contains(&&*account.kind)
}

fn object_of_user(user: &Value) -> Object {
    let mut licence = Licence::None;
    for plan in list(&user["assignedPlans"]) {
        let status = text(&plan["capabilityStatus"]);
        let known = PLANS.iter().find(|(id, _)| plan["servicePlanId"] == *id).map(|(_, plan)| *plan);
        licence = match (known, status.as_str()) {
            (_, "Deleted") | (Some(Plan::WithoutMailbox), _) => licence,
            (Some(Plan::Mailbox), "Enabled" | "Warning") => Licence::Active,
            _ if licence == Licence::Active => licence,
            _ => Licence::Unclear,
        };
    }
    // Rule `account-state`.
    if user["accountEnabled"].is_null() && licence == Licence::None {
        licence = Licence::Unclear;
    }
    Object {
        group: false,
        mail: address(&user["mail"]),
        principal: address(&user["userPrincipalName"]),
        names: [name(&user["givenName"]), name(&user["surname"])],
        smtp: smtp(user),
        enabled: user["accountEnabled"] != false,
        guest: user["userType"] == "Guest",
        licence,
        flag: Some("sync_active_users"),
    }
}

fn object_of_group(group: &Value) -> Object {
    let unified = list(&group["groupTypes"]).any(|kind| *kind == "Unified");
    let mail = address(&group["mail"]);
    let security = group["securityEnabled"] == true && !unified;
    let flag = if security { "sync_security_groups" } else { "sync_distribution_groups" };
    Object {
        group: true,
        flag: (group["mailEnabled"] == true && !mail.is_empty()).then_some(flag),
        principal: mail.clone(),
        mail,
        names: [name(&group["displayName"]), String::new()],
        smtp: smtp(group),
        enabled: true,
        guest: false,
        licence: Licence::None,
    }
}

fn smtp(object: &Value) -> BTreeSet<String> {
    let entries = list(&object["proxyAddresses"]).filter_map(Value::as_str);
    let smtp = entries
        .filter_map(|entry| entry.split_once(':'))
        .filter(|(kind, _)| kind.eq_ignore_ascii_case("smtp"));
    smtp.map(|(_, address)| address.to_lowercase().nfc().collect()).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn address(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_lowercase().nfc().collect()
}

fn name(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().nfc().collect()
}
