//! What a plan costs: requests, time, memory.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::Value;
use terraform_provider_proofpoint::env::EnvMap;

use super::table::Row;
use super::world::World;

const SYNC: &str = r#"
resource "proofpoint_azure_application" "sync" {
  display_name = "Proofpoint Essentials Azure Sync"
}

resource "proofpoint_azure_admin_consent" "sync" {
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}

resource "proofpoint_azure_sync" "sync" {
  domain       = "DOMAIN"
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = "end_user"
  max_removals = "100%"

  managed_client_secret = { application_id = proofpoint_azure_application.sync.id }
  depends_on            = [proofpoint_azure_admin_consent.sync]
}
"#;

const PREVIEW: &str = r#"
data "proofpoint_azure_sync_preview" "sync" {
  domain = "DOMAIN"
}

output "counts" {
  value = data.proofpoint_azure_sync_preview.sync.report.counts
}
"#;

const REQUIREMENT: &str = r#"
terraform {
  required_providers {
    proofpoint = { source = "azuresync/proofpoint" }
  }
}
"#;

/// The simulator's first domain.
const DOMAIN: &str = "contoso.com";

/// A plan that finds nothing to do: its requests by kind.
pub(crate) async fn without_changes(
    scratch: &Path,
    binaries: &Path,
    environment: &EnvMap,
) -> Result<Vec<Row>, Box<dyn Error>> {
    let world = world(scratch.join("plan"), binaries, environment, &[], SYNC)?;
    world.run(&["apply", "-auto-approve"])?;
    world.control(Method::DELETE, "requests").await?;
    let run = world.run(&["plan"])?;
    let requests = world.control(Method::GET, "requests").await?;
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for request in requests.as_array().into_iter().flatten() {
        if let Some(kind) = kind(request) {
            *kinds.entry(kind).or_default() += 1;
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    Ok(vec![
        Row::new(
            "plan without changes of application, consent and sync: requests",
            kinds.join(", "),
            "1 Essentials, 1 Graph, 1 token",
        ),
        Row::new("    the whole command", format!("{:.0} ms", run.took.as_secs_f64() * 1e3), ""),
    ])
}

/// The report of a large organization.
pub(crate) fn report(
    scratch: &Path,
    binaries: &Path,
    environment: &EnvMap,
) -> Result<Vec<Row>, Box<dyn Error>> {
    let measure = |users: &str, groups: &str| {
        let arguments = ["--users", users, "--groups", groups];
        let world = world(scratch.join("report"), binaries, environment, &arguments, PREVIEW)?;
        world.run(&["plan"])
    };
    let small = measure("10", "1")?;
    let large = measure("100000", "5000")?;
    let took = large.took.saturating_sub(small.took).as_secs_f64();
    Ok(vec![
        Row::new(
            "report of 100,000 users and 5,000 groups, beyond one of 10 users, no latency",
            format!("{took:.1} s"),
            "≤ 1 s",
        ),
        Row::new(
            "    peak memory of the provider",
            format!("{:.0} MiB", super::mebibytes(large.peak)),
            "≤ 100 MiB",
        ),
    ])
}

fn world(
    directory: PathBuf,
    binaries: &Path,
    environment: &EnvMap,
    arguments: &[&str],
    configuration: &str,
) -> Result<World, Box<dyn Error>> {
    let configuration = format!("{REQUIREMENT}{}", configuration.replace("DOMAIN", DOMAIN));
    World::new(directory, binaries, environment, arguments, &configuration)
}

/// Which of the services an entry of the request log is about; none for the items inside a `$batch`.
fn kind(request: &Value) -> Option<&'static str> {
    if request.get("batch").is_some_and(|batch| !batch.is_null()) {
        return None;
    }
    let path = request.get("path").and_then(Value::as_str).unwrap_or_default();
    Some(if path.ends_with("/token") {
        "token"
    } else if path.starts_with("/api/") {
        "Essentials"
    } else {
        "Graph"
    })
}
