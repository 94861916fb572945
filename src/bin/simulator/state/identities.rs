//! What every tenant has from the start: Microsoft's own resources, and two applications that can sign in.

use jiff::SignedDuration;
use serde_json::json;

use crate::graph::app_role_assignments::AppRoleAssignment;
use crate::graph::applications::{self, Application, HeldSecret};
use crate::graph::resources::{azure_ad_graph, microsoft_graph};
use crate::graph::service_principals::{from_application, from_resource};
use crate::graph::{entity::Entity, ids};
use crate::state::World;
use crate::state::clock::graph_time;
use crate::state::random::Random;

/// Application permissions of the automation identity.
const AUTOMATION: &[&str] = &[
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Domain.ReadWrite.All",
    "Group.ReadWrite.All",
    "Organization.Read.All",
    "Policy.Read.All",
    "User.DeleteRestore.All",
    "User.ReadWrite.All",
];

/// Application permissions of the read-only identity.
const READER: &[&str] = &["Application.Read.All", "Directory.Read.All", "Policy.Read.All"];

/// Puts them into a tenant.
pub(crate) fn establish(world: &mut World, tenant_id: &str, random: &mut Random) {
    let now = world.clock.now();
    let missing = world.behaviour.microsoft.missing_resources.clone();
    let Some(tenant) = world.tenant(tenant_id) else { return };
    let secrets = [tenant.automation.clone(), tenant.reader.clone()]
        .map(|identity| (identity.client_id, identity.client_secret));
    let home = (tenant.id.clone(), tenant.domain.clone());
    let created = graph_time(now);
    let mut graph_id = None;
    for resource in [microsoft_graph(), azure_ad_graph()] {
        let known = world.tenant(tenant_id).and_then(|tenant| {
            tenant
                .service_principals
                .iter()
                .find(|one| one.app_id() == resource.app_id)
                .map(|one| one.id().to_owned())
        });
        let id = known.clone().unwrap_or_else(|| random.guid());
        if known.is_none() && missing.iter().any(|app_id| app_id == resource.app_id) {
            continue;
        }
        if resource.app_id == microsoft_graph().app_id {
            graph_id = Some(id.clone());
        }
        if known.is_none()
            && let Some(tenant) = world.tenant_mut(tenant_id)
        {
            tenant.service_principals.seed(&id, from_resource(resource, &id, &created));
        }
    }
    let kinds = [("Terraform automation", AUTOMATION), ("Terraform reader", READER)];
    for ((client_id, client_secret), (name, permissions)) in secrets.into_iter().zip(kinds) {
        world.secrets.insert(client_secret.clone());
        let (object_id, principal_id, key_id) = (random.guid(), random.guid(), random.guid());
        let mut application = Application {
            document: applications::blank(&object_id, &client_id, &created, None, &home.1),
            ..Application::default()
        };
        application.document.insert("displayName".to_owned(), json!(name));
        application.document.insert(
            "passwordCredentials".to_owned(),
            json!([{
                "customKeyIdentifier": null, "displayName": "simulator", "keyId": key_id, "secretText": null,
                "hint": client_secret.get(..3), "startDateTime": created,
                // Whoever runs the tests should not have to rotate their own way in.
                "endDateTime": graph_time(now.checked_add(SignedDuration::from_hours(100 * 365 * 24)).unwrap_or(now)),
            }]),
        );
        application.secrets.insert(key_id, HeldSecret { text: client_secret, since: jiff::Timestamp::MIN });
        let principal = from_application(&application, &principal_id, &home.0, &created, &client_id);
        let assignments: Vec<AppRoleAssignment> = graph_id
            .iter()
            .flat_map(|graph| permissions.iter().map(move |permission| (graph, permission)))
            .filter_map(|(graph, permission)| {
                Some(AppRoleAssignment {
                    id: ids::app_role_assignment(&principal_id, &random.guid())?,
                    deleted_date_time: None,
                    app_role_id: microsoft_graph().role_id(permission)?.to_owned(),
                    created_date_time: Some(created.clone()),
                    principal_display_name: Some(name.to_owned()),
                    principal_id: principal_id.clone(),
                    principal_type: "ServicePrincipal".to_owned(),
                    resource_display_name: Some(microsoft_graph().display_name.to_owned()),
                    resource_id: graph.clone(),
                })
            })
            .collect();
        let Some(tenant) = world.tenant_mut(tenant_id) else { return };
        tenant.applications.seed(&object_id, application);
        tenant.service_principals.seed(&principal_id, principal);
        for assignment in assignments {
            let id = assignment.id().to_owned();
            tenant.app_role_assignments.seed(&id, assignment);
        }
    }
}
