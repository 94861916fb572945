//! What a resource is: the trait that resource files implement, and the data its methods are given.

use std::fmt;
use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::model::{self, Model};
use super::path::Path;
use super::timeouts::DefaultTimeouts;
use super::validators::ConfigRule;
use super::value::Value;

crate::model! {
    /// The identity of a resource that has none.
    pub struct NoIdentity {}
}

/// What an operation on a resource comes to: `Settled<Self>` for the object as it is now, `Settled<Self, ()>` for nothing.
pub type Settled<R, T = State<R>> = Result<T, <R as Resource>::Error>;

/// What a read comes to: the object as it is now, or none.
pub type Found<R> = Settled<R, Option<State<R>>>;

/// The types of a resource without an identity, private facts and errors of its own, at the top of its `impl`: its model, and
/// what the provider's configuration made, where it made something. Rust has no defaults for associated types.
///
/// ```ignore
/// impl Resource for ShelfResource {
///     plain!(Shelf, Library);
///     // ...
/// }
/// ```
#[macro_export]
macro_rules! plain {
    ($model:ty) => {
        $crate::plain!($model, ());
    };
    ($model:ty, $clients:ty) => {
        type Model = $model;
        type Identity = $crate::resource::NoIdentity;
        type Private = ();
        type Clients = $clients;
        type Error = $crate::diagnostic::Diagnostics;
    };
}

