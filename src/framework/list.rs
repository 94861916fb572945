//! What a list is: a search for objects that a resource could manage, as `terraform query` runs it.

use std::future::Future;

use tokio::sync::mpsc;

use super::attr::AttributeType;
use super::context::Context;
use super::description::Description;
use super::diagnostic::{Diagnostic, Diagnostics, is_obeyed};
use super::model::Model;
use super::resource::{ImportBy, Resource};
use super::service::ListEvent;
use super::validators::ConfigRule;
use super::value::Value;

/// Finds the objects of a resource type. A resource of the same name has to be registered as well, and to have an identity.
pub trait ListResource: Sized + Send + Sync + 'static {
    /// What it finds objects of.
    type Resource: Resource;
    /// What is searched for.
    type Config: Model;
    /// Why the search failed: [`Diagnostics`], or the author's own error.
    type Error: Into<Diagnostics> + Send;

    /// The name of the resource.
    fn describe(&self) -> Description;

    /// Rules about several of its arguments.
    fn config_rules(&self) -> Vec<ConfigRule> {
        Vec::new()
    }

    /// Refuses configurations that are certainly wrong, beyond what the attributes' own rules refuse.
    fn validate(&self, _config: &Self::Config, _diagnostics: &mut Diagnostics) {}

    /// Hands on one object after another, and ends when [`Finds::push`] says that it is enough.
    fn list(
        &self,
        ctx: &Context<<Self::Resource as Resource>::Clients>,
        query: Query<Self::Config>,
        finds: &mut Finds<Self::Resource>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Query<M> {
    /// The configuration with its defaults.
    pub config: M,
    /// Whether each find is to come with the whole object.
    pub objects: bool,
    /// How many are wanted at most: for the size of pages. [`Finds::push`] says when it is enough.
    pub limit: Option<usize>,
}

/// One object.
pub struct Find<R: Resource> {
    display_name: String,
    identity: R::Identity,
    object: Option<R::Model>,
    told: Diagnostics,
}

impl<R: Resource> Find<R> {
    /// An object by the name that people know it by.
    pub fn new(display_name: impl Into<String>, identity: R::Identity) -> Self {
        Self { display_name: display_name.into(), identity, object: None, told: Diagnostics::new() }
    }

    /// The same with the whole object where those are asked for: as an import by its identity would read it, with what the read
    /// warns of. `None` when it is gone.
    pub async fn imported(
        self,
        resource: &R,
        ctx: &Context<R::Clients>,
        objects: bool,
    ) -> Result<Option<Self>, R::Error> {
        if !objects {
            return Ok(Some(self));
        }
        let mut told = Diagnostics::new();
        let imported = resource.import(ImportBy::Identity(self.identity.clone()))?;
        let read = Box::pin(resource.read(ctx, imported, &mut told)).await?;
        Ok(read.map(|state| {
            // An object may be found by a name that is not the one that it goes by.
            let identity = resource.identity(&state.model).unwrap_or_else(|| self.identity.clone());
            Self { identity, told, ..self }.object(state.model)
        }))
    }

    /// The same with the name that its object tells, where there is one.
    #[must_use]
    pub fn named_by(mut self, name: impl FnOnce(&R::Model) -> &str) -> Self {
        if let Some(object) = &self.object {
            name(object).clone_into(&mut self.display_name);
        }
        self
    }

    /// The same with the whole object, as [`Resource::read`] would return it. Left out of what is sent where nobody asked.
    #[must_use]
    pub fn object(mut self, object: R::Model) -> Self {
        self.object = Some(object);
        self
    }
}

/// Where finds go.
pub struct Finds<R: Resource> {
    sender: mpsc::Sender<ListEvent>,
    left: Option<usize>,
    objects: bool,
    resource: std::marker::PhantomData<fn() -> R>,
}

impl<R: Resource> Finds<R> {
    pub(crate) fn new(sender: mpsc::Sender<ListEvent>, limit: Option<usize>, objects: bool) -> Self {
        Self { sender, left: limit, objects, resource: std::marker::PhantomData }
    }

    /// Hands on a find. False when no more are wanted, because there are enough or because nobody listens any more.
    #[must_use = "a list goes on for ever unless it ends when it has been told to"]
    pub async fn push(&mut self, find: Find<R>) -> bool {
        if self.left == Some(0) {
            return false;
        }
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        let mut find = find;
        let told = std::mem::take(&mut find.told);
        // In an event of its own: cores do not say of which find a warning is.
        if !told.is_empty()
            && self.sender.send(ListEvent { diagnostics: told, ..ListEvent::default() }).await.is_err()
        {
            return false;
        }
        let event = match self.event(&find) {
            Ok(event) => event,
            Err(error) => ListEvent { diagnostics: error.into(), ..ListEvent::default() },
        };
        let broken = event.diagnostics.has_errors();
        self.sender.send(event).await.is_ok() && !broken && self.left != Some(0)
    }

    /// Tells the user something about the search as a whole.
    pub async fn warn(&mut self, summary: impl Into<String>, detail: impl Into<String>) {
        let mut diagnostics = Diagnostics::new();
        diagnostics.warning(summary, detail);
        // Nobody listens any more: the next find learns it.
        let _ = self.sender.send(ListEvent { diagnostics, ..ListEvent::default() }).await;
    }

    fn event(&self, find: &Find<R>) -> Result<ListEvent, Diagnostic> {
        let bug = |what: &str| {
            let detail =
                format!("`{}` was found, but {what}. This is a bug in the provider.", find.display_name);
            Diagnostic::error("Incomplete find", detail)
        };
        let identity = find.identity.write();
        if !identity.is_wholly_known() {
            return Err(bug("a part of its identity is unknown"));
        }
        let object = match (self.objects, &find.object) {
            (false, _) => None,
            (true, None) => return Err(bug("the object was asked for and is missing")),
            (true, Some(object)) => Some(R::Model::schema().complete(object.write())),
        };
        if let Some(path) = object.as_ref().and_then(Value::first_unknown) {
            return Err(bug(&format!("`{path}` of it is unknown")));
        }
        // CLIs write it to the terminal as it is.
        let visible = find.display_name.split(is_obeyed).filter(|part| !part.is_empty());
        let display_name = visible.collect::<Vec<_>>().join(" ");
        Ok(ListEvent { identity: Some(identity), display_name, object, diagnostics: Diagnostics::new() })
    }
}
