//! What a data source is.

use std::future::Future;

use super::context::Context;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::model::Model;
use super::timeouts::DefaultTimeouts;
use super::validators::ConfigRule;

/// A data source.
pub trait DataSource: Sized + Send + Sync + 'static {
    /// Arguments and results.
    type Model: Model;
    /// What the provider's configuration made.
    type Clients: Send + Sync + 'static;
    /// Why it could not be read: [`Diagnostics`], or the author's own error.
    type Error: From<Diagnostic> + Into<Diagnostics> + Send;

    /// Its name.
    fn describe(&self) -> DataSourceDescription;

    /// Rules about several of its arguments.
    fn config_rules(&self) -> Vec<ConfigRule> {
        Vec::new()
    }

    /// Refuses configurations that are certainly wrong, beyond what the attributes' own rules refuse.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// What its messages are about, as [`Resource::subject`](super::resource::Resource::subject).
    fn subject(&self, _config: &Self::Model) -> Option<String> {
        None
    }

    /// Reads it. `config` is wholly known and has its defaults; what is returned holds the arguments as they are
    /// and the results. Something that is not found is an error.
    fn read(
        &self,
        ctx: &Context<Self::Clients>,
        config: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<Self::Model, Self::Error>> + Send;
}

/// The name of a data source.
#[derive(Debug, Clone, Copy)]
pub struct DataSourceDescription {
    /// Without the provider's prefix.
    pub name: &'static str,
    /// Where the user sets none.
    pub timeouts: DefaultTimeouts,
}

impl DataSourceDescription {
    /// With default timeouts.
    pub fn new(name: &'static str) -> Self {
        Self { name, timeouts: DefaultTimeouts::default() }
    }

    /// The same with timeouts, of which only that for reading counts.
    #[must_use]
    pub const fn timeouts(mut self, timeouts: DefaultTimeouts) -> Self {
        self.timeouts = timeouts;
        self
    }
}
