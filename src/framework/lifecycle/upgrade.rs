//! `UpgradeResourceState`, `UpgradeResourceIdentity` and `MoveResourceState`: stored data of other versions and types.

use super::Managed;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model;
use crate::plan::{carry, without_write_only};
use crate::resource::{MoveSource, Resource};
use crate::service::{MoveRequest, StateResponse, UpgradeResponse};
use crate::value::Value;

impl<R: Resource> Managed<R> {
    pub(super) fn upgraded(&self, version: i64, json: &str) -> UpgradeResponse {
        match self.upgrade(version, json) {
            Ok(value) => UpgradeResponse { value, diagnostics: Diagnostics::new() },
            Err(error) => UpgradeResponse { value: Value::Null, diagnostics: error.into() },
        }
    }

    fn upgrade(&self, version: i64, json: &str) -> Result<Value, Diagnostic> {
        let value_type = self.schema.settled_type();
        let value = if version == self.schema.version {
            Value::from_json(json, value_type).map_err(|error| unreadable(&error))?
        } else {
            let upgrades = self.resource.upgrades();
            let upgrade = upgrades
                .iter()
                .find(|upgrade| upgrade.from == version)
                .ok_or_else(|| unknown_version("state", version, self.schema.version))?;
            let stored = Value::parse_json(json).map_err(|error| unreadable(&error))?;
            (upgrade.upgrade)(stored)?.conform(value_type).map_err(|error| unreadable(&error))?
        };
        if value.is_null() {
            return Ok(value);
        }
        let value = self.schema.complete(value);
        let value = match model::read::<R::Model>(&value) {
            Ok(stored) => {
                let mut loaded = stored.clone();
                self.resource.loaded(&mut loaded);
                carry(value, &stored, &loaded)
            }
            // OpenTofu brings what a mocked provider has made up, to destroy it. Whoever does something with it reads it
            // again and refuses.
            Err(_) if version == self.schema.version => value,
            Err(error) => return Err(error),
        };
        let value = without_write_only(&self.schema, self.schema.complete(value));
        match value.first_unknown() {
            Some(path) => Err(unreadable(&format!("`{path}` is unknown"))),
            None => Ok(value),
        }
    }

    pub(super) fn upgraded_identity(&self, version: i64, json: &str) -> UpgradeResponse {
        match self.upgrade_identity(version, json) {
            Ok(value) => UpgradeResponse { value, diagnostics: Diagnostics::new() },
            Err(error) => UpgradeResponse { value: Value::Null, diagnostics: error.into() },
        }
    }

    fn upgrade_identity(&self, version: i64, json: &str) -> Result<Value, Diagnostic> {
        let Some(schema) = &self.identity else {
            return Err(Diagnostic::error("No identity", "Resources of this type have no identity."));
        };
        // State written before there was an identity counts as version 0 with empty JSON; the read that follows
        // fills it in. OpenTofu refuses a null answer.
        if matches!(json.trim(), "" | "{}" | "null") {
            return Ok(schema.empty_value());
        }
        let value_type = schema.settled_type();
        if version == schema.version {
            return Value::from_json(json, value_type).map_err(|error| unreadable(&error));
        }
        let upgrades = self.resource.identity_upgrades();
        let upgrade = upgrades
            .iter()
            .find(|upgrade| upgrade.from == version)
            .ok_or_else(|| unknown_version("identity", version, schema.version))?;
        let stored = Value::parse_json(json).map_err(|error| unreadable(&error))?;
        let value = (upgrade.upgrade)(stored)?;
        Ok(schema.complete(value.conform(value_type).map_err(|error| unreadable(&error))?))
    }

    pub(super) fn moved(&self, own_provider: &str, request: &MoveRequest) -> StateResponse {
        self.move_here(own_provider, request)
            .unwrap_or_else(|diagnostics| StateResponse { diagnostics, ..StateResponse::default() })
    }

    fn move_here(&self, own_provider: &str, request: &MoveRequest) -> Result<StateResponse, Diagnostics> {
        if request.source_type == request.target_type && last_part(&request.source_provider) == own_provider {
            // OpenTofu before 1.12.5 asks for a move instead of an upgrade when a resource is renamed.
            let state = self.upgrade(request.source_version, &request.source_json)?;
            let model: R::Model = model::read(&state)?;
            let identity = self.identity_of(&model);
            let private = request.source_private.clone();
            return Ok(StateResponse { state, private, identity, diagnostics: Diagnostics::new() });
        }
        let moves = self.resource.moves();
        let from = moves.iter().find(|from| {
            from.resource == request.source_type && without_host(&request.source_provider) == from.provider
        });
        let Some(from) = from else {
            let known: Vec<String> = moves.iter().map(|from| format!("`{}`", from.resource)).collect();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            let MoveRequest { source_type, source_provider, target_type, .. } = request;
            return Err(Diagnostic::error(
                "Unsupported move",
                format!(
                    "`{source_type}` of `{source_provider}` can't be moved to `{target_type}`, which takes over {known}. \
                     Use `removed` and `import` blocks."
                ),
            )
            .into());
        };
        let state = Value::parse_json(&request.source_json).map_err(|error| unreadable(&error))?;
        let state = (from.convert)(MoveSource { schema_version: request.source_version, state })?;
        self.stub(&state, None, "move")
    }
}

/// `hashicorp/azuread` of `registry.terraform.io/hashicorp/azuread`.
fn without_host(address: &str) -> &str {
    match address.split_once('/') {
        Some((_, rest)) if rest.contains('/') => rest,
        _ => address,
    }
}

fn last_part(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or(address)
}

/// `what` is a state or an identity.
fn unknown_version(what: &str, stored: i64, current: i64) -> Diagnostic {
    Diagnostic::error(
        format!("Stored {what} of an unknown version"),
        format!(
            "The stored {what} has schema version {stored}; this version of the provider reads {current} and what it can \
             upgrade from. Use the version of the provider that wrote it first."
        ),
    )
}

fn unreadable(error: &dyn std::fmt::Display) -> Diagnostic {
    Diagnostic::error(
        "Stored state can't be read",
        format!(
            "The stored object does not fit the schema of this version of the provider: {error}. If it was edited by \
             hand, undo that; otherwise remove the resource from the state and import it again."
        ),
    )
}
