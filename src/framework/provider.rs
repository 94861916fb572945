//! A provider: its configuration, and the register of what it offers.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::attr::AttributeType;
use super::context::Context;
use super::data_source::DataSource;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::function::{Arguments, Function, FunctionError, Signature};
use super::lifecycle::{ErasedResource, Managed, validate_config};
use super::model::{self, Model};
use super::path::Path;
use super::plan::with_defaults;
use super::resource::Resource;
use super::schema::{Schema, SchemaKind, check_identity, check_schema};
use super::service::{
    ApplyRequest, ClientCapabilities, ConfigureRequest, ImportTarget, MoveRequest, PlanRequest, PlanResponse,
    ReadRequest, Service, StateResponse, UpgradeResponse,
};
use super::timeouts::{DefaultTimeouts, Operation};
use super::value::Value;

type Validate = Box<dyn Fn(&Value) -> Diagnostics + Send + Sync>;
type Configure<C> = Box<dyn Fn(&ConfigureRequest) -> Result<C, Diagnostics> + Send + Sync>;

/// A provider whose configuration makes a `C`: what its resources and data sources work with.
///
/// Built up once at start:
///
/// ```ignore
/// let provider = Provider::new("acme", |config: AcmeProvider, _version| Clients::new(&config))
///     .resource(Widget)
///     .data_source(Widgets)
///     .function(WidgetUrl);
/// serve(Arc::new(provider));
/// ```
pub struct Provider<C> {
    name: &'static str,
    schema: Arc<Schema>,
    validate: Validate,
    configure: Configure<C>,
    takes_unknowns: bool,
    resources: BTreeMap<String, Box<dyn ErasedResource<C>>>,
    data_sources: BTreeMap<String, Box<dyn ErasedDataSource<C>>>,
    functions: BTreeMap<String, Box<dyn Function>>,
    session: RwLock<Session<C>>,
}

/// From one configure to the next.
struct Session<C> {
    clients: Configured<C>,
    stop: CancellationToken,
}

enum Configured<C> {
    /// Not yet; much works without.
    No,
    /// The configuration depends on what is only known after apply.
    Unknown(Path),
    Yes(Arc<C>),
}

