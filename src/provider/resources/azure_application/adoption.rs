//! Finding what an earlier run left: an application is known by its unique name and the provider's tag, never by its
//! display name, and nothing is taken over that somebody else may rely on.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::model::ApplicationModel;
use super::tags::{RESTORED_TAG, is_nobodys, is_ours};
use crate::provider_block::{At as _, Failure, Session};
use clients::graph::{
    self, Alone, Application, ApplicationChange, Graph, InPlace, NewApplication, PasswordCredential, Sight,
    Thing, purge_date,
};
use clients::http::Call;
use framework::diagnostic::Diagnostic;

/// How old an unfinished application of ours may be to be finished without asking.
const UNFINISHED: SignedDuration = SignedDuration::from_hours(1);

/// For how long an application of ours is waited for that this run may delete: what nothing holds up begins within moments.
const MOMENTS: Duration = Duration::from_secs(10);

/// What holds a unique name.
pub(super) enum Holder {
    /// An application that may be finished, which nobody else of this process touches meanwhile. It has a date of deletion if it
    /// was restored.
    Unfinished(Box<Application>, Alone),
    /// An application that this very run has deleted, by its object id: a replacement is under way.
    DeletedHere(String),
}

/// What holds a unique name, if it may be finished, restored or purged; else an error that says what holds it.
pub(super) async fn find(
    session: &Session,
    graph: &Graph,
    call: &Call,
    name: &str,
) -> Result<Holder, Failure> {
    let at = ApplicationModel::unique_name();
    match look(graph, call, name).await.at(at.clone())? {
        Sighting::DeletedHere(deleted) => Ok(Holder::DeletedHere(deleted)),
        Sighting::Active(active) if is_ours(&active) => {
            let Some(alone) = graph.applications().spare(call, &active).await.at(at.clone())? else {
                return Ok(Holder::DeletedHere(active.object_id));
            };
            if is_half_restored(graph, call, &active).await.at(at.clone())? {
                let restored = mark(graph, call, *active).await.at(at)?;
                return Ok(Holder::Unfinished(Box::new(restored), alone));
            }
            if is_nobodys(&active) {
                return Ok(Holder::Unfinished(active, alone));
            }
            let is_unfinished = is_begun(&active, graph.clock().now())
                && has_no_grants(graph, call, &active).await.at(at.clone())?;
            if is_unfinished {
                return Ok(Holder::Unfinished(active, alone));
            }
            let inherited = graph.applications().inherit(call, &active, alone, MOMENTS).await.at(at)?;
            match inherited {
                Some(alone) => Ok(Holder::Unfinished(active, alone)),
                None => Err(held_by_active(session, graph, &active, name).into()),
            }
        }
        Sighting::Active(active) => Err(held_by_active(session, graph, &active, name).into()),
        Sighting::Deleted(deleted) if is_ours(&deleted) => {
            let Some(alone) = graph.applications().spare(call, &deleted).await.at(at.clone())? else {
                return Ok(Holder::DeletedHere(deleted.object_id));
            };
            let restored = graph.deleted_items().restore_application(call, &deleted.object_id).await;
            let restored = mark(graph, call, restored.at(at.clone())?).await.at(at)?;
            Ok(Holder::Unfinished(Box::new(restored), alone))
        }
        Sighting::Deleted(deleted) => Err(held_by_deleted(&deleted, name).into()),
        Sighting::Nothing(Some(refusal)) => Err(Failure::from(refusal).at(ApplicationModel::unique_name())),
        Sighting::Nothing(None) => Err(Diagnostic::error(
            "The unique name is taken",
            format!(
                "Entra refuses `{name}` because another object holds it, but shows none, active or deleted. Apply again, or \
                 choose another `unique_name`."
            ),
        )
        .at(ApplicationModel::unique_name())
        .into()),
    }
}

/// Who holds a unique name that is planned for a new application, where the apply would be refused it. Nothing is told of what
/// a state of this configuration has, since the same plan may replace it, nor of what cannot be read: the apply tells of that.
pub(super) async fn foresee(session: &Session, graph: &Graph, call: &Call, name: &str) -> Option<Diagnostic> {
    if graph.deleted_here(name).is_some() {
        return None;
    }
    let active = graph.applications().get_by_unique_name(call, name).await.ok()??;
    let id = session.path(graph.tenant(), "applications", &active.object_id).to_string();
    let is_told = !session.intentions().is_held(&id) && !may_be_finished(graph, call, &active).await;
    is_told.then(|| held_by_active(session, graph, &active, name))
}

