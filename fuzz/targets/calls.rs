//! A conversation: each two or three bytes are a step that a CLI might take, with a configuration that is changed in some
//! attribute, and what is left over is sent raw.

use std::cell::RefCell;
use std::collections::BTreeMap;

use plugin_client::calls::{Messages, Plan, Stored};
use plugin_client::messages;
use plugin_client::values::UNKNOWN;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::conversation::World;

const APPLICATION: &str = "proofpoint_azure_application";
const CONSENT: &str = "proofpoint_azure_admin_consent";
const SECRET: &str = "proofpoint_azure_client_secret";
const SYNC: &str = "proofpoint_azure_sync";
const RUN: &str = "proofpoint_azure_sync_run";
const RESOURCES: [&str; 5] = [APPLICATION, CONSENT, SECRET, SYNC, RUN];
const SOURCES: [&str; 5] = [
    "proofpoint_account",
    "proofpoint_azure_sync",
    "proofpoint_azure_sync_health",
    "proofpoint_azure_sync_preview",
    "proofpoint_azure_tenant",
];

/// The most steps of one conversation.
const STEPS: usize = 12;

thread_local! {
    static RUNTIME: Runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
}

/// Reads an input as a conversation.
pub fn run(input: &[u8]) {
    if input.is_empty() {
        return;
    }
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let talk = Talk {
                world: World::begin().await,
                stored: BTreeMap::new(),
                said: RefCell::default(),
                input,
            };
            talk.hold().await;
        });
    });
}

struct Talk<'i> {
    world: World,
    /// What the CLI keeps, by type.
    stored: BTreeMap<&'static str, Stored>,
    /// Everything that was said and may be shown.
    said: RefCell<Vec<String>>,
    input: &'i [u8],
}

