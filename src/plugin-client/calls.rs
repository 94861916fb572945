//! Calls in the words of a test: JSON in, JSON and diagnostics out.

use std::fmt;

use serde_json::Value as Json;

use super::messages::schema::Block;
use super::messages::{self, attribute_path, diagnostic};
use super::{Plugin, values};

/// One message of the provider: `error` or `warning`, where, what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Whether it is an error.
    pub error: bool,
    /// Such as `rows["a"].tags[2]`; empty for the whole block.
    pub path: String,
    /// One line.
    pub summary: String,
    /// The rest.
    pub detail: String,
}

/// What the provider said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Messages(pub Vec<Message>);

impl Messages {
    /// Fails unless nothing was said.
    pub fn expect_none(&self) {
        assert!(self.0.is_empty(), "{self}");
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|message| message.error)
    }

    /// Whether there is a warning with this summary.
    pub fn warns(&self, summary: &str) -> bool {
        self.0.iter().any(|message| !message.error && message.summary == summary)
    }

    /// The only error. Fails when there are none or several.
    pub fn expect_error(&self) -> &Message {
        let errors: Vec<_> = self.0.iter().filter(|message| message.error).collect();
        assert_eq!(errors.len(), 1, "{self}");
        errors[0]
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error, path, summary, detail } = self;
        let kind = if *error { "error" } else { "warning" };
        write!(f, "{kind} at `{path}`: {summary}: {detail}")
    }
}

impl fmt::Display for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|message| writeln!(f, "{message}"))
    }
}

impl From<Vec<messages::Diagnostic>> for Messages {
    fn from(diagnostics: Vec<messages::Diagnostic>) -> Self {
        let message = |diagnostic: messages::Diagnostic| Message {
            error: diagnostic.severity() == diagnostic::Severity::Error,
            path: diagnostic.attribute.as_ref().map(path).unwrap_or_default(),
            summary: diagnostic.summary,
            detail: diagnostic.detail,
        };
        Self(diagnostics.into_iter().map(message).collect())
    }
}

fn path(path: &messages::AttributePath) -> String {
    use attribute_path::step::Selector;
    path.steps.iter().fold(String::new(), |path, step| match step.selector.as_ref().expect("a step") {
        Selector::AttributeName(name) if path.is_empty() => name.clone(),
        Selector::AttributeName(name) => format!("{path}.{name}"),
        Selector::ElementKeyString(key) => format!("{path}[{key:?}]"),
        Selector::ElementKeyInt(index) => format!("{path}[{index}]"),
    })
}

/// What core stores about an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stored {
    /// Its state; null when there is no object.
    pub state: Json,
    /// The provider's own bytes.
    pub private: Vec<u8>,
    /// Its identity; null for none.
    pub identity: Json,
    /// What was said about it.
    pub messages: Messages,
}

/// A planned change.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What was planned for.
    pub config: Json,
    /// The planned state, with [`values::UNKNOWN`] in it.
    pub state: Json,
    /// The provider's own bytes.
    pub private: Vec<u8>,
    /// The planned identity; null for none.
    pub identity: Json,
    /// Why the object is replaced.
    pub replace: Vec<String>,
    /// What was said about it.
    pub messages: Messages,
}

impl Plugin {
    /// The schema of everything; asked for once.
    pub async fn schema(&self) -> &messages::get_provider_schema::Response {
        let ask = async || {
            let answer = self.rpc().get_provider_schema(messages::get_provider_schema::Request {}).await;
            answer.expect("a schema").into_inner()
        };
        self.schema.get_or_init(ask).await
    }

    /// The identities of everything; asked for once.
    pub async fn identities(&self) -> &messages::get_resource_identity_schemas::Response {
        let ask = async || {
            let request = messages::get_resource_identity_schemas::Request {};
            self.rpc().get_resource_identity_schemas(request).await.expect("identities").into_inner()
        };
        self.identities.get_or_init(ask).await
    }

    /// A provider block on the wire; what it leaves out is null.
    pub async fn provider_config(&self, config: Json) -> messages::DynamicValue {
        let block = body(self.schema().await.provider.as_ref());
        values::to_wire(&values::type_of_block(block), &values::complete(block, &config))
    }