/// Whether the application of a client id may be what an apply takes over or restores where a new one is planned.
pub(crate) async fn may_come_back(graph: &Graph, call: &Call, client_id: &str) -> bool {
    let Ok(snapshot) = graph.snapshot(call, client_id).await else { return false };
    match &snapshot.application {
        Some(active) => may_be_finished(graph, call, active).await,
        None => graph.has_gone(call, Thing::ApplicationOf(client_id), None).await,
    }
}

/// The same of an active one, as far as looking tells: a replica may not have heard that it was deleted.
async fn may_be_finished(graph: &Graph, call: &Call, active: &Application) -> bool {
    is_ours(active)
        && (is_nobodys(active)
            || is_begun(active, graph.clock().now())
            || is_half_restored(graph, call, active).await.unwrap_or(false)
            || graph.has_gone(call, Thing::Application(&active.object_id), None).await)
}

/// What was seen of the holder of a unique name.
enum Sighting {
    Active(Box<Application>),
    Deleted(Box<Application>),
    DeletedHere(String),
    /// Nothing, or the deleted ones may not be read.
    Nothing(Option<graph::Error>),
}

/// How long a holder is waited for that may as well be among deleted items, which the caller may not read.
const IN_DOUBT: Duration = Duration::from_secs(60);

/// Looks for the holder of a name that Entra says is taken, and again while no replica shows one: it was made, or deleted, a
/// moment ago.
async fn look(graph: &Graph, call: &Call, name: &str) -> Result<Sighting, graph::Error> {
    let glance = || async {
        if let Some(deleted) = graph.deleted_here(name) {
            return Ok((Sighting::DeletedHere(deleted), Sight::Whole));
        }
        if let Some(active) = graph.applications().get_by_unique_name(call, name).await? {
            // A replica may not have heard that it was deleted, or the deleted items that it was restored.
            let is_doubtful =
                is_ours(&active) && graph.has_gone(call, Thing::Application(&active.object_id), None).await;
            let sight = if is_doubtful { Sight::Part } else { Sight::Whole };
            return Ok((Sighting::Active(Box::new(active)), sight));
        }
        match graph.deleted_items().application_by_unique_name(call, name).await {
            Ok(Some(deleted)) => Ok((Sighting::Deleted(Box::new(deleted)), Sight::Whole)),
            Ok(None) => Ok((Sighting::Nothing(None), Sight::Nothing)),
            Err(error) if error.is_forbidden() => Ok((Sighting::Nothing(Some(error)), Sight::Nothing)),
            Err(error) => Err(error),
        }
    };
    let patient = match glance().await? {
        (Sighting::Nothing(Some(_)), _) => call.at_most(IN_DOUBT),
        (found, Sight::Whole) => return Ok(found),
        _ => call.clone(),
    };
    graph.settled(&patient, Some(graph.now()), None, glance).await
}

