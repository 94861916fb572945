//! A provider: its configuration, and the register of what it offers.

mod dispatch;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio_util::sync::CancellationToken;

use crate::action::Action;
use crate::context::Context;
use crate::data_source::DataSource;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ephemeral::EphemeralResource;
use crate::function::{ErasedFunction, Function};
use crate::lifecycle::{
    Ephemeral, ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedList, ErasedResource, Listing, Managed,
    OnDemand, Source, validate_whole,
};
use crate::list::ListResource;
use crate::model::{self, Model};
use crate::ordered;
use crate::path::Path;
use crate::resource::Resource;
use crate::schema::{Schema, SchemaKind, check_identity, check_schema};
use crate::service::{ConfigureRequest, Stateless};
use crate::timeouts::{DefaultTimeouts, Operation};
use crate::validators::ConfigRule;
use crate::value::Value;

type Validate = Box<dyn Fn(&Schema, &Value) -> Diagnostics + Send + Sync>;
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
/// ```
///
/// A provider's program hands a function that makes one to [`run`](crate::run).
pub struct Provider<C> {
    name: &'static str,
    schema: Arc<Schema>,
    validate: Validate,
    configure: Configure<C>,
    takes_unknowns: bool,
    resources: BTreeMap<String, Box<dyn ErasedResource<C>>>,
    data_sources: BTreeMap<String, Box<dyn ErasedDataSource<C>>>,
    functions: BTreeMap<String, Box<dyn ErasedFunction>>,
    ephemerals: BTreeMap<String, Box<dyn ErasedEphemeral<C>>>,
    lists: BTreeMap<String, Box<dyn ErasedList<C>>>,
    actions: BTreeMap<String, Box<dyn ErasedAction<C>>>,
    generates_config: bool,
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

impl Provider<()> {
    /// A provider with nothing to configure, whose type names begin with `name` and an underscore; `description` is the one of
    /// its empty block.
    pub fn without_configuration(name: &'static str, description: &str) -> Self {
        let schema = Schema::new(description.to_owned());
        Self { schema: Arc::new(schema), ..Self::new(name, |_: Nothing, _| Ok::<(), Diagnostics>(())) }
    }
}

crate::model! {
    /// There is nothing to set.
    struct Nothing {}
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
            validate: Box::new(|schema, config| validate_whole(schema, config, None, &[], |_: &M, _| ())),
            configure: Box::new(configure),
            takes_unknowns: false,
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            functions: BTreeMap::new(),
            ephemerals: BTreeMap::new(),
            lists: BTreeMap::new(),
            actions: BTreeMap::new(),
            generates_config: false,
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
        self.validate = Box::new(move |schema, config| {
            validate_whole(schema, config, None, &[], |config, found| validate(config, found))
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
        let name = self.full_name(data_source.describe().name);
        self.data_sources.insert(name, Box::new(Source::new(data_source)));
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function(mut self, function: impl Function) -> Self {
        self.functions.insert(function.describe().name().to_owned(), Box::new(function));
        self
    }

    /// Adds an ephemeral resource.
    #[must_use]
    pub fn ephemeral_resource<R: EphemeralResource<Clients = C>>(mut self, resource: R) -> Self {
        let name = self.full_name(resource.describe().name);
        self.ephemerals.insert(name, Box::new(Ephemeral::new(resource)));
        self
    }

    /// Adds a search for the objects of a resource that is added as well.
    #[must_use]
    pub fn list_resource<L: ListResource>(mut self, list: L) -> Self
    where
        L::Resource: Resource<Clients = C>,
    {
        let name = self.full_name(list.describe().name);
        self.lists.insert(name, Box::new(Listing::new(list)));
        self
    }

    /// Adds an action.
    #[must_use]
    pub fn action<A: Action<Clients = C>>(mut self, action: A) -> Self {
        let name = self.full_name(action.describe().name);
        self.actions.insert(name, Box::new(OnDemand::new(action)));
        self
    }

    /// Writes the configuration of imported objects itself, in place of core, which guesses it from the schema:
    /// [`Resource::generated`] has the last word.
    #[must_use]
    pub fn generates_config(mut self) -> Self {
        self.generates_config = true;
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
        for (kind, schemas) in Stateless::ALL.map(|kind| (kind, self.stateless(kind))) {
            for (name, schema) in schemas {
                add(&format!("{} {name}", kind.noun()), check_schema(SchemaKind::Stateless, &schema));
            }
        }
        for name in self.lists.keys() {
            let resource = self.resources.get(name);
            if resource.is_none_or(|resource| resource.identity_schema().is_none()) {
                add(
                    &format!("list resource {name}"),
                    vec!["there is no resource of this name with an identity".to_owned()],
                );
            }
        }
        for (name, function) in &self.functions {
            add(&format!("function {name}"), function.check());
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

    /// The rules about several attributes of a resource, by full type name.
    pub fn resource_rules(&self, type_name: &str) -> Vec<ConfigRule> {
        self.resources.get(type_name).map(|resource| resource.config_rules()).unwrap_or_default()
    }

    /// The same for a data source.
    pub fn data_source_rules(&self, type_name: &str) -> Vec<ConfigRule> {
        self.data_sources.get(type_name).map(|source| source.config_rules()).unwrap_or_default()
    }

    /// The same for a list.
    pub fn list_rules(&self, type_name: &str) -> Vec<ConfigRule> {
        self.lists.get(type_name).map(|list| list.config_rules()).unwrap_or_default()
    }

    /// The same for an action.
    pub fn action_rules(&self, type_name: &str) -> Vec<ConfigRule> {
        self.actions.get(type_name).map(|action| action.config_rules()).unwrap_or_default()
    }

    /// What the configuration made; for tests of the framework.
    #[cfg(test)]
    pub(crate) fn with_clients<T>(&self, look: impl FnOnce(&C) -> T) -> T {
        match &self.session.read().unwrap().clients {
            Configured::Yes(clients) => look(clients),
            _ => panic!("not configured"),
        }
    }

    fn full_name(&self, name: &str) -> String {
        format!("{}_{name}", self.name)
    }

    /// The schemas of what has no state, by full type name.
    fn stateless(&self, kind: Stateless) -> BTreeMap<String, Arc<Schema>> {
        match kind {
            Stateless::Ephemeral => schemas(&self.ephemerals, |one| one.schema()),
            Stateless::List => schemas(&self.lists, |one| one.schema()),
            Stateless::Action => schemas(&self.actions, |one| one.schema()),
        }
    }

    /// The surroundings of work that no host has asked for, such as a subcommand's, once the provider is configured. They end
    /// after `timeout`, or when `cancel` is cancelled.
    pub fn surroundings(
        &self,
        timeout: std::time::Duration,
        cancel: &CancellationToken,
    ) -> Result<Context<C>, Diagnostics> {
        self.context_until(cancel, &DefaultTimeouts::same(timeout), Operation::Read, &Value::Null)
    }

    /// The surroundings of an operation on an object.
    pub(crate) fn context(
        &self,
        defaults: &DefaultTimeouts,
        operation: Operation,
        object: &Value,
    ) -> Result<Context<C>, Diagnostics> {
        self.context_until(&self.until_stopped(), defaults, operation, object)
    }

    /// Cancelled when the user interrupts.
    fn until_stopped(&self) -> CancellationToken {
        self.session.read().unwrap_or_else(PoisonError::into_inner).stop.child_token()
    }

    /// The same surroundings with what ends the operation's waits.
    fn context_until(
        &self,
        cancel: &CancellationToken,
        defaults: &DefaultTimeouts,
        operation: Operation,
        object: &Value,
    ) -> Result<Context<C>, Diagnostics> {
        if operation != Operation::Read && cancel.is_cancelled() {
            let detail = "The run was interrupted before this change began, so that nothing of it was done. Apply again.";
            return Err(Diagnostic::error("Interrupted", detail).into());
        }
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
        Ok(Context::new(clients, defaults.of(operation, object), cancel.clone()))
    }
}

fn schemas<T: ?Sized>(
    of: &BTreeMap<String, Box<T>>,
    schema: impl Fn(&T) -> &Arc<Schema>,
) -> BTreeMap<String, Arc<Schema>> {
    ordered::map(of.iter().map(|(name, one)| (name.clone(), Arc::clone(schema(one)))))
}