    /// Configures the provider, as core does: validation first.
    pub async fn configure(&self, config: Json) -> Messages {
        let config = self.provider_config(config).await;
        let request = messages::validate_provider_config::Request { config: Some(config.clone()) };
        let answer = self.rpc().validate_provider_config(request).await.expect("an answer").into_inner();
        if !answer.diagnostics.is_empty() {
            return answer.diagnostics.into();
        }
        let request = messages::configure_provider::Request {
            terraform_version: "1.11.4".to_owned(),
            config: Some(config),
            client_capabilities: None,
        };
        self.rpc().configure_provider(request).await.expect("an answer").into_inner().diagnostics.into()
    }

    /// One resource type.
    pub async fn resource<'a>(&'a self, name: &'a str) -> ResourceUnderTest<'a> {
        let schema = self.schema().await.resource_schemas.get(name);
        let block = body(Some(schema.unwrap_or_else(|| panic!("no resource {name}"))));
        let identity = self.identities().await.identity_schemas.get(name).map(|identity| {
            let types = identity.identity_attributes.iter();
            let types = types.map(|a| (a.name.clone(), serde_json::from_slice(&a.r#type).expect("a type")));
            serde_json::json!(["object", types.collect::<serde_json::Map<_, _>>()])
        });
        ResourceUnderTest { plugin: self, name, block, ty: values::type_of_block(block), identity }
    }

    /// The request to read a data source; what the configuration leaves out is null.
    pub async fn data_request(&self, name: &str, config: Json) -> messages::read_data_source::Request {
        let schema = self.schema().await.data_source_schemas.get(name);
        let block = body(Some(schema.unwrap_or_else(|| panic!("no data source {name}"))));
        let config = values::to_wire(&values::type_of_block(block), &values::complete(block, &config));
        messages::read_data_source::Request {
            type_name: name.to_owned(),
            config: Some(config),
            ..Default::default()
        }
    }

    /// Validates the configuration of a data source; what it leaves out is null.
    pub async fn validate_data(&self, name: &str, config: Json) -> Messages {
        let config = self.data_request(name, config).await.config;
        let request = messages::validate_data_resource_config::Request { type_name: name.to_owned(), config };
        let answer = self.rpc().validate_data_resource_config(request).await.expect("an answer");
        answer.into_inner().diagnostics.into()
    }

    /// Validates and reads a data source.
    pub async fn data(&self, name: &str, config: Json) -> (Json, Messages) {
        let refused = self.validate_data(name, config.clone()).await;
        if !refused.0.is_empty() {
            return (Json::Null, refused);
        }
        let read = self.data_request(name, config).await;
        let answer = self.rpc().read_data_source(read).await.expect("an answer").into_inner();
        (values::from_wire(answer.state.as_ref()), answer.diagnostics.into())
    }

    async fn list_config(&self, name: &str, config: Json) -> Option<messages::DynamicValue> {
        let schema = self.schema().await.list_resource_schemas.get(name);
        let block = body(Some(schema.unwrap_or_else(|| panic!("no list {name}"))));
        Some(values::to_wire(&values::type_of_block(block), &values::complete(block, &config)))
    }

    /// Validates the configuration of a list resource; what it leaves out is null.
    pub async fn validate_list(&self, name: &str, config: Json) -> Messages {
        let request = messages::validate_list_resource_config::Request {
            type_name: name.to_owned(),
            config: self.list_config(name, config).await,
            ..Default::default()
        };
        let answer = self.rpc().validate_list_resource_config(request).await.expect("an answer");
        answer.into_inner().diagnostics.into()
    }

    /// What a list resource finds: the display name, the identity and the object of each.
    pub async fn list(&self, name: &str, config: Json) -> (Vec<(String, Json, Json)>, Messages) {
        let request = messages::list_resource::Request {
            type_name: name.to_owned(),
            config: self.list_config(name, config).await,
            include_resource_object: true,
            limit: 1000,
        };
        let mut events = self.rpc().list_resource(request).await.expect("an answer").into_inner();
        let (mut found, mut said) = (Vec::new(), Vec::new());
        while let Some(event) = events.message().await.expect("an event") {
            if event.identity.is_some() {
                let object = values::from_wire(event.resource_object.as_ref());
                found.push((event.display_name, identity_of(event.identity), object));
            }
            said.extend(event.diagnostic);
        }
        (found, said.into())
    }

    /// Calls a function; the error is its argument and text.
    pub async fn call(&self, name: &str, arguments: &[Json]) -> Result<Json, (Option<i64>, String)> {
        let function =
            self.schema().await.functions.get(name).unwrap_or_else(|| panic!("no function {name}"));
        let parameters =
            function.parameters.iter().chain(std::iter::repeat(&function.variadic_parameter).flatten());
        let arguments = arguments.iter().zip(parameters).map(|(argument, parameter)| {
            values::to_wire(&serde_json::from_slice(&parameter.r#type).expect("a type"), argument)
        });
        let request =
            messages::call_function::Request { name: name.to_owned(), arguments: arguments.collect() };
        let answer = self.rpc().call_function(request).await.expect("an answer").into_inner();
        match answer.error {
            Some(error) => Err((error.function_argument, error.text)),
            None => Ok(values::from_wire(answer.result.as_ref())),
        }
    }
}

fn body(schema: Option<&messages::Schema>) -> &Block {
    schema.and_then(|schema| schema.block.as_ref()).expect("a schema with a body")
}

/// One resource type of a running provider.
pub struct ResourceUnderTest<'a> {
    plugin: &'a Plugin,
    name: &'a str,
    pub(crate) block: &'a Block,
    pub(crate) ty: Json,
    identity: Option<Json>,
}

impl ResourceUnderTest<'_> {
    #[expect(clippy::unnecessary_wraps, reason = "the fields it is for are optional")]
    fn state(&self, state: &Json) -> Option<messages::DynamicValue> {
        Some(values::to_wire(&self.ty, state))
    }

    fn identity(&self, identity: &Json) -> Option<messages::ResourceIdentityData> {
        let ty = self.identity.as_ref().filter(|_| !identity.is_null())?;
        Some(messages::ResourceIdentityData { identity_data: Some(values::to_wire(ty, identity)) })
    }

    /// Validates a configuration; what it leaves out is null.
    pub async fn validate(&self, config: Json) -> Messages {
        self.validate_as(config, true).await
    }

    /// The same for a client that does or does not know write-only attributes.
    pub async fn validate_as(&self, config: Json, write_only: bool) -> Messages {
        let request = messages::validate_resource_config::Request {
            type_name: self.name.to_owned(),
            config: self.state(&values::complete(self.block, &config)),
            client_capabilities: Some(messages::ClientCapabilities {
                write_only_attributes_allowed: write_only,
                ..Default::default()
            }),
        };
        let answer = self.plugin.rpc().validate_resource_config(request).await.expect("an answer");
        answer.into_inner().diagnostics.into()
    }

    /// Plans a configuration; null destroys.
    pub async fn plan(&self, prior: Option<&Stored>, config: Json) -> Plan {
        let config = values::complete(self.block, &config);
        let before = prior.cloned().unwrap_or_default();
        let proposed = values::propose(self.block, prior.map(|prior| &prior.state), &config);
        let request = messages::plan_resource_change::Request {
            type_name: self.name.to_owned(),
            prior_state: self.state(&before.state),
            proposed_new_state: self.state(&proposed),
            config: self.state(&config),
            prior_private: before.private,
            prior_identity: self.identity(&before.identity),
            ..Default::default()
        };
        let answer = self.plugin.rpc().plan_resource_change(request).await.expect("an answer").into_inner();
        Plan {
            config,
            state: values::from_wire(answer.planned_state.as_ref()),
            private: answer.planned_private,
            identity: identity_of(answer.planned_identity),
            replace: answer.requires_replace.iter().map(path).collect(),
            messages: answer.diagnostics.into(),
        }
    }

    /// Applies a plan.
    pub async fn apply(&self, prior: Option<&Stored>, plan: Plan) -> Stored {
        let request = messages::apply_resource_change::Request {
            type_name: self.name.to_owned(),
            prior_state: self.state(prior.map_or(&Json::Null, |prior| &prior.state)),
            planned_state: self.state(&plan.state),
            config: self.state(&plan.config),
            planned_private: plan.private,
            planned_identity: self.identity(&plan.identity),
            ..Default::default()
        };
        let answer = self.plugin.rpc().apply_resource_change(request).await.expect("an answer").into_inner();
        Stored {
            state: values::from_wire(answer.new_state.as_ref()),
            private: answer.private,
            identity: identity_of(answer.new_identity),
            messages: answer.diagnostics.into(),
        }
    }

    /// Reads an object.
    pub async fn read(&self, stored: &Stored) -> Stored {
        let request = messages::read_resource::Request {
            type_name: self.name.to_owned(),
            current_state: self.state(&stored.state),
            private: stored.private.clone(),
            current_identity: self.identity(&stored.identity),
            ..Default::default()
        };
        let answer = self.plugin.rpc().read_resource(request).await.expect("an answer").into_inner();
        Stored {
            state: values::from_wire(answer.new_state.as_ref()),
            private: answer.private,
            identity: identity_of(answer.new_identity),
            messages: answer.diagnostics.into(),
        }
    }

    /// Imports by id, without the read that core makes next.
    pub async fn import(&self, id: &str) -> Stored {
        self.import_by(messages::import_resource_state::Request {
            type_name: self.name.to_owned(),
            id: id.to_owned(),
            ..Default::default()
        })
        .await
    }

    /// Imports by identity, without the read that core makes next.
    pub async fn import_identity(&self, identity: &Json) -> Stored {
        self.import_by(messages::import_resource_state::Request {
            type_name: self.name.to_owned(),
            identity: self.identity(identity),
            ..Default::default()
        })
        .await
    }

    async fn import_by(&self, request: messages::import_resource_state::Request) -> Stored {
        let answer = self.plugin.rpc().import_resource_state(request).await.expect("an answer").into_inner();
        let object = answer.imported_resources.into_iter().next().unwrap_or_default();
        Stored {
            state: values::from_wire(object.state.as_ref()),
            private: object.private,
            identity: identity_of(object.identity),
            messages: answer.diagnostics.into(),
        }
    }

    /// Moves the state of a resource of another type here, without the read that core makes next: `provider` is its address with
    /// the host, and `version` that of its schema.
    pub async fn move_from(&self, provider: &str, source_type: &str, version: i64, state: &Json) -> Stored {
        let raw_state = messages::RawState { json: state.to_string().into_bytes(), ..Default::default() };
        let request = messages::move_resource_state::Request {
            source_provider_address: provider.to_owned(),
            source_type_name: source_type.to_owned(),
            source_schema_version: version,
            source_state: Some(raw_state),
            target_type_name: self.name.to_owned(),
            ..Default::default()
        };
        let answer = self.plugin.rpc().move_resource_state(request).await.expect("an answer").into_inner();
        Stored {
            state: values::from_wire(answer.target_state.as_ref()),
            private: answer.target_private,
            identity: identity_of(answer.target_identity),
            messages: answer.diagnostics.into(),
        }
    }

    /// Upgrades a stored state.
    pub async fn upgrade(&self, version: i64, state: &Json) -> (Json, Messages) {
        let raw_state = messages::RawState { json: state.to_string().into_bytes(), ..Default::default() };
        let request = messages::upgrade_resource_state::Request {
            type_name: self.name.to_owned(),
            version,
            raw_state: Some(raw_state),
        };
        let answer = self.plugin.rpc().upgrade_resource_state(request).await.expect("an answer").into_inner();
        (values::from_wire(answer.upgraded_state.as_ref()), answer.diagnostics.into())
    }
}

fn identity_of(identity: Option<messages::ResourceIdentityData>) -> Json {
    values::from_wire(identity.and_then(|identity| identity.identity_data).as_ref())
}
