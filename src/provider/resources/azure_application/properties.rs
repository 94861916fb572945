//! An application in the words of configurations, and back in those of Graph.

use std::collections::BTreeSet;

use super::AzureApplication;
use super::model::ApplicationModel;
use crate::provider_block::Failure;
use clients::graph::{
    self, Application, ApplicationChange, Graph, NewApplication, PermissionKind, ResourceAccess, Snapshot,
    Web,
};
use clients::http::Call;
use framework::attr::Attr;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::path::Path;
use framework::resource::Planned;

/// The permissions of a plan as ids. A name that Graph does not offer is refused with the nearest one.
pub(super) async fn resolve(
    graph: &Graph,
    call: &Call,
    model: &ApplicationModel,
) -> Result<ResourceAccess, Failure> {
    let mut refused = Diagnostics::new();
    let delegated = ids(graph, call, PermissionKind::Delegated, &model.delegated_permissions).await?;
    let application = ids(graph, call, PermissionKind::Application, &model.application_permissions).await?;
    let mut take = |outcome: Result<Vec<String>, Vec<graph::UnknownPermission>>, path: Path| {
        outcome.unwrap_or_else(|unknown| {
            for permission in unknown {
                refused.error_at(
                    path.clone(),
                    "Microsoft Graph has no such permission",
                    permission.to_string(),
                );
            }
            Vec::new()
        })
    };
    let delegated = take(delegated, ApplicationModel::delegated_permissions());
    let application = take(application, ApplicationModel::application_permissions());
    if refused.has_errors() {
        return Err(refused.into());
    }
    Ok(ResourceAccess::of_graph(delegated.iter().map(String::as_str), application.iter().map(String::as_str)))
}

async fn ids(
    graph: &Graph,
    call: &Call,
    kind: PermissionKind,
    names: &Attr<BTreeSet<String>>,
) -> Result<Result<Vec<String>, Vec<graph::UnknownPermission>>, Failure> {
    // Ids that no name is known for are shown and may be configured as they are. One that has a name is refused with it:
    // it would be shown by its name, as a change in every plan.
    let (mut ids, mut unnamed) = (BTreeSet::new(), BTreeSet::new());
    for name in names.unwrap_or_default() {
        let is_unnamed = uuid::Uuid::try_parse(&name).is_ok()
            && graph.permissions().name(call, kind, &name).await? == name;
        if is_unnamed {
            unnamed.insert(name)
        } else {
            ids.insert(name)
        };
    }
    let resolved = graph.permissions().ids(call, kind, &ids).await?;
    Ok(resolved.map(|resolved| resolved.into_values().chain(unnamed).collect()))
}

/// A new registration as planned, with its owner's mark.
pub(super) fn registration(model: &ApplicationModel, access: ResourceAccess, owner: &str) -> NewApplication {
    // Every argument is here: one that is added does not compile until somebody has decided what it is in Graph.
    let ApplicationModel {
        display_name,
        unique_name,
        redirect_uris,
        sign_in_audience,
        // Resolved into `access`.
        delegated_permissions: _,
        application_permissions: _,
        owners,
        notes,
        tags,
        // The provider's own.
        tenant_id: _,
        deletion_protection: _,
        timeouts: _,
        // Decided by Entra.
        id: _,
        object_id: _,
        client_id: _,
        service_principal_object_id: _,
        publisher_domain: _,
    } = model;
    NewApplication {
        display_name: display_name.text().to_owned(),
        unique_name: unique_name.known().cloned(),
        sign_in_audience: sign_in_audience.text().to_owned(),
        notes: notes.known().cloned(),
        tags: all_tags(tags, owner),
        web: web(redirect_uris),
        required_resource_access: vec![access],
        owners: owners.known().cloned(),
    }
}

/// All properties that the provider decides, to bring an application of any earlier state to the plan.
pub(super) fn whole_change(new: &NewApplication, present: &Application) -> ApplicationChange {
    let NewApplication {
        display_name,
        unique_name,
        sign_in_audience,
        notes,
        tags,
        web,
        required_resource_access,
        // Written one by one.
        owners: _,
    } = new;
    ApplicationChange {
        display_name: Some(display_name.clone()),
        unique_name: unique_name.clone().filter(|_| present.unique_name.is_none()),
        sign_in_audience: Some(sign_in_audience.clone()),
        notes: Some(notes.clone()),
        tags: Some(tags.clone()),
        web: Some(web.clone()),
        required_resource_access: Some(
            required_resource_access.iter().chain(present.access_of_other_apis()).cloned().collect(),
        ),
        // Nobody's argument.
        description: None,
    }
}

