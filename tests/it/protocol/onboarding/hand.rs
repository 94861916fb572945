//! One provider process, and the steps of core for single objects.

use std::collections::BTreeMap;

use plugin_client::replans::Replans;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::configured;
use crate::support::plugin::calls::{Messages, Plan, Stored};
use crate::support::plugin::{self, Plugin};

pub(crate) struct Hand {
    runtime: Runtime,
    plugin: Plugin,
}

impl Hand {
    pub(crate) fn with(environment: &BTreeMap<String, String>) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let plugin = runtime.block_on(configured(environment));
        Self { runtime, plugin }
    }

    /// A provider that was not configured: it looks nothing up.
    pub(crate) fn bare() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let plugin = runtime.block_on(plugin::start(&BTreeMap::new()));
        Self { runtime, plugin }
    }

    /// Plans these configurations with parts hidden and once more.
    pub(crate) fn replans(&self, kind: &str, prior: Option<&Stored>, samples: &[Json]) -> Replans {
        self.runtime.block_on(async { self.plugin.resource(kind).await.replans(prior, samples, 300).await })
    }

    pub(crate) fn validate(&self, kind: &str, config: Json) -> Messages {
        self.runtime.block_on(async { self.plugin.resource(kind).await.validate(config).await })
    }

    pub(crate) fn plan(&self, kind: &str, prior: Option<&Stored>, config: Json) -> Plan {
        self.runtime.block_on(async { self.plugin.resource(kind).await.plan(prior, config).await })
    }

    /// Plans and applies; what an error says is in `messages`, beside what is stored then.
    pub(crate) fn try_apply(&self, kind: &str, prior: Option<&Stored>, config: Json) -> Stored {
        let planned = self.plan(kind, prior, config);
        if planned.messages.has_errors() {
            let mut kept = prior.cloned().unwrap_or_default();
            kept.messages = planned.messages;
            return kept;
        }
        self.apply_planned(kind, prior, planned)
    }

    /// Applies a plan as it is.
    pub(crate) fn apply_planned(&self, kind: &str, prior: Option<&Stored>, planned: Plan) -> Stored {
        self.runtime.block_on(async { self.plugin.resource(kind).await.apply(prior, planned).await })
    }

    /// The same where nothing may fail.
    #[track_caller]
    pub(crate) fn apply(&self, kind: &str, prior: Option<&Stored>, config: Json) -> Stored {
        let stored = self.try_apply(kind, prior, config);
        assert!(!stored.messages.has_errors(), "{}", stored.messages);
        stored
    }

    pub(crate) fn try_read(&self, kind: &str, stored: &Stored) -> Stored {
        self.runtime.block_on(async { self.plugin.resource(kind).await.read(stored).await })
    }

    #[track_caller]
    pub(crate) fn read(&self, kind: &str, stored: &Stored) -> Stored {
        let read = self.try_read(kind, stored);
        assert!(!read.messages.has_errors(), "{}", read.messages);
        read
    }

    /// Reads, and fails unless a plan of the same configuration changes nothing then.
    #[track_caller]
    pub(crate) fn assert_nothing_to_do(&self, kind: &str, stored: &Stored, config: Json) {
        let read = self.read(kind, stored);
        let planned = self.plan(kind, Some(&read), config);
        planned.messages.expect_none();
        assert_eq!(planned.state, read.state);
    }

    /// Plans a destruction, which says what it says, and does it.
    pub(crate) fn destroy(&self, kind: &str, stored: &Stored) -> (Messages, Stored) {
        let planned = self.plan(kind, Some(stored), Json::Null);
        let said = planned.messages.clone();
        if said.has_errors() {
            return (said, stored.clone());
        }
        (
            said,
            self.runtime
                .block_on(async { self.plugin.resource(kind).await.apply(Some(stored), planned).await }),
        )
    }

    /// Imports by id, and reads as core does next.
    pub(crate) fn try_import(&self, kind: &str, id: &str) -> Stored {
        let imported = self.runtime.block_on(async { self.plugin.resource(kind).await.import(id).await });
        if imported.messages.has_errors() { imported } else { self.try_read(kind, &imported) }
    }

    /// The same where nothing may fail.
    #[track_caller]
    pub(crate) fn import(&self, kind: &str, id: &str) -> Stored {
        let imported = self.try_import(kind, id);
        assert!(!imported.messages.has_errors(), "{}", imported.messages);
        imported
    }

    /// The same by identity.
    #[track_caller]
    pub(crate) fn import_identity(&self, kind: &str, identity: &Json) -> Stored {
        let imported =
            self.runtime.block_on(async { self.plugin.resource(kind).await.import_identity(identity).await });
        assert!(!imported.messages.has_errors(), "{}", imported.messages);
        self.read(kind, &imported)
    }

    /// What an import that is refused says.
    pub(crate) fn refused_import(&self, kind: &str, id: &str) -> Messages {
        self.runtime.block_on(async { self.plugin.resource(kind).await.import(id).await }).messages
    }
}

/// The configuration with some arguments written otherwise.
pub(crate) fn with(config: &Json, arguments: Json) -> Json {
    let mut config = config.clone();
    if let Json::Object(arguments) = arguments {
        for (name, value) in arguments {
            config[name] = value;
        }
    }
    config
}

/// A timeout for every operation.
pub(crate) fn patience(long: &str) -> Json {
    json!({ "create": long, "read": long, "update": long, "delete": long })
}
