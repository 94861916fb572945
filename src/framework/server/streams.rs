//! Answers that come piece by piece: finds, and the progress of an action.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, UnboundedReceiverStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tonic::Status;

use super::call::{Answer, Calls, Fault, ResourceTypes, answer};
use super::stateless::{config_of, offered};
use crate::action::Progress;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::{invoke_action, list_resource};
use crate::service::{InvokeRequest, ListEvent, ListRequest, Service, Stateless};

/// Finds that were made and not yet sent: as many as a page may hold, so that the next one is fetched meanwhile.
const AHEAD: usize = 100;

/// What is left to say at the end of a search.
#[derive(Default)]
struct Rest(Option<list_resource::Event>);

impl Answer for Rest {
    fn add(&mut self, error: Diagnostic) {
        let diagnostic = convert::diagnostics(Diagnostics::from(error));
        self.0 = Some(list_resource::Event { diagnostic, ..Default::default() });
    }
}

impl Answer for invoke_action::event::Completed {
    fn add(&mut self, error: Diagnostic) {
        self.diagnostics.extend(convert::diagnostics(Diagnostics::from(error)));
    }
}

/// Searches until all was found or nobody reads on, which is how a client says that it has enough.
pub(super) fn list(
    calls: &Calls,
    request: list_resource::Request,
) -> Result<BoxStream<'static, list_resource::Event>, Status> {
    offered(calls.service(), Stateless::List)?;
    let (sender, finds) = mpsc::channel(AHEAD);
    let (service, in_flight, subject) = (calls.shared(), calls.in_flight(), request.type_name.clone());
    // A find has them; where there are none, nothing is searched for.
    let types = ResourceTypes::of(&*service, &subject).ok();
    let search = tokio::spawn(async move {
        let _in_flight = in_flight;
        let work = async {
            ResourceTypes::of(&*service, &request.type_name)?;
            let config = config_of(&*service, Stateless::List, &request.type_name, request.config.as_ref())?;
            let request = ListRequest {
                config,
                include_objects: request.include_resource_object,
                limit: usize::try_from(request.limit).ok().filter(|limit| *limit > 0),
                type_name: request.type_name,
            };
            service.list(request, sender).await;
            Ok(Rest::default())
        };
        answer("ListResource", &subject, Rest::default(), work).await
    });
    let search = AbortOnDropHandle::new(search);
    let events = ReceiverStream::new(finds)
        .filter_map(move |event| std::future::ready(types.as_ref().map(|types| wire_event(types, event))));
    let rest = stream::once(search).filter_map(|ended| async { ended.ok()?.0 });
    Ok(events.chain(rest).boxed())
}

fn wire_event(types: &ResourceTypes, event: ListEvent) -> list_resource::Event {
    let ListEvent { identity, display_name, object, diagnostics } = event;
    let convert = || {
        let identity = types.write_identity("identity", identity.as_ref())?;
        let object = object.map(|object| types.write("resource_object", &object)).transpose()?;
        Ok::<_, Fault>((identity, object.flatten()))
    };
    match convert() {
        Ok((identity, resource_object)) => {
            let diagnostic = convert::diagnostics(diagnostics);
            list_resource::Event { identity, display_name, resource_object, diagnostic }
        }
        Err(fault) => {
            let diagnostic = convert::diagnostics(fault.diagnostic().into());
            list_resource::Event { display_name, diagnostic, ..Default::default() }
        }
    }
}

/// Runs an action to its end. The last event says how it ended, whatever happened: a client takes a stream without one for
/// success.
pub(super) fn invoke(
    calls: &Calls,
    request: invoke_action::Request,
) -> Result<BoxStream<'static, invoke_action::Event>, Status> {
    use invoke_action::event::{Completed, Progress as Line, Type};

    offered(calls.service(), Stateless::Action)?;
    let (progress, lines) = Progress::channel();
    let (service, in_flight, subject) = (calls.shared(), calls.in_flight(), request.action_type.clone());
    let abandoned = CancellationToken::new();
    let caller = abandoned.clone().drop_guard();
    let action = tokio::spawn(async move {
        let _in_flight = in_flight;
        let work = run_action(service, request, progress, abandoned);
        answer("InvokeAction", &subject, Completed::default(), work).await
    });
    let event = |kind| invoke_action::Event { r#type: Some(kind) };
    let lines =
        UnboundedReceiverStream::new(lines).map(move |message| event(Type::Progress(Line { message })));
    let end = async move {
        // Held until the end was read, or nobody reads on.
        let _caller = caller;
        let completed = action.await.unwrap_or_else(|_| {
            let mut completed = Completed::default();
            completed.add(Diagnostic::error("Action ended", "The provider process is ending."));
            completed
        });
        event(Type::Completed(completed))
    };
    Ok(lines.chain(stream::once(end)).boxed())
}

async fn run_action(
    service: Arc<dyn Service>,
    request: invoke_action::Request,
    progress: Progress,
    abandoned: CancellationToken,
) -> Result<invoke_action::event::Completed, Fault> {
    let type_name = request.action_type;
    let config = config_of(&*service, Stateless::Action, &type_name, request.config.as_ref())?;
    let diagnostics = service.invoke(InvokeRequest { type_name, config, abandoned }, &progress).await;
    Ok(invoke_action::event::Completed { diagnostics: convert::diagnostics(diagnostics) })
}