impl Talk<'_> {
    async fn hold(mut self) {
        self.world.plugin.configure(json!({})).await.expect_none();
        for _ in 0..STEPS {
            let Some(step) = self.byte() else { break };
            let of = RESOURCES[usize::from(step >> 3) % RESOURCES.len()];
            match step % 8 {
                0 | 1 => self.change(of, None).await,
                2 => {
                    let edit = self.byte().zip(self.byte());
                    self.change(of, edit).await;
                }
                3 => self.refresh(of).await,
                4 => self.destroy(of).await,
                5 => self.store_again(of).await,
                6 => self.look(usize::from(step >> 3)).await,
                _ => self.send_raw(of).await,
            }
        }
        let secrets = self.world.secrets().await;
        assert!(secrets.len() > 2, "only {} secrets", secrets.len());
        for text in self.said.borrow().iter() {
            let tells = secrets.iter().any(|secret| text.contains(secret.as_str()));
            assert!(!tells, "a secret in a text of {} bytes", text.len());
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.input.split_first()?;
        self.input = rest;
        Some(first)
    }

    fn hear(&self, messages: &Messages) {
        let text = messages.to_string();
        assert!(!text.contains("failed unexpectedly"), "{text}");
        self.said.borrow_mut().push(text);
    }

    /// States are shown as well, but for the one resource whose purpose is a secret.
    fn keep(&mut self, of: &'static str, stored: Stored) {
        self.hear(&stored.messages);
        if of != SECRET {
            let private = String::from_utf8_lossy(&stored.private);
            self.said.borrow_mut().push(format!("{}{private}", stored.state));
        }
        if stored.state.is_null() {
            self.stored.remove(of);
        } else {
            self.stored.insert(of, stored);
        }
    }

    fn known(&self, of: &str, member: &str) -> Json {
        let value = self.stored.get(of).map(|stored| stored.state[member].clone());
        value.filter(|value| !value.is_null()).unwrap_or_else(|| UNKNOWN.into())
    }

    /// What a person writes, on the way to everything working.
    fn configuration(&self, of: &str) -> Json {
        let domain = &self.world.ready["tenants"][0]["domain"];
        let short = json!({ "create": "2s", "read": "2s", "update": "2s", "delete": "2s" });
        let (id, client_id) = (self.known(APPLICATION, "id"), self.known(APPLICATION, "client_id"));
        match of {
            APPLICATION => json!({ "display_name": "Sync", "timeouts": short }),
            CONSENT => json!({
                "client_id": client_id, "application_permissions": ["Directory.Read.All"], "timeouts": short,
            }),
            SECRET => json!({ "application_id": id, "timeouts": short }),
            SYNC => json!({
                "domain": domain, "client_id": client_id, "default_role": "end_user", "frequency": 0,
                "managed_client_secret": { "application_id": id }, "timeouts": short,
            }),
            _ => json!({ "domain": domain, "changes": {}, "timeouts": short }),
        }
    }

    /// Plans a configuration twice, applies it when it is wholly known, and expects nothing more to be planned.
    async fn change(&mut self, of: &'static str, edit: Option<(u8, u8)>) {
        let mut config = self.configuration(of);
        if let Some((which, how)) = edit {
            self.edit(of, &mut config, which, how).await;
        }
        let resource = self.world.plugin.resource(of).await;
        let valid = resource.validate(config.clone()).await;
        self.hear(&valid);
        if valid.has_errors() {
            return;
        }
        let prior = self.stored.get(of).cloned();
        let plan = resource.plan(prior.as_ref(), config.clone()).await;
        self.hear(&plan.messages);
        let again = resource.plan(prior.as_ref(), config.clone()).await;
        assert_eq!((&plan.state, &plan.private), (&again.state, &again.private), "{of}: planned in two ways");
        if plan.messages.has_errors() || config.to_string().contains(UNKNOWN) {
            return;
        }
        if prior.is_some() && !plan.replace.is_empty() {
            self.destroy(of).await;
            return;
        }
        let applied = self.world.plugin.resource(of).await.apply(prior.as_ref(), plan).await;
        let failed = applied.messages.has_errors();
        self.keep(of, applied);
        if failed {
            return;
        }
        let resource = self.world.plugin.resource(of).await;
        let stored = self.stored.get(of).unwrap_or_else(|| panic!("{of}: applied and not there"));
        let Plan { state, replace, messages, .. } = resource.plan(Some(stored), config.clone()).await;
        assert!(!messages.has_errors(), "{of} with {config}: what was applied is refused: {messages}");
        assert_eq!(
            (&state, &replace),
            (&stored.state, &Vec::new()),
            "{of} with {config}: planned after its apply"
        );
    }

    /// Changes one attribute of a configuration to something of its type.
    async fn edit(&self, of: &str, config: &mut Json, which: u8, how: u8) {
        let schema = self.world.plugin.schema().await;
        let block = schema.resource_schemas[of].block.as_ref().expect("a block");
        let settable: Vec<_> = block.attributes.iter().filter(|one| one.required || one.optional).collect();
        let attribute = settable[usize::from(which) % settable.len()];
        let ty: Json = serde_json::from_slice(&attribute.r#type).unwrap_or(Json::Null);
        let value = match (ty.as_str(), how % 16) {
            (_, 0) => Json::Null,
            (_, 1) => UNKNOWN.into(),
            (Some("bool"), _) => how.is_multiple_of(2).into(),
            (Some("number"), _) => [0.0, 1.0, 24.0, -1.0, 0.5, 1e300][usize::from(how) % 6].into(),
            (Some("string"), _) => {
                let domain = self.world.ready["tenants"][0]["domain"].as_str().unwrap_or_default();
                let texts = [
                    "",
                    "x",
                    "5%",
                    "0",
                    "720h",
                    "30m",
                    "off",
                    "none",
                    "end_user",
                    "single_tenant",
                    "é\u{301}\u{202e}",
                    "11111111-1111-1111-1111-111111111111",
                    "2030-01-01T00:00:00Z",
                    domain,
                ];
                texts[usize::from(how) % texts.len()].into()
            }
            (None, _) if ty[0] == "map" => json!({}),
            (None, _) if ty[0] == "list" || ty[0] == "set" => json!([]),
            _ => Json::Null,
        };
        config[&attribute.name] = value;
    }

    async fn refresh(&mut self, of: &'static str) {
        let Some(stored) = self.stored.get(of).cloned() else { return };
        let read = self.world.plugin.resource(of).await.read(&stored).await;
        self.keep(of, read);
    }

    async fn destroy(&mut self, of: &'static str) {
        let Some(stored) = self.stored.get(of).cloned() else { return };
        let resource = self.world.plugin.resource(of).await;
        let plan = resource.plan(Some(&stored), Json::Null).await;
        self.hear(&plan.messages);
        assert!(plan.messages.has_errors() || plan.state.is_null(), "{of}: {}", plan.state);
        if plan.messages.has_errors() {
            return;
        }
        let destroyed = resource.apply(Some(&stored), plan).await;
        assert!(destroyed.messages.has_errors() || destroyed.state.is_null(), "{of}: destroyed and there");
        self.keep(of, destroyed);
    }

    /// What is in the state file is read by the next run as it was, and imported by its id.
    async fn store_again(&mut self, of: &'static str) {
        let Some(stored) = self.stored.get(of) else { return };
        let schema = self.world.plugin.schema().await;
        let resource = self.world.plugin.resource(of).await;
        let (state, messages) = resource.upgrade(schema.resource_schemas[of].version, &stored.state).await;
        messages.expect_none();
        assert_eq!(state, stored.state, "{of}: read otherwise than it was written");
        let imported = resource.import(stored.state["id"].as_str().unwrap_or_default()).await;
        self.hear(&imported.messages);
        if !imported.messages.has_errors() {
            let read = resource.read(&imported).await;
            self.hear(&read.messages);
            // It may be gone, as a consent is whose application was destroyed: to a refresh as well, then.
            if !read.messages.has_errors() && read.state.is_null() {
                let refreshed = resource.read(stored).await;
                self.hear(&refreshed.messages);
                assert!(refreshed.state.is_null(), "{of}: there, and not when it is imported");
            }
        }
    }

    async fn look(&self, which: usize) {
        let name = SOURCES[which % SOURCES.len()];
        let domain = &self.world.ready["tenants"][0]["domain"];
        let config = match name {
            "proofpoint_azure_sync" | "proofpoint_azure_sync_health" => json!({ "domain": domain }),
            "proofpoint_azure_sync_preview" => json!({
                "domain": domain,
                "what": { "active_users": true, "distribution_groups": true, "security_groups": false },
                "users": { "add": true, "update": true, "remove_deleted": true },
                "groups": { "add": true, "update": true, "remove_deleted": false },
            }),
            _ => json!({}),
        };
        let (state, messages) = self.world.plugin.data(name, config).await;
        self.hear(&messages);
        assert!(messages.has_errors() || !state.is_null(), "{name} shows nothing");
        self.said.borrow_mut().push(state.to_string());
    }

    /// The rest of the input where values are expected: a message is answered, with an error or without.
    async fn send_raw(&mut self, of: &str) {
        let bytes = std::mem::take(&mut self.input).to_vec();
        let (type_name, value) =
            (of.to_owned(), Some(messages::DynamicValue { msgpack: bytes.clone(), ..Default::default() }));
        let mut rpc = self.world.plugin.rpc();
        let validated = rpc.validate_resource_config(messages::validate_resource_config::Request {
            type_name: type_name.clone(),
            config: value.clone(),
            ..Default::default()
        });
        self.hear(&validated.await.expect("an answer").into_inner().diagnostics.into());
        let planned = rpc.plan_resource_change(messages::plan_resource_change::Request {
            type_name: type_name.clone(),
            prior_state: None,
            proposed_new_state: value.clone(),
            config: value.clone(),
            ..Default::default()
        });
        self.hear(&planned.await.expect("an answer").into_inner().diagnostics.into());
        let read = rpc.read_resource(messages::read_resource::Request {
            type_name,
            current_state: value,
            private: bytes,
            ..Default::default()
        });
        self.hear(&read.await.expect("an answer").into_inner().diagnostics.into());
    }
}
