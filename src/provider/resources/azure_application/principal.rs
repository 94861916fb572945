//! The service principal of an application, without which nobody can consent to it or sign in as it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use clients::graph::{Application, Error, Graph, NewServicePrincipal, ServicePrincipal, Sight, Thing};
use clients::http::Call;
use jiff::Timestamp;

use super::model::ApplicationModel;

/// Tag that puts a service principal into the portal's list of enterprise applications.
const ENTERPRISE_APPLICATION: &str = "WindowsAzureActiveDirectoryIntegratedApp";

/// The principal of an application that has just been made, which cannot have a deleted one.
pub(super) async fn of_new(
    graph: &Graph,
    call: &Call,
    application: &Application,
) -> Result<ServicePrincipal, Error> {
    let new = NewServicePrincipal {
        client_id: application.client_id.clone(),
        tags: vec![ENTERPRISE_APPLICATION.to_owned()],
    };
    graph.service_principals().create(call, &new).await
}

/// Whether nothing but the principal of what is `known` is not `shown`, and that since somebody deleted it after `written`: no
/// replica is waited for.
pub(super) async fn is_all_that_is_gone(
    graph: &Graph,
    call: &Call,
    known: &ApplicationModel,
    shown: &ApplicationModel,
    written: Option<Timestamp>,
) -> bool {
    let Some(principal) = known.service_principal_object_id.known() else { return false };
    let with_it =
        ApplicationModel { service_principal_object_id: principal.as_str().into(), ..shown.clone() };
    with_it == *known
        && shown.service_principal_object_id.is_null()
        && graph.has_gone(call, Thing::Principal(principal), written).await
}

/// For how long a principal is brought back that may have been deleted a moment ago, at most: not every replica knows it among the
/// deleted items yet. After that, or after half of what the operation has left, a new one does as well.
const IN_DOUBT: Duration = Duration::from_secs(15);

/// After so many looks that show a principal, and none among the deleted items, it is there.
const BELIEVED: u32 = 3;

/// The principal of an application that was there before: the deleted one, with all that is set at it, or else the one that is
/// there, or a new one. When it may have gone says nothing of how late the replicas are that answer.
pub(super) async fn of_known(
    graph: &Graph,
    call: &Call,
    application: &Application,
) -> Result<ServicePrincipal, Error> {
    let client_id = application.client_id.as_str();
    let shown = AtomicU32::new(0);
    let look = || async {
        match graph.deleted_items().principal_by_client_id(call, client_id).await {
            Ok(None) => {}
            Ok(found) => return Ok((found, Sight::Whole)),
            // Whoever may not read them may not restore either.
            Err(error) if error.is_forbidden() => return Ok((None, Sight::Whole)),
            Err(error) => return Err(error),
        }
        if graph.service_principals().get_by_client_id(call, client_id).await?.is_some() {
            shown.fetch_add(1, Ordering::Relaxed);
        }
        Ok((None, if shown.load(Ordering::Relaxed) < BELIEVED { Sight::Nothing } else { Sight::Whole }))
    };
    let patient = call.at_most(IN_DOUBT.min(call.remaining() / 2));
    if let Some(deleted) = graph.settled(&patient, Some(graph.now()), None, look).await? {
        match graph.deleted_items().restore_principal(&patient, &deleted.object_id).await {
            // There is another one by now, it was deleted for good, or a replica does not hear of it.
            Err(error) if !error.outcome_is_unknown() && !error.is_cancelled() => {}
            restored => return restored,
        }
    }
    of_new(graph, call, application).await
}
