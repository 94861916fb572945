//! What every start costs; CLIs start a provider two to five times per command.

use std::error::Error;
use std::path::PathBuf;

use super::Bench;
use super::floor;
use super::subject::{Host, Measured, Subject};
use super::table::{Row, kibibytes, mebibytes};

/// Runs per subject; odd, so that the median is one of them.
const RUNS: usize = 31;

pub(crate) async fn rows(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let host = Host::new()?;
    let floor = Subject::line_only(floor::build(&bench.scratch)?);
    let ours = Subject::provider(bench.provider(), "tfplugin6.Provider/GetProviderSchema");
    let azuread = bench
        .environment
        .get("AZUREAD_BIN")
        .map(|path| Subject::provider(PathBuf::from(path), "tfplugin5.Provider/GetSchema"));

    let mut subjects = vec![floor, ours];
    subjects.extend(azuread);
    let measured = measure(&host, &subjects).await?;

    let [floor, ours, peers @ ..] = measured.as_slice() else { return Err("no subject was measured".into()) };
    let mut rows = vec![
        Row::new(
            "spawn to handshake, minus the floor of a static program that prints the line",
            format!("{:.1} ms", ours.handshake - floor.handshake),
            "≤ 3 ms",
        ),
        Row::new("    processor time of the same", format!("{:.1} ms", ours.processor - floor.processor), ""),
        Row::new("    the floor itself", format!("{:.1} ms", floor.handshake), ""),
        Row::new("ready: handshake and schema", format!("{:.1} ms", ours.ready), ""),
        Row::new("schema on the wire", kibibytes(ours.schema), "≤ 100 KiB"),
        Row::new("resident memory after schema", mebibytes(ours.resident), "≤ 10 MiB"),
        Row::new("    anonymous part of it", mebibytes(ours.anonymous), "≤ 2 MiB"),
        Row::new("release binary", mebibytes(std::fs::metadata(bench.provider())?.len()), "≤ 9 MiB"),
    ];
    for azuread in peers {
        rows.extend([
            Row::new("ready, against azuread", format!("{:.2}", ours.ready / azuread.ready), "≤ 0.35"),
            Row::new(
                "    azuread: handshake, minus the floor",
                format!("{:.1} ms", azuread.handshake - floor.handshake),
                "",
            ),
            Row::new("    azuread: ready", format!("{:.1} ms", azuread.ready), ""),
            Row::new("    azuread: resident memory", mebibytes(azuread.resident), ""),
        ]);
    }
    Ok(rows)
}

/// Every subject [`RUNS`] times, taking turns; the first round warms the caches and is thrown away.
async fn measure(host: &Host, subjects: &[Subject]) -> Result<Vec<Measured>, Box<dyn Error>> {
    let mut runs = vec![Vec::with_capacity(RUNS); subjects.len()];
    for round in 0..=RUNS {
        for (subject, runs) in subjects.iter().zip(&mut runs) {
            let run = subject.run(host).await?;
            if round > 0 {
                runs.push(run);
            }
        }
    }
    Ok(runs.iter().map(|runs| Measured::median(runs)).collect())
}
