//! Which of what is registered answers a request.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Configured, Provider, Session};
use crate::action::Progress;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::function::{FunctionError, Signature};
use crate::ordered;
use crate::schema::Schema;
use crate::service::{
    ApplyRequest, ClientCapabilities, ConfigureRequest, ImportTarget, InvokeRequest, ListEvent, ListRequest,
    MoveRequest, OpenResponse, PlanRequest, PlanResponse, ReadRequest, RenewResponse, Service, StateResponse,
    Stateless, UpgradeResponse,
};
use crate::timeouts::DefaultTimeouts;
use crate::value::Value;

#[async_trait]
impl<C: Send + Sync + 'static> Service for Provider<C> {
    fn name(&self) -> &str {
        self.name
    }

    fn provider_schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema)
    }

    fn resource_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        ordered::map(self.resources.iter().map(|(name, resource)| (name.clone(), resource.schema())))
    }

    fn resource_schema(&self, type_name: &str) -> Option<Arc<Schema>> {
        self.resources.get(type_name).map(|resource| resource.schema())
    }

    fn identity_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        let mut schemas = BTreeMap::new();
        for (name, resource) in &self.resources {
            if let Some(schema) = resource.identity_schema() {
                schemas.insert(name.clone(), schema);
            }
        }
        schemas
    }

    fn identity_schema(&self, type_name: &str) -> Option<Arc<Schema>> {
        self.resources.get(type_name).and_then(|resource| resource.identity_schema())
    }

    fn data_source_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        ordered::map(
            self.data_sources.iter().map(|(name, source)| (name.clone(), Arc::clone(source.schema()))),
        )
    }

    fn data_source_schema(&self, type_name: &str) -> Option<Arc<Schema>> {
        self.data_sources.get(type_name).map(|source| Arc::clone(source.schema()))
    }

    fn functions(&self) -> BTreeMap<String, Signature> {
        ordered::map(self.functions.iter().map(|(name, function)| (name.clone(), function.signature())))
    }

    fn function(&self, name: &str) -> Option<Signature> {
        self.functions.get(name).map(|function| function.signature())
    }

    fn validate_provider(&self, config: &Value) -> Diagnostics {
        (self.validate)(&self.schema, config)
    }

    fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let clients = match request.config.first_unknown() {
            Some(path) if !self.takes_unknowns => Ok(Configured::Unknown(path)),
            _ => (self.configure)(&request).map(|clients| Configured::Yes(Arc::new(clients))),
        };
        match clients {
            Ok(clients) => {
                let mut session = self.session.write().unwrap_or_else(PoisonError::into_inner);
                *session = Session { clients, stop: CancellationToken::new() };
                Diagnostics::new()
            }
            Err(diagnostics) => diagnostics,
        }
    }

    fn stop(&self) {
        self.session.read().unwrap_or_else(PoisonError::into_inner).stop.cancel();
    }

    fn validate_resource(
        &self,
        type_name: &str,
        config: &Value,
        capabilities: ClientCapabilities,
    ) -> Diagnostics {
        match known(&self.resources, "resource", type_name) {
            Ok(resource) => resource.validate(config, capabilities),
            Err(diagnostics) => diagnostics,
        }
    }

    fn upgrade_state(&self, type_name: &str, version: i64, json: &str) -> UpgradeResponse {
        match known(&self.resources, "resource", type_name) {
            Ok(resource) => resource.upgrade_state(version, json),
            Err(diagnostics) => UpgradeResponse { diagnostics, ..UpgradeResponse::default() },
        }
    }

    fn upgrade_identity(&self, type_name: &str, version: i64, json: &str) -> UpgradeResponse {
        match known(&self.resources, "resource", type_name) {
            Ok(resource) => resource.upgrade_identity(version, json),
            Err(diagnostics) => UpgradeResponse { diagnostics, ..UpgradeResponse::default() },
        }
    }

    async fn read(&self, request: ReadRequest) -> StateResponse {
        match known(&self.resources, "resource", &request.type_name) {
            Ok(resource) => resource.read(&|d, o, v| self.context(d, o, v), request).await,
            Err(diagnostics) => {
                StateResponse { state: request.current, diagnostics, ..StateResponse::default() }
            }
        }
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        match known(&self.resources, "resource", &request.type_name) {
            Ok(resource) => resource.plan(&|d, o, v| self.context(d, o, v), request).await,
            Err(diagnostics) => PlanResponse { diagnostics, ..PlanResponse::default() },
        }
    }

    async fn apply(&self, request: ApplyRequest) -> StateResponse {
        match known(&self.resources, "resource", &request.type_name) {
            Ok(resource) => {
                let (abandoned, cancel) = (request.abandoned.clone(), self.until_stopped());
                let context = |d: &DefaultTimeouts, o, v: &Value| self.context_until(&cancel, d, o, v);
                let work = resource.apply(&context, request);
                attended(work, &abandoned, &cancel).await
            }
            Err(diagnostics) => {
                StateResponse { state: request.prior, diagnostics, ..StateResponse::default() }
            }
        }
    }

    fn import(&self, type_name: &str, target: ImportTarget) -> StateResponse {
        match known(&self.resources, "resource", type_name) {
            Ok(resource) => resource.import(target),
            Err(diagnostics) => StateResponse { diagnostics, ..StateResponse::default() },
        }
    }

    fn move_state(&self, request: MoveRequest) -> StateResponse {
        match known(&self.resources, "resource", &request.target_type) {
            Ok(resource) => resource.move_state(self.name, request),
            Err(diagnostics) => StateResponse { diagnostics, ..StateResponse::default() },
        }
    }

    fn validate_data_source(&self, type_name: &str, config: &Value) -> Diagnostics {
        match known(&self.data_sources, "data source", type_name) {
            Ok(source) => source.validate(config),
            Err(diagnostics) => diagnostics,
        }
    }

    async fn read_data_source(&self, type_name: &str, config: Value) -> UpgradeResponse {
        let mut diagnostics = Diagnostics::new();
        let outcome = match known(&self.data_sources, "data source", type_name) {
            Ok(source) => source.read(&|d, o, v| self.context(d, o, v), config, &mut diagnostics).await,
            Err(errors) => Err(errors),
        };
        let value = outcome.unwrap_or_else(|errors| {
            diagnostics.append(errors);
            Value::Null
        });
        UpgradeResponse { value, diagnostics }
    }

    fn call_function(&self, name: &str, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let function = self.functions.get(name).ok_or_else(|| FunctionError {
            text: format!("The provider has no function `{name}`."),
            argument: None,
        })?;
        let returns = function.signature().returns;
        let result = function.call(&arguments)?;
        result.conform(&returns).map_err(|error| FunctionError {
            text: format!(
                "The result does not fit the function's type ({error}). This is a bug in the provider."
            ),
            argument: None,
        })
    }

    fn stateless_schemas(&self, kind: Stateless) -> BTreeMap<String, Arc<Schema>> {
        self.stateless(kind)
    }

    fn validate_stateless(&self, kind: Stateless, type_name: &str, config: &Value) -> Diagnostics {
        let (noun, outcome) =
            (kind.noun(), |validated: Result<Diagnostics, Diagnostics>| validated.unwrap_or_else(|e| e));
        outcome(match kind {
            Stateless::Ephemeral => known(&self.ephemerals, noun, type_name).map(|one| one.validate(config)),
            Stateless::List => known(&self.lists, noun, type_name).map(|one| one.validate(config)),
            Stateless::Action => known(&self.actions, noun, type_name).map(|one| one.validate(config)),
        })
    }

    async fn open(&self, type_name: &str, config: Value, abandoned: CancellationToken) -> OpenResponse {
        match known(&self.ephemerals, Stateless::Ephemeral.noun(), type_name) {
            Ok(resource) => {
                let cancel = self.until_stopped();
                let context = |d: &DefaultTimeouts, o, v: &Value| self.context_until(&cancel, d, o, v);
                let work = resource.open(&context, config);
                attended(work, &abandoned, &cancel).await
            }
            Err(diagnostics) => OpenResponse { diagnostics, ..OpenResponse::default() },
        }
    }

    async fn renew(&self, type_name: &str, private: &[u8]) -> RenewResponse {
        match known(&self.ephemerals, Stateless::Ephemeral.noun(), type_name) {
            Ok(resource) => resource.renew(&|d, o, v| self.context(d, o, v), private).await,
            Err(diagnostics) => RenewResponse { diagnostics, ..RenewResponse::default() },
        }
    }

    async fn close(&self, type_name: &str, private: &[u8]) -> Diagnostics {
        match known(&self.ephemerals, Stateless::Ephemeral.noun(), type_name) {
            Ok(resource) => resource.close(&|d, o, v| self.context(d, o, v), private).await,
            Err(diagnostics) => diagnostics,
        }
    }

    async fn list(&self, request: ListRequest, finds: mpsc::Sender<ListEvent>) {
        match known(&self.lists, Stateless::List.noun(), &request.type_name) {
            Ok(list) => list.list(&|d, o, v| self.context(d, o, v), request, finds).await,
            // Nobody listens any more.
            Err(diagnostics) => drop(finds.send(ListEvent { diagnostics, ..ListEvent::default() }).await),
        }
    }

    async fn plan_action(&self, type_name: &str, config: Value) -> Diagnostics {
        match known(&self.actions, Stateless::Action.noun(), type_name) {
            Ok(action) => action.plan(&|d, o, v| self.context(d, o, v), config).await,
            Err(diagnostics) => diagnostics,
        }
    }

    async fn invoke(&self, request: InvokeRequest, progress: &Progress) -> Diagnostics {
        match known(&self.actions, Stateless::Action.noun(), &request.type_name) {
            Ok(action) => {
                let cancel = self.until_stopped();
                let context = |d: &DefaultTimeouts, o, v: &Value| self.context_until(&cancel, d, o, v);
                let work = action.invoke(&context, request.config, progress);
                attended(work, &request.abandoned, &cancel).await
            }
            Err(diagnostics) => diagnostics,
        }
    }

    fn generates_config(&self) -> bool {
        self.generates_config
    }

    fn generate_config(&self, type_name: &str, state: &Value) -> UpgradeResponse {
        match known(&self.resources, "resource", type_name) {
            Ok(resource) => resource.generate_config(state),
            Err(diagnostics) => UpgradeResponse { diagnostics, ..UpgradeResponse::default() },
        }
    }
}

/// What is registered under a name.
fn known<'a, T: ?Sized>(
    of: &'a BTreeMap<String, Box<T>>,
    noun: &str,
    type_name: &str,
) -> Result<&'a T, Diagnostics> {
    of.get(type_name).map(AsRef::as_ref).ok_or_else(|| {
        Diagnostic::error(format!("Unknown {noun}"), format!("The provider has no {noun} `{type_name}`."))
            .into()
    })
}

/// Does work to its end. Once it is abandoned its waits end and it begins nothing more.
async fn attended<T>(
    work: impl Future<Output = T>,
    abandoned: &CancellationToken,
    cancel: &CancellationToken,
) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        // Before all else: what is abandoned from the beginning does not even begin.
        biased;
        () = abandoned.cancelled() => cancel.cancel(),
        done = &mut work => return done,
    }
    work.await
}
