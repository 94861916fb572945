//! A customer's whole life on every CLI: planned, applied late, settled, imported in each way, generated, destroyed.

use serde_json::Value;

use super::{Stage, on_every_cli};
use crate::support::workspace::Outcome;

const APPLICATION: &str = "proofpoint_azure_application.sync";
const CONSENT: &str = "proofpoint_azure_admin_consent.sync";
const SYNC: &str = "proofpoint_azure_sync.this";

/// The configuration; `credential` is the sync's.
pub(super) fn configuration(domain: &str, credential: &str) -> String {
    format!(
        r#"
resource "proofpoint_azure_application" "sync" {{
  display_name = "Proofpoint Essentials Azure Sync"
  notes        = "Made by Terraform"
}}

resource "proofpoint_azure_admin_consent" "sync" {{
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}}

resource "proofpoint_azure_sync" "this" {{
  domain       = "{domain}"
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = "end_user"
  max_removals = "10%"
  {credential}
  depends_on = [proofpoint_azure_admin_consent.sync]
}}
"#
    )
}

pub(super) const MANAGED: &str =
    "managed_client_secret = { application_id = proofpoint_azure_application.sync.id }";

#[test]
fn a_customer_is_set_up_imported_and_destroyed() {
    on_every_cli(|stage| {
        let domain = stage.simulator.tenant().domain.clone();
        stage.workspace.write("main.tf", &configuration(&domain, MANAGED));
        let created = late(stage, "40m");
        assert!(created.stdout.contains("3 added"), "{created}");
        stage.workspace.assert_nothing_to_do();

        // By the time of the apply the key is due for another reason as well.
        stage.workspace.write("main.tf", &configuration(&domain, &format!("frequency = 0\n{MANAGED}")));
        late(stage, "17000h");
        stage.workspace.assert_nothing_to_do();

        let objects = Objects::of(stage);
        // An import knows no credential, so the configuration names none.
        stage.workspace.write("main.tf", &configuration(&domain, "frequency = 0"));
        import(stage, &objects.by_id());
        if stage.cli.imports_by_identity() {
            import(stage, &objects.by_identity());
        }

        forget(stage);
        stage.workspace.remove("main.tf");
        stage.workspace.write("imports.tf", &objects.by_id());
        let generated = stage.workspace.plan(&["-generate-config-out=generated.tf"]);
        assert!(matches!(generated.code, Some(0 | 2)), "{generated}");
        adopted(&stage.workspace.apply(&[]));
        stage.workspace.remove("imports.tf");
        stage.workspace.assert_nothing_to_do();

        stage.workspace.destroy().succeeds();
        assert_gone(stage);
    });
}

/// Plans, lets time pass and the world move in ways that harm nothing, then applies the saved plan.
fn late(stage: &Stage, by: &str) -> Outcome {
    let (plan, _) = stage.workspace.plan_into("late.bin", &[]);
    assert_eq!(plan.code, Some(2), "{plan}");
    stage.simulator.advance_clock(by);
    let people = stage.simulator.graph(reqwest::Method::GET, "users?$top=1", None).1;
    let person = people["value"][0]["id"].as_str().expect("a person");
    let married = serde_json::json!({ "surname": "Moved" });
    stage.simulator.graph_done(reqwest::Method::PATCH, &format!("users/{person}"), Some(&married));
    stage.workspace.apply(&["late.bin"]).does_not_say("inconsistent").succeeds()
}

/// What identifies the three objects.
struct Objects {
    tenant: String,
    domain: String,
    application: Value,
    consent: Value,
}

impl Objects {
    fn of(stage: &Stage) -> Self {
        let tenant = stage.simulator.tenant();
        Self {
            tenant: tenant.tenant_id.clone(),
            domain: tenant.domain.clone(),
            application: stage.workspace.attributes(APPLICATION),
            consent: stage.workspace.attributes(CONSENT),
        }
    }

    fn by_id(&self) -> String {
        let Self { domain, application, consent, .. } = self;
        let block = |to: &str, id: &Value| format!("import {{\n  to = {to}\n  id = {id}\n}}\n");
        block(APPLICATION, &application["id"])
            + &block(CONSENT, &consent["id"])
            + &block(SYNC, &format!("/orgs/{domain}/settings/azure").into())
    }

    fn by_identity(&self) -> String {
        let Self { tenant, domain, application, consent } = self;
        let block =
            |to: &str, identity: &str| format!("import {{\n  to = {to}\n  identity = {{ {identity} }}\n}}\n");
        block(APPLICATION, &format!("object_id = {}", application["object_id"]))
            + &block(CONSENT, &format!("tenant_id = \"{tenant}\"\nclient_id = {}", consent["client_id"]))
            + &block(SYNC, &format!("organization = \"{domain}\""))
    }
}

fn forget(stage: &Stage) {
    stage.workspace.run(&["state", "rm", APPLICATION, CONSENT, SYNC]).succeeds();
}

/// Imports what is configured, and fails the test unless that is all there is to do.
fn import(stage: &Stage, blocks: &str) {
    forget(stage);
    stage.workspace.write("imports.tf", blocks);
    adopted(&stage.workspace.apply(&[]));
    stage.workspace.remove("imports.tf");
    stage.workspace.assert_nothing_to_do();
}

fn adopted(apply: &Outcome) {
    assert_eq!(apply.code, Some(0), "{apply}");
    assert!(apply.stdout.contains("3 imported, 0 added, 0 changed, 0 destroyed"), "{apply}");
}

/// Nothing of ours is left; the two applications that every tenant has stay.
fn assert_gone(stage: &Stage) {
    let held = stage.simulator.state();
    let tenant = stage.simulator.tenant();
    let directory = &held["tenants"][&tenant.tenant_id];
    let mut names: Vec<&str> = directory["applications"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|application| application["displayName"].as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Terraform automation", "Terraform reader"]);
    let text = directory["service_principals"].to_string();
    assert!(!text.contains("Proofpoint Essentials Azure Sync"), "{text}");
    assert!(held["organizations"][&tenant.domain]["settings"].is_null(), "{held:#}");
}
