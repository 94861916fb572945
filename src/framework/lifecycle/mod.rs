//! What happens to a resource in each remote procedure, between the values a server passes and the typed trait.

mod action;
mod apply;
mod data_source;
#[cfg(test)]
mod deadlines_tests;
mod ephemeral;
mod generate;
mod import;
mod list;
mod plan;
mod read;
#[cfg(test)]
mod rules_tests;
#[cfg(test)]
mod tests;
mod upgrade;
mod validate;

use std::sync::Arc;

use async_trait::async_trait;

use super::attr::AttributeType;
use super::context::Context;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::model::{self, Model};
use super::plan::{carry, keep_spelling, without_write_only};
use super::resource::{Resource, State};
use super::schema::Schema;
use super::service::{
    ApplyRequest, ClientCapabilities, ImportTarget, MoveRequest, PlanRequest, PlanResponse, ReadRequest,
    StateResponse, UpgradeResponse,
};
use super::timeouts::{DefaultTimeouts, Operation};
use super::validators::ConfigRule;
use super::value::Value;
pub(crate) use action::{ErasedAction, OnDemand};
pub(crate) use data_source::{ErasedDataSource, Source};
pub(crate) use ephemeral::{Ephemeral, ErasedEphemeral};
pub(crate) use list::{ErasedList, Listing};
pub(crate) use validate::whole as validate_whole;

/// Makes the surroundings of an operation on an object, or says why it can't (the provider is not configured).
pub(crate) type MakeContext<'a, C> =
    &'a (dyn Fn(&DefaultTimeouts, Operation, &Value) -> Result<Context<C>, Diagnostics> + Send + Sync);

