//! One call: counted while it is in flight, logged, its faults and panics turned into diagnostics.
//!
//! Core makes little of a gRPC status and drops the response that comes with it, so errors are always diagnostics.

use std::sync::Arc;
use std::time::Instant;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tonic::Status;
use tracing::Instrument as _;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::plugin::Lifecycle;
use crate::plugin::panic::{self, Panic};
use crate::protocol::convert::{self, ValueError};
use crate::protocol::wire::tfplugin6 as wire;
use crate::schema::Schema;
use crate::service::Service;
use crate::value::Type;

/// Why a request could not be passed on, or its result not be returned.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The provider has nothing of this name.
    #[error("this version of the provider has no {kind} called `{name}`")]
    Unknown {
        /// What was asked for.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A value does not fit its type.
    #[error("the value of `{field}` can't be converted: {error}")]
    Value {
        /// Field of the request or response.
        field: &'static str,
        /// What is wrong.
        error: ValueError,
    },
    /// A bug.
    #[error("{0}")]
    Panic(Panic),
}

impl Fault {
    /// For `map_err` on conversions.
    pub(super) fn value(field: &'static str) -> impl FnOnce(ValueError) -> Self {
        move |error| Self::Value { field, error }
    }

    pub(super) fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Unknown { .. } => Diagnostic::error(
                "Not offered by this version of the provider",
                format!("{}: check the version in `required_providers`.", capitalised(self)),
            ),
            Self::Value { .. } => Diagnostic::error(
                "Values of provider and CLI do not fit",
                format!(
                    "{}. This is a bug of the provider: please report it with this text.",
                    capitalised(self)
                ),
            ),
            Self::Panic(_) => Diagnostic::error(
                "The provider failed unexpectedly",
                format!(
                    "{}. What was being done may be done in part: look at the object before trying again. This is \
                     a bug of the provider: please report it with this text.",
                    capitalised(self)
                ),
            ),
        }
    }
}

fn capitalised(fault: &Fault) -> String {
    let text = fault.to_string();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A response that can carry an error.
pub(super) trait Answer: Default + Send + 'static {
    /// Adds it.
    fn add(&mut self, error: Diagnostic);
}

macro_rules! answers {
    ($($module:ident)*) => {$(
        impl Answer for wire::$module::Response {
            fn add(&mut self, error: Diagnostic) {
                self.diagnostics.extend(convert::diagnostics(Diagnostics::from(error)));
            }
        }
    )*};
}

answers! {
    get_metadata get_provider_schema get_resource_identity_schemas get_functions
    validate_provider_config configure_provider
    validate_resource_config upgrade_resource_state upgrade_resource_identity
    read_resource plan_resource_change apply_resource_change import_resource_state move_resource_state
    validate_data_resource_config read_data_source
    generate_resource_config validate_list_resource_config validate_action_config plan_action
    validate_ephemeral_resource_config open_ephemeral_resource renew_ephemeral_resource close_ephemeral_resource
}

impl Answer for wire::call_function::Response {
    fn add(&mut self, error: Diagnostic) {
        let text = format!("{}: {}", error.summary, error.detail);
        self.error = Some(wire::FunctionError { text, function_argument: None });
    }
}

impl Answer for wire::stop_provider::Response {
    fn add(&mut self, error: Diagnostic) {
        self.error = error.summary;
    }
}

/// Runs calls of one provider.
#[derive(Clone)]
pub(super) struct Calls {
    service: Arc<dyn Service>,
    lifecycle: Lifecycle,
}

impl Calls {
    pub(super) fn new(service: Arc<dyn Service>, lifecycle: Lifecycle) -> Self {
        Self { service, lifecycle }
    }

    /// The provider.
    pub(super) fn service(&self) -> &dyn Service {
        &*self.service
    }

    /// The provider, for a task of its own.
    pub(super) fn shared(&self) -> Arc<dyn Service> {
        Arc::clone(&self.service)
    }

