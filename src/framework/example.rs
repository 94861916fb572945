//! A small resource, whole: the pattern for resource files, and the test bed of the life cycle.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::attr::Attr;
use super::context::Context;
use super::data_source::{DataSource, DataSourceDescription};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::function::{Function, FunctionDescription, FunctionError};
use super::provider::Provider;
use super::resource::{ImportBy, MoveFrom, Planned, Planning, Resource, ResourceDescription, State, Upgrade};
use super::timeouts::Timeouts;
use super::validators::{length, one_of};
use super::value::Value;

crate::model! {
    /// A shelf in the library, known by its label.
    pub(crate) struct Shelf {
        /// Number of the shelf.
        id: Attr<String> => computed().use_state_for_unknown(),
        /// What stands on it. Need not be unique.
        label: Attr<String> => required().validate(length(1, 20)),
        /// Wood it is made of. Another one means another shelf.
        wood: Attr<String> => optional().computed().default_value("oak")
            .validate(one_of(&["oak", "beech"])).requires_replace(),
        /// The key to its lock; never stored.
        key: Attr<String> => optional().write_only(),
        /// Raised to hand over another key.
        key_version: Attr<i64> => optional(),
        /// How it is lit.
        light: Attr<Light> => optional().computed().default_members(),
        /// How often the key was changed.
        key_changes: Attr<i64> => computed().use_state_for_unknown(),
        timeouts: Attr<Timeouts> => timeouts(),
    }
}

crate::model! {
    /// How a shelf is lit.
    pub(crate) struct Light {
        /// Whether it shines.
        on: Attr<bool> => optional().computed().default_value(false),
        /// Colour of the light.
        colour: Attr<String> => optional().computed().default_value("white"),
    }
}

crate::model! {
    /// A shelf among all shelves.
    pub(crate) struct ShelfIdentity {
        /// Number of the shelf.
        id: Attr<String> => required_for_import(),
    }
}

/// What is learnt when a shelf is read and acted upon when its next change is planned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ShelfFacts {
    pub(crate) key_worn: bool,
}

/// The remote side of the example.
#[derive(Default)]
pub(crate) struct Library {
    pub(crate) shelves: Mutex<BTreeMap<String, Shelf>>,
    pub(crate) broken: bool,
}

pub(crate) struct ShelfResource;

impl Resource for ShelfResource {
    type Model = Shelf;
    type Identity = ShelfIdentity;
    type Private = ShelfFacts;
    type Clients = Library;
    type Error = LibraryError;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("shelf").schema_version(1).identity_version(1)
    }

    fn validate(&self, config: &Shelf, diagnostics: &mut Diagnostics) {
        if config.key.is_known() && config.key_version.is_null() {
            diagnostics.error_at(Shelf::key_version(), "Missing version", "`key` needs `key_version`.");
        }
    }

    fn plan(&self, plan: &mut Planning<Self>, _: &mut Diagnostics) {
        let new_version =
            plan.prior.as_ref().is_some_and(|prior| prior.key_version != plan.planned.key_version);
        if new_version || plan.private.key_worn {
            plan.planned.key_changes = Attr::Unknown;
            plan.private.key_worn = false;
        }
    }

    async fn check(&self, ctx: &Context<Library>, _: &Planned<Self>, diagnostics: &mut Diagnostics) {
        if ctx.clients.broken {
            diagnostics.warning("Library closed", "Nothing can be applied now.");
        }
    }

    async fn create(
        &self,
        ctx: &Context<Library>,
        planned: Planned<Self>,
        _: &mut Diagnostics,
    ) -> Result<State<Self>, LibraryError> {
        let mut stock = ctx.clients.open()?;
        let mut found = planned.model;
        found.id = Attr::Known(format!("{}", stock.len() + 1));
        found.key_changes = Attr::Known(0);
        stock.insert(found.id.text().to_owned(), found.clone());
        Ok(State::new(found))
    }

    async fn read(
        &self,
        ctx: &Context<Library>,
        state: State<Self>,
        _: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, LibraryError> {
        let stock = ctx.clients.open()?;
        let Some(found) = stock.get(state.model.id.text()) else { return Ok(None) };
        let worn = found.label.text() == "worn";
        Ok(Some(State::new(found.clone()).with_private(ShelfFacts { key_worn: worn })))
    }

    async fn update(
        &self,
        ctx: &Context<Library>,
        prior: State<Self>,
        planned: Planned<Self>,
        _: &mut Diagnostics,
    ) -> Result<State<Self>, LibraryError> {
        let mut stock = ctx.clients.open()?;
        let mut found = planned.model;
        if found.key_changes.is_unknown() {
            found.key_changes = prior.model.key_changes.map(|changes| changes + 1);
        }
        stock.insert(found.id.text().to_owned(), found.clone());
        Ok(State { model: found, private: planned.private })
    }

    async fn delete(
        &self,
        ctx: &Context<Library>,
        state: State<Self>,
        _: &mut Diagnostics,
    ) -> Result<(), LibraryError> {
        ctx.clients.open()?.remove(state.model.id.text());
        Ok(())
    }

    fn import(&self, by: ImportBy<ShelfIdentity>) -> Result<State<Self>, LibraryError> {
        let id = match by {
            ImportBy::Id(id) => Attr::Known(id),
            ImportBy::Identity(identity) => identity.id,
        };
        Ok(State::new(Shelf { id, ..Shelf::default() }))
    }

    fn identity(&self, model: &Shelf) -> Option<ShelfIdentity> {
        model.id.is_known().then(|| ShelfIdentity { id: model.id.clone() })
    }

    fn generated(&self, config: &mut Shelf) {
        if config.key_version.is_known() {
            config.key = "change me".into();
        }
    }

    fn upgrades(&self) -> Vec<Upgrade> {
        vec![Upgrade { from: 0, upgrade: |old| Ok(Value::object([("id", old.member("number").clone())])) }]
    }

    fn identity_upgrades(&self) -> Vec<Upgrade> {
        vec![Upgrade { from: 0, upgrade: |old| Ok(Value::object([("id", old.member("number").clone())])) }]
    }

    fn moves(&self) -> Vec<MoveFrom<Self>> {
        vec![MoveFrom {
            provider: "acme/furniture",
            resource: "furniture_board",
            convert: |source| {
                let id = Attr::from(source.state.member("id").as_str().map(str::to_owned));
                Ok(State::new(Shelf { id, ..Shelf::default() }))
            },
        }]
    }
}

