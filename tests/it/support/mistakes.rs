//! What bad input gets: one table for the protocol (attribute path, words) and for the CLIs (words as they show them).

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::simulator::Simulator;

/// A value that no message may show.
pub(crate) const SECRET: &str = "never-to-be-shown";

/// What is asked for with the bad input.
pub(crate) enum Subject {
    Resource(&'static str),
    Data(&'static str),
}

/// When the mistake is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noticed {
    Validate,
    Plan,
    Apply,
}

/// One bad input and its answer.
pub(crate) struct Mistake {
    /// Letters and digits; names the alias and the resource.
    pub(crate) name: &'static str,
    /// Arguments of the provider block.
    pub(crate) provider: Json,
    pub(crate) subject: Subject,
    pub(crate) arguments: Json,
    pub(crate) noticed: Noticed,
    /// Path of the diagnostic; empty where it is about the answer of a service as a whole.
    pub(crate) path: &'static str,
    /// Words of the diagnostic that say what to do.
    pub(crate) words: &'static str,
}

/// A domain whose look-up a proxy answers with a page of its own.
const BEHIND_A_PROXY: &str = "proxied.example";

/// Prepares the world for all of them: a proxy's page, an expired token, and an application that holds a unique name.
/// The simulator has two tenants.
pub(crate) fn prepare(simulator: &Simulator) {
    let html = "<!DOCTYPE html><html><body>Sign in to the corporate proxy</body></html>";
    simulator.set_faults(&json!([
        {
            "path": format!("/api/v1/endpoints/{BEHIND_A_PROXY}"),
            "status": 200,
            "headers": { "Content-Type": "text/html" },
            "body": html,
        },
        {
            "path": "/v1.0/organization",
            "status": 401,
            "body": { "error": { "code": "InvalidAuthenticationToken", "message": "Lifetime validation failed, the token is expired." } },
        },
    ]));
    let holder = json!({ "displayName": "Another team's", "uniqueName": "taken" });
    let (status, answer) = simulator.graph(Method::POST, "applications", Some(&holder));
    assert_eq!(status, 201, "{answer}");
    simulator.forget_requests();
}

/// The table.
pub(crate) fn mistakes(simulator: &Simulator) -> Vec<Mistake> {
    use Noticed::{Apply, Plan, Validate};
    let foreign = &simulator.ready().tenants[1].domain;
    let sync = |changes: Json| {
        let mut arguments = json!({
            "domain": simulator.tenant().domain,
            "client_id": "11111111-2222-4333-8444-555555555555",
            "default_role": "end_user",
            "client_secret": SECRET,
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            arguments[name] = value.clone();
        }
        (Subject::Resource("proofpoint_azure_sync"), arguments)
    };
    let application = |changes: Json| {
        let mut arguments = json!({ "display_name": "Sync" });
        for (name, value) in changes.as_object().into_iter().flatten() {
            arguments[name] = value.clone();
        }
        (Subject::Resource("proofpoint_azure_application"), arguments)
    };
    let account = || (Subject::Data("proofpoint_account"), json!({ "timeouts": { "read": "20s" } }));
    let tenant = || (Subject::Data("proofpoint_azure_tenant"), json!({}));
    let health = |domain: &str| (Subject::Data("proofpoint_azure_sync_health"), json!({ "domain": domain }));

    let mut table = Vec::new();
    let mut row = |name, provider: Json, (subject, arguments), noticed, path, words| {
        table.push(Mistake { name, provider, subject, arguments, noticed, path, words });
    };
    row(
        "unknown_permission",
        json!({}),
        application(json!({ "application_permissions": ["Directory.Read.Al"] })),
        Plan,
        "application_permissions",
        "`Directory.Read.All`",
    );
    row(
        "permission_by_id",
        json!({}),
        application(json!({ "application_permissions": ["7ab1d382-f21e-4acd-a863-ba3e13f7da61"] })),
        Plan,
        "application_permissions",
        "write the name",
    );
    row(
        "consent_by_id",
        json!({}),
        (
            Subject::Resource("proofpoint_azure_admin_consent"),
            json!({
                "client_id": "11111111-2222-4333-8444-555555555555",
                "application_permissions": ["7ab1d382-f21e-4acd-a863-ba3e13f7da61"],
            }),
        ),
        Plan,
        "application_permissions",
        "`Directory.Read.All`",
    );
    row(
        "personal_accounts",
        json!({}),
        application(json!({ "sign_in_audience": "PersonalMicrosoftAccount" })),
        Validate,
        "sign_in_audience",
        "AzureADMultipleOrgs",
    );
    row(
        "past_end",
        json!({}),
        (
            Subject::Resource("proofpoint_azure_client_secret"),
            json!({
                "application_id": "/applications/11111111-2222-4333-8444-555555555555",
                "end_date": "2020-01-31T00:00:00Z",
            }),
        ),
        Plan,
        "end_date",
        "time to come",
    );
    row(
        "own_tag",
        json!({}),
        application(json!({ "tags": ["mail", "terraform-provider-proofpoint"] })),
        Validate,
        "tags",
        "leave it out",
    );
    row("frequency", json!({}), sync(json!({ "frequency": 2 })), Validate, "frequency", "24");
    row(
        "role",
        json!({}),
        sync(json!({ "default_role": "organization_admin" })),
        Validate,
        "default_role",
        "silent_user",
    );
    row(
        "domain_with_a_path",
        json!({}),
        sync(json!({ "domain": "contoso.com/admin" })),
        Validate,
        "domain",
        "domain",
    );
    row(
        "domain_in_upper_case",
        json!({}),
        sync(json!({ "domain": "Contoso.com" })),
        Validate,
        "domain",
        "lower case",
    );
    row(
        "client_by_path",
        json!({}),
        sync(json!({ "client_id": "/applications/11111111-2222-4333-8444-555555555555" })),
        Validate,
        "client_id",
        "not the path of an object",
    );
    row(
        "exemption_in_upper_case",
        json!({}),
        sync(json!({ "exemptions": ["Scanner@contoso.com"] })),
        Validate,
        "exemptions",
        "write `scanner@contoso.com`",
    );
    row(
        "exemption_without_domain",
        json!({}),
        sync(json!({ "exemptions": ["scanner"] })),
        Validate,
        "exemptions",
        "not an e-mail address",
    );
    row(
        "limit_in_words",
        json!({}),
        sync(json!({ "max_removals": "many" })),
        Validate,
        "max_removals",
        "percentage such as",
    );
    row(
        "misspelled_domain",
        json!({}),
        health("contosso.com"),
        Plan,
        "domain",
        "there is no organization `contosso.com`, or it is misspelt",
    );
    row(
        "no_authorities",
        json!({ "ca_bundle": "/nowhere.pem" }),
        account(),
        Plan,
        "",
        "`PROOFPOINT_CA_BUNDLE`",
    );
    row(
        "two_secrets",
        json!({}),
        sync(
            json!({ "managed_client_secret": { "application_id": "/applications/11111111-2222-4333-8444-555555555555" } }),
        ),
        Validate,
        "managed_client_secret",
        "Only one of",
    );
    row(
        "two_credentials",
        json!({ "client_secret": SECRET, "client_certificate_path": "/certificate.pfx" }),
        account(),
        Validate,
        "client_secret",
        "two ways",
    );
    row(
        "plain_http",
        json!({ "endpoint": "http://mail.contoso.com" }),
        account(),
        Validate,
        "endpoint",
        "https://",
    );
    row(
        "us_government",
        json!({ "environment": "usgovernment" }),
        tenant(),
        Validate,
        "environment",
        "GCC High",
    );
    row("unreachable", json!({ "endpoint": "http://127.0.0.1:9" }), account(), Plan, "", "127.0.0.1");
    row("wrong_password", json!({ "password": SECRET }), account(), Plan, "", "user name or password");
    row("foreign_organization", json!({}), health(foreign), Plan, "domain", "administrator");
    row("html", json!({}), health(BEHIND_A_PROXY), Plan, "domain", "proxy");
    row("expired_token", json!({}), tenant(), Plan, "", "expired");
    row(
        "name_taken",
        json!({}),
        application(
            json!({ "unique_name": "taken", "redirect_uris": ["https://us1.proofpointessentials.com"] }),
        ),
        Apply,
        "unique_name",
        "Choose another `unique_name`",
    );
    table
}

/// Fails the test when the simulator was written to, or when a text shows a secret. Only what is noticed while it is applied
/// may have been asked for: it was refused, and changed nothing.
#[track_caller]
pub(crate) fn assert_harmless(simulator: &Simulator, noticed: Noticed, text: &str) {
    let mut writes = simulator.writes();
    writes.retain(|request| request.status < 300 || noticed != Noticed::Apply);
    assert!(writes.is_empty(), "{writes:#?}");
    for secret in simulator.secrets().iter().map(String::as_str).chain([SECRET]) {
        assert!(!text.contains(secret), "a secret is shown:\n{text}");
    }
}
