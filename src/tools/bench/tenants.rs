//! Many tenants behind one provider block, what belongs to one of them in a module, as `examples/msp` has it.

use std::error::Error;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Bench;
use super::requests;
use super::simulator::Tenant;
use super::table::{Row, mebibytes};
use super::workspace::{REQUIREMENT, Run};
use super::world::World;

/// The number of tenants that most rows are about.
const TENANTS: usize = 500;

/// Milliseconds before every answer, where a service that is far away is played.
const LATENCY: u32 = 50;

/// What CLIs do at once if nobody says otherwise.
const WAYS: f64 = 10.0;

const ROOT: &str = r#"
variable "tenants" {
  type = map(string)
}

module "tenant" {
  source    = "./tenant"
  for_each  = var.tenants
  tenant_id = each.key
  domain    = each.value
}
"#;

const VARIABLES: &str = r#"
variable "tenant_id" {
  type = string
}

variable "domain" {
  type = string
}
"#;

const SYNC: &str = r#"
resource "proofpoint_azure_application" "sync" {
  tenant_id    = var.tenant_id
  display_name = "Proofpoint Essentials Azure Sync"
}

resource "proofpoint_azure_admin_consent" "sync" {
  tenant_id               = var.tenant_id
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}

resource "proofpoint_azure_sync" "sync" {
  tenant_id    = var.tenant_id
  domain       = var.domain
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = "end_user"
  max_removals = "100%"

  managed_client_secret = { application_id = proofpoint_azure_application.sync.id }
  depends_on            = [proofpoint_azure_admin_consent.sync]
}
"#;

/// As many resources with the same references, of a provider that does nothing.
const EMPTY: &str = r#"
resource "terraform_data" "application" {
  input = var.tenant_id
}

resource "terraform_data" "consent" {
  input = [var.tenant_id, terraform_data.application.output]
}

resource "terraform_data" "sync" {
  input      = [var.domain, terraform_data.application.output]
  depends_on = [terraform_data.consent]
}
"#;

const PLAN: [&str; 2] = ["plan", "-input=false"];
const APPLY: [&str; 3] = ["apply", "-auto-approve", "-input=false"];
const DESTROY: [&str; 3] = ["destroy", "-auto-approve", "-input=false"];

/// The rows for so many tenants, and for fewer and more of them, to see how the time grows.
pub(crate) async fn rows(bench: &Bench, tenants: Option<usize>) -> Result<Vec<Row>, Box<dyn Error>> {
    let tenants = tenants.unwrap_or(TENANTS);
    let more = tenants * 2;
    let mut world = World::new(bench, "tenants", &["--tenants", &more.to_string(), "--users", "4"])?;
    world.simulator.consent_everywhere().await?;
    let partner = world.simulator.tenant()?;
    for (name, value) in [
        ("PROOFPOINT_ESSENTIALS_USERNAME", &partner.partner_username),
        ("PROOFPOINT_ESSENTIALS_PASSWORD", &partner.partner_password),
    ] {
        world.workspace.set(name, value);
    }
    world.workspace.write("syncs", "main.tf", ROOT)?;
    world.workspace.write("syncs", "tenant/main.tf", &format!("{REQUIREMENT}{VARIABLES}{SYNC}"))?;
    world.workspace.write("empty", "main.tf", ROOT)?;
    world.workspace.write("empty", "tenant/main.tf", &format!("{VARIABLES}{EMPTY}"))?;
    for name in ["syncs", "empty"] {
        world.workspace.run(name, &["get"])?;
    }

    let mut rows = Vec::new();
    let steps = [tenants / 4, tenants / 2, tenants];
    let mut each = Vec::new();
    let mut planned = None;
    for step in steps {
        about(&world, step)?;
        let first = world.workspace.run("syncs", &PLAN)?;
        let applied = world.workspace.run("syncs", &APPLY)?;
        world.workspace.run("empty", &APPLY)?;
        world.simulator.forget_requests().await?;
        let run = world.workspace.run("syncs", &PLAN)?;
        let empty = world.workspace.run("empty", &PLAN)?;
        each.push(milliseconds_each(run.took.saturating_sub(empty.took), step));
        if step == tenants {
            let new = tenants - tenants / 2;
            rows.extend(life(&world, tenants, (new, &first, &applied), &run, &empty).await?);
            planned = Some(empty);
        }
    }
    rows.push(Row::new(
        format!(
            "plan of {}, {}, {} tenants minus that of an empty provider, per tenant",
            steps[0], steps[1], steps[2]
        ),
        each.join(", "),
        "linear",
    ));
    if let Some(empty) = planned {
        rows.push(far_away(&world, tenants, &empty).await?);
    }

    about(&world, more)?;
    world.workspace.run("syncs", &APPLY)?;
    let run = world.workspace.run("syncs", &PLAN)?;
    rows.push(Row::new(
        format!("{more} tenants: memory of the provider: plan"),
        mebibytes(run.providers.peak),
        "≤ 30 MiB",
    ));
    let destroyed = world.workspace.run("syncs", &DESTROY)?;
    rows.push(Row::new("    destroy: the whole command", seconds(destroyed.took), ""));
    Ok(rows)
}

