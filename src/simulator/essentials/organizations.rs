//! The store of all organizations, and their part of the state document.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::account::{Account, AccountType};
use super::fields::Fields;
use super::organization::{Domain, Organization};
use crate::moods::Booleans;
use crate::state::random::Random;

/// A login of an administrator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// Every organization, by primary domain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Organizations {
    by_domain: BTreeMap<String, Organization>,
    last_eid: u64,
}

impl Organizations {
    /// The main administrator's login of the organization of `domain`; empty when there is none.
    pub(crate) fn credentials(&self, domain: &str) -> Credentials {
        self.login(domain, |account| account.kind.is_admin() && !account.read_only)
    }

    /// The login of an administrator of the organization who may change nothing.
    pub(crate) fn reader(&self, domain: &str) -> Credentials {
        self.login(domain, |account| account.kind.is_admin() && account.read_only)
    }

    /// The login of the administrator of the organization above; of a partner, its own.
    pub(crate) fn partner(&self, domain: &str) -> Credentials {
        let above = |one: &Organization| {
            let own = (one.kind != "organization").then(|| one.primary_domain.clone());
            one.parent.clone().or(own)
        };
        let parent = self.find(domain).and_then(above);
        parent.map(|parent| self.credentials(&parent)).unwrap_or_default()
    }

    fn login(&self, domain: &str, wanted: impl Fn(&Account) -> bool) -> Credentials {
        let accounts = self.find(domain).into_iter().flat_map(|organization| organization.accounts.values());
        accounts
            .filter(|account| wanted(account))
            .min_by_key(|account| account.uid)
            .and_then(|account| Some((account.address.clone(), account.password.clone()?)))
            .map(|(username, password)| Credentials { username, password })
            .unwrap_or_default()
    }

    /// The organization that has this domain.
    pub(crate) fn find(&self, domain: &str) -> Option<&Organization> {
        let domain = domain.to_lowercase();
        self.by_domain
            .get(&domain)
            .or_else(|| self.by_domain.values().find(|organization| organization.domain(&domain).is_some()))
    }

