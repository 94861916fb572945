//! One organization: a customer, or a partner above customers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::account::{Account, domain_of};
use super::azure_shown::cased;
use super::errors::{Failure, Outcome};
use super::fields::Fields;
use super::settings::Settings;
use crate::essentials::run::Run;
use crate::moods::{Booleans, Moods, UnverifiedDomain};
use crate::state::late::Late;

/// A mail domain of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) is_active: bool,
    pub(crate) is_relay: bool,
    pub(crate) destination: String,
    pub(crate) failovers: Vec<String>,
    /// The code to publish, once it was asked for. Only the state document shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verification_code: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) verified: bool,
    /// How often somebody tried to verify it.
    #[serde(skip)]
    pub(crate) verifications: u64,
}

impl Domain {
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_lowercase(),
            is_active: true,
            is_relay: true,
            destination: format!("{}.mail.protection.outlook.com", name.replace('.', "-")),
            verified: true,
            ..Self::default()
        }
    }

    /// As the API shows it.
    pub(crate) fn shown(&self, moods: &Moods) -> Value {
        let hidden = moods.unverified_domain == UnverifiedDomain::Inactive && !self.verified;
        json!({
            "name": self.name, "is_active": self.is_active && !hidden, "is_relay": self.is_relay,
            "destination": cased(&self.destination, moods.destination_case), "failovers": self.failovers,
        })
    }

    /// Takes over the given fields; a domain that does not relay is never active.
    pub(crate) fn change(&mut self, fields: &Fields<'_>) -> Outcome<()> {
        if let Some(name) = fields.text("name")? {
            let plain = name.contains('.') && !name.contains(['@', '/', ' ']);
            if !plain {
                return Err(Failure::invalid("`name` is not a domain", &name));
            }
            self.name = name.to_lowercase();
        }
        self.is_relay = fields.boolean("is_relay")?.unwrap_or(self.is_relay);
        self.is_active = fields.boolean("is_active")?.unwrap_or(self.is_active) && self.is_relay;
        if let Some(destination) = fields.text("destination")? {
            self.destination = destination;
        }
        if let Some(failovers) = fields.texts("failovers")? {
            self.failovers = failovers;
        }
        Ok(())
    }
}

/// How people of an organization sign in to the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LoginSettings {
    pub(crate) allow_local_login: bool,
    pub(crate) idp_for_forced_login: Option<String>,
    pub(crate) allow_azure_login: bool,
    pub(crate) force_azure_login: bool,
    pub(crate) idps_valid_for_sso: Vec<String>,
}

impl Default for LoginSettings {
    fn default() -> Self {
        Self {
            allow_local_login: true,
            idp_for_forced_login: None,
            allow_azure_login: true,
            force_azure_login: false,
            idps_valid_for_sso: Vec::new(),
        }
    }
}

/// An organization and all it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Organization {
    pub(crate) eid: u64,
    pub(crate) primary_domain: String,
    pub(crate) name: String,
    /// `organization`, `channel`, `strategic_partner` or `oem_partner`.
    pub(crate) kind: String,
    /// The primary domain of the organization above.
    pub(crate) parent: Option<String>,
    pub(crate) is_active: bool,
    pub(crate) user_licenses: u64,
    pub(crate) package: String,
    pub(crate) is_on_trial: bool,
    /// The other fields of the API's Organization, as they were given.
    pub(crate) details: Map<String, Value>,
    pub(crate) domains: Vec<Domain>,
    /// By address in lower case.
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) features: Map<String, Value>,
    pub(crate) login: LoginSettings,
    pub(crate) settings: Option<Settings>,
    /// Addresses in lower case.
    pub(crate) exemptions: BTreeSet<String>,
    /// What is shown of the settings, and of the exemptions, that were changed a moment ago.
    pub(crate) settings_before: Option<Late<Option<Settings>>>,
    pub(crate) exemptions_before: Option<Late<BTreeSet<String>>>,
    /// The same of the domains, and of what the organization itself shows; there was no such organization before `None`.
    pub(crate) domains_before: Option<Late<Vec<Domain>>>,
    pub(crate) shown_before: Option<Late<Option<Map<String, Value>>>>,
    /// When it is gone, once it was deleted.
    pub(crate) ends: Option<Timestamp>,
    /// The newest last.
    pub(crate) runs: Vec<Run>,
    pub(crate) last_uid: u64,
}

