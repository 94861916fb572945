//! What an action is: something that is done on demand and leaves nothing to manage.

use std::future::Future;

use tokio::sync::mpsc;

use super::context::Context;
use super::description::Description;
use super::diagnostic::Diagnostics;
use super::model::Model;
use super::validators::ConfigRule;

/// An action, as `action` blocks and `terraform apply -invoke` start it.
pub trait Action: Sized + Send + Sync + 'static {
    /// Its arguments.
    type Model: Model;
    /// What the provider's configuration made.
    type Clients: Send + Sync + 'static;
    /// Why it failed: [`Diagnostics`], or the author's own error.
    type Error: Into<Diagnostics> + Send;

    /// Its name.
    fn describe(&self) -> Description;

    /// Rules about several of its arguments.
    fn config_rules(&self) -> Vec<ConfigRule> {
        Vec::new()
    }

    /// Refuses configurations that are certainly wrong, beyond what the attributes' own rules refuse.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Looks at the remote side while the action is planned. Left out while the provider's configuration is unknown.
    fn check(
        &self,
        _ctx: &Context<Self::Clients>,
        _config: &Self::Model,
        _diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Does it. `config` is wholly known and has its defaults. Once begun it runs to its end: when the user interrupts or the
    /// program that asked is gone, `ctx.cancel` says so, and nothing more is begun.
    fn invoke(
        &self,
        ctx: &Context<Self::Clients>,
        config: Self::Model,
        progress: &Progress,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Tells the user how far an action has got.
#[derive(Debug, Clone)]
pub struct Progress(mpsc::UnboundedSender<String>);

impl Progress {
    /// Progress and where it arrives; for tests of an action.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<String>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// One line.
    pub fn say(&self, line: impl Into<String>) {
        // Nobody listens any more; the action goes on all the same.
        let _ = self.0.send(line.into());
    }
}