/// A resource with its types erased.
#[async_trait]
pub(crate) trait ErasedResource<C>: Send + Sync {
    fn schema(&self) -> Arc<Schema>;
    fn identity_schema(&self) -> Option<Arc<Schema>>;
    fn timeouts(&self) -> DefaultTimeouts;
    fn config_rules(&self) -> Vec<ConfigRule>;
    fn validate(&self, config: &Value, capabilities: ClientCapabilities) -> Diagnostics;
    fn upgrade_state(&self, version: i64, json: &str) -> UpgradeResponse;
    fn upgrade_identity(&self, version: i64, json: &str) -> UpgradeResponse;
    async fn read(&self, context: MakeContext<'_, C>, request: ReadRequest) -> StateResponse;
    async fn plan(&self, context: MakeContext<'_, C>, request: PlanRequest) -> PlanResponse;
    async fn apply(&self, context: MakeContext<'_, C>, request: ApplyRequest) -> StateResponse;
    fn import(&self, target: ImportTarget) -> StateResponse;
    fn move_state(&self, own_provider: &str, request: MoveRequest) -> StateResponse;
    fn generate_config(&self, state: &Value) -> UpgradeResponse;
}

/// A resource and its schemas.
pub(crate) struct Managed<R: Resource> {
    resource: R,
    schema: Arc<Schema>,
    identity: Option<Arc<Schema>>,
    timeouts: DefaultTimeouts,
}

impl<R: Resource> Managed<R> {
    pub(crate) fn new(resource: R) -> Self {
        let description = resource.describe();
        let mut schema = R::Model::schema();
        schema.version = description.schema_version;
        let mut identity = R::Identity::schema();
        identity.version = description.identity_version;
        let identity = (!identity.attributes.is_empty()).then(|| Arc::new(identity));
        Self { resource, schema: Arc::new(schema), identity, timeouts: description.timeouts }
    }

    /// The identity of an object, if it is wholly known.
    fn identity_of(&self, model: &R::Model) -> Option<Value> {
        self.identity.as_ref()?;
        let identity = self.resource.identity(model)?.write();
        identity.is_wholly_known().then_some(identity)
    }

    /// The value of a model that an operation returned, on the ground of the value it was given: what the model
    /// left alone is unchanged, what means the same is spelt the same, and nothing write-only is in it.
    fn settle(&self, ground: &Value, given: &R::Model, returned: &R::Model) -> Value {
        let value = if ground.is_null() { returned.write() } else { carry(ground.clone(), given, returned) };
        let value = self.schema.complete(value);
        let value = if ground.is_null() { value } else { keep_spelling(&self.schema, ground, value) };
        without_write_only(&self.schema, value)
    }

    /// Names what is unknown and must not be, and makes it null as core does.
    fn known(value: Value, operation: &str, diagnostics: &mut Diagnostics) -> Value {
        if let Some(path) = value.first_unknown() {
            let detail =
                format!("`{path}` is still unknown after {operation}. This is a bug in the provider.");
            diagnostics.push(Diagnostic::error("Unknown value left over", detail).at(path));
        }
        value.unknowns_to_null()
    }

    /// The messages about an object of this value, with what they are about in their summaries. Mostly there are none.
    fn about(&self, messages: Diagnostics, value: &Value) -> Diagnostics {
        if messages.is_empty() {
            return messages;
        }
        let subject = model::read(value).ok().and_then(|model| self.resource.subject(&model));
        about(messages, subject.as_deref())
    }

    /// The state that a request holds.
    fn state(value: &Value, private: R::Private) -> Result<State<R>, Diagnostic> {
        Ok(State { model: model::read(value)?, private })
    }
}

/// The messages with what they are about in their summaries.
fn about(messages: Diagnostics, subject: Option<&str>) -> Diagnostics {
    match subject {
        Some(subject) => messages.about(subject),
        None => messages,
    }
}

/// What is wanted of an object; of one that is destroyed, what it was.
fn or_prior<'a>(wanted: &'a Value, prior: &'a Value) -> &'a Value {
    if wanted.is_null() { prior } else { wanted }
}

#[async_trait]
impl<R: Resource> ErasedResource<R::Clients> for Managed<R> {
    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema)
    }

    fn timeouts(&self) -> DefaultTimeouts {
        self.timeouts
    }

    fn config_rules(&self) -> Vec<ConfigRule> {
        self.resource.config_rules()
    }

    fn identity_schema(&self) -> Option<Arc<Schema>> {
        self.identity.clone()
    }

    fn validate(&self, config: &Value, capabilities: ClientCapabilities) -> Diagnostics {
        let rules = self.resource.config_rules();
        validate::whole(&self.schema, config, Some(capabilities), &rules, |config, found| {
            self.resource.validate(config, found);
        })
    }

    fn upgrade_state(&self, version: i64, json: &str) -> UpgradeResponse {
        self.upgraded(version, json)
    }

    fn upgrade_identity(&self, version: i64, json: &str) -> UpgradeResponse {
        self.upgraded_identity(version, json)
    }

    async fn read(&self, context: MakeContext<'_, R::Clients>, request: ReadRequest) -> StateResponse {
        let response = self.refreshed(context, &request).await;
        StateResponse { diagnostics: self.about(response.diagnostics, &request.current), ..response }
    }

    async fn plan(&self, context: MakeContext<'_, R::Clients>, request: PlanRequest) -> PlanResponse {
        let response = self.planned(context, &request).await;
        let object = or_prior(&request.proposed, &request.prior);
        PlanResponse { diagnostics: self.about(response.diagnostics, object), ..response }
    }

    async fn apply(&self, context: MakeContext<'_, R::Clients>, request: ApplyRequest) -> StateResponse {
        let response = self.applied(context, &request).await;
        let object = or_prior(&request.planned, &request.prior);
        StateResponse { diagnostics: self.about(response.diagnostics, object), ..response }
    }

    fn import(&self, target: ImportTarget) -> StateResponse {
        self.imported(target)
    }

    fn move_state(&self, own_provider: &str, request: MoveRequest) -> StateResponse {
        self.moved(own_provider, &request)
    }

    fn generate_config(&self, state: &Value) -> UpgradeResponse {
        self.generated(state)
    }
}