impl Library {
    fn open(&self) -> Result<MutexGuard<'_, BTreeMap<String, Shelf>>, LibraryError> {
        if self.broken {
            return Err(LibraryError::Closed);
        }
        Ok(self.shelves.lock()?)
    }
}

/// Why an operation failed. `?` makes it of the errors of the layers below; how each is told stands in one place.
pub(crate) enum LibraryError {
    /// Nobody is there.
    Closed,
    /// Somebody left in a panic.
    OnFire,
    /// Told already.
    Told(Diagnostics),
}

impl<T> From<PoisonError<T>> for LibraryError {
    fn from(_: PoisonError<T>) -> Self {
        Self::OnFire
    }
}

impl From<Diagnostic> for LibraryError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Told(diagnostic.into())
    }
}

impl From<LibraryError> for Diagnostics {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::Closed => Diagnostic::error("Library closed", "Come back tomorrow.").into(),
            LibraryError::OnFire => Diagnostic::error("Library on fire", "Run.").into(),
            LibraryError::Told(diagnostics) => diagnostics,
        }
    }
}

crate::model! {
    /// How many shelves of a wood there are.
    pub(crate) struct ShelfCount {
        /// The wood.
        wood: Attr<String> => optional().computed().default_value("oak"),
        /// The number of shelves.
        count_of_shelves: Attr<i64> => computed(),
    }
}

pub(crate) struct ShelfCountSource;

impl DataSource for ShelfCountSource {
    type Model = ShelfCount;
    type Clients = Library;
    type Error = LibraryError;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("shelf_count")
    }

    async fn read(
        &self,
        ctx: &Context<Library>,
        config: ShelfCount,
        _: &mut Diagnostics,
    ) -> Result<ShelfCount, LibraryError> {
        let stock = ctx.clients.open()?;
        let number = stock.values().filter(|found| found.wood == config.wood).count();
        Ok(ShelfCount { count_of_shelves: i64::try_from(number).ok().into(), ..config })
    }
}

pub(crate) struct Shout;

impl Function for Shout {
    type Arguments = String;
    type Returns = String;

    fn describe(&self) -> FunctionDescription {
        FunctionDescription::new("shout", "Text in capitals.", "Returns the text in capitals.")
            .parameter("text", "What to shout.")
    }

    fn call(&self, text: String) -> Result<String, FunctionError> {
        Ok(text.to_uppercase())
    }
}

crate::model! {
    /// The library.
    pub(crate) struct LibraryProvider {
        /// Whether it is closed.
        closed: Attr<bool> => optional(),
    }
}

pub(crate) fn provider() -> Arc<Provider<Library>> {
    Arc::new(library())
}

pub(crate) fn library() -> Provider<Library> {
    let configure = |config: LibraryProvider, _: &str| {
        Ok::<_, Diagnostics>(Library { broken: config.closed.unwrap_or(false), ..Library::default() })
    };
    let provider = Provider::new("library", configure);
    provider.resource(ShelfResource).data_source(ShelfCountSource).function(Shout)
}