/// What is measured of so many tenants while nothing is slow.
async fn life(
    world: &World,
    tenants: usize,
    (new, first, applied): (usize, &Run, &Run),
    planned: &Run,
    empty: &Run,
) -> Result<Vec<Row>, Box<dyn Error>> {
    let alive = planned.providers.alive.max(applied.providers.alive);
    Ok(vec![
        Row::new(format!("{tenants} tenants: provider processes alive at once"), alive.to_string(), "1"),
        Row::new("    memory of the provider: plan", mebibytes(planned.providers.peak), "≤ 20 MiB"),
        Row::new("    memory of the provider: apply", mebibytes(applied.providers.peak), ""),
        Row::new(format!("    first plan of {new} more: the whole command"), seconds(first.took), ""),
        Row::new(format!("    apply of {new} more: the whole command"), seconds(applied.took), ""),
        Row::new(
            "    plan without changes: requests per tenant",
            requests::by_service(&world.simulator, u32::try_from(tenants)?).await?,
            "1 Essentials, 1 Graph $batch, 1 token",
        ),
        Row::new("    plan without changes: the whole command", seconds(planned.took), ""),
        Row::new("    the same with an empty provider", seconds(empty.took), ""),
        Row::new(
            "    plan without changes: processor time of the provider, per tenant",
            milliseconds_each(planned.providers.processor(), tenants),
            "≤ 2.5 ms",
        ),
    ])
}

/// A plan without changes, with services that take their time.
async fn far_away(world: &World, tenants: usize, empty: &Run) -> Result<Row, Box<dyn Error>> {
    world.simulator.answer_after(LATENCY).await?;
    world.simulator.forget_requests().await?;
    let run = world.workspace.run("syncs", &PLAN)?;
    world.simulator.answer_after(0).await?;
    let requests = requests::number(&world.simulator).await?;
    let alone = f64::from(requests) * f64::from(LATENCY) / 1e3 / WAYS;
    let beyond = run.took.saturating_sub(empty.took).as_secs_f64();
    Ok(Row::new(
        format!(
            "{tenants} tenants at {LATENCY} ms: plan beyond an empty one's ({beyond:.1} s) against {requests} requests alone, ten at a time"
        ),
        format!("{:.2}", beyond / alone),
        "≤ 1.3",
    ))
}

/// Makes both configurations be about the first `number` tenants.
fn about(world: &World, number: usize) -> Result<(), Box<dyn Error>> {
    let tenants = world.simulator.ready().tenants.iter().take(number);
    let pair = |tenant: &Tenant| (tenant.id.clone(), Value::from(tenant.domain.as_str()));
    let tenants: Map<String, Value> = tenants.map(pair).collect();
    let variables = json!({ "tenants": tenants }).to_string();
    for name in ["syncs", "empty"] {
        world.workspace.write(name, "terraform.tfvars.json", &variables)?;
    }
    Ok(())
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred")]
fn milliseconds_each(took: Duration, tenants: usize) -> String {
    format!("{:.2} ms", took.as_secs_f64() * 1e3 / tenants as f64)
}
