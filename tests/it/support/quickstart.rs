//! The quick start without any CLI: its three objects, planned and applied through one provider process as core does it.
//!
//! Everything here is for plain test threads: the control plane of [`Simulator`] blocks.

mod unrefreshed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::named::expect_named;
use super::plugin::Plugin;
use super::plugin::calls::{Messages, Plan, Stored};
use super::plugin::messages::{self, schema::Block};
use super::simulator::Simulator;
use super::steps::{apply, configuration, configured, converge, held, keep, merge, plan, refresh};

pub(crate) const APPLICATION: &str = "proofpoint_azure_application";
pub(crate) const CONSENT: &str = "proofpoint_azure_admin_consent";
pub(crate) const SYNC: &str = "proofpoint_azure_sync";
/// A secret of the application for use elsewhere, which is no part of the quick start.
pub(crate) const SECRET: &str = "proofpoint_azure_client_secret";

/// Enacts a reviewed report, which is no part of the quick start either.
pub(crate) const RUN: &str = "proofpoint_azure_sync_run";

/// In the order in which core makes them.
pub(super) const ORDER: [&str; 3] = [APPLICATION, CONSENT, SYNC];

pub(super) type Objects = BTreeMap<&'static str, Stored>;

/// When the provider dies, seen from the effect of the request that it has just sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Nothing was done.
    Before,
    /// All was done, and the answer never arrives.
    After,
}

/// A provider, and what core would hold in its state.
pub(crate) struct Quickstart {
    pub(crate) simulator: Simulator,
    environment: BTreeMap<String, String>,
    runtime: Runtime,
    plugin: Arc<Plugin>,
    objects: Arc<Mutex<Objects>>,
    /// Arguments in place of the quick start's, by resource type; null takes one out.
    changes: BTreeMap<&'static str, Json>,
}

impl Quickstart {
    /// A configured provider and no objects.
    pub(crate) fn start(simulator: Simulator) -> Self {
        let environment = simulator.environment();
        let runtime = Runtime::new().expect("a runtime");
        let plugin = Arc::new(runtime.block_on(configured(&environment)));
        let objects = Arc::default();
        Self { simulator, environment, runtime, plugin, objects, changes: BTreeMap::new() }
    }

    /// An application with its consent, and no synchronization yet.
    #[track_caller]
    pub(crate) fn prepared(simulator: Simulator) -> Self {
        let quickstart = Self::start(simulator);
        for kind in [APPLICATION, CONSENT] {
            let said = quickstart.change(kind);
            assert!(!said.has_errors(), "{kind}: {said}");
        }
        quickstart
    }

