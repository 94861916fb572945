//! What somebody reads whose first try fails: the cause and what to do, in no library's words, and which request it was.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::support::plugin;
use crate::support::plugin::calls::{Message, Messages};
use crate::support::quickstart::{APPLICATION, Quickstart};
use crate::support::simulator::Simulator;

/// The one error of reading a data source with this environment.
#[track_caller]
fn read(environment: &BTreeMap<String, String>, source: &str, arguments: Json) -> Messages {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let plugin = plugin::start(environment).await;
        plugin.configure(json!({})).await.expect_none();
        plugin.data(source, arguments).await.1
    })
}

fn in_order(error: &Message, words: &[&str]) {
    let mut at = 0;
    for word in words {
        let found = error.detail[at..].find(word).unwrap_or_else(|| panic!("`{word}` from {at} on: {error}"));
        at += found + word.len();
    }
}

#[test]
fn where_nothing_is_set_a_plan_speaks_of_signing_in_and_of_nothing_else() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    for name in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "PROOFPOINT_ESSENTIALS_ENDPOINT"] {
        quickstart.set(name, "");
    }
    quickstart.set("PATH", "/nowhere");
    quickstart.write(APPLICATION, &json!({ "notes": "made by Terraform" }));
    let said = quickstart.plan(APPLICATION).messages;
    // The console's address follows from `region`, which is one of what is named here.
    in_order(said.expect_error(), &["To sign in", "`ARM_CLIENT_SECRET`", "`PROOFPOINT_ESSENTIALS_REGION`"]);
}

#[test]
#[cfg(unix)]
fn a_login_of_the_azure_cli_that_has_expired_is_a_matter_of_the_azure_cli() {
    let simulator = Simulator::start(&[]);
    let mut environment = simulator.environment();
    for name in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"] {
        environment.remove(name);
    }
    let expired = "ERROR: AADSTS700082: The refresh token has expired due to inactivity.";
    let (directory, _) = super::sign_in::azure_cli(&format!("echo '{expired}' >&2\nexit 1\n"));
    environment.insert("PATH".to_owned(), directory.path().display().to_string());
    let said = read(&environment, "proofpoint_azure_tenant", json!({}));
    let error = said.expect_error();
    in_order(error, &["The Azure CLI gave no token", "AADSTS700082", "Run `az login`"]);
    assert!(!error.detail.contains("To sign in, set"), "{said}");
}

#[test]
fn an_authority_that_nobody_knows_is_told_alike_on_both_sides() {
    let simulator = Simulator::start(&[]);
    let mut environment = simulator.environment();
    environment.remove("PROOFPOINT_CA_BUNDLE");
    for source in ["proofpoint_account", "proofpoint_azure_tenant"] {
        let said = read(&environment, source, json!({}));
        let error = said.expect_error();
        in_order(
            error,
            &["the server's certificate is not trusted", "a proxy or a private authority", "`ca_bundle`"],
        );
        for word in ["non-transport", "client error", "retried"] {
            assert!(!error.detail.contains(word), "{word}: {said}");
        }
    }
    // And a door that is closed, where Entra's side named no way out.
    environment.insert("AZURE_AUTHORITY_HOST".to_owned(), "https://127.0.0.1:9".to_owned());
    let said = read(&environment, "proofpoint_azure_tenant", json!({}));
    in_order(said.expect_error(), &["127.0.0.1", "refused", "`authority_host`", "`HTTPS_PROXY`"]);
    assert!(!said.to_string().contains("non-transport"), "{said}");
}

#[test]
fn trouble_of_a_service_says_whose_it_is_and_which_request_met_it() {
    let simulator = Simulator::start(&[]);
    let soon = json!({ "domain": "contoso.com", "timeouts": { "read": "2s" } });
    for (path, source, arguments, words) in [
        (
            "/api/v1/orgs/contoso.com",
            "proofpoint_organization",
            soon,
            [
                "status 500, which is its own trouble",
                "try again later",
                "\n\nRequest: GET https://",
                "Correlation id: ",
            ],
        ),
        (
            "/v1.0/**",
            "proofpoint_azure_tenant",
            json!({ "timeouts": { "read": "2s" } }),
            ["answered 500", "client request id", "trouble of Microsoft's own", "try again later"],
        ),
    ] {
        simulator.set_faults(&json!([{ "path": path, "status": 500 }]));
        let said = read(&simulator.environment(), source, arguments);
        in_order(said.expect_error(), &words);
    }
}

#[test]
fn a_member_that_is_missing_is_not_told_to_be_broken_json() {
    let simulator = Simulator::start(&[]);
    let body = json!({ "accounts": [] });
    let path = "/api/v1/orgs/contoso.com/users";
    simulator.set_faults(&json!([{ "path": path, "status": 200, "body": body }]));
    let said = read(&simulator.environment(), "proofpoint_users", json!({ "domain": "contoso.com" }));
    in_order(said.expect_error(), &["at `users`: an expected member is missing", "What is relied on"]);
}

#[test]
fn of_a_mistyped_domain_the_likeliest_comes_first() {
    let simulator = Simulator::start(&[]);
    let said = read(&simulator.environment(), "proofpoint_organization", json!({ "domain": "contso.com" }));
    in_order(
        said.expect_error(),
        &[
            "there is no organization `contso.com`",
            "misspelt",
            "not an administrator",
            "Check the domain's spelling",
        ],
    );
}