impl Organization {
    /// A customer with one domain.
    pub(crate) fn named(name: &str, primary_domain: &str) -> Self {
        Self {
            primary_domain: primary_domain.to_lowercase(),
            name: name.to_owned(),
            kind: "organization".to_owned(),
            is_active: true,
            user_licenses: 100,
            package: "business".to_owned(),
            domains: vec![Domain::named(primary_domain)],
            ..Self::default()
        }
    }

    pub(crate) fn domain(&self, name: &str) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn has_domain_of(&self, address: &str) -> bool {
        self.domain(domain_of(address)).is_some()
    }

    /// The account that has this address, as the primary one or as an alias.
    pub(crate) fn holder(&self, address: &str) -> Option<&Account> {
        self.accounts.get(address).or_else(|| {
            self.accounts.values().find(|account| account.aliases.iter().any(|one| one == address))
        })
    }

    /// Adds an account under a number of its own.
    pub(crate) fn insert(&mut self, mut account: Account) {
        if account.uid == 0 {
            account.uid = self.last_uid.max(100_000) + 1;
        }
        self.last_uid = self.last_uid.max(account.uid);
        self.accounts.insert(account.address.clone(), account);
    }

    /// Accounts that take a licence.
    pub(crate) fn licences_taken(&self) -> u64 {
        u64::try_from(self.accounts.values().filter(|account| account.takes_licence()).count())
            .unwrap_or(u64::MAX)
    }

    /// The administrator shown first: the one that can do most.
    pub(crate) fn admin(&self) -> Option<&Account> {
        self.accounts.values().filter(|one| one.kind.is_admin() && !one.read_only).min_by_key(|one| one.uid)
    }

    /// As `GET /orgs/{domain}` shows it, without `organization_hierarchy`.
    pub(crate) fn shown(&self, moods: &Moods) -> Map<String, Value> {
        let mut shown = Map::new();
        for (name, default) in TEXTS.iter().map(|name| (*name, json!(""))).chain([
            ("outgoing_servers", json!([])),
            ("safe_list_senders", json!([])),
            ("block_list_senders", json!([])),
            ("is_smtp_discovery_enabled", json!(true)),
            ("account_template_id", Value::Null),
            ("send_welcome_email", json!(false)),
            ("is_beginner_plus", json!(false)),
            ("is_beginner_plus_enabled", json!(false)),
            ("odin_capabilities", json!("none")),
            ("billing_method", json!("Annual")),
        ]) {
            shown.insert(name.to_owned(), self.details.get(name).cloned().unwrap_or(default));
        }
        let own = json!({
            "primary_domain": self.primary_domain, "name": self.name, "is_active": self.is_active,
            "type": self.kind, "eid": self.eid, "licensing_package": self.package,
            "is_on_trial": self.is_on_trial, "user_licenses": self.user_licenses,
            "active_users": self.licences_taken(), "admin_user": self.admin().map(|one| one.shown(true)),
            "domains": self.domains.iter().map(|one| one.shown(moods)).collect::<Vec<_>>(),
        });
        if let Value::Object(own) = own {
            shown.extend(own);
        }
        shown
    }

    /// Reads the free fields of a body; unknown ones are left alone.
    pub(crate) fn take_details(&mut self, map: &Map<String, Value>) {
        let lists = ["outgoing_servers", "safe_list_senders", "block_list_senders"];
        let others =
            ["is_smtp_discovery_enabled", "account_template_id", "send_welcome_email", "odin_capabilities"];
        for name in TEXTS.iter().chain(&lists).chain(&others) {
            if let Some(value) = map.get(*name).filter(|value| !value.is_null()) {
                self.details.insert((*name).to_owned(), value.clone());
            }
        }
    }
}

/// Fields of an organization that are texts.
pub(crate) const TEXTS: [&str; 11] = [
    "www",
    "address",
    "postcode",
    "stateprov",
    "country",
    "phone",
    "external_id",
    "when_renewal",
    "ldap_url",
    "ldap_username",
    "ldap_basedn",
];

/// Reads one `Domain` of a body.
pub(crate) fn domain_from(map: &Map<String, Value>, booleans: Booleans) -> Outcome<Domain> {
    let mut domain = Domain::default();
    domain.change(&Fields { map, booleans, status: 422 })?;
    if domain.name.is_empty() {
        return Err(Failure::invalid("`name` is required", ""));
    }
    Ok(domain)
}