    /// Sets a variable and starts the provider anew.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
        self.restart();
    }

    /// Another process, as the next command of a CLI has it.
    pub(crate) fn restart(&mut self) {
        self.plugin = Arc::new(self.runtime.block_on(configured(&self.environment)));
    }

    /// Another configuration in the same process: nothing that was read stays known.
    pub(crate) fn configure(&self) {
        self.configure_with(json!({}));
    }

    /// The same with these arguments of the provider.
    pub(crate) fn configure_with(&self, arguments: Json) {
        self.runtime.block_on(self.plugin.configure(arguments)).expect_none();
    }

    /// Stops what the provider is doing, as core does when the user interrupts it.
    pub(crate) fn stop(&self) {
        let request = messages::stop_provider::Request {};
        self.runtime.block_on(async { self.plugin.rpc().stop_provider(request).await }).expect("an answer");
    }

    /// Waits until the provider has logged a line with this text.
    pub(crate) fn expect_log(&self, text: &str) {
        self.runtime.block_on(self.plugin.log_with(text));
    }

    /// Writes arguments of one resource, beside the quick start's own.
    pub(crate) fn write(&mut self, kind: &'static str, arguments: &Json) {
        let all = self.changes.entry(kind).or_insert_with(|| json!({}));
        merge(all, arguments);
    }

    /// Writes arguments of one resource in place of those that were written before.
    pub(crate) fn write_anew(&mut self, kind: &'static str, arguments: Json) {
        self.changes.insert(kind, arguments);
    }

    /// What core holds of an object.
    pub(crate) fn stored(&self, kind: &str) -> Option<Stored> {
        self.objects().get(kind).cloned()
    }

    /// The state of an object; null when there is none.
    pub(crate) fn state(&self, kind: &str) -> Json {
        self.stored(kind).map(|stored| stored.state).unwrap_or_default()
    }

    /// The schema of a resource type.
    pub(crate) fn schema(&self, kind: &str) -> Block {
        let schemas = self.runtime.block_on(self.plugin.schema());
        schemas.resource_schemas[kind].block.clone().expect("a body")
    }

    /// Takes an object out of the state, as if another address held it.
    #[track_caller]
    pub(crate) fn take(&self, kind: &'static str) -> Stored {
        self.objects().remove(kind).unwrap_or_else(|| panic!("no {kind}"))
    }

    /// Puts an object into the state.
    pub(crate) fn put(&self, kind: &'static str, stored: Stored) {
        self.objects().insert(kind, stored);
    }

    /// Forgets everything, as an empty state does.
    pub(crate) fn forget_all(&self) {
        self.objects().clear();
    }

    fn objects(&self) -> std::sync::MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Validates the configuration of one object as a client that does or does not know write-only attributes.
    pub(crate) fn validate(&self, kind: &'static str, write_only: bool) -> Messages {
        let config = self.configuration(kind);
        self.runtime
            .block_on(async { self.plugin.resource(kind).await.validate_as(config, write_only).await })
    }

    /// Reads a data source.
    pub(crate) fn data(&self, name: &str, config: Json) -> (Json, Messages) {
        let domain = config["domain"].clone();
        let (read, said) = self.runtime.block_on(self.plugin.data(name, config));
        expect_named(&said, &domain);
        (read, said)
    }

    /// Reads one object and plans it. What was said while reading comes first.
    pub(crate) fn plan(&self, kind: &'static str) -> Plan {
        let domain = self.simulator.tenant().domain.clone();
        self.runtime.block_on(async {
            let mut said = refresh(&self.plugin, kind, &self.objects).await;
            let mut plan = plan(&self.plugin, kind, &domain, &self.objects, &self.changes).await;
            said.0.append(&mut plan.messages.0);
            Plan { messages: said, ..plan }
        })
    }

    /// The configuration of an object.
    pub(crate) fn configuration(&self, kind: &str) -> Json {
        configuration(kind, &self.simulator.tenant().domain, &self.objects(), &self.changes)
    }

    /// Applies a plan of one object and keeps what is to be kept.
    pub(crate) fn apply(&self, kind: &'static str, planned: Plan) -> Messages {
        self.runtime.block_on(apply(&self.plugin, kind, &self.objects, planned))
    }

    /// Plans and applies one object; what was said by both. As core does, nothing is applied where the plan shows no change.
    pub(crate) fn change(&self, kind: &'static str) -> Messages {
        let mut planned = self.plan(kind);
        let mut said = std::mem::take(&mut planned.messages);
        let changes = planned.state != self.state(kind);
        if changes && said.0.iter().all(|message| !message.error) {
            said.0.append(&mut self.apply(kind, planned).0);
        }
        said
    }

    /// Imports an object by its id and reads it; kept in place of what was known of it.
    #[track_caller]
    pub(crate) fn import(&self, kind: &'static str, id: &str) {
        self.adopt(kind, |plugin| {
            self.runtime.block_on(async { plugin.resource(kind).await.import(id).await })
        });
    }

    /// The same by its identity.
    #[track_caller]
    pub(crate) fn import_identity(&self, kind: &'static str, identity: &Json) {
        self.adopt(kind, |plugin| {
            self.runtime.block_on(async { plugin.resource(kind).await.import_identity(identity).await })
        });
    }

    /// Takes over an object of another provider and reads it; kept in place of what was known of it.
    #[track_caller]
    pub(crate) fn moved(&self, kind: &'static str, provider: &str, resource: &str, state: &Json) {
        self.adopt(kind, |plugin| {
            self.runtime
                .block_on(async { plugin.resource(kind).await.move_from(provider, resource, 0, state).await })
        });
    }

    /// What a list resource finds.
    pub(crate) fn list(&self, name: &str, config: Json) -> (Vec<(String, Json, Json)>, Messages) {
        self.runtime.block_on(self.plugin.list(name, config))
    }

    #[track_caller]
    fn adopt(&self, kind: &'static str, import: impl FnOnce(&Plugin) -> Stored) {
        let imported = import(&self.plugin);
        assert!(imported.messages.0.is_empty(), "{}", imported.messages);
        keep(&self.objects, kind, imported);
        let said = self.runtime.block_on(refresh(&self.plugin, kind, &self.objects));
        assert!(said.0.iter().all(|message| !message.error), "{said}");
    }

    /// Plans and applies everything; the resource types that had something to do.
    #[track_caller]
    pub(crate) fn converge(&self) -> Vec<&'static str> {
        let domain = self.simulator.tenant().domain.clone();
        let run = converge(&self.plugin, &domain, &self.objects, &self.changes);
        self.runtime.block_on(run).unwrap_or_else(|said| panic!("{said}"))
    }

    /// Destroys everything, the last first.
    #[track_caller]
    pub(crate) fn destroy(&self) {
        ORDER.into_iter().rev().for_each(|kind| self.destroy_one(kind));
    }

    /// Destroys an object that is held under another address; what was said.
    pub(crate) fn destroy_deposed(&self, kind: &str, prior: &Stored) -> Messages {
        self.runtime.block_on(async {
            let resource = self.plugin.resource(kind).await;
            let planned = resource.plan(Some(prior), Json::Null).await;
            resource.apply(Some(prior), planned).await.messages
        })
    }

    /// Makes objects under other addresses while those under the earlier ones are destroyed: at the same time and in one
    /// process, as core does at a rename without a `moved` block. What was said by the creations and by the destructions.
    pub(crate) fn rename(&mut self, kinds: &[&'static str]) -> (Messages, Messages) {
        self.restart();
        let (old, domain) = (held(&self.objects), self.simulator.tenant().domain.clone());
        self.objects().retain(|kind, _| !kinds.contains(kind));
        let make = async {
            let mut said = Messages::default();
            for kind in kinds {
                let mut planned = plan(&self.plugin, kind, &domain, &self.objects, &self.changes).await;
                said.0.append(&mut planned.messages.0);
                if !said.has_errors() {
                    said.0.append(&mut apply(&self.plugin, kind, &self.objects, planned).await.0);
                }
            }
            said
        };
        let destroy = async {
            let mut said = Messages::default();
            for kind in kinds.iter().rev().filter(|kind| old.contains_key(*kind)) {
                let resource = self.plugin.resource(kind).await;
                let planned = resource.plan(old.get(kind), Json::Null).await;
                said.0.append(&mut resource.apply(old.get(kind), planned).await.messages.0);
            }
            said
        };
        self.runtime.block_on(async { tokio::join!(make, destroy) })
    }

    /// Destroys one object, if it is there.
    #[track_caller]
    pub(crate) fn destroy_one(&self, kind: &str) {
        self.destroy_saying(kind);
    }

    /// The same; what was said.
    #[track_caller]
    pub(crate) fn destroy_saying(&self, kind: &str) -> Messages {
        self.try_destroy(kind).unwrap_or_else(|said| panic!("{kind}: {said}"))
    }

    /// The same; what was said, and that it failed: it is kept then.
    pub(crate) fn try_destroy(&self, kind: &str) -> Result<Messages, Messages> {
        let Some(prior) = self.stored(kind) else { return Ok(Messages::default()) };
        let said = self.runtime.block_on(async {
            let resource = self.plugin.resource(kind).await;
            let planned = resource.plan(Some(&prior), Json::Null).await;
            if planned.messages.has_errors() {
                return planned.messages;
            }
            resource.apply(Some(&prior), planned).await.messages
        });
        expect_named(&said, &prior.state["domain"]);
        if said.has_errors() {
            return Err(said);
        }
        self.objects().remove(kind);
        Ok(said)
    }

    /// Plans and applies everything with a provider that is killed at its `nth` request, counted from 1, and starts
    /// another one. Returns false, with everything applied, when there were not so many.
    #[track_caller]
    pub(crate) fn converge_killed_at(&mut self, nth: u64, moment: Moment) -> bool {
        let long = 600_000;
        let drop = if moment == Moment::Before { "before" } else { "after" };
        let hold = |count: Json, drop: &str, delay: u64| json!({ "path": "**", "skip": nth - 1, "count": count, "drop": drop, "delay": delay });
        let fatal = hold(json!(1), drop, if moment == Moment::Before { long } else { 0 });
        // What follows the fatal request is held up without effect, so that the moment is exact.
        self.simulator.set_faults(&json!([fatal, hold(Json::Null, "before", long)]));
        let (plugin, objects, changes) = (self.plugin.clone(), self.objects.clone(), self.changes.clone());
        let domain = self.simulator.tenant().domain.clone();
        let run = self
            .runtime
            .spawn(async move { converge(&plugin, &domain, &objects, &changes).await.map(drop_kinds) });
        let struck = loop {
            // Each look is a request of its own, which is pause enough.
            if self.simulator.control(Method::GET, "faults", None)[0]["count"] == 0 {
                break true;
            }
            if run.is_finished() {
                break false;
            }
        };
        if struck {
            run.abort();
            self.plugin.signal("KILL");
        } else {
            let said = self.runtime.block_on(run).expect("the apply ends by itself");
            said.unwrap_or_else(|said| panic!("{said}"));
        }
        self.simulator.set_faults(&json!([]));
        self.restart();
        struck
    }

    /// Plans and applies everything with a host that dies while the answer to the provider's `nth` request, counted from 1,
    /// is on its way; returns when the provider has ended as well, and how long that took.
    #[track_caller]
    pub(crate) fn converge_orphaned_at(&mut self, nth: u64, answered_after: Duration) -> Duration {
        let delay = u64::try_from(answered_after.as_millis()).expect("a delay");
        let held = json!({ "path": "**", "skip": nth - 1, "count": 1, "delay": delay });
        self.simulator.set_faults(&json!([held]));
        let (plugin, objects, changes) = (self.plugin.clone(), self.objects.clone(), self.changes.clone());
        let domain = self.simulator.tenant().domain.clone();
        let run = self
            .runtime
            .spawn(async move { converge(&plugin, &domain, &objects, &changes).await.map(drop_kinds) });
        // Each look is a request of its own, which is pause enough.
        while self.simulator.control(Method::GET, "faults", None)[0]["count"] != 0 {
            assert!(!run.is_finished(), "there is no request {nth}");
        }
        run.abort();
        let ended = self.runtime.block_on(run);
        assert!(ended.is_err_and(|error| error.is_cancelled()), "the apply was faster than its host's death");
        let plugin = Arc::get_mut(&mut self.plugin).expect("nobody else drives the provider");
        let (status, took) = self.runtime.block_on(async {
            plugin.hang_up();
            plugin.exit().await
        });
        assert_eq!(status.code(), Some(0));
        self.simulator.set_faults(&json!([]));
        self.restart();
        took
    }

    /// A Graph request by hand, which must succeed.
    #[track_caller]
    pub(crate) fn graph(&self, method: Method, path: &str, body: Option<&Json>) -> Json {
        self.simulator.graph_done(method, path, body)
    }

    /// An Essentials request by hand about the organization, which must succeed.
    #[track_caller]
    pub(crate) fn essentials(&self, method: Method, part: &str, body: Option<&Json>) -> Json {
        let path = format!("orgs/{}/{part}", self.simulator.tenant().domain);
        self.simulator.essentials_done(method, &path, body)
    }

    /// The settings that Proofpoint holds, with the key in clear.
    pub(crate) fn settings(&self) -> Json {
        let domain = &self.simulator.tenant().domain;
        self.simulator.state()["organizations"][domain]["settings"].take()
    }

    /// The first tenant's part of the simulator's state.
    pub(crate) fn directory(&self) -> Json {
        self.simulator.state()["tenants"][&self.simulator.tenant().tenant_id].take()
    }

    /// The ids of the application's keys.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        let object_id = self.state(APPLICATION)["object_id"].clone();
        let applications = self.directory()["applications"].take();
        let found = applications.as_array().into_iter().flatten().find(|one| one["id"] == object_id);
        texts(found.map(|one| &one["passwordCredentials"]), "keyId")
    }

    /// Fails unless both sides are what the state says: Proofpoint's key is in force, the application has the keys that
    /// the state lists and no other, and there is no second application, principal or grant.
    #[track_caller]
    pub(crate) fn assert_sound(&self, context: &str) {
        let (application, sync) = (self.state(APPLICATION), self.state(SYNC));
        let (directory, settings) = (self.directory(), self.settings());
        let of = |list: &str, member: &str, value: &Json| {
            directory[list].as_array().into_iter().flatten().filter(|one| one[member] == *value).count()
        };
        assert_eq!(
            of("applications", "displayName", &application["display_name"]),
            1,
            "{context}: applications"
        );
        let principal = &application["service_principal_object_id"];
        assert_eq!(
            of("service_principals", "displayName", &application["display_name"]),
            1,
            "{context}: principals"
        );
        assert_eq!(of("grants", "clientId", principal), 1, "{context}: grants");
        assert_eq!(of("app_role_assignments", "principalId", principal), 1, "{context}: assignments");
        // Deleted people are part of the story that a simulator may begin with.
        let people = of("deleted_items", "@odata.type", &json!("#microsoft.graph.user"));
        assert_eq!(
            directory["deleted_items"].as_array().map(Vec::len),
            Some(people),
            "{context}: deleted items"
        );

        let key = settings["ad_key"].as_str().unwrap_or_default();
        let client_id = application["client_id"].as_str().unwrap_or_default();
        assert!(self.simulator.signs_in(client_id, key), "{context}: Proofpoint's key is not valid");
        assert!(
            key.starts_with(sync["key_hint"].as_str().unwrap_or("none")),
            "{context}: another key: {sync:#}"
        );
        let mut listed = strings(&sync["superseded_key_ids"]);
        listed.insert(sync["key_id"].as_str().unwrap_or_default().to_owned());
        assert_eq!(self.keys(), listed, "{context}: keys");
    }
}

fn drop_kinds(_kinds: Vec<&'static str>) {}

/// The strings of a list.
pub(crate) fn strings(list: &Json) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn texts(list: Option<&Json>, member: &str) -> BTreeSet<String> {
    let all = list.and_then(Json::as_array).into_iter().flatten();
    all.filter_map(|one| one[member].as_str()).map(str::to_owned).collect()
}
