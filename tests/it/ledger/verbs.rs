//! What asks for each entry whose answer is read.

use std::collections::BTreeSet;

use clients::auth::Inputs;
use clients::essentials::{NewAdministrator, NewCustomer, UserChange};
use clients::graph::{
    ApplicationChange, NewApplication, NewPassword, NewServicePrincipal, PermissionKind, Web,
};

use super::service::{DOMAIN, ID, Service, TENANT, call};

/// Whose answers are never an error, each with why.
const NEVER_AN_ERROR: &[(&str, &str)] = &[
    ("graph.sign-ins.of-key", "it is evidence: what cannot be read of it is unknown"),
    ("graph.deleted.get", "what cannot be read proves nothing"),
    ("essentials.organization.create", "the organization is made all the same"),
];

/// Whether whatever comes there is no error.
pub(super) fn is_never_an_error(id: &str) -> bool {
    NEVER_AN_ERROR.iter().any(|(never, _)| *never == id)
}

/// Asks what reads the answer of an entry, of clients that know nothing of what was answered before; the text of the error.
pub(super) async fn ask(service: &Service, id: &str) -> Result<(), String> {
    match id.split_once('.').expect("a service").0 {
        "graph" => graph(service, id).await.map_err(|error| error.to_string()),
        "essentials" => essentials(service, id).await.map_err(|error| error.to_string()),
        _ => sign_in(service, id).await.map_err(|error| error.to_string()),
    }
}

/// Writes what the life of a configuration does not, with every member that may be sent.
pub(super) async fn write(service: &Service) {
    let (graph, call) = (&service.graph(), &call());
    let change = ApplicationChange { unique_name: Some("sync".to_owned()), ..ApplicationChange::default() };
    graph.applications().update(call, ID, &change).await.expect("a change");
    graph.applications().add_owner(call, ID, TENANT).await.expect("an owner");
    graph.applications().create_in_place(call, &application(), TENANT).await.expect("another application");

    let organization = service.essentials().organization_on(DOMAIN, service.address()).expect("the stack");
    let text = || Some("x".to_owned());
    let account = UserChange {
        primary_email: "a@contoso.com".to_owned(),
        is_active: Some(false),
        kind: text(),
        firstname: text(),
        surname: text(),
        alias_emails: Some(Vec::new()),
        send_welcome_email: None,
    };
    organization.update_user(call, "a@contoso.com", &account).await.expect("a change");
    let customer = NewCustomer {
        primary_domain: DOMAIN.to_owned(),
        name: "Contoso".to_owned(),
        is_active: true,
        user_licenses: 5,
        licensing_package: text(),
        is_on_trial: false,
        www: text(),
        address: text(),
        postcode: text(),
        stateprov: text(),
        country: text(),
        phone: text(),
        external_id: text(),
        admin_user: NewAdministrator {
            primary_email: "a@contoso.com".to_owned(),
            firstname: "Ann".to_owned(),
            surname: "Smith".to_owned(),
        },
        domains: Vec::new(),
    };
    organization.create_customer(call, &customer).await.expect("a customer");
}

