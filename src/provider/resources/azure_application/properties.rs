//! An application in the words of configurations, and back in those of Graph.

use std::collections::BTreeSet;

use super::model::ApplicationModel;
use super::{AzureApplication, OWN_TAG};
use crate::provider_block::Diagnose as _;
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
) -> Result<ResourceAccess, Diagnostics> {
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
        return Err(refused);
    }
    Ok(ResourceAccess::of_graph(delegated.iter().map(String::as_str), application.iter().map(String::as_str)))
}

async fn ids(
    graph: &Graph,
    call: &Call,
    kind: PermissionKind,
    names: &Attr<BTreeSet<String>>,
) -> Result<Result<Vec<String>, Vec<graph::UnknownPermission>>, Diagnostics> {
    // Ids that no name is known for are shown and may be configured as they are.
    let (ids, names): (BTreeSet<String>, BTreeSet<String>) =
        names.unwrap_or_default().into_iter().partition(|name| uuid::Uuid::try_parse(name).is_ok());
    let resolved = graph.permissions().ids(call, kind, &names).await.map_err(|error| error.diagnose())?;
    Ok(resolved.map(|resolved| resolved.into_values().chain(ids).collect()))
}

/// A new registration as planned.
pub(super) fn registration(model: &ApplicationModel, access: ResourceAccess) -> NewApplication {
    NewApplication {
        display_name: model.display_name.text().to_owned(),
        unique_name: model.unique_name.known().cloned(),
        sign_in_audience: model.sign_in_audience.text().to_owned(),
        notes: model.notes.known().cloned(),
        tags: tags(model),
        web: Web { redirect_uris: redirect_uris(model) },
        required_resource_access: vec![access],
        owners: model.owners.unwrap_or_default(),
    }
}

/// All properties that the provider decides, to bring an application of any earlier state to the plan.
pub(super) fn whole_change(new: &NewApplication, present: &Application) -> ApplicationChange {
    ApplicationChange {
        display_name: Some(new.display_name.clone()),
        unique_name: new.unique_name.clone().filter(|_| present.unique_name.is_none()),
        sign_in_audience: Some(new.sign_in_audience.clone()),
        notes: Some(new.notes.clone()),
        tags: Some(new.tags.clone()),
        web: Some(new.web.clone()),
        required_resource_access: Some(
            new.required_resource_access.iter().chain(present.access_of_other_apis()).cloned().collect(),
        ),
    }
}

/// What a plan changes of an application.
pub(super) fn change(
    planned: &Planned<AzureApplication>,
    present: &Application,
    access: ResourceAccess,
) -> ApplicationChange {
    let (model, Some(prior)) = (&planned.model, &planned.prior) else {
        return ApplicationChange::default();
    };
    let permissions = prior.delegated_permissions != model.delegated_permissions
        || prior.application_permissions != model.application_permissions;
    ApplicationChange {
        display_name: changed(&prior.display_name, &model.display_name, Attr::unwrap_or_default),
        unique_name: changed(&prior.unique_name, &model.unique_name, Attr::unwrap_or_default),
        sign_in_audience: changed(&prior.sign_in_audience, &model.sign_in_audience, |name| {
            name.unwrap_or_default()
        }),
        notes: changed(&prior.notes, &model.notes, |notes| notes.known().cloned()),
        tags: (prior.tags != model.tags || !super::is_ours(present)).then(|| tags(model)),
        web: (prior.redirect_uris != model.redirect_uris)
            .then(|| Web { redirect_uris: redirect_uris(model) }),
        required_resource_access: permissions
            .then(|| std::iter::once(access).chain(present.access_of_other_apis().cloned()).collect()),
    }
}

fn changed<T: PartialEq, U>(
    prior: &Attr<T>,
    planned: &Attr<T>,
    value: impl FnOnce(&Attr<T>) -> U,
) -> Option<U> {
    (prior != planned).then(|| value(planned))
}

fn tags(model: &ApplicationModel) -> Vec<String> {
    model.tags.unwrap_or_default().into_iter().chain([OWN_TAG.to_owned()]).collect()
}

fn redirect_uris(model: &ApplicationModel) -> Vec<String> {
    model.redirect_uris.unwrap_or_default().into_iter().collect()
}

/// Takes what Graph shows over into a model.
pub(super) async fn show(
    graph: &Graph,
    call: &Call,
    snapshot: &Snapshot,
    application: &Application,
    model: &mut ApplicationModel,
) -> Result<(), Diagnostic> {
    let failed = |error: graph::Error| error.diagnose();
    let names = async |kind| {
        let mut names = BTreeSet::new();
        for id in application.graph_permission_ids(kind) {
            names.insert(graph.permissions().name(call, kind, id).await.map_err(failed)?);
        }
        Ok::<_, Diagnostic>(Attr::Known(names))
    };
    model.delegated_permissions = names(PermissionKind::Delegated).await?;
    model.application_permissions = names(PermissionKind::Application).await?;
    model.display_name = application.display_name.as_str().into();
    model.unique_name = application.unique_name.clone().into();
    model.redirect_uris = Attr::Known(application.web.redirect_uris.iter().cloned().collect());
    model.sign_in_audience = application.sign_in_audience.clone().into();
    model.notes = application.notes.clone().filter(|notes| !notes.is_empty()).into();
    let tags: BTreeSet<String> = application.tags.iter().filter(|tag| *tag != OWN_TAG).cloned().collect();
    // An empty set in the configuration stays one.
    model.tags = if tags.is_empty() && !model.tags.is_known() { Attr::Null } else { tags.into() };
    if model.owners.is_known()
        && let Some(owners) = &snapshot.owners
    {
        model.owners = owners.clone().into();
    }
    model.object_id = application.object_id.as_str().into();
    model.client_id = application.client_id.as_str().into();
    model.service_principal_object_id =
        snapshot.service_principal.as_ref().map(|principal| principal.object_id.clone()).into();
    model.publisher_domain = application.publisher_domain.clone().into();
    Ok(())
}