/// Whether an earlier command was killed, or failed, after it had restored an application: that was a moment ago, and nobody has
/// made a secret since. Before it could leave a mark, the principal that was deleted with the application lies where it was.
async fn is_half_restored(graph: &Graph, call: &Call, active: &Application) -> Result<bool, graph::Error> {
    let restored =
        active.tags.iter().find_map(|tag| tag.strip_prefix(RESTORED_TAG)?.parse::<Timestamp>().ok());
    if let Some(restored) = restored {
        let is_used = |key: &PasswordCredential| key.start_date_time.is_some_and(|start| start >= restored);
        let is_young = graph.clock().now().duration_since(restored) < UNFINISHED;
        return Ok(is_young && !active.password_credentials.iter().any(is_used));
    }
    if graph.service_principals().get_by_client_id(call, &active.client_id).await?.is_some() {
        return Ok(false);
    }
    match graph.deleted_items().principal_by_client_id(call, &active.client_id).await {
        Ok(deleted) => Ok(deleted.is_some()),
        Err(error) if error.is_forbidden() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Leaves the date on an application that was restored. Its date of deletion says that the principal has to be restored as well.
async fn mark(graph: &Graph, call: &Call, restored: Application) -> Result<Application, graph::Error> {
    let now = graph.now();
    let kept = restored.tags.iter().filter(|tag| !tag.starts_with(RESTORED_TAG)).cloned();
    let tags: Vec<String> = kept.chain([format!("{RESTORED_TAG}{now}")]).collect();
    let change = ApplicationChange { tags: Some(tags.clone()), ..ApplicationChange::default() };
    graph.applications().update(call, &restored.object_id, &change).await?;
    Ok(Application { deleted_date_time: Some(now), tags, ..restored })
}

/// What a restored application has again that nobody may know of.
pub(super) fn revived_secrets(restored: &Application) -> Option<Diagnostic> {
    let secrets = secrets_of(restored)?;
    Some(Diagnostic::warning(
        format!("`{}` is restored with its secrets", restored.display_name),
        format!(
            "The application (client id `{}`) was deleted within the last 30 days, and whoever has one of these secrets can sign \
             in with it again: {}. Those that a sync or a `proofpoint_azure_client_secret` of a state has are that one's; remove \
             the others under Certificates & secrets.",
            restored.client_id, secrets
        ),
    ))
}

/// The secrets of an application by id and description; none where it has none.
fn secrets_of(application: &Application) -> Option<String> {
    let secrets = application
        .password_credentials
        .iter()
        .map(|key| format!("`{}` ({})", key.key_id, key.display_name.as_deref().unwrap_or("no description")));
    let secrets: Vec<String> = secrets.collect();
    (!secrets.is_empty()).then(|| secrets.join(", "))
}

/// Whether it was made a moment ago, and nobody has made a secret of it.
fn is_begun(application: &Application, now: Timestamp) -> bool {
    let created = application.created_date_time;
    created.is_some_and(|created| now.duration_since(created) < UNFINISHED)
        && application.password_credentials.is_empty()
}

async fn has_no_grants(graph: &Graph, call: &Call, application: &Application) -> Result<bool, graph::Error> {
    graph.forget_snapshots();
    let snapshot = graph.snapshot(call, &application.client_id).await?;
    // Delegated grants count where they may be read: who may only manage applications may not, and without a secret nobody
    // uses them as this application.
    let has_grants = snapshot.grants().is_ok_and(|grants| !grants.is_empty());
    Ok(!has_grants && snapshot.app_role_assignments()?.is_empty())
}

/// Makes a new application in place of one that this run has deleted, which would keep the unique name for a month.
pub(super) async fn make_anew(
    graph: &Graph,
    call: &Call,
    new: &NewApplication,
    deleted: &str,
) -> Result<Application, Failure> {
    let name = new.unique_name.as_deref().unwrap_or_default();
    match graph.applications().create_in_place(call, new, deleted).await? {
        InPlace::Made(application) => Ok(*application),
        InPlace::Kept(error) => Err(not_purged(&error, deleted, name).into()),
        InPlace::Restored(application) => Err(held_by_restored(&application, name).into()),
    }
}

fn not_purged(error: &graph::Error, deleted: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        "The deleted application keeps the unique name",
        format!(
            "This run deleted the application `{deleted}` to replace it. For 30 days it keeps the unique name `{name}` unless \
             it is purged, which failed: {error} Purge it in the portal (App registrations, Deleted applications) and apply \
             again, or choose another `unique_name`. Without either, the next apply restores that application instead of \
             making a new one."
        ),
    )
    .at(ApplicationModel::unique_name())
}

fn held_by_restored(application: &Application, name: &str) -> Diagnostic {
    Diagnostic::error(
        "The deleted application is there again",
        format!(
            "This run deleted the application `{0}` (object id `{1}`) to replace it, but Entra shows it as active and holding \
             the unique name `{name}`, and not among the deleted items: somebody has restored it meanwhile, or Entra's \
             replicas are very late. Apply again in a while; if it is there to stay, delete or import it.",
            application.display_name, application.object_id
        ),
    )
    .at(ApplicationModel::unique_name())
}

fn held_by_active(session: &Session, graph: &Graph, application: &Application, name: &str) -> Diagnostic {
    let id = session.path(graph.tenant(), "applications", &application.object_id);
    let secrets = secrets_of(application).filter(|_| is_ours(application)).map_or_else(String::new, |secrets| {
        format!(
            "\n\nIt has client secrets: {secrets}. One that was made by a command that was killed, and that no state lists, is a \
             secret that is left over, whose value nobody knows: remove it under Certificates & secrets."
        )
    });
    let whose = if is_ours(application) {
        "It was made by this provider: under another address of this configuration (a rename needs a `moved` block; where \
         this run destroys it later, apply again), in another configuration, longer ago, or by a command that was killed \
         before it could write its state. If this plan replaces it with `create_before_destroy`, both would need the name at \
         once."
    } else {
        "It was not made by this provider."
    };
    Diagnostic::error(
        "The unique name is taken",
        format!(
            "The application `{}` (client id `{}`) holds the unique name `{name}`. {whose} Choose another `unique_name`, or \
             manage that application with this resource:\n\n  import {{\n    to = proofpoint_azure_application.NAME\n    id \
             = \"{id}\"\n  }}{secrets}",
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
