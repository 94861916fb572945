//! A world of customers that people set up by hand, in the portal and in Proofpoint's console: plain ones, and ten kinds of
//! mess, and organizations that leave people out of the sync.

use serde_json::{Value as Json, json};

use super::simulator::Simulator;

/// How a customer was set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setup {
    /// As the guides say.
    Plain,
    /// Two applications of one name.
    TwoOfOneName,
    /// The application has secrets besides the one that Proofpoint holds.
    ForeignKeys,
    /// The application permission was not granted, only what acts for a signed-in person.
    HalfAConsent,
    /// The redirect address is written with capitals.
    CapitalsInRedirect,
    /// The application has no unique name, which no portal gives.
    NoUniqueName,
    /// Proofpoint signs in as an application that is not there any more.
    AnotherClientId,
    /// A domain of the tenant is missing at Proofpoint.
    DomainMissing,
    /// The sync with Active Directory is configured as well.
    ActiveDirectory,
    /// The secret has ended.
    ExpiredSecret,
    /// A policy forbids client secrets.
    BlockedPolicy,
    /// People are exempt from the sync.
    Exemptions,
}

impl Setup {
    /// Every kind of mess, and what a takeover must not lose.
    pub(crate) const MESSES: [Self; 11] = [
        Self::TwoOfOneName,
        Self::ForeignKeys,
        Self::HalfAConsent,
        Self::CapitalsInRedirect,
        Self::NoUniqueName,
        Self::AnotherClientId,
        Self::DomainMissing,
        Self::ActiveDirectory,
        Self::ExpiredSecret,
        Self::BlockedPolicy,
        Self::Exemptions,
    ];
}

/// A customer.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub(crate) domain: String,
    pub(crate) setup: Setup,
}

/// The customers, and the simulator's document of them.
pub(crate) struct HandBuilt {
    pub(crate) customers: Vec<Customer>,
    pub(crate) document: Json,
}

/// The name that Proofpoint's guide gives the application.
const NAME: &str = "Proofpoint Azure Sync";

/// What the guide has people grant besides the application permission.
const DELEGATED: [&str; 3] = ["Group.Read.All", "Directory.Read.All", "User.ReadBasic.All"];

/// When all of it was made.
const MADE: &str = "2024-05-06T07:08:09Z";

/// The kind of object that an id is of.
#[derive(Clone, Copy)]
enum Part {
    Application,
    Client,
    Principal,
    Key,
    Second,
    Gone,
}

fn id(customer: usize, part: Part) -> String {
    format!("{customer:08x}-0000-4000-8000-{:012x}", part as usize + 1)
}

/// So many customers below one partner; of every five, three are plain. One automation identity signs in to all of them.
pub(crate) fn hand_built(customers: usize) -> HandBuilt {
    let simulator = Simulator::start(&["--tenants", &customers.to_string(), "--users", "2", "--groups", "1"]);
    let mut document = simulator.state();
    // The one that a simulator which begins with the document has first.
    let home =
        simulator.ready().tenants.iter().min_by_key(|tenant| &tenant.tenant_id).expect("a tenant").clone();
    let mut messes = Setup::MESSES.iter().copied().cycle();
    let mut built = Vec::new();
    for (number, tenant) in simulator.ready().tenants.iter().enumerate() {
        let setup = if number % 5 < 3 { Setup::Plain } else { messes.next().expect("it goes round") };
        let directory = &mut document["tenants"][&tenant.tenant_id];
        consent_to(directory, &tenant.client_id, &home.client_id);
        build_directory(directory, number, setup, &tenant.domain);
        let organization = &mut document["organizations"][&tenant.domain];
        build_organization(organization, number, setup, &tenant.domain);
        built.push(Customer { domain: tenant.domain.clone(), setup });
    }
    HandBuilt { customers: built, document }
}

fn find<'a>(objects: &'a mut Json, member: &str, value: &str) -> Option<&'a mut Json> {
    objects.as_array_mut()?.iter_mut().find(|one| one[member] == value)
}

/// Makes the identity of one tenant a multi-tenant application, which each of the others has consented to.
fn consent_to(directory: &mut Json, own: &str, shared: &str) {
    if own == shared {
        let application =
            find(&mut directory["applications"], "appId", own).expect("the automation identity");
        application["signInAudience"] = json!("AzureADMultipleOrgs");
        return;
    }
    let principal = find(&mut directory["service_principals"], "appId", own).expect("its principal");
    principal["appId"] = json!(shared);
    let applications = directory["applications"].as_array_mut().expect("applications");
    applications.retain(|one| one["appId"] != own);
}

