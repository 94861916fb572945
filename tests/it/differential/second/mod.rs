//! The report a second time, from `docs/guides/sync-rules.md` and the page of the data source alone, in another shape than
//! the first: tables, and the rules of the page as filters over them. Names in `code` in the comments are the page's rules.

mod claims;
mod removal;
mod scope;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use claims::Claims;
use removal::Removal;
use scope::{Ask, Wish};
use tables::{Account, Licence, Object, Tables};

/// What the report has to say.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The addresses of each section.
    pub(super) sections: BTreeMap<&'static str, BTreeSet<String>>,
    /// How many of each, by the names of the data source's `counts`.
    pub(super) counts: BTreeMap<&'static str, u64>,
    /// Accounts that are left alone, by the rule that says so.
    pub(super) kept: BTreeMap<&'static str, u64>,
    /// Objects that the sync does not look at, by the rule that says so.
    pub(super) out_of_scope: BTreeMap<&'static str, u64>,
    /// What accounts that are added or changed were, if they were there, and become.
    pub(super) becomes: BTreeMap<String, (Option<Value>, Value)>,
    /// The rules of the page that decided something here.
    pub(super) rules: BTreeSet<&'static str>,
}

impl Outcome {
    pub(super) fn of(document: &Value, version: i64) -> Self {
        let tables = Tables::of(document, version);
        let asks: Vec<Ask> = tables.objects.iter().map(|object| scope::ask(&tables, object)).collect();
        let claims = Claims::of(&tables, &asks);
        let mut outcome = Self::default();
        for (object, ask) in asks.iter().enumerate() {
            outcome.add_object(&tables, &claims, object, ask);
        }
        for account in 0..tables.accounts.len() {
            outcome.add_account(&tables, &claims, account);
        }
        let synced = tables.accounts.iter().filter(|account| !account.is_administrator());
        let present = tables.objects.iter().map(|object| &object.primary);
        let present: BTreeSet<&String> = present.chain(synced.map(|row| &row.primary)).collect();
        for address in tables.exemptions.iter().filter(|address| present.contains(address)) {
            outcome.row("exempt", address, "exemptions");
        }
        let people = tables.accounts.iter().filter(|account| account.active && !account.is_administrator());
        outcome.count("active_accounts", people.count());
        outcome
    }

    fn add_object(&mut self, tables: &Tables, claims: &Claims, index: usize, ask: &Ask) {
        let object = &tables.objects[index];
        let exempt = tables.exemptions.contains(&object.primary);
        let own = claims.own_account(index);
        match (ask, claims.obstacle(tables, index)) {
            _ if exempt => {}
            (Ask::Nothing(rule), _) => self.leave(rule),
            (Ask::Elsewhere, _) => self.row("blocked", &object.primary, "foreign-users"),
            (_, Some(rule @ "address-clash")) => self.row("blocked", &object.primary, rule),
            _ if own.is_some_and(|own| tables.accounts[own].is_administrator()) => {}
            _ if own.is_none() && !may(tables, object, "add") => self.leave("action-switched-off"),
            (_, Some(rule)) => self.row("blocked", &object.primary, rule),
            (Ask::Account(wish), None) => {
                self.note_wish(tables, object, wish);
                self.grant(tables, claims, index, wish);
            }
        }
    }

    /// An object that gets its account.
    fn grant(&mut self, tables: &Tables, claims: &Claims, index: usize, wish: &Wish) {
        let object = &tables.objects[index];
        let own = claims.own_account(index).map(|own| &tables.accounts[own]);
        let aliases = claims.granted(index, wish);
        let Some(account) = own else {
            let now = shown(wished_account(tables, object, wish, &aliases, None));
            self.becomes.insert(object.primary.clone(), (None, now));
            return self.row("adding", &object.primary, "matching");
        };
        let now = wished_account(tables, object, wish, &aliases, Some(account));
        let was = (account.kind.clone(), account.names.clone(), account.aliases.clone(), account.active);
        if was == now {
            return self.count("unchanged", 1);
        }
        if !may(tables, object, "update") {
            return self.keep("action-switched-off");
        }
        let section = if account.active && !now.3 {
            "deactivating"
        } else if tables.version == 1 && was.0 != now.0 {
            "recreating"
        } else {
            "updating"
        };
        self.becomes.insert(account.primary.clone(), (Some(shown(was)), shown(now)));
        self.row(section, &account.primary, "updated-fields");
    }

