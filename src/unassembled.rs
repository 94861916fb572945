//! Stands in for the provider until `provider::new` assembles the resources: offers nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use terraform_provider_proofpoint::env::EnvMap;
use terraform_provider_proofpoint::framework::diagnostic::Diagnostics;
use terraform_provider_proofpoint::framework::function::{FunctionError, Signature};
use terraform_provider_proofpoint::framework::schema::Schema;
use terraform_provider_proofpoint::framework::service::{
    ApplyRequest, ClientCapabilities, ConfigureRequest, ImportTarget, MoveRequest, PlanRequest, PlanResponse,
    ReadRequest, Service, StateResponse, UpgradeResponse,
};
use terraform_provider_proofpoint::framework::value::Value;

struct Unassembled;

/// A service without resources.
pub(crate) fn service(_: &EnvMap) -> Arc<dyn Service> {
    Arc::new(Unassembled)
}

#[async_trait::async_trait]
impl Service for Unassembled {
    fn name(&self) -> &'static str {
        "proofpoint"
    }

    fn provider_schema(&self) -> Arc<Schema> {
        Arc::default()
    }

    fn resource_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        BTreeMap::new()
    }

    fn resource_schema(&self, _: &str) -> Option<Arc<Schema>> {
        None
    }

    fn identity_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        BTreeMap::new()
    }

    fn identity_schema(&self, _: &str) -> Option<Arc<Schema>> {
        None
    }

    fn data_source_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        BTreeMap::new()
    }

    fn data_source_schema(&self, _: &str) -> Option<Arc<Schema>> {
        None
    }

    fn functions(&self) -> BTreeMap<String, Signature> {
        BTreeMap::new()
    }

    fn function(&self, _: &str) -> Option<Signature> {
        None
    }

    fn validate_provider(&self, _: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }

    fn stop(&self) {}

    fn validate_resource(&self, _: &str, _: &Value, _: ClientCapabilities) -> Diagnostics {
        Diagnostics::new()
    }

    fn upgrade_state(&self, _: &str, _: i64, _: &str) -> UpgradeResponse {
        UpgradeResponse::default()
    }

    fn upgrade_identity(&self, _: &str, _: i64, _: &str) -> UpgradeResponse {
        UpgradeResponse::default()
    }

    async fn read(&self, _: ReadRequest) -> StateResponse {
        StateResponse::default()
    }

    async fn plan(&self, _: PlanRequest) -> PlanResponse {
        PlanResponse::default()
    }

    async fn apply(&self, _: ApplyRequest) -> StateResponse {
        StateResponse::default()
    }

    fn import(&self, _: &str, _: ImportTarget) -> StateResponse {
        StateResponse::default()
    }

    fn move_state(&self, _: MoveRequest) -> StateResponse {
        StateResponse::default()
    }

    fn validate_data_source(&self, _: &str, _: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn read_data_source(&self, _: &str, _: Value) -> UpgradeResponse {
        UpgradeResponse::default()
    }

    fn call_function(&self, _: &str, _: Vec<Value>) -> Result<Value, FunctionError> {
        Err(FunctionError::argument(0, "unknown"))
    }
}