impl<C: Send + Sync + 'static> Provider<C> {
    /// A provider whose type names begin with `name` and an underscore. `configure` is given the wholly known
    /// configuration and the version of Terraform or OpenTofu; it contacts nothing.
    pub fn new<M: Model, E: Into<Diagnostics>>(
        name: &'static str,
        configure: impl Fn(M, &str) -> Result<C, E> + Send + Sync + 'static,
    ) -> Self {
        let configure = move |request: &ConfigureRequest| {
            configure(model::read::<M>(&request.config)?, &request.terraform_version).map_err(Into::into)
        };
        Self {
            name,
            schema: Arc::new(M::schema()),
            validate: Box::new(|_| Diagnostics::new()),
            configure: Box::new(configure),
            takes_unknowns: false,
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            functions: BTreeMap::new(),
            session: RwLock::new(Session { clients: Configured::No, stop: CancellationToken::new() }),
        }
    }

    /// `configure` is also given configurations with unknown values, since it can tell what they keep from working.
    /// Otherwise everything that needs a configuration is refused until the whole of it is known.
    #[must_use]
    pub fn takes_unknowns(mut self) -> Self {
        self.takes_unknowns = true;
        self
    }

    /// Refuses configurations that are certainly wrong, beyond what the attributes' own rules refuse.
    #[must_use]
    pub fn validate<M: Model>(
        mut self,
        validate: impl Fn(&M, &mut Diagnostics) + Send + Sync + 'static,
    ) -> Self {
        self.validate = Box::new(move |config| {
            let mut diagnostics = Diagnostics::new();
            match model::read::<M>(config) {
                Ok(config) => validate(&config, &mut diagnostics),
                Err(error) => diagnostics.push(error),
            }
            diagnostics
        });
        self
    }

    /// Adds a resource.
    #[must_use]
    pub fn resource<R: Resource<Clients = C>>(mut self, resource: R) -> Self {
        let name = self.full_name(resource.describe().name);
        self.resources.insert(name, Box::new(Managed::new(resource)));
        self
    }

    /// Adds a data source.
    #[must_use]
    pub fn data_source<D: DataSource<Clients = C>>(mut self, data_source: D) -> Self {
        let description = data_source.describe();
        let (schema, timeouts) = (Arc::new(D::Model::schema()), description.timeouts);
        let source = Source { reader: data_source, schema, timeouts };
        self.data_sources.insert(self.full_name(description.name), Box::new(source));
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function(mut self, function: impl Function) -> Self {
        self.functions.insert(function.signature().name.to_owned(), Box::new(function));
        self
    }

    /// Everything that core would refuse when it loads the schemas, one line each. For a unit test.
    pub fn check(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut add = |of: &str, findings: Vec<String>| {
            found.extend(findings.into_iter().map(|finding| format!("{of}: {finding}")));
        };
        add("provider", check_schema(SchemaKind::Provider, &self.schema));
        for (name, resource) in &self.resources {
            add(name, check_schema(SchemaKind::Resource, &resource.schema()));
            if let Some(identity) = resource.identity_schema() {
                add(&format!("identity of {name}"), check_identity(&identity));
            }
        }
        for (name, source) in &self.data_sources {
            add(&format!("data source {name}"), check_schema(SchemaKind::DataSource, source.schema()));
        }
        for (name, function) in &self.functions {
            add(&format!("function {name}"), function.signature().check());
        }
        found
    }

    /// How long the operations of a resource may take where the user does not say, by full type name.
    pub fn resource_timeouts(&self, type_name: &str) -> Option<DefaultTimeouts> {
        self.resources.get(type_name).map(|resource| resource.timeouts())
    }

    /// The same for a data source, of which only `read` counts.
    pub fn data_source_timeouts(&self, type_name: &str) -> Option<DefaultTimeouts> {
        self.data_sources.get(type_name).map(|source| source.timeouts())
    }

    fn full_name(&self, name: &str) -> String {
        format!("{}_{name}", self.name)
    }

    fn known_resource(&self, type_name: &str) -> Result<&dyn ErasedResource<C>, Diagnostics> {
        self.resources.get(type_name).map(AsRef::as_ref).ok_or_else(|| no_such("resource", type_name))
    }

    fn known_data_source(&self, type_name: &str) -> Result<&dyn ErasedDataSource<C>, Diagnostics> {
        self.data_sources.get(type_name).map(AsRef::as_ref).ok_or_else(|| no_such("data source", type_name))
    }

    /// The surroundings of an operation on an object.
    pub(super) fn context(
        &self,
        defaults: &DefaultTimeouts,
        operation: Operation,
        object: &Value,
    ) -> Result<Context<C>, Diagnostics> {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner);
        let clients = match &session.clients {
            Configured::Yes(clients) => Arc::clone(clients),
            Configured::No => {
                return Err(Diagnostic::error(
                    "Provider not configured",
                    "The operation needs a configured provider. This is a bug in the program that drives it.",
                )
                .into());
            }
            Configured::Unknown(path) => {
                return Err(Diagnostic::error(
                    "Provider configuration not known yet",
                    format!(
                        "`{path}` of the provider block depends on something that is only known after apply, but this \
                         operation needs it now. Apply what it depends on first (`-target`), or set it to a value \
                         that is known while planning."
                    ),
                )
                .into());
            }
        };
        Ok(Context::new(clients, defaults.of(operation, object), session.stop.child_token()))
    }
}

