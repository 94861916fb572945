//! Finding what an earlier run left: an application is known by its unique name and the provider's tag, never by its
//! display name, and nothing is taken over that somebody else may rely on.

use jiff::{SignedDuration, Timestamp};

use super::model::ApplicationModel;
use super::{OWN_TAG, is_ours};
use crate::provider_block::{Diagnose as _, ObjectPath};
use clients::graph::{self, Application, Graph, purge_date};
use clients::http::Call;
use framework::diagnostic::Diagnostic;

/// How old an unfinished application of ours may be to be finished without asking.
const UNFINISHED: SignedDuration = SignedDuration::from_hours(1);

/// The application that holds a unique name, if it may be finished or restored; else an error that says what holds it.
pub(super) async fn find(graph: &Graph, call: &Call, name: &str) -> Result<Application, Diagnostic> {
    let failed = |error: graph::Error| error.diagnose().at(ApplicationModel::unique_name());
    if let Some(active) = graph.applications().get_by_unique_name(call, name).await.map_err(failed)? {
        let unfinished = is_ours(&active)
            && is_young(&active, graph.clock().now())
            && active.password_credentials.is_empty()
            && has_no_grants(graph, call, &active).await.map_err(failed)?;
        return if unfinished { Ok(active) } else { Err(held_by_active(&active, name)) };
    }
    match graph.deleted_items().application_by_unique_name(call, name).await.map_err(failed)? {
        Some(deleted) if is_ours(&deleted) => {
            let restored = graph.deleted_items().restore_application(call, &deleted.object_id).await.map_err(failed)?;
            // The date says that its principal has to be restored as well.
            Ok(Application { deleted_date_time: deleted.deleted_date_time, ..restored })
        }
        Some(deleted) => Err(held_by_deleted(&deleted, name)),
        None => Err(Diagnostic::error(
            "The unique name is taken",
            format!(
                "Entra refuses `{name}` because another object holds it, but shows none, active or deleted. It may have been \
                 made a moment ago: apply again, or choose another `unique_name`."
            ),
        )
        .at(ApplicationModel::unique_name())),
    }
}

fn is_young(application: &Application, now: Timestamp) -> bool {
    application.created_date_time.is_some_and(|created| now.duration_since(created) < UNFINISHED)
}

async fn has_no_grants(graph: &Graph, call: &Call, application: &Application) -> Result<bool, graph::Error> {
    graph.forget_snapshots();
    let snapshot = graph.snapshot(call, &application.client_id).await?;
    // Delegated grants count where they may be read: who may only manage applications may not, and without a secret nobody
    // uses them as this application.
    let has_grants = snapshot.grants().is_ok_and(|grants| !grants.is_empty());
    Ok(!has_grants && snapshot.app_role_assignments()?.is_empty())
}

fn held_by_active(application: &Application, name: &str) -> Diagnostic {
    let id = ObjectPath::new(None, "applications", &application.object_id);
    let whose = if application.tags.iter().any(|tag| tag == OWN_TAG) {
        "It was made by this provider, in another configuration or longer ago."
    } else {
        "It was not made by this provider."
    };
    Diagnostic::error(
        "The unique name is taken",
        format!(
            "The application `{}` (client id `{}`) holds the unique name `{name}`. {whose} Choose another `unique_name`, or \
             manage that application with this resource:\n\n  import {{\n    to = proofpoint_azure_application.NAME\n    id \
             = \"{id}\"\n  }}",
            application.display_name, application.client_id
        ),
    )
    .at(ApplicationModel::unique_name())
}

fn held_by_deleted(application: &Application, name: &str) -> Diagnostic {
    let until = application.deleted_date_time.and_then(purge_date).map_or_else(
        || "Entra purges it, 30 days after its deletion".to_owned(),
        |purge| format!("Entra purges it on {}", purge.strftime("%Y-%m-%d")),
    );
    Diagnostic::error(
        "The unique name is held by a deleted application",
        format!(
            "The application `{}` (object id `{}`), which was not made by this provider, was deleted and keeps the unique name \
             `{name}` until {until}. Choose another `unique_name`, or restore or purge that application in the portal.",
            application.display_name, application.object_id
        ),
    )
    .at(ApplicationModel::unique_name())
}
