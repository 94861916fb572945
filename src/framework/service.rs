//! A provider as a server sees it: one method per remote procedure, in types of this framework.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::action::Progress;
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

    /// All ephemeral resources, lists or actions by full type name. What a provider has none of it does not offer at all.
    fn stateless_schemas(&self, _kind: Stateless) -> BTreeMap<String, Arc<Schema>> {
        BTreeMap::new()
    }
    /// `ValidateEphemeralResourceConfig`, `ValidateListResourceConfig`, `ValidateActionConfig`.
    fn validate_stateless(&self, _kind: Stateless, _type_name: &str, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }
    /// `OpenEphemeralResource`. The result is null when there are errors.
    async fn open(&self, _type_name: &str, _config: Value, _abandoned: CancellationToken) -> OpenResponse {
        OpenResponse::default()
    }
    /// `RenewEphemeralResource`.
    async fn renew(&self, _type_name: &str, _private: &[u8]) -> RenewResponse {
        RenewResponse::default()
    }
    /// `CloseEphemeralResource`.
    async fn close(&self, _type_name: &str, _private: &[u8]) -> Diagnostics {
        Diagnostics::new()
    }
    /// `ListResource`. Ends when all was found or nobody receives any more.
    async fn list(&self, _request: ListRequest, _finds: mpsc::Sender<ListEvent>) {}
    /// `PlanAction`.
    async fn plan_action(&self, _type_name: &str, _config: Value) -> Diagnostics {
        Diagnostics::new()
    }
    /// `InvokeAction`.
    async fn invoke(&self, _request: InvokeRequest, _progress: &Progress) -> Diagnostics {
        Diagnostics::new()
    }

    /// Whether it answers `GenerateResourceConfig`.
    fn generates_config(&self) -> bool {
        false
    }
    /// `GenerateResourceConfig`: the configuration of an object with this state; null when there are errors.
    fn generate_config(&self, _type_name: &str, _state: &Value) -> UpgradeResponse {
        UpgradeResponse::default()
    }
}

/// What has a configuration and no state, and is no data source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stateless {
    /// An ephemeral resource.
    Ephemeral,
    /// A search for objects of a resource type.
    List,
    /// An action.
    Action,
}

impl Stateless {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Ephemeral, Self::List, Self::Action];

    /// As messages call it.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Ephemeral => "ephemeral resource",
            Self::List => "list resource",
            Self::Action => "action",
        }
    }
}

/// What `OpenEphemeralResource` returns.
#[derive(Default)]
pub struct OpenResponse {
    /// Arguments and results.
    pub result: Value,
    /// Bytes for renewals and the end.
    pub private: Vec<u8>,
    /// When it has to be renewed.
    pub renew_at: Option<SystemTime>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// What `RenewEphemeralResource` returns.
#[derive(Default)]
pub struct RenewResponse {
    /// Bytes for the next renewal.
    pub private: Vec<u8>,
    /// When that is due.
    pub renew_at: Option<SystemTime>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// `ListResource`.
pub struct ListRequest {
    /// Full type name.
    pub type_name: String,
    /// What is searched for.
    pub config: Value,
    /// Whether each find comes with the whole object.
    pub include_objects: bool,
    /// How many are wanted; all if absent.
    pub limit: Option<usize>,
}

/// One object that was found, or something to say about the search.
#[derive(Debug, Default)]
pub struct ListEvent {
    /// Its identity; absent beside diagnostics alone.
    pub identity: Option<Value>,
    /// The name that people know it by.
    pub display_name: String,
    /// The whole object, where it was asked for.
    pub object: Option<Value>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// `InvokeAction`.
pub struct InvokeRequest {
    /// Full type name.
    pub type_name: String,
    /// Its arguments, wholly known.
    pub config: Value,
    /// Cancelled when nobody waits for the outcome any more.
    pub abandoned: CancellationToken,
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
    /// Cancelled when nobody waits for the answer any more.
    pub abandoned: CancellationToken,
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
