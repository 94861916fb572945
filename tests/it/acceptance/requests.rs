//! What a plan without changes asks of each side: the price of every nightly check, times the number of tenants.

use std::collections::BTreeMap;

use super::{Stage, on_every_cli};
use crate::support::simulator::Request;

/// An application, its consent and its synchronization; `more` are further arguments of the synchronization.
fn sync_of(domain: &str, more: &str) -> String {
    format!(
        r#"
resource "proofpoint_azure_application" "sync" {{
  display_name = "Proofpoint Essentials Azure Sync"
}}

resource "proofpoint_azure_admin_consent" "sync" {{
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}}

resource "proofpoint_azure_sync" "sync" {{
  domain       = "{domain}"
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = "end_user"
  max_removals = "100%"
  {more}

  managed_client_secret = {{ application_id = proofpoint_azure_application.sync.id }}
  depends_on            = [proofpoint_azure_admin_consent.sync]
}}
"#
    )
}

/// The requests of a plan that finds nothing to do, after `configuration` was applied.
fn asked_without_changes(stage: &Stage, configuration: &str) -> Vec<Request> {
    stage.workspace.write("sync.tf", configuration);
    stage.workspace.apply(&[]).succeeds();
    stage.simulator.forget_requests();
    stage.workspace.assert_nothing_to_do();
    stage.simulator.requests()
}

/// How many requests went over the wire, by method and what is asked for; items of a batch go with their batch.
fn counts(requests: &[Request], domain: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in requests.iter().filter(|request| request.batch.is_none()) {
        let path = if request.path.ends_with("/oauth2/v2.0/token") { "token" } else { &request.path };
        let line = format!("{} {}", request.method, path.replace(domain, "DOMAIN"));
        *counts.entry(line).or_default() += 1;
    }
    counts
}

fn once<'a>(lines: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, usize> {
    lines.into_iter().map(|line| (line.to_owned(), 1)).collect()
}

const BATCH: &str = "POST /v1.0/$batch";
const SETTINGS: &str = "GET /api/v1/orgs/DOMAIN/settings/azure";
const EXEMPTIONS: &str = "GET /api/v1/orgs/DOMAIN/settings/azure/exemptions";
const TOKEN: &str = "POST token";

#[test]
fn a_plan_without_changes_costs_one_token_one_batch_and_one_look_at_the_settings() {
    on_every_cli(|stage| {
        let domain = &stage.simulator.tenant().domain;
        let asked = asked_without_changes(stage, &sync_of(domain, ""));
        assert_eq!(counts(&asked, domain), once([TOKEN, BATCH, SETTINGS]), "{}: {asked:#?}", stage.cli);

        // Managed exemptions cost one request more.
        let exemptions = format!("exemptions = [\"scanner@{domain}\"]");
        let asked = asked_without_changes(stage, &sync_of(domain, &exemptions));
        let expected = once([TOKEN, BATCH, SETTINGS, EXEMPTIONS]);
        assert_eq!(counts(&asked, domain), expected, "{}: {asked:#?}", stage.cli);
    });
}
