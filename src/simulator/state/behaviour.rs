//! The switches: where a real service is known to vary, or where nobody has published what it does.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::essentials;

/// Switches of the Microsoft side. By default the service is at its best.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Microsoft {
    /// Milliseconds on the simulator's clock until every replica shows a write.
    pub(crate) replica_lag: u64,
    /// Draw each lag between 0 and `replica_lag`, and let reads jump between replicas meanwhile.
    pub(crate) replica_lag_random: bool,
    /// Milliseconds during which the token endpoint does not know a fresh secret yet.
    pub(crate) fresh_secret_delay: u64,
    /// Milliseconds during which a fresh federated credential does not match yet.
    pub(crate) fresh_federation_delay: u64,
    /// Milliseconds after a write to an application in which another one is answered 409.
    pub(crate) concurrency_window: u64,
    /// Milliseconds after a change of keys in which reads of `passwordCredentials` show old and new in turn.
    pub(crate) key_flapping: u64,
    /// Milliseconds until a page token is too old.
    pub(crate) page_token_lifetime: u64,
    /// Resource units of one application in one tenant within 10 seconds; 0: by the size of the tenant.
    pub(crate) unit_limit: u64,
    /// Writes of one application in one tenant within 150 seconds; 0: as published, 3,000.
    pub(crate) write_limit: u64,
    /// Application ids of Microsoft's resources that have no principal in the tenants.
    pub(crate) missing_resources: Vec<String>,
}

impl Default for Microsoft {
    fn default() -> Self {
        Self {
            replica_lag: 0,
            replica_lag_random: false,
            fresh_secret_delay: 0,
            fresh_federation_delay: 0,
            concurrency_window: 0,
            key_flapping: 0,
            page_token_lifetime: 600_000,
            unit_limit: 0,
            write_limit: 0,
            missing_resources: Vec::new(),
        }
    }
}

/// All switches in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    pub(crate) microsoft: Microsoft,
    pub(crate) essentials: essentials::Behaviour,
}

impl Behaviour {
    /// One flat object with every switch of both sides.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let mut all = object(&self.microsoft);
        all.extend(object(&self.essentials));
        all
    }

    /// Sets the named switches and leaves the others; an unknown name or value is refused as a whole.
    pub(crate) fn apply(&mut self, changes: &Map<String, Value>) -> Result<(), String> {
        let mut microsoft = object(&self.microsoft);
        let mut essentials = object(&self.essentials);
        for (name, value) in changes {
            if microsoft.contains_key(name) {
                microsoft.insert(name.clone(), value.clone());
            } else if essentials.contains_key(name) {
                essentials.insert(name.clone(), value.clone());
            } else {
                let known: Vec<&str> =
                    microsoft.keys().chain(essentials.keys()).map(String::as_str).collect();
                return Err(format!("`{name}` is no switch; there are: {}", known.join(", ")));
            }
        }
        let microsoft =
            serde_json::from_value(Value::Object(microsoft)).map_err(|error| error.to_string())?;
        self.essentials =
            serde_json::from_value(Value::Object(essentials)).map_err(|error| error.to_string())?;
        self.microsoft = microsoft;
        Ok(())
    }
}

fn object(switches: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(switches) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_switch_is_set_and_the_others_stay() {
        let mut behaviour = Behaviour::default();
        let Value::Object(changes) = json!({ "fresh_secret_delay": 5000 }) else { unreachable!() };
        behaviour.apply(&changes).unwrap();
        assert_eq!(behaviour.microsoft.fresh_secret_delay, 5000);
        assert_eq!(behaviour.microsoft.concurrency_window, 0);
    }

    #[test]
    fn an_unknown_switch_is_refused_by_name() {
        let Value::Object(changes) = json!({ "colour": "red" }) else { unreachable!() };
        assert!(Behaviour::default().apply(&changes).unwrap_err().contains("`colour`"));
    }
}