/// What a plan changes of an application.
pub(super) fn change(
    planned: &Planned<AzureApplication>,
    present: &Application,
    access: ResourceAccess,
    owner: &str,
) -> ApplicationChange {
    let Some(prior) = &planned.prior else { return ApplicationChange::default() };
    let ApplicationModel {
        display_name,
        unique_name,
        redirect_uris,
        sign_in_audience,
        delegated_permissions,
        application_permissions,
        notes,
        tags,
        // Written one by one.
        owners: _,
        // The provider's own.
        tenant_id: _,
        deletion_protection: _,
        timeouts: _,
        // Decided by Entra.
        id: _,
        object_id: _,
        client_id: _,
        service_principal_object_id: _,
        publisher_domain: _,
    } = &planned.model;
    let permissions = prior.delegated_permissions != *delegated_permissions
        || prior.application_permissions != *application_permissions;
    let is_marked =
        super::is_ours(present) && graph::owner_in(&present.tags, super::OWNER_TAG) == Some(owner);
    ApplicationChange {
        display_name: changed(&prior.display_name, display_name, Attr::unwrap_or_default),
        unique_name: changed(&prior.unique_name, unique_name, Attr::unwrap_or_default),
        sign_in_audience: changed(&prior.sign_in_audience, sign_in_audience, Attr::unwrap_or_default),
        notes: changed(&prior.notes, notes, |notes| notes.known().cloned()),
        tags: (prior.tags != *tags || !is_marked).then(|| all_tags(tags, owner)),
        web: changed(&prior.redirect_uris, redirect_uris, web),
        required_resource_access: permissions
            .then(|| std::iter::once(access).chain(present.access_of_other_apis().cloned()).collect()),
        description: None,
    }
}

fn changed<T: PartialEq, U>(
    prior: &Attr<T>,
    planned: &Attr<T>,
    value: impl FnOnce(&Attr<T>) -> U,
) -> Option<U> {
    (prior != planned).then(|| value(planned))
}

fn all_tags(tags: &Attr<BTreeSet<String>>, owner: &str) -> Vec<String> {
    let own = [super::OWN_TAG.to_owned(), format!("{}{owner}", super::OWNER_TAG)];
    tags.unwrap_or_default().into_iter().chain(own).collect()
}

fn web(redirect_uris: &Attr<BTreeSet<String>>) -> Web {
    Web { redirect_uris: redirect_uris.unwrap_or_default().into_iter().collect() }
}

/// What Graph shows, beside what only the state knows.
pub(super) async fn show(
    graph: &Graph,
    call: &Call,
    snapshot: &Snapshot,
    application: &Application,
    known: &ApplicationModel,
) -> Result<ApplicationModel, graph::Error> {
    let tags: BTreeSet<String> =
        application.tags.iter().filter(|tag| !super::is_own_tag(tag)).cloned().collect();
    let owners = snapshot.owners.as_ref().filter(|_| known.owners.is_known());
    let permissions = graph.permissions();
    let names = async |kind| permissions.names(call, kind, application.graph_permission_ids(kind)).await;
    Ok(ApplicationModel {
        id: known.id.clone(),
        tenant_id: known.tenant_id.clone(),
        display_name: application.display_name.as_str().into(),
        unique_name: application.unique_name.clone().into(),
        redirect_uris: Attr::Known(application.web.redirect_uris.iter().cloned().collect()),
        sign_in_audience: application.sign_in_audience.clone().into(),
        delegated_permissions: names(PermissionKind::Delegated).await?.into(),
        application_permissions: names(PermissionKind::Application).await?.into(),
        owners: owners.map_or_else(|| known.owners.clone(), |owners| owners.clone().into()),
        notes: application.notes.clone().filter(|notes| !notes.is_empty()).into(),
        // An empty set in the configuration stays one.
        tags: if tags.is_empty() && !known.tags.is_known() { Attr::Null } else { tags.into() },
        deletion_protection: known.deletion_protection.clone(),
        object_id: application.object_id.as_str().into(),
        client_id: application.client_id.as_str().into(),
        service_principal_object_id: snapshot
            .service_principal
            .as_ref()
            .map(|principal| principal.object_id.clone())
            .into(),
        publisher_domain: application.publisher_domain.clone().into(),
        timeouts: known.timeouts.clone(),
    })
}

/// What to say where the address that stands in for `redirect_uris` is not known.
pub(super) fn without_console() -> Diagnostics {
    Diagnostic::error(
        "The address of the console is not known",
        "Set `redirect_uris`, or the provider's `region` (or `PROOFPOINT_ESSENTIALS_REGION`), whose console stands in for it.",
    )
    .at(ApplicationModel::redirect_uris())
    .into()
}