/// What stands in the tenant.
fn build_directory(directory: &mut Json, number: usize, setup: Setup, domain: &str) {
    let application = application(directory, number, setup, domain);
    let second = json!({
        "id": id(number, Part::Second), "appId": id(number, Part::Gone), "uniqueName": null, "passwordCredentials": [],
    });
    let graph = find(&mut directory["service_principals"], "displayName", "Microsoft Graph").expect("Graph")
        ["id"]
        .clone();
    let principal = merged(
        &directory["service_principals"][0],
        &json!({
            "id": id(number, Part::Principal), "appId": application["appId"], "displayName": NAME, "tags": [],
            "appRoles": [], "oauth2PermissionScopes": [], "createdDateTime": MADE,
            "appOwnerOrganizationId": null, "servicePrincipalNames": [application["appId"]],
        }),
    );
    let assignment = merged(
        &directory["app_role_assignments"][0],
        &json!({
            "id": format!("assignment-{number}"), "principalId": id(number, Part::Principal), "principalDisplayName": NAME,
            "appRoleId": "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "resourceId": graph, "createdDateTime": MADE,
        }),
    );
    let grant = json!({
        "id": format!("grant-{number}"), "clientId": id(number, Part::Principal), "consentType": "AllPrincipals",
        "principalId": null, "resourceId": graph, "scope": DELEGATED.join(" "),
    });
    let mut add = |list: &str, object: Json| directory[list].as_array_mut().expect("a list").push(object);
    if setup == Setup::TwoOfOneName {
        add("applications", merged(&application, &second));
    }
    add("applications", application);
    add("service_principals", principal);
    if setup != Setup::HalfAConsent {
        add("app_role_assignments", assignment);
    }
    add("grants", grant);
    match setup {
        Setup::DomainMissing => {
            let mut forgotten = directory["domains"][0].clone();
            forgotten["id"] = json!(format!("forgotten.{domain}"));
            forgotten["isDefault"] = json!(false);
            directory["domains"].as_array_mut().expect("domains").push(forgotten);
        }
        Setup::BlockedPolicy => {
            let policy = &mut directory["policies"]["defaultAppManagementPolicy"];
            policy["isEnabled"] = json!(true);
            policy["applicationRestrictions"]["passwordCredentials"] = json!([{
                "restrictionType": "passwordAddition", "state": "enabled", "maxLifetime": null,
                "restrictForAppsCreatedAfterDateTime": "2020-01-01T00:00:00Z",
            }]);
        }
        _ => {}
    }
}

fn application(directory: &Json, number: usize, setup: Setup, domain: &str) -> Json {
    let key = |part: Part, end: &str| {
        json!({
            "customKeyIdentifier": null, "displayName": "by hand", "keyId": id(number, part), "secretText": null,
            "hint": "abc", "startDateTime": MADE, "endDateTime": end,
        })
    };
    let end = if setup == Setup::ExpiredSecret { "2025-05-06T07:08:09Z" } else { "2199-05-06T07:08:09Z" };
    let secret = json!({ "secretText": format!("made-by-hand-{number}") });
    let mut keys = vec![merged(&key(Part::Key, end), &secret)];
    if setup == Setup::ForeignKeys {
        keys.extend([key(Part::Second, end), key(Part::Gone, end)]);
    }
    let redirect = if setup == Setup::CapitalsInRedirect {
        "https://US1.ProofpointEssentials.com/Index01.php"
    } else {
        "https://us1.proofpointessentials.com/index01.php"
    };
    let unique_name =
        if setup == Setup::NoUniqueName { Json::Null } else { json!("proofpoint-essentials-azure-sync") };
    let scopes = [
        "5f8c59db-677d-491f-a6b8-5f174b11ec1d",
        "06da0dbc-49e2-44d2-8312-53f166ab848a",
        "b340eb25-3456-403f-be2f-af7a0d370277",
    ];
    let declared: Vec<Json> = scopes
        .iter()
        .map(|scope| json!({ "id": scope, "type": "Scope" }))
        .chain([json!({ "id": "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "type": "Role" })])
        .collect();
    let like = directory["applications"].as_array().and_then(|all| all.first()).expect("an application");
    merged(
        like,
        &json!({
            "id": id(number, Part::Application), "appId": id(number, Part::Client), "displayName": NAME,
            "uniqueName": unique_name, "signInAudience": "AzureADMyOrg", "tags": [], "createdDateTime": MADE,
            "publisherDomain": domain, "passwordCredentials": keys,
            "web": merged(&like["web"], &json!({ "redirectUris": [redirect] })),
            "requiredResourceAccess": [{
                "resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": declared,
            }],
        }),
    )
}

/// What stands at Proofpoint.
fn build_organization(organization: &mut Json, number: usize, setup: Setup, domain: &str) {
    let client = if setup == Setup::AnotherClientId { Part::Gone } else { Part::Client };
    organization["settings"] = json!({
        "primary_domain": domain, "application_id": id(number, client), "ad_key": format!("made-by-hand-{number}"),
        "disable_login": false, "default_user_role_name": "end_user", "sync_frequency": 24,
        "sync_active_users": true, "sync_distribution_groups": true, "sync_security_groups": false,
        "add_users": true, "update_users": true, "remove_deleted_users": number.is_multiple_of(2), "add_groups": true,
        "update_groups": true, "remove_deleted_groups": false,
    });
    if setup == Setup::Exemptions {
        organization["exemptions"] =
            json!([{ "email": format!("boss@{domain}") }, { "email": format!("scanner@{domain}") }]);
    }
    if setup == Setup::ActiveDirectory {
        organization["organization"]["details"]["ldap_url"] = json!(format!("ldaps://dc1.{domain}"));
    }
}

/// An object with some members changed.
fn merged(like: &Json, changes: &Json) -> Json {
    let mut object = like.clone();
    for (name, value) in changes.as_object().expect("an object") {
        object[name] = value.clone();
    }
    object
}
