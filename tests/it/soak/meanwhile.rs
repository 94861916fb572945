//! What stands in the way of one command and is set right after it.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::simulator::Simulator;

/// Something that somebody does before a command and takes back after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meanwhile {
    /// A policy of the tenant forbids client secrets.
    ForbidsKeys,
    /// Sign-in is turned off for the enterprise application.
    DisablesSignIn,
}

impl Meanwhile {
    /// Does it, or takes it back.
    pub(super) fn set(self, simulator: &Simulator, application: &Json, stands: bool) {
        match self {
            Self::ForbidsKeys => {
                let forbidden = json!([{ "restrictionType": "passwordAddition", "state": "enabled" }]);
                let keys = if stands { forbidden } else { json!([]) };
                let restrictions = json!({ "passwordCredentials": keys, "keyCredentials": [] });
                let policy = json!({ "isEnabled": stands, "applicationRestrictions": restrictions });
                let policies = json!({ "defaultAppManagementPolicy": policy });
                simulator.control(Method::POST, "policies", Some(&policies));
            }
            Self::DisablesSignIn => {
                // Where there is none, or none that is known everywhere yet, nothing has happened.
                let Some(id) = application["service_principal_object_id"].as_str() else { return };
                let path = format!("servicePrincipals/{id}");
                simulator.graph(Method::PATCH, &path, Some(&json!({ "accountEnabled": !stands })));
            }
        }
    }
}
