//! A plan that finds nothing to do, of one tenant.

use std::error::Error;

use super::Bench;
use super::requests;
use super::table::Row;
use super::workspace::REQUIREMENT;
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

pub(crate) async fn rows(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let world = World::new(bench, "plan", &[])?;
    let sync = SYNC.replace("DOMAIN", &world.simulator.tenant()?.domain);
    world.workspace.write("sync", "main.tf", &format!("{REQUIREMENT}{sync}"))?;
    world.workspace.run("sync", &["apply", "-auto-approve", "-input=false"])?;
    world.simulator.forget_requests().await?;
    let run = world.workspace.run("sync", &["plan", "-input=false"])?;
    Ok(vec![
        Row::new(
            "plan without changes of application, consent and sync: requests",
            requests::by_service(&world.simulator, 1).await?,
            "1 Essentials, 1 Graph $batch, 1 token",
        ),
        Row::new("    the whole command", format!("{:.0} ms", run.took.as_secs_f64() * 1e3), ""),
    ])
}
