//! What every tenant has from the start: Microsoft's own resources, and two applications that can sign in.

use jiff::SignedDuration;
use serde_json::json;

use crate::directory::resources::{azure_ad_graph, microsoft_graph};

use crate::directory::application;
use crate::directory::application::Application;
use crate::directory::application::HeldSecret;
use crate::directory::entity::Entity;
use crate::directory::ids;
use crate::directory::role_assignment::AppRoleAssignment;
use crate::directory::service_principal::from_application;
use crate::directory::service_principal::from_resource;
use crate::directory::tenant::Tenant;
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

/// Name of the key that an identity signs in with.
const KEY_NAME: &str = "simulator";

/// Who may admit an application besides its own tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    Nobody,
    /// Any tenant that consents to it: a partner's application.
    Others,
}

/// Puts them into a tenant.
pub(crate) fn establish(world: &mut World, tenant_id: &str, audience: Audience, random: &mut Random) {
    let now = world.clock.now();
    let missing = world.moods.missing_resources.clone();
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
    for (index, ((client_id, client_secret), (name, permissions))) in
        secrets.into_iter().zip(kinds).enumerate()
    {
        world.secrets.insert(client_secret.clone());
        if let Some(tenant) = world.tenant_mut(tenant_id)
            && let Some(client_id) = adopt(tenant, name, &client_secret)
        {
            let identity = if index == 0 { &mut tenant.automation } else { &mut tenant.reader };
            identity.client_id = client_id;
            continue;
        }
        let (object_id, principal_id, key_id) = (random.guid(), random.guid(), random.guid());
        let mut application = Application {
            document: application::blank(&object_id, &client_id, &created, None, &home.1),
            ..Application::default()
        };
        application.document.insert("displayName".to_owned(), json!(name));
        if index == 0 && audience == Audience::Others {
            application.document.insert("signInAudience".to_owned(), json!("AzureADMultipleOrgs"));
        }
        application.document.insert(
            "passwordCredentials".to_owned(),
            json!([{
                "customKeyIdentifier": null, "displayName": KEY_NAME, "keyId": key_id, "secretText": null,
                "hint": client_secret.get(..3), "startDateTime": created,
                // Whoever runs the tests should not have to rotate their own way in.
                "endDateTime": graph_time(now.checked_add(SignedDuration::from_hours(100 * 365 * 24)).unwrap_or(now)),
            }]),
        );
        application.secrets.insert(key_id, HeldSecret { text: client_secret, since: jiff::Timestamp::MIN });
        let principal = from_application(&application, &principal_id, &home.0, &created, &client_id);
        let assignments = assignments(graph_id.as_deref(), &principal_id, name, permissions, random);
        let Some(tenant) = world.tenant_mut(tenant_id) else { return };
        tenant.applications.seed(&object_id, application);
        tenant.service_principals.seed(&principal_id, principal);
        for assignment in assignments {
            let id = assignment.id().to_owned();
            tenant.app_role_assignments.seed(&id, assignment);
        }
    }
}

/// What a principal may do in Microsoft Graph.
fn assignments(
    graph: Option<&str>,
    principal_id: &str,
    name: &str,
    permissions: &[&str],
    random: &mut Random,
) -> Vec<AppRoleAssignment> {
    let Some(graph) = graph else { return Vec::new() };
    let assignment = |permission: &&str| {
        Some(AppRoleAssignment {
            id: ids::app_role_assignment(principal_id, &random.guid())?,
            deleted_date_time: None,
            app_role_id: microsoft_graph().role_id(permission)?.to_owned(),
            // Tokens are never behind with what was there before.
            created_date_time: Some("2020-01-15T08:00:00Z".to_owned()),
            principal_display_name: Some(name.to_owned()),
            principal_id: principal_id.to_owned(),
            principal_type: "ServicePrincipal".to_owned(),
            resource_display_name: Some(microsoft_graph().display_name.to_owned()),
            resource_id: graph.to_owned(),
        })
    };
    permissions.iter().filter_map(assignment).collect()
}

/// Lets a tenant consent to the automation identity of another one, which is for many tenants.
pub(crate) fn consent(world: &mut World, home_id: &str, tenant_id: &str, random: &mut Random) {
    let created = graph_time(world.clock.now());
    let Some(home) = world.tenant(home_id) else { return };
    let found = home.applications.iter().find(|one| one.app_id() == home.automation.client_id);
    let Some(application) = found.map(|found| Application::clone(found)) else { return };
    let Some(tenant) = world.tenant_mut(tenant_id) else { return };
    let principals = || tenant.service_principals.iter();
    let graph =
        principals().find(|one| one.app_id() == microsoft_graph().app_id).map(|one| one.id().to_owned());
    let (id, name) = (random.guid(), application.text("displayName"));
    let principal = from_application(&application, &id, home_id, &created, application.app_id());
    let assignments = assignments(graph.as_deref(), &id, name, AUTOMATION, random);
    tenant.service_principals.seed(&id, principal);
    for assignment in assignments {
        let id = assignment.id().to_owned();
        tenant.app_role_assignments.seed(&id, assignment);
    }
}

/// Gives an identity that came with a state document, which never holds a secret, a new one; its client id.
fn adopt(tenant: &mut Tenant, name: &str, client_secret: &str) -> Option<String> {
    let found = tenant.applications.iter().find_map(|application| {
        let keys = application.list("passwordCredentials");
        let key = keys
            .iter()
            .find(|key| key["displayName"] == KEY_NAME)
            .filter(|_| application.text("displayName") == name)?;
        Some((Application::clone(application), key["keyId"].as_str()?.to_owned()))
    });
    let (mut application, key_id) = found?;
    let held = HeldSecret { text: client_secret.to_owned(), since: jiff::Timestamp::MIN };
    application.secrets.insert(key_id, held);
    let (id, client_id) = (application.id().to_owned(), application.app_id().to_owned());
    tenant.applications.seed(&id, application);
    Some(client_id)
}

#[cfg(test)]
mod tests {
    use crate::graph::desk::Desk;
    use crate::state::random::Random;
    use crate::state_document;

    #[test]
    fn a_state_document_read_back_gives_the_same_directory() {
        let mut desk = Desk::new();
        desk.register("app");
        let before = state_document::write(&desk.world);
        let random = Random::seeded(1);
        desk.world.tenants = state_document::read(&before, &random).unwrap();
        let id = desk.world.tenants[0].id.clone();
        super::establish(&mut desk.world, &id, super::Audience::Nobody, &mut random.branch("x"));
        assert_eq!(state_document::write(&desk.world)["tenants"], before["tenants"]);
        let tenant = &desk.world.tenants[0];
        let identity = &tenant.automation;
        let caller =
            crate::entra::sign_in(&desk.world, &tenant.id, &identity.client_id, &identity.client_secret);
        assert_eq!(caller.unwrap().app_id, desk.caller.app_id);
    }
}
