//! `make bench`: how fast the provider starts, what it needs, and how that compares.
//!
//! Measured through the handshake that CLIs do, in runs that alternate between the subjects, so that what else the
//! machine does falls on all of them alike. Figures are medians. Nothing is asserted: the numbers to reach stand
//! beside those measured. The environment may name peers: `AZUREAD_BIN`, a build of hashicorp/azuread.

mod floor;
mod memory;
mod plans;
mod schema_call;
mod subject;
mod table;
mod world;

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use terraform_provider_proofpoint::env::EnvMap;

use subject::{Host, Measured, Subject};
use table::Row;

/// Runs per subject; odd, so that the median is one of them.
const RUNS: usize = 31;

const MEBIBYTE: f64 = 1024.0 * 1024.0;

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let result = bench().and_then(|rows| Ok(out.write_all(table::render(&rows).as_bytes())?));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed stderr leaves nobody to tell.
            let _ = writeln!(std::io::stderr().lock(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> Result<Vec<Row>, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let provider = provider()?;
    let environment = EnvMap::of_process();
    let scratch = tempfile_dir()?;
    let host = Host::new()?;

    let floor = Subject::line_only(floor::build(&scratch)?);
    let ours = Subject::provider(provider.clone(), "tfplugin6.Provider/GetProviderSchema");
    let azuread = environment
        .get("AZUREAD_BIN")
        .map(|path| Subject::provider(PathBuf::from(path), "tfplugin5.Provider/GetSchema"));

    let mut subjects = vec![floor, ours];
    subjects.extend(azuread);
    let measured = runtime.block_on(measure(&host, &subjects))?;

    let [floor, ours, peers @ ..] = measured.as_slice() else { return Err("no subject was measured".into()) };
    let mut rows = vec![
        Row::new(
            "spawn to handshake, minus the floor of a static program that prints the line",
            format!("{:.1} ms", ours.handshake - floor.handshake),
            "≤ 3 ms",
        ),
        Row::new("    the floor itself", format!("{:.1} ms", floor.handshake), ""),
        Row::new("ready: handshake and schema", format!("{:.1} ms", ours.ready), ""),
        Row::new("schema on the wire", format!("{:.1} KiB", kibibytes(ours.schema)), "≤ 100 KiB"),
        Row::new("resident memory after schema", format!("{:.1} MiB", mebibytes(ours.resident)), "≤ 10 MiB"),
        Row::new("    anonymous part of it", format!("{:.1} MiB", mebibytes(ours.anonymous)), "≤ 2 MiB"),
        Row::new(
            "release binary",
            format!("{:.1} MiB", mebibytes(std::fs::metadata(&provider)?.len())),
            "≤ 9 MiB",
        ),
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
            Row::new("    azuread: resident memory", format!("{:.1} MiB", mebibytes(azuread.resident)), ""),
        ]);
    }
    let binaries = provider.parent().ok_or("the provider is in no directory")?;
    rows.extend(runtime.block_on(plans::without_changes(&scratch, binaries, &environment))?);
    rows.extend(plans::report(&scratch, binaries, &environment)?);
    std::fs::remove_dir_all(&scratch)?;
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

/// The release build of the provider, beside this program.
fn provider() -> Result<PathBuf, Box<dyn Error>> {
    let name = format!("terraform-provider-proofpoint{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::current_exe()?.with_file_name(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("{} is missing; build it first", path.display()).into())
    }
}

fn tempfile_dir() -> Result<PathBuf, Box<dyn Error>> {
    let path = std::env::temp_dir().join(format!("proofpoint-bench-{}", std::process::id()));
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

#[expect(clippy::cast_precision_loss, reason = "sizes for people to read")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / MEBIBYTE
}

fn kibibytes(bytes: u64) -> f64 {
    mebibytes(bytes) * 1024.0
}