#[async_trait]
impl<C: Send + Sync + 'static> Service for Provider<C> {
    fn name(&self) -> &str {
        self.name
    }

    fn provider_schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema)
    }

    fn resource_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        self.resources.iter().map(|(name, resource)| (name.clone(), resource.schema())).collect()
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
        self.data_sources.iter().map(|(name, source)| (name.clone(), Arc::clone(source.schema()))).collect()
    }

    fn data_source_schema(&self, type_name: &str) -> Option<Arc<Schema>> {
        self.data_sources.get(type_name).map(|source| Arc::clone(source.schema()))
    }

    fn functions(&self) -> BTreeMap<String, Signature> {
        self.functions.iter().map(|(name, function)| (name.clone(), function.signature())).collect()
    }

    fn function(&self, name: &str) -> Option<Signature> {
        self.functions.get(name).map(|function| function.signature())
    }

    fn validate_provider(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = validate_config(&self.schema, config, None);
        if !diagnostics.has_errors() {
            diagnostics.append((self.validate)(config));
        }
        diagnostics
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
        match self.known_resource(type_name) {
            Ok(resource) => resource.validate(config, capabilities),
            Err(diagnostics) => diagnostics,
        }
    }

    fn upgrade_state(&self, type_name: &str, version: i64, json: &str) -> UpgradeResponse {
        match self.known_resource(type_name) {
            Ok(resource) => resource.upgrade_state(version, json),
            Err(diagnostics) => UpgradeResponse { diagnostics, ..UpgradeResponse::default() },
        }
    }

    fn upgrade_identity(&self, type_name: &str, _version: i64, json: &str) -> UpgradeResponse {
        match self.known_resource(type_name) {
            Ok(resource) => resource.upgrade_identity(json),
            Err(diagnostics) => UpgradeResponse { diagnostics, ..UpgradeResponse::default() },
        }
    }

    async fn read(&self, request: ReadRequest) -> StateResponse {
        match self.known_resource(&request.type_name) {
            Ok(resource) => resource.read(&|d, o, v| self.context(d, o, v), request).await,
            Err(diagnostics) => {
                StateResponse { state: request.current, diagnostics, ..StateResponse::default() }
            }
        }
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        match self.known_resource(&request.type_name) {
            Ok(resource) => resource.plan(&|d, o, v| self.context(d, o, v), request).await,
            Err(diagnostics) => PlanResponse { diagnostics, ..PlanResponse::default() },
        }
    }

    async fn apply(&self, request: ApplyRequest) -> StateResponse {
        match self.known_resource(&request.type_name) {
            Ok(resource) => resource.apply(&|d, o, v| self.context(d, o, v), request).await,
            Err(diagnostics) => {
                StateResponse { state: request.prior, diagnostics, ..StateResponse::default() }
            }
        }
    }

    fn import(&self, type_name: &str, target: ImportTarget) -> StateResponse {
        match self.known_resource(type_name) {
            Ok(resource) => resource.import(target),
            Err(diagnostics) => StateResponse { diagnostics, ..StateResponse::default() },
        }
    }

    fn move_state(&self, request: MoveRequest) -> StateResponse {
        match self.known_resource(&request.target_type) {
            Ok(resource) => resource.move_state(self.name, request),
            Err(diagnostics) => StateResponse { diagnostics, ..StateResponse::default() },
        }
    }

    fn validate_data_source(&self, type_name: &str, config: &Value) -> Diagnostics {
        match self.known_data_source(type_name) {
            Ok(source) => source.validate(config),
            Err(diagnostics) => diagnostics,
        }
    }

    async fn read_data_source(&self, type_name: &str, config: Value) -> UpgradeResponse {
        let mut diagnostics = Diagnostics::new();
        let outcome = match self.known_data_source(type_name) {
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
        let result = function.call(&Arguments::new(arguments))?;
        result.conform(&returns).map_err(|error| FunctionError {
            text: format!(
                "The result does not fit the function's type ({error}). This is a bug in the provider."
            ),
            argument: None,
        })
    }
}

fn no_such(kind: &str, type_name: &str) -> Diagnostics {
    Diagnostic::error(format!("Unknown {kind}"), format!("The provider has no {kind} `{type_name}`.")).into()
}

/// A data source with its types erased.
#[async_trait]
trait ErasedDataSource<C>: Send + Sync {
    fn schema(&self) -> &Arc<Schema>;
    fn timeouts(&self) -> DefaultTimeouts;
    fn validate(&self, config: &Value) -> Diagnostics;
    async fn read(
        &self,
        context: super::lifecycle::MakeContext<'_, C>,
        config: Value,
        diagnostics: &mut Diagnostics,
    ) -> Result<Value, Diagnostics>;
}

struct Source<D> {
    reader: D,
    schema: Arc<Schema>,
    timeouts: DefaultTimeouts,
}

#[async_trait]
impl<D: DataSource> ErasedDataSource<D::Clients> for Source<D> {
    fn timeouts(&self) -> DefaultTimeouts {
        self.timeouts
    }

    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = validate_config(&self.schema, config, None);
        if !diagnostics.has_errors() {
            match model::read(config) {
                Ok(config) => self.reader.validate(&config, &mut diagnostics),
                Err(error) => diagnostics.push(error),
            }
        }
        diagnostics
    }

    async fn read(
        &self,
        context: super::lifecycle::MakeContext<'_, D::Clients>,
        config: Value,
        diagnostics: &mut Diagnostics,
    ) -> Result<Value, Diagnostics> {
        let context = context(&self.timeouts, Operation::Read, &config)?;
        let config: D::Model = model::read(&with_defaults(&self.schema, config))?;
        let result = self.reader.read(&context, config, diagnostics).await.map_err(Into::into)?;
        if diagnostics.has_errors() {
            return Err(Diagnostics::new());
        }
        let value = self.schema.complete(result.write());
        match value.first_unknown() {
            Some(path) => {
                let detail = format!("`{path}` is unknown after the read. This is a bug in the provider.");
                Err(Diagnostic::error("Unknown value left over", detail).at(path).into())
            }
            None => Ok(value),
        }
    }
}