    fn add_account(&mut self, tables: &Tables, claims: &Claims, index: usize) {
        let account = &tables.accounts[index];
        if account.is_administrator() {
            return self.keep("administrators");
        }
        if tables.exemptions.contains(&account.primary) {
            return;
        }
        match claims.removal(index) {
            Some(Removal::Delete(rule)) => self.row("deleting", &account.primary, rule),
            Some(Removal::Unmatched(rule)) => self.row("unmatched", &account.primary, rule),
            Some(Removal::Keep(rule)) => self.keep(rule),
            // Objects with the account's address that all meet an obstacle.
            None if claims.is_stuck(tables, index) => self.keep("address-clash"),
            None => {}
        }
    }

    /// Rules that shape the account of an object without deciding by themselves whether it gets one.
    fn note_wish(&mut self, tables: &Tables, object: &Object, wish: &Wish) {
        let shaped = [
            ("primary-address", !object.is_group && object.mail.is_none()),
            ("aliases", !wish.aliases.is_empty()),
            ("account-state", !object.is_group && object.sign_in.is_none()),
            ("blocked-user", tables.version == 2 && object.is_blocked()),
            ("group-names", object.is_group),
            (
                "version-1",
                tables.version == 1
                    && !object.is_group
                    && (object.is_blocked() || object.licence != Licence::Active),
            ),
            ("composed-form", !object.primary.is_ascii()),
        ];
        self.rules.extend(shaped.iter().filter(|(_, shapes)| *shapes).map(|(rule, _)| *rule));
    }

    fn row(&mut self, section: &'static str, address: &str, rule: &'static str) {
        self.sections.entry(section).or_default().insert(address.to_owned());
        self.count(section, 1);
        self.rules.insert(rule);
    }

    fn keep(&mut self, rule: &'static str) {
        *self.kept.entry(kept_because(rule)).or_default() += 1;
        self.rules.insert(rule);
    }

    fn leave(&mut self, rule: &'static str) {
        *self.out_of_scope.entry(out_of_scope_because(rule)).or_default() += 1;
        self.rules.insert(rule);
    }

    fn count(&mut self, name: &'static str, more: usize) {
        *self.counts.entry(name).or_default() += u64::try_from(more).expect("a small number");
    }
}

/// Whether the settings let a run do this for the object: groups have switches of their own.
fn may(tables: &Tables, object: &Object, action: &str) -> bool {
    tables.on(&format!("{action}_{}", if object.is_group { "groups" } else { "users" }))
}

type Fields = (String, [String; 2], BTreeSet<String>, bool);

/// Rules `updated-fields` and `group-names`: a user keeps its role, a name that Entra lacks stays, and a group's name is
/// given once.
fn wished_account(
    tables: &Tables,
    object: &Object,
    wish: &Wish,
    aliases: &BTreeSet<String>,
    account: Option<&Account>,
) -> Fields {
    let kind = match account {
        _ if wish.functional => "functional_account",
        Some(account) if !account.is_functional() => &account.kind,
        _ => &tables.default_role,
    };
    let name = |at: usize| match account {
        Some(account) if object.is_group => account.names[at].clone(),
        Some(account) => object.names[at].as_ref().unwrap_or(&account.names[at]).clone(),
        None => object.names[at].clone().unwrap_or_default(),
    };
    (kind.to_owned(), [name(0), name(1)], aliases.clone(), wish.active)
}

/// The fields by their names in Proofpoint's API.
fn shown((kind, [first, last], aliases, active): Fields) -> Value {
    json!({ "type": kind, "firstname": first, "surname": last, "alias_emails": aliases, "is_active": active })
}

/// The reason in `kept_because`.
fn kept_because(rule: &'static str) -> &'static str {
    match rule {
        "administrators" => "administrator",
        "address-clash" => "directory object is blocked",
        "action-switched-off" => "updating is switched off",
        "removal-flags" | "kind-switched-off" => "removal is switched off",
        "evidence" => "functional account",
        other => other,
    }
}

/// The reason in `out_of_scope_because`.
fn out_of_scope_because(rule: &'static str) -> &'static str {
    match rule {
        "action-switched-off" => "adding is switched off",
        "kind-switched-off" => "kind is switched off",
        "guests" => "guest",
        "onmicrosoft-domains" => "address on onmicrosoft.com",
        "foreign-users" => "no address on a domain of the organization",
        "unlicensed-user" => "enabled without Exchange licence",
        "exchange-licence" => "Exchange licence suspended, unknown or not shown",
        "group-kinds" => "group without mail",
        other => other,
    }
}