    /// Marks a call as in flight for as long as what is returned lives.
    pub(super) fn in_flight(&self) -> TaskTrackerToken {
        self.lifecycle.call()
    }

    /// The life of the process.
    #[cfg(test)]
    pub(super) fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    /// Runs a call to its end, or until the caller goes away. `subject` is the type or function it is about.
    pub(super) async fn run<A: Answer>(
        &self,
        rpc: &'static str,
        subject: &str,
        work: impl Future<Output = Result<A, Fault>> + Send,
    ) -> A {
        let _in_flight = self.lifecycle.call();
        answer(rpc, subject, A::default(), work).await
    }

    /// Runs a call to its end even when the caller goes away: what it changes must not stay half done. `work` is given what
    /// is cancelled then, so that it ends soon and begins nothing more of which nobody would know. After a fault `otherwise`
    /// is answered.
    pub(super) async fn run_to_end<A: Answer, W>(
        &self,
        rpc: &'static str,
        subject: String,
        otherwise: A,
        work: impl FnOnce(Arc<dyn Service>, CancellationToken) -> W + Send + 'static,
    ) -> Result<A, Status>
    where
        W: Future<Output = Result<A, Fault>> + Send + 'static,
    {
        let (service, in_flight) = (Arc::clone(&self.service), self.lifecycle.call());
        let abandoned = CancellationToken::new();
        // The server drops this future with the connection it came over.
        let _caller = abandoned.clone().drop_guard();
        let task = tokio::spawn(async move {
            let _in_flight = in_flight;
            answer(rpc, &subject, otherwise, work(service, abandoned)).await
        });
        // The task ends otherwise only when the process does.
        task.await.map_err(|_| Status::cancelled("the provider process is ending"))
    }
}

/// Logs a call, and turns its fault or panic into an error in the answer.
pub(super) async fn answer<A: Answer>(
    rpc: &'static str,
    subject: &str,
    mut otherwise: A,
    work: impl Future<Output = Result<A, Fault>> + Send,
) -> A {
    let mut answer = None;
    let work = async {
        answer = Some(work.await?);
        Ok(())
    };
    match settle(rpc, subject, work.boxed()).await {
        Ok(()) => answer.unwrap_or(otherwise),
        Err(problem) => {
            otherwise.add(problem);
            otherwise
        }
    }
}

/// The same for an answer of any kind, so that it is in the program once and not for each rpc.
async fn settle(
    rpc: &'static str,
    subject: &str,
    work: BoxFuture<'_, Result<(), Fault>>,
) -> Result<(), Diagnostic> {
    let span = tracing::debug_span!("call", tf_rpc = rpc, tf_subject = subject);
    let start = Instant::now();
    let result = panic::caught(work).instrument(span.clone()).await;
    let _entered = span.enter();
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    match result.unwrap_or_else(|panic| Err(Fault::Panic(panic))) {
        Ok(()) => {
            tracing::debug!(milliseconds, "answered");
            Ok(())
        }
        Err(fault) => {
            tracing::error!(milliseconds, %fault, "failed");
            Err(fault.diagnostic())
        }
    }
}

/// The types of one resource's values.
pub(super) struct ResourceTypes {
    schema: Arc<Schema>,
    identity: Option<Arc<Schema>>,
}

impl ResourceTypes {
    /// Those of the resource called `name`.
    pub(super) fn of(service: &dyn Service, name: &str) -> Result<Self, Fault> {
        let schema = service
            .resource_schema(name)
            .ok_or_else(|| Fault::Unknown { kind: "resource", name: name.to_owned() })?;
        Ok(Self { schema, identity: service.identity_schema(name) })
    }

    /// Of configuration, plan and state.
    pub(super) fn object(&self) -> &Type {
        self.schema.settled_type()
    }

    /// Of the identity, for resources that have one.
    pub(super) fn identity(&self) -> Option<&Type> {
        self.identity.as_ref().map(Schema::settled_type)
    }
}