    pub(crate) fn find_mut(&mut self, domain: &str) -> Option<&mut Organization> {
        let primary = self.find(domain)?.primary_domain.clone();
        self.by_domain.get_mut(&primary)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Organization> {
        self.by_domain.values()
    }

    /// Adds an organization under a number of its own.
    pub(crate) fn insert(&mut self, mut organization: Organization) {
        if organization.eid == 0 {
            organization.eid = self.last_eid.max(4_566) + 1;
        }
        self.last_eid = self.last_eid.max(organization.eid);
        self.by_domain.insert(organization.primary_domain.clone(), organization);
    }

    /// Takes out an organization and everything below it.
    pub(crate) fn remove(&mut self, primary_domain: &str) {
        self.by_domain.remove(primary_domain);
        let children: Vec<String> = self
            .iter()
            .filter(|organization| organization.parent.as_deref() == Some(primary_domain))
            .map(|organization| organization.primary_domain.clone())
            .collect();
        for child in children {
            self.remove(&child);
        }
    }

    /// Takes out those whose time is over.
    pub(crate) fn end_the_deleted(&mut self, now: Timestamp) {
        let is_over = |one: &&Organization| one.ends.is_some_and(|end| end <= now);
        let over: Vec<String> = self.iter().filter(is_over).map(|one| one.primary_domain.clone()).collect();
        for primary in &over {
            self.remove(primary);
        }
    }

    /// Whether `above` is the organization itself or somewhere above it.
    pub(crate) fn is_within(&self, primary_domain: &str, above: &str) -> bool {
        let mut at = Some(primary_domain);
        while let Some(domain) = at {
            if domain == above {
                return true;
            }
            at = self.by_domain.get(domain).and_then(|organization| organization.parent.as_deref());
        }
        false
    }

    /// `eid : 'name'`, from the organization upwards.
    pub(crate) fn hierarchy(&self, organization: &Organization) -> Vec<String> {
        let mut names = Vec::new();
        let mut at = Some(organization);
        while let Some(one) = at {
            names.push(format!("{} : '{}'", one.eid, one.name));
            at = one.parent.as_ref().and_then(|parent| self.by_domain.get(parent));
        }
        names
    }

    /// Whose login this is: the organization's primary domain and the account.
    pub(crate) fn sign_in(&self, username: &str, password: &str) -> Option<(&Organization, &Account)> {
        let username = username.to_lowercase();
        self.iter().find_map(|organization| {
            let account = organization.accounts.get(&username)?;
            let matches = account.is_active && account.password.as_deref() == Some(password);
            matches.then_some((organization, account))
        })
    }

    /// The `organizations` part of the state document.
    pub(crate) fn state(&self) -> Value {
        Value::Object(
            self.iter()
                .map(|organization| (organization.primary_domain.clone(), state_of(organization)))
                .collect(),
        )
    }
}

/// An administrator's account with a password of its own.
pub(crate) fn admin(address: &str, kind: AccountType, read_only: bool, random: &mut Random) -> Account {
    Account {
        kind,
        read_only,
        firstname: if read_only { "Reading" } else { "Managing" }.to_owned(),
        surname: "Administrator".to_owned(),
        password: Some(random.text(20, b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")),
        // An organization has one account at most that is not billed.
        is_billable: read_only,
        ..Account::new(address)
    }
}

/// The settings are shown with the key that Proofpoint holds, since a test has to compare it.
fn state_of(organization: &Organization) -> Value {
    let logins: Vec<Value> = organization
        .accounts
        .values()
        .filter(|account| account.password.is_some())
        .map(|account| {
            json!({
                "username": account.address, "password": account.password, "type": account.kind,
                "read_only_user": account.read_only,
            })
        })
        .collect();
    json!({
        "organization": {
            "name": organization.name, "type": organization.kind, "eid": organization.eid,
            "is_active": organization.is_active, "details": organization.details,
        },
        "parent": organization.parent,
        "settings": organization.settings,
        "exemptions": organization.exemptions.iter().map(|one| json!({ "email": one })).collect::<Vec<_>>(),
        "users": organization.accounts.values().map(Account::state).collect::<Vec<_>>(),
        "domains": organization.domains,
        "licences": {
            "user_licenses": organization.user_licenses, "active_users": organization.licences_taken(),
            "package": organization.package, "is_on_trial": organization.is_on_trial,
        },
        "features": organization.features,
        "login_settings": organization.login,
        "logins": logins,
        "runs": organization.runs,
    })
}

/// Makes an organization of the state document; what it does not say is as in a new one.
pub(crate) fn from_state(domain: &str, content: &Value, now: Timestamp) -> Result<Organization, String> {
    let mut made = Organization::named(domain, domain);
    let general = content.get("organization").cloned().unwrap_or_default();
    let text = |from: &Value, name: &str| from.get(name).and_then(Value::as_str).map(str::to_owned);
    made.name = text(&general, "name").unwrap_or(made.name);
    made.kind = text(&general, "type").unwrap_or(made.kind);
    made.eid = general.get("eid").and_then(Value::as_u64).unwrap_or_default();
    made.is_active = general.get("is_active").and_then(Value::as_bool).unwrap_or(true);
    made.details = part::<Map<String, Value>>(&general, "details")?.unwrap_or_default();
    made.parent = text(content, "parent");
    if let Some(domains) = part::<Vec<Domain>>(content, "domains")? {
        made.domains = domains;
    }
    let licences = content.get("licences").cloned().unwrap_or_default();
    made.user_licenses = licences.get("user_licenses").and_then(Value::as_u64).unwrap_or(made.user_licenses);
    made.package = text(&licences, "package").unwrap_or(made.package);
    made.is_on_trial = licences.get("is_on_trial").and_then(Value::as_bool).unwrap_or_default();
    made.features = part(content, "features")?.unwrap_or_else(|| super::packages::of_package(&made.package));
    made.login = part(content, "login_settings")?.unwrap_or_default();
    made.settings = part(content, "settings")?;
    if let Some(settings) = &mut made.settings {
        settings.schedule(None, now);
    }
    made.runs = part(content, "runs")?.unwrap_or_default();
    for exemption in content.get("exemptions").and_then(Value::as_array).into_iter().flatten() {
        let address = exemption.as_str().or_else(|| exemption.get("email").and_then(Value::as_str));
        made.exemptions.insert(address.ok_or("an exemption must have an `email`")?.to_lowercase());
    }
    for user in content.get("users").and_then(Value::as_array).into_iter().flatten() {
        made.insert(Account::from_state(user)?);
    }
    for login in content.get("logins").and_then(Value::as_array).into_iter().flatten() {
        let map = login.as_object().ok_or("a login must be an object")?;
        let fields = Fields { map, booleans: Booleans::Lenient, status: 422 };
        let username = text(login, "username").ok_or("a login has no `username`")?.to_lowercase();
        let known = made.accounts.remove(&username);
        let mut account = known.unwrap_or_else(|| Account {
            kind: AccountType::OrganizationAdmin,
            is_billable: false,
            ..Account::new(&username)
        });
        account.change(&fields).map_err(|failure| failure.message)?;
        account.password = text(login, "password");
        made.insert(account);
    }
    Ok(made)
}

fn part<T: serde::de::DeserializeOwned>(content: &Value, name: &str) -> Result<Option<T>, String> {
    match content.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            serde_json::from_value(value.clone()).map(Some).map_err(|error| format!("`{name}`: {error}"))
        }
    }
}
