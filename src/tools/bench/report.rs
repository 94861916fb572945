//! The report of a large organization.

use std::error::Error;
use std::time::{Duration, Instant};

use super::Bench;
use super::table::{Row, mebibytes};
use super::workspace::{REQUIREMENT, Run};
use super::world::World;

const PREVIEW: &str = r#"
data "proofpoint_azure_sync_preview" "sync" {
  domain = "DOMAIN"
}

output "counts" {
  value = data.proofpoint_azure_sync_preview.sync.report.counts
}
"#;

/// A report and its like without the provider.
struct Report {
    run: Run,
    download: Duration,
}

pub(crate) async fn rows(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let small = report(bench, "10", "1", "0").await?;
    let mut rows = Vec::new();
    for (latency, goal) in [("0", "≤ 1 s"), ("50", "")] {
        let large = report(bench, "100000", "5000", latency).await?;
        // What the CLI does around it, it does for a small organization as well.
        let took = large.run.took.saturating_sub(small.run.took).as_secs_f64();
        let download = large.download.as_secs_f64();
        let what = format!("report of 100,000 users, 5,000 groups, 100,000 accounts at {latency} ms latency");
        let ratio_goal = if latency == "50" { "≤ 1.05" } else { "" };
        rows.extend([
            Row::new(what, format!("{took:.2} s"), goal),
            Row::new("    a bare download of the same", format!("{download:.2} s"), ""),
            Row::new("    against the bare download", format!("{:.2}", took / download), ratio_goal),
            Row::new("    peak memory of the provider", mebibytes(large.run.providers.peak), "≤ 100 MiB"),
        ]);
    }
    Ok(rows)
}

async fn report(bench: &Bench, users: &str, groups: &str, latency: &str) -> Result<Report, Box<dyn Error>> {
    let arguments = ["--users", users, "--groups", groups, "--latency", latency];
    let world = World::new(bench, "report", &arguments)?;
    let preview = PREVIEW.replace("DOMAIN", &world.simulator.tenant()?.domain);
    world.workspace.write("report", "main.tf", &format!("{REQUIREMENT}{preview}"))?;
    // Both after a first round, in which the simulator may have to make up what it serves.
    world.simulator.download_directory_and_organization().await?;
    let start = Instant::now();
    world.simulator.download_directory_and_organization().await?;
    let download = start.elapsed();
    Ok(Report { run: world.workspace.run("report", &["plan", "-input=false"])?, download })
}
