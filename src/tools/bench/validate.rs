//! `validate` of many tenants: one provider block here, one alias per tenant in azuread.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::Bench;
use super::table::Row;
use super::workspace::{REQUIREMENT, Workspace};

const TENANTS: usize = 200;

/// Nothing without `AZUREAD_BIN`.
pub(crate) fn rows(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let Some(azuread) = bench.environment.get("AZUREAD_BIN") else { return Ok(Vec::new()) };
    let peers = bench.scratch.join("peers");
    fs::create_dir_all(&peers)?;
    fs::copy(Path::new(azuread), peers.join("terraform-provider-azuread"))?;
    let directory = bench.scratch.join("validate");
    let others = [("hashicorp/azuread", peers.as_path())];
    let workspace = Workspace::new(directory, &bench.binaries, &bench.environment, &others)?;

    let (mut ours, mut theirs) = (REQUIREMENT.to_owned(), String::new());
    for number in 0..TENANTS {
        let tenant = format!("00000000-0000-0000-0000-{number:012}");
        // Writing to a string can't fail.
        let _ = write!(
            ours,
            "resource \"proofpoint_azure_application\" \"t{number}\" {{\n  tenant_id    = \"{tenant}\"\n  \
             display_name = \"Sync\"\n}}\n"
        );
        let _ = write!(
            theirs,
            "provider \"azuread\" {{\n  alias     = \"t{number}\"\n  tenant_id = \"{tenant}\"\n}}\n\
             resource \"azuread_application\" \"t{number}\" {{\n  provider     = azuread.t{number}\n  \
             display_name = \"Sync\"\n}}\n"
        );
    }
    workspace.write("ours", "main.tf", &ours)?;
    workspace.write("theirs", "main.tf", &theirs)?;
    let ours = workspace.run("ours", &["validate"])?.took.as_secs_f64();
    let theirs = workspace.run("theirs", &["validate"])?.took.as_secs_f64();
    Ok(vec![
        Row::new(
            "200 tenants, `validate`, against 200 azuread aliases",
            format!("{:.3}", ours / theirs),
            "≤ 0.02",
        ),
        Row::new("    ours, azuread", format!("{ours:.2} s, {theirs:.1} s"), ""),
    ])
}