/// A managed resource.
///
/// Only [`check`](Self::check), [`create`](Self::create), [`read`](Self::read), [`update`](Self::update) and
/// [`delete`](Self::delete) can reach anything outside the process; all else is a pure function of its input,
/// because core calls it again and compares.
pub trait Resource: Sized + Send + Sync + 'static {
    /// Configuration, plan and state.
    type Model: Model;
    /// What tells one object from all others for as long as it lives; [`NoIdentity`] for none.
    type Identity: Model;
    /// Facts kept beside the state, not shown to users and not secret; `()` for none.
    type Private: Serialize + DeserializeOwned + Default + PartialEq + Clone + Send + Sync + 'static;
    /// What the provider's configuration made.
    type Clients: Send + Sync + 'static;
    /// Why an operation failed: [`Diagnostics`], or the author's own error, which `?` makes of those of the layers below.
    type Error: From<Diagnostic> + Into<Diagnostics> + Send;

    /// Name and version.
    fn describe(&self) -> ResourceDescription;

    /// Rules about several of its arguments.
    fn config_rules(&self) -> Vec<ConfigRule> {
        Vec::new()
    }

    /// Refuses configurations that are certainly wrong, beyond what the attributes' own rules refuse. Unknown
    /// values get the benefit of the doubt.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Adjusts the plan of a create or update, after defaults, unknowns and the attributes' own rules.
    fn plan(&self, _plan: &mut Planning<Self>, _diagnostics: &mut Diagnostics) {}

    /// Warns of a destruction, or refuses it while it is planned.
    fn plan_destroy(&self, _state: &State<Self>, _diagnostics: &mut Diagnostics) {}

    /// Looks at the remote side while a create or update is planned. Left out while the provider's configuration is unknown.
    fn check(
        &self,
        _ctx: &Context<Self::Clients>,
        _planned: &Planned<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Makes the object. An `Err` leaves no state; the next create has to find what was made. A state together
    /// with errors in `diagnostics` is kept as tainted: core destroys it before the next create.
    fn create(
        &self,
        ctx: &Context<Self::Clients>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<State<Self>, Self::Error>> + Send;

    /// Reads the object; `None` only when it is certainly gone.
    fn read(
        &self,
        ctx: &Context<Self::Clients>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<Option<State<Self>>, Self::Error>> + Send;

    /// Changes the object in place. An `Err` keeps the prior state and private facts; a state together with
    /// errors in `diagnostics` says how far it got.
    fn update(
        &self,
        ctx: &Context<Self::Clients>,
        prior: State<Self>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<State<Self>, Self::Error>> + Send;

    /// Destroys the object. An error, returned or in `diagnostics`, keeps the state.
    fn delete(
        &self,
        ctx: &Context<Self::Clients>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The least that [`read`](Self::read) needs, from what the user gave to import. Core reads at once, which completes an
    /// identity that this does not know whole; it demands one only from an import by identity, which brings it.
    ///
    /// Left out, the id is the attribute that [`ResourceDescription::imported_by`] names; without that, the resource can't be
    /// imported.
    fn import(&self, by: ImportBy<Self::Identity>) -> Result<State<Self>, Self::Error> {
        let ResourceDescription { name, imported_by, .. } = self.describe();
        let Some(attribute) = imported_by else {
            let detail =
                format!("Objects of the type `{name}` can't be imported: there is nothing to read them by.");
            return Err(Diagnostic::error("Import is not possible", detail).into());
        };
        let known = Value::object([(attribute().to_string(), by.id()?.into())]);
        Ok(State::new(model::read(&known)?))
    }

    /// The identity of an object; `None` while a part of it is not known, and for resources with [`NoIdentity`].
    fn identity(&self, _model: &Self::Model) -> Option<Self::Identity> {
        None
    }

    /// What its messages are about, such as the name of the object: a summary that does not say it gets it at its end. CLIs
    /// show warnings of the same summary as one, so that of many objects only the first would be told.
    fn subject(&self, _model: &Self::Model) -> Option<String> {
        None
    }

    /// How states of older schema versions become current ones, each straight from its version.
    fn upgrades(&self) -> Vec<Upgrade> {
        Vec::new()
    }

    /// How identities of older versions become current ones, each straight from its version.
    fn identity_upgrades(&self) -> Vec<Upgrade> {
        Vec::new()
    }

    /// Adjusts every stored state before it is used, whatever its version. Must be cheap and pure.
    fn loaded(&self, _model: &mut Self::Model) {}

    /// Adjusts the configuration that is written for an imported object, where the provider
    /// [generates them](crate::provider::Provider::generates_config). It begins with what a user would write of the object's
    /// state; what conflicts or is missing in it is put right here.
    fn generated(&self, _config: &mut Self::Model) {}

    /// From which other resource types a `moved` block may lead here.
    fn moves(&self) -> Vec<MoveFrom<Self>> {
        Vec::new()
    }
}

/// Name and version of a resource.
#[derive(Debug, Clone, Copy)]
pub struct ResourceDescription {
    /// Without the provider's prefix.
    pub name: &'static str,
    /// Of the stored state; raised together with an entry in [`Resource::upgrades`].
    pub schema_version: i64,
    /// Of the stored identity; raised together with an entry in [`Resource::identity_upgrades`].
    pub identity_version: i64,
    /// Where the user sets none.
    pub timeouts: DefaultTimeouts,
    /// The attribute by whose value its objects are imported, where nothing else is to be known of them.
    pub imported_by: Option<fn() -> Path>,
}

impl ResourceDescription {
    /// Version 0 with default timeouts.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            schema_version: 0,
            identity_version: 0,
            timeouts: DefaultTimeouts::default(),
            imported_by: None,
        }
    }

    /// The same with a version of its schema.
    #[must_use]
    pub const fn schema_version(mut self, version: i64) -> Self {
        self.schema_version = version;
        self
    }

    /// The same with a version of its identity.
    #[must_use]
    pub const fn identity_version(mut self, version: i64) -> Self {
        self.identity_version = version;
        self
    }

    /// The same, imported by the value of an attribute: `.imported_by(Shelf::id)`.
    #[must_use]
    pub const fn imported_by(mut self, attribute: fn() -> Path) -> Self {
        self.imported_by = Some(attribute);
        self
    }

    /// The same with timeouts: `.timeouts(DefaultTimeouts::minutes(30))`.
    #[must_use]
    pub const fn timeouts(mut self, timeouts: DefaultTimeouts) -> Self {
        self.timeouts = timeouts;
        self
    }
}

/// An object as it is: what is shown and what is kept beside it.
pub struct State<R: Resource> {
    /// Shown in state. Nothing in it may be unknown when it is returned.
    pub model: R::Model,
    /// Kept beside it.
    pub private: R::Private,
}

impl<R: Resource> State<R> {
    /// A state without private facts.
    pub fn new(model: R::Model) -> Self {
        Self { model, private: R::Private::default() }
    }

    /// The same with private facts.
    #[must_use]
    pub fn with_private(mut self, private: R::Private) -> Self {
        self.private = private;
        self
    }
}

/// A plan in the making.
pub struct Planning<R: Resource> {
    /// The state before, `None` for a create.
    pub prior: Option<R::Model>,
    /// As configured; the only place where write-only values are.
    pub config: R::Model,
    /// As planned so far, to be adjusted. Attributes that are left alone keep exactly what core proposed.
    pub planned: R::Model,
    /// The private facts, to be adjusted. A create starts with none.
    pub private: R::Private,
    pub(crate) replace: Vec<Path>,
}

impl<R: Resource> Planning<R> {
    /// A plan that begins with what core proposes, which is how the framework calls [`Resource::plan`]; for tests of it.
    pub fn new(prior: Option<R::Model>, config: R::Model, proposed: R::Model, private: R::Private) -> Self {
        Self { prior, config, planned: proposed, private, replace: Vec::new() }
    }

    /// Whether the object is to be made.
    pub const fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Decides that the object is replaced because of the attribute at `path`, provided that the planned value
    /// there differs from the prior one or is unknown.
    pub fn replace(&mut self, path: Path) {
        self.replace.push(path);
    }

    /// Whether the plan so far changes anything.
    pub fn changes(&self) -> bool {
        self.prior.as_ref() != Some(&self.planned)
    }
}

/// A finished plan. When it is applied, only what the provider decides is unknown in it.
pub struct Planned<R: Resource> {
    /// The state before, `None` for a create.
    pub prior: Option<R::Model>,
    /// As configured; the only place where write-only values are.
    pub config: R::Model,
    /// As planned.
    pub model: R::Model,
    /// The private facts as planned.
    pub private: R::Private,
}

/// What the user gave to import.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportBy<I> {
    /// An id, as in `terraform import` and `id = "..."`.
    Id(String),
    /// An identity, as in `identity = {...}`.
    Identity(I),
}

impl<I> ImportBy<I> {
    /// The id, for resources that are imported by nothing else.
    pub fn id(self) -> Result<String, Diagnostic> {
        match self {
            Self::Id(id) => Ok(id),
            Self::Identity(_) => Err(Diagnostic::error(
                "Import by identity is not possible",
                "Objects of this type have no identity. Import them by `id`.",
            )),
        }
    }
}

/// The way of one old schema version to the current one.
#[derive(Debug, Clone, Copy)]
pub struct Upgrade {
    /// The old version.
    pub from: i64,
    /// Turns the stored object (lists for sets, maps for objects, no types) into one of the current schema.
    /// Attributes it leaves out become null.
    pub upgrade: fn(Value) -> Result<Value, Diagnostic>,
}

/// A resource type from which a `moved` block may lead here.
pub struct MoveFrom<R: Resource> {
    /// Namespace and type of the provider, such as `hashicorp/azuread`; any registry host is accepted.
    pub provider: &'static str,
    /// The resource type, with its prefix.
    pub resource: &'static str,
    /// Turns its state into ours. Attributes left null are filled in by the read that follows.
    pub convert: fn(MoveSource) -> Result<State<R>, Diagnostic>,
}

/// The state of the resource a `moved` block starts from.
#[derive(Clone, PartialEq)]
pub struct MoveSource {
    /// Version of its schema.
    pub schema_version: i64,
    /// Its attributes, without types.
    pub state: Value,
}

impl<R: Resource> Clone for State<R> {
    fn clone(&self) -> Self {
        Self { model: self.model.clone(), private: self.private.clone() }
    }
}

impl<R: Resource> Clone for Planned<R> {
    fn clone(&self) -> Self {
        Self {
            prior: self.prior.clone(),
            config: self.config.clone(),
            model: self.model.clone(),
            private: self.private.clone(),
        }
    }
}

impl<R: Resource> PartialEq for State<R> {
    fn eq(&self, other: &Self) -> bool {
        self.model == other.model && self.private == other.private
    }
}

impl<R: Resource> fmt::Debug for State<R>
where
    R::Model: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("model", &self.model).finish_non_exhaustive()
    }
}
