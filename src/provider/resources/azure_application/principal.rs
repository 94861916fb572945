//! The service principal of an application, without which nobody can consent to it or sign in as it.

use clients::graph::{Application, Error, Graph, NewServicePrincipal, ServicePrincipal};
use clients::http::Call;

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

/// The principal of an application that was there before: the one that is there, or the deleted one, with all that is set at it,
/// or a new one where the deleted ones hold none or may not be read.
pub(super) async fn of_known(
    graph: &Graph,
    call: &Call,
    application: &Application,
) -> Result<ServicePrincipal, Error> {
    let client_id = application.client_id.as_str();
    let deleted = match graph.deleted_items().principal_by_client_id(call, client_id).await {
        Err(error) if error.is_forbidden() => None,
        found => found?,
    };
    if let Some(deleted) = deleted
        && graph.service_principals().get_by_client_id(call, client_id).await?.is_none()
    {
        match graph.deleted_items().restore_principal(call, &deleted.object_id).await {
            // Somebody was faster, or it was deleted for good meanwhile.
            Err(error) if error.is_not_found() => {}
            restored => return restored,
        }
    }
    of_new(graph, call, application).await
}
