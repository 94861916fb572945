//! A provider as a server sees it: one method per remote procedure, in types of this framework.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::diagnostic::Diagnostics;
use super::function::{FunctionError, Signature};
use super::schema::Schema;
use super::value::Value;

/// A provider with everything typed erased.
///
/// Values conform to the types of the schemas, in requests and in responses; a value that is absent on the wire is
/// [`Value::Null`]. Unknown type names come back as error diagnostics. Methods that change something remote
/// ([`apply`](Self::apply)) must be run to their end even if the caller goes away: the server spawns them.
#[async_trait]
pub trait Service: Send + Sync + 'static {
    /// The prefix of all type names, without the underscore.
    fn name(&self) -> &str;
    /// The schema of the provider block.
    fn provider_schema(&self) -> Arc<Schema>;
    /// All resources by full type name.
    fn resource_schemas(&self) -> BTreeMap<String, Arc<Schema>>;
    /// One resource by full type name.
    fn resource_schema(&self, type_name: &str) -> Option<Arc<Schema>>;
    /// The identities of all resources that have one, by full type name.
    fn identity_schemas(&self) -> BTreeMap<String, Arc<Schema>>;
    /// The identity of one resource, if it has one.
    fn identity_schema(&self, type_name: &str) -> Option<Arc<Schema>>;
    /// All data sources by full type name.
    fn data_source_schemas(&self) -> BTreeMap<String, Arc<Schema>>;
    /// One data source by full type name.
    fn data_source_schema(&self, type_name: &str) -> Option<Arc<Schema>>;
    /// All functions by name.
    fn functions(&self) -> BTreeMap<String, Signature>;
    /// One function by name.
    fn function(&self, name: &str) -> Option<Signature>;

    /// `ValidateProviderConfig`.
    fn validate_provider(&self, config: &Value) -> Diagnostics;
    /// `ConfigureProvider`.
    fn configure(&self, request: ConfigureRequest) -> Diagnostics;
    /// `StopProvider`: waits of running operations end early. Operations after the next configure are not affected.
    fn stop(&self);

    /// `ValidateResourceConfig`.
    fn validate_resource(
        &self,
        type_name: &str,
        config: &Value,
        capabilities: ClientCapabilities,
    ) -> Diagnostics;
    /// `UpgradeResourceState`; `json` is the stored object.
    fn upgrade_state(&self, type_name: &str, version: i64, json: &str) -> UpgradeResponse;
    /// `UpgradeResourceIdentity`; `json` is the stored identity, which may be empty.
    fn upgrade_identity(&self, type_name: &str, version: i64, json: &str) -> UpgradeResponse;
    /// `ReadResource`.
    async fn read(&self, request: ReadRequest) -> StateResponse;
    /// `PlanResourceChange`.
    async fn plan(&self, request: PlanRequest) -> PlanResponse;
    /// `ApplyResourceChange`.
    async fn apply(&self, request: ApplyRequest) -> StateResponse;
    /// `ImportResourceState`.
    fn import(&self, type_name: &str, target: ImportTarget) -> StateResponse;
    /// `MoveResourceState`.
    fn move_state(&self, request: MoveRequest) -> StateResponse;

    /// `ValidateDataResourceConfig`.
    fn validate_data_source(&self, type_name: &str, config: &Value) -> Diagnostics;
    /// `ReadDataSource`. The value is null when there are errors.
    async fn read_data_source(&self, type_name: &str, config: Value) -> UpgradeResponse;
    /// `CallFunction`.
    fn call_function(&self, name: &str, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// What the client can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
    /// It knows write-only attributes.
    pub write_only_attributes_allowed: bool,
}

/// `ConfigureProvider`.
pub struct ConfigureRequest {
    /// The provider block; parts may be unknown while planning.
    pub config: Value,
    /// Version of Terraform or OpenTofu.
    pub terraform_version: String,
}

/// `ReadResource`.
pub struct ReadRequest {
    /// Full type name.
    pub type_name: String,
    /// The stored state.
    pub current: Value,
    /// The stored private bytes.
    pub private: Vec<u8>,
    /// The stored identity.
    pub identity: Option<Value>,
}

/// `PlanResourceChange`.
pub struct PlanRequest {
    /// Full type name.
    pub type_name: String,
    /// The state before; null for a create.
    pub prior: Value,
    /// Core's merge of configuration and prior state; null for a destroy.
    pub proposed: Value,
    /// The configuration; null for a destroy.
    pub config: Value,
    /// The stored private bytes.
    pub prior_private: Vec<u8>,
    /// The stored identity.
    pub prior_identity: Option<Value>,
}

/// What is planned.
#[derive(Default)]
pub struct PlanResponse {
    /// The planned state; null for a destroy.
    pub planned: Value,
    /// Why the object is replaced: sorted, each once, empty for an update in place.
    pub requires_replace: Vec<super::path::Path>,
    /// Private bytes for apply.
    pub planned_private: Vec<u8>,
    /// Absent unless wholly known.
    pub planned_identity: Option<Value>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// `ApplyResourceChange`.
pub struct ApplyRequest {
    /// Full type name.
    pub type_name: String,
    /// The state before; null for a create.
    pub prior: Value,
    /// The planned state; null for a destroy.
    pub planned: Value,
    /// The configuration with its write-only values; null for a destroy.
    pub config: Value,
    /// Private bytes from plan.
    pub planned_private: Vec<u8>,
    /// The identity from plan.
    pub planned_identity: Option<Value>,
}

/// A state as `ReadResource`, `ApplyResourceChange`, `ImportResourceState` and `MoveResourceState` return it.
#[derive(Default)]
pub struct StateResponse {
    /// The object; null when there is none.
    pub state: Value,
    /// Private bytes to store.
    pub private: Vec<u8>,
    /// Its identity; absent for types without one.
    pub identity: Option<Value>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// A value and what there is to say about it.
#[derive(Default)]
pub struct UpgradeResponse {
    /// The value; null when there are errors.
    pub value: Value,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// What `ImportResourceState` is given.
pub enum ImportTarget {
    /// An id.
    Id(String),
    /// An identity of the type's identity schema.
    Identity(Value),
}

/// `MoveResourceState`.
pub struct MoveRequest {
    /// Such as `registry.terraform.io/hashicorp/azuread`.
    pub source_provider: String,
    /// Full type name at the source.
    pub source_type: String,
    /// Schema version of the source state.
    pub source_version: i64,
    /// The source state.
    pub source_json: String,
    /// Its private bytes.
    pub source_private: Vec<u8>,
    /// Full type name of the target.
    pub target_type: String,
}
