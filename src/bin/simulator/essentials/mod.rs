//! Proofpoint Essentials: its organizations and its Interface API under `/api/v1`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::server::exchange::{Answer, Request};
use crate::state::World;

/// A login of an organization's administrator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// Every organization, by primary domain.
#[derive(Debug, Default)]
pub(crate) struct Organizations {
    logins: BTreeMap<String, Credentials>,
}

impl Organizations {
    /// The administrator's login of the organization of `domain`; empty when there is none.
    pub(crate) fn credentials(&self, domain: &str) -> Credentials {
        self.logins.get(domain).cloned().unwrap_or_default()
    }

    /// The `organizations` part of the state document.
    pub(crate) fn state(&self) -> Value {
        Value::Object(self.logins.keys().map(|domain| (domain.clone(), Value::Object(Map::new()))).collect())
    }

    pub(crate) fn add(&mut self, domain: &str, credentials: Credentials) {
        self.logins.insert(domain.to_owned(), credentials);
    }
}

/// Switches of the Essentials side.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Behaviour {}

/// Answers a request under `/api/v1`; `None` when there is no such route.
pub(crate) fn answer(_world: &mut World, _request: &Request) -> Option<Answer> {
    None
}
