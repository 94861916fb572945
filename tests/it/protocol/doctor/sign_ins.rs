//! Every way to sign in to Entra is called by its name, with what was passed over, and none of its secrets is told.

use std::fs;

use super::findings::{found, step};
use super::*;
use crate::support::witness::Witness;
use crate::support::workspace::repository;

const SECRETS: [&str; 4] = ["hush-secret", "hush-token", "hush-bearer", "hush"];

#[test]
fn every_way_to_sign_in_is_called_by_its_name_and_tells_no_secret() {
    let simulator = Simulator::within(&["--users", "2"]);
    let directory = tempfile::tempdir().expect("a directory");
    let token = directory.path().join("token");
    fs::write(&token, "hush-token").expect("written");
    let bundle = repository().join("src/clients/auth/pkcs12/fixtures/aes256-sha256.p12");
    let (token, bundle) = (token.to_str().expect("UTF-8"), bundle.to_str().expect("UTF-8"));
    let nowhere = "http://127.0.0.1:9/hush?key=hush";
    for (called, variables) in [
        ("client secret", &[("ARM_CLIENT_SECRET", "hush-secret")][..]),
        (
            "client certificate",
            &[("ARM_CLIENT_CERTIFICATE_PATH", bundle), ("ARM_CLIENT_CERTIFICATE_PASSWORD", "hush")],
        ),
        ("OpenID Connect token", &[("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN", "hush-token")]),
        ("OpenID Connect token", &[("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN_FILE_PATH", token)]),
        (
            "GitHub OpenID Connect token",
            &[
                ("ARM_USE_OIDC", "true"),
                ("ACTIONS_ID_TOKEN_REQUEST_URL", nowhere),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hush-bearer"),
            ],
        ),
        (
            "Azure DevOps OpenID Connect token",
            &[
                ("ARM_USE_OIDC", "true"),
                ("SYSTEM_OIDCREQUESTURI", nowhere),
                ("SYSTEM_ACCESSTOKEN", "hush-bearer"),
                ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "6f3e1f5e-0f0a-4c58-9d54-8a3f2a4a5a11"),
            ],
        ),
        (
            "federated managed identity",
            &[("ARM_USE_FEDERATED_MSI", "true"), ("ARM_MSI_ENDPOINT", "http://127.0.0.1:9/msi")],
        ),
        ("managed identity", &[("ARM_USE_MSI", "true"), ("ARM_MSI_ENDPOINT", "http://127.0.0.1:9/msi")]),
        ("Azure CLI login", &[]),
    ] {
        let mut environment = simulator.environment();
        environment.remove("ARM_CLIENT_SECRET");
        if variables.is_empty() || called == "managed identity" {
            environment.remove("ARM_CLIENT_ID");
        }
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let file = directory.path().join(format!("{}.md", called.replace(' ', "-")));
        let name = file.to_str().expect("UTF-8");
        let seen = look(&simulator, &environment, &["contoso.com", "--json", "--report", name, "--yes"]);
        let told: serde_json::Value =
            serde_json::from_str(&seen.stdout).unwrap_or_else(|_| panic!("{seen:?}"));
        assert_eq!(step(&told, "entra_credential")["facts"]["credential"], called, "{told:#}");
        let report = fs::read_to_string(&file).expect("a report");
        for (what, text) in
            [("the document", &seen.stdout), ("the report", &report), ("the screen", &seen.stderr)]
        {
            // The address is somebody's own setting, and the path of a file.
            let text = text.replace(directory.path().to_str().expect("UTF-8"), "");
            let secret = SECRETS.iter().find(|secret| text.contains(**secret));
            assert_eq!(secret, None, "{called}: {what}: {text}");
        }
        let _ = fs::remove_file(&file);
    }
}

#[test]
fn a_certificate_whose_password_is_wrong_is_told_of_before_anybody_is_asked() {
    let simulator = Simulator::within(&["--users", "2"]);
    let bundle = repository().join("src/clients/auth/pkcs12/fixtures/aes256-sha256.p12");
    let mut environment = simulator.environment();
    environment.remove("ARM_CLIENT_SECRET");
    environment.insert("ARM_CLIENT_CERTIFICATE_PATH".to_owned(), bundle.to_str().expect("UTF-8").to_owned());
    environment.insert("ARM_CLIENT_CERTIFICATE_PASSWORD".to_owned(), "hush-not-it".to_owned());
    let seen = look(&simulator, &environment, &["contoso.com", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&seen.stdout).unwrap_or_else(|_| panic!("{seen:?}"));
    assert_eq!(step(&told, "entra_credential")["status"], "not_configured", "{told:#}");
    assert!(!seen.stdout.contains("hush-not-it") && !seen.stderr.contains("hush-not-it"), "{seen:?}");
    let next = told["next"].as_str().expect("a command");
    assert_eq!(next, format!("export ARM_CLIENT_CERTIFICATE_PASSWORD=...\n{}", again("contoso.com")));
}

/// Whoever hands out tokens has changed: the error names the line, and the report the member.
#[test]
fn a_host_of_tokens_that_answers_otherwise_is_named_by_its_line() {
    let simulator = Simulator::within(&["--users", "2"]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let witness = runtime.block_on(Witness::answering(json!({ "jwt": "hush-token" })));
    let (address, machine) = (format!("{}/job?id=1", witness.address), format!("{}/msi", witness.address));
    let directory = tempfile::tempdir().expect("a directory");
    for (number, (variables, line)) in [
        (
            &[
                ("ARM_USE_OIDC", "true"),
                ("ACTIONS_ID_TOKEN_REQUEST_URL", address.as_str()),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hush-bearer"),
            ][..],
            "`github.token < value`",
        ),
        (
            &[
                ("ARM_USE_OIDC", "true"),
                ("SYSTEM_OIDCREQUESTURI", &address),
                ("SYSTEM_ACCESSTOKEN", "hush-bearer"),
                ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "6f3e1f5e-0f0a-4c58-9d54-8a3f2a4a5a11"),
            ],
            "`azure-devops.token < oidcToken`",
        ),
        (&[("ARM_USE_MSI", "true"), ("ARM_MSI_ENDPOINT", &machine)], "`machine.token < access_token`"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut environment = simulator.environment();
        environment.remove("ARM_CLIENT_SECRET");
        if line.contains("machine") {
            environment.remove("ARM_CLIENT_ID");
        }
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let file = directory.path().join(format!("report-{number}.md"));
        let name = file.to_str().expect("UTF-8");
        let seen = look(&simulator, &environment, &["contoso.com", "--json", "--report", name, "--yes"]);
        let told: serde_json::Value =
            serde_json::from_str(&seen.stdout).unwrap_or_else(|_| panic!("{seen:?}"));
        found(&told, "entra_sign_in", "unreachable", line);
        found(&told, "entra_sign_in", "unreachable", "doctor DOMAIN --report FILE");
        let report = fs::read_to_string(&file).expect("a report");
        assert!(report.contains(&format!("- {line}: missing, where text must be")), "{line}: {report}");
        assert!(!seen.stdout.contains("hush") && !report.contains("hush"), "{line}: {report}");
    }
}