async fn graph(service: &Service, id: &str) -> Result<(), clients::graph::Error> {
    let (graph, call) = (&service.graph(), &call());
    let applications = graph.applications();
    match id {
        "graph.application.of-client" => applications.get_by_client_id(call, ID).await.map(drop),
        "graph.application.of-name" => applications.get_by_unique_name(call, "sync").await.map(drop),
        "graph.application.get" => applications.get(call, ID).await.map(drop),
        "graph.application.list" => applications.all(call).await.map(drop),
        "graph.application.create" => applications.create(call, &application()).await.map(drop),
        "graph.key.add" => {
            let new = NewPassword { display_name: "sync".to_owned(), end_date_time: None };
            applications.add_password(call, ID, &new).await.map(drop)
        }
        "graph.owners.list" => applications.owners(call, ID).await.map(drop),
        "graph.policy.tenant" => graph.policies().password_rules_of_new_applications(call).await.map(drop),
        "graph.policy.own" => graph.policies().password_rules(call, ID).await.map(drop),
        "graph.principal.of-client" => {
            graph.service_principals().get_by_client_id(call, ID).await?;
            let unknown = BTreeSet::from(["Nobody.Knows".to_owned()]);
            graph.permissions().ids(call, PermissionKind::Application, &unknown).await.map(drop)
        }
        "graph.principal.get" => graph.service_principals().get(call, ID).await.map(drop),
        "graph.principal.create" => {
            let new = NewServicePrincipal { client_id: ID.to_owned(), tags: Vec::new() };
            graph.service_principals().create(call, &new).await.map(drop)
        }
        "graph.assignments.list" => graph.app_role_assignments().of(call, ID).await.map(drop),
        "graph.grants.get" => graph.grants().get(call, ID, ID).await.map(drop),
        // Which of its parts may not be read is for those to say who need it.
        "graph.batch"
        | "graph.owners.of-client"
        | "graph.assignments.of-client"
        | "graph.grants.of-client" => {
            let snapshot = graph.snapshot(call, ID).await?;
            snapshot.grants()?;
            snapshot.app_role_assignments().map(drop)
        }
        "graph.deleted.applications" => {
            graph.deleted_items().application_by_unique_name(call, "sync").await.map(drop)
        }
        "graph.deleted.principals" => graph.deleted_items().principal_by_client_id(call, ID).await.map(drop),
        "graph.deleted.users" => graph.users().for_each_deleted(call, |_| {}).await,
        "graph.deleted.groups" => graph.groups().for_each_deleted(call, |_| {}).await,
        "graph.deleted.restore" => {
            graph.deleted_items().restore_application(call, ID).await?;
            graph.deleted_items().restore_principal(call, ID).await.map(drop)
        }
        "graph.users" => graph.users().for_each(call, |_| {}).await,
        "graph.groups" => graph.groups().for_each(call, |_| {}).await,
        "graph.organization" => graph.tenant_details(call).await.map(drop),
        "graph.domains" => graph.domains().list(call).await.map(drop),
        _ => panic!("nothing asks for {id}"),
    }
}

fn application() -> NewApplication {
    NewApplication {
        display_name: "Sync".to_owned(),
        unique_name: None,
        sign_in_audience: "AzureADMyOrg".to_owned(),
        notes: None,
        tags: Vec::new(),
        web: Web::default(),
        required_resource_access: Vec::new(),
        owners: None,
    }
}

async fn essentials(service: &Service, id: &str) -> Result<(), clients::essentials::Error> {
    let (login, call) = (&service.essentials(), &call());
    let organization = login.organization_on(DOMAIN, service.address()).expect("the configured stack");
    match id {
        "essentials.me" => login.me(call).await.map(drop),
        "essentials.stack" => login.organization(call, DOMAIN).await.map(drop),
        "essentials.organization.get" => {
            organization.profile(call).await?;
            organization.details(call).await.map(drop)
        }
        "essentials.organization.list" => organization.children(call).await.map(drop),
        "essentials.login-settings" => organization.login_settings(call).await.map(drop),
        "essentials.domains.list" => organization.domains(call).await.map(drop),
        "essentials.domains.code" => organization.verification_code(call, DOMAIN).await.map(drop),
        "essentials.settings.get" => organization.settings(call).await.map(drop),
        "essentials.exemptions.list" => organization.exemptions(call).await.map(drop),
        "essentials.accounts.list" => organization.users(call, |_| ()).await.map(drop),
        "essentials.accounts.get" => organization.user(call, "a@contoso.com").await.map(drop),
        "essentials.accounts.create" => {
            let new = UserChange { primary_email: "a@contoso.com".to_owned(), ..UserChange::default() };
            organization.create_users(call, &[new]).await.map(drop)
        }
        _ => panic!("nothing asks for {id}"),
    }
}

async fn sign_in(service: &Service, id: &str) -> Result<(), clients::auth::Error> {
    let address = |path: &str| Some(format!("{}{path}", service.address()));
    let job = |path: &str| Inputs {
        use_oidc: Some(true),
        oidc_request_url: address(path),
        oidc_request_token: Some("hush".into()),
        ..Inputs::default()
    };
    let inputs = match id {
        "entra.token" => Inputs { client_secret: Some("hush".into()), ..Inputs::default() },
        "machine.token" => Inputs {
            use_msi: Some(true),
            msi_endpoint: address("/metadata/identity/oauth2/token"),
            ..Inputs::default()
        },
        "github.token" => job("/github"),
        "azure-devops.token" => {
            Inputs { ado_pipeline_service_connection_id: Some(ID.to_owned()), ..job("/azure-devops") }
        }
        _ => panic!("nothing asks for {id}"),
    };
    let tenant = clients::auth::TenantId::parse(TENANT).expect("a tenant");
    service
        .credentials(inputs)
        .token(&call(), &tenant, "https://graph.microsoft.com/.default")
        .await
        .map(drop)
}
