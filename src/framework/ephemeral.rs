//! What an ephemeral resource is: something that lives for one command and is never stored.

use std::future::Future;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use super::description::Description;
use super::diagnostic::Diagnostics;
use super::model::Model;
use super::validators::ConfigRule;

/// An ephemeral resource, such as a token that is valid for the length of a command.
///
/// It is opened once for each plan and once more for each apply, and closed when nothing needs it any more.
pub trait EphemeralResource: Sized + Send + Sync + 'static {
    /// Arguments and results.
    type Model: Model;
    /// What [`renew`](Self::renew) and [`close`](Self::close) need to know of what was opened; `()` for nothing. It stays in
    /// the memory of the program that asked.
    type Private: Serialize + DeserializeOwned + Send + 'static;
    /// What the provider's configuration made.
    type Clients: Send + Sync + 'static;
    /// Why an operation failed: [`Diagnostics`], or the author's own error.
    type Error: Into<Diagnostics> + Send;

    /// Its name.
    fn describe(&self) -> Description;

    /// Rules about several of its arguments.
    fn config_rules(&self) -> Vec<ConfigRule> {
        Vec::new()
    }

    /// Refuses configurations that are certainly wrong, beyond what the attributes' own rules refuse.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Opens it. `config` is wholly known and has its defaults; what is returned holds the arguments as they are and the
    /// results.
    fn open(
        &self,
        ctx: &Context<Self::Clients>,
        config: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<Opened<Self>, Self::Error>> + Send;

    /// Makes it last longer, when its time has come and it is still needed. Its results can't change.
    fn renew(
        &self,
        _ctx: &Context<Self::Clients>,
        private: Self::Private,
        _diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<Renewed<Self>, Self::Error>> + Send {
        std::future::ready(Ok(Renewed { private, renew_at: None }))
    }

    /// Gives it back. `private` is what [`open`](Self::open) returned: what a renewal returned is not handed on to here.
    fn close(
        &self,
        _ctx: &Context<Self::Clients>,
        _private: Self::Private,
        _diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        std::future::ready(Ok(()))
    }
}

/// What was opened.
pub struct Opened<R: EphemeralResource> {
    /// Arguments and results. Nothing in it may be unknown.
    pub model: R::Model,
    /// For [`EphemeralResource::renew`] and [`EphemeralResource::close`].
    pub private: R::Private,
    /// When it has to be renewed.
    pub renew_at: Option<SystemTime>,
}

/// What a renewal came to.
pub struct Renewed<R: EphemeralResource> {
    /// For the next renewal.
    pub private: R::Private,
    /// When that is due.
    pub renew_at: Option<SystemTime>,
}

impl<R: EphemeralResource> Opened<R> {
    /// Something that needs no renewal.
    pub fn new(model: R::Model, private: R::Private) -> Self {
        Self { model, private, renew_at: None }
    }

    /// The same, to be renewed then.
    #[must_use]
    pub fn renew_at(mut self, when: SystemTime) -> Self {
        self.renew_at = Some(when);
        self
    }
}
