//! Many tenants behind one provider block.

use std::error::Error;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Bench;
use super::requests;
use super::simulator::Tenant;
use super::table::{Row, mebibytes};
use super::workspace::{REQUIREMENT, Run};
use super::world::World;

const TENANTS: usize = 500;
/// Smaller numbers of tenants, to see how the time grows; every number divides the next.
const STEPS: [usize; 3] = [125, 250, TENANTS];

const SYNCS: &str = r#"
variable "tenants" {
  type = map(string)
}

resource "proofpoint_azure_application" "sync" {
  for_each     = var.tenants
  tenant_id    = each.key
  display_name = "Proofpoint Essentials Azure Sync"
}

resource "proofpoint_azure_admin_consent" "sync" {
  for_each                = var.tenants
  tenant_id               = each.key
  client_id               = proofpoint_azure_application.sync[each.key].client_id
  delegated_permissions   = proofpoint_azure_application.sync[each.key].delegated_permissions
  application_permissions = proofpoint_azure_application.sync[each.key].application_permissions
}

resource "proofpoint_azure_sync" "sync" {
  for_each     = var.tenants
  tenant_id    = each.key
  domain       = each.value
  client_id    = proofpoint_azure_application.sync[each.key].client_id
  default_role = "end_user"
  max_removals = "100%"

  managed_client_secret = { application_id = proofpoint_azure_application.sync[each.key].id }
  depends_on            = [proofpoint_azure_admin_consent.sync]
}
"#;

/// As many resources with the same references, of a provider that does nothing.
const EMPTY: &str = r#"
variable "tenants" {
  type = map(string)
}

resource "terraform_data" "application" {
  for_each = var.tenants
  input    = each.key
}

resource "terraform_data" "consent" {
  for_each = var.tenants
  input    = [each.key, terraform_data.application[each.key].output]
}

resource "terraform_data" "sync" {
  for_each   = var.tenants
  input      = [each.value, terraform_data.application[each.key].output]
  depends_on = [terraform_data.consent]
}
"#;

pub(crate) async fn rows(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut world = World::new(bench, "tenants", &["--tenants", &TENANTS.to_string(), "--users", "4"])?;
    world.simulator.consent_everywhere().await?;
    let partner = world.simulator.tenant()?;
    for (name, value) in [
        ("PROOFPOINT_ESSENTIALS_USERNAME", &partner.partner_username),
        ("PROOFPOINT_ESSENTIALS_PASSWORD", &partner.partner_password),
    ] {
        world.workspace.set(name, value);
    }
    world.workspace.write("syncs", "main.tf", &format!("{REQUIREMENT}{SYNCS}"))?;
    world.workspace.write("empty", "main.tf", EMPTY)?;

    let mut beyond = Vec::new();
    let (mut applied, mut planned) = (None, None);
    for step in STEPS {
        applied = Some(apply(&world, step)?);
        world.simulator.forget_requests().await?;
        let run = world.workspace.run("syncs", &["plan", "-input=false"])?;
        let empty = world.workspace.run("empty", &["plan", "-input=false"])?;
        beyond.push(run.took.saturating_sub(empty.took));
        planned = Some(run);
    }
    let (Some(applied), Some(planned)) = (applied, planned) else { return Err("nothing was planned".into()) };
    let each: Vec<String> =
        STEPS.iter().zip(&beyond).map(|(step, took)| milliseconds_each(*took, *step)).collect();
    let alive = planned.providers.alive.max(applied.providers.alive);
    Ok(vec![
        Row::new("500 tenants: provider processes alive at once", alive.to_string(), "1"),
        Row::new("    memory of the provider: plan", mebibytes(planned.providers.peak), "≤ 20 MiB"),
        Row::new("    memory of the provider: apply", mebibytes(applied.providers.peak), ""),
        Row::new(
            "    plan without changes: requests per tenant",
            requests::by_service(&world.simulator, u32::try_from(TENANTS)?).await?,
            "1 Essentials, 1 Graph $batch, 1 token",
        ),
        Row::new("    plan without changes: the whole command", seconds(planned.took), ""),
        Row::new(
            "plan of 125, 250, 500 tenants minus that of an empty provider, per tenant",
            each.join(", "),
            "linear",
        ),
    ])
}

/// Makes both configurations be about the first `step` tenants.
fn apply(world: &World, step: usize) -> Result<Run, Box<dyn Error>> {
    let tenants = world.simulator.ready().tenants.iter().take(step);
    let pair = |tenant: &Tenant| (tenant.id.clone(), Value::from(tenant.domain.as_str()));
    let tenants: Map<String, Value> = tenants.map(pair).collect();
    let variables = json!({ "tenants": tenants }).to_string();
    for name in ["syncs", "empty"] {
        world.workspace.write(name, "terraform.tfvars.json", &variables)?;
    }
    let arguments = ["apply", "-auto-approve", "-input=false"];
    world.workspace.run("empty", &arguments)?;
    world.workspace.run("syncs", &arguments)
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred")]
fn milliseconds_each(took: Duration, tenants: usize) -> String {
    format!("{:.2} ms", took.as_secs_f64() * 1e3 / tenants as f64)
}
