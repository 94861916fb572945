//! `make bench`: what the provider costs, beside the numbers to reach.
//!
//! Starts are measured through the handshake that CLIs do, in runs that alternate between the subjects, so that what
//! else the machine does falls on all of them alike; figures are medians. Plans are those of a real CLI against the
//! simulator. Nothing is asserted. The environment may name peers: `AZUREAD_BIN`, a build of hashicorp/azuread.
//! Arguments choose among the parts: `start`, `plan`, `tenants` (or `tenants=40`, for a look at another number), `report`.

mod floor;
mod memory;
mod plan;
mod processor;
mod report;
mod requests;
mod schema_call;
mod simulator;
mod start;
mod subject;
mod table;
mod tenants;
mod validate;
mod workspace;
mod world;

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clients::env::EnvMap;

use table::Row;

/// Where the programs under measurement are and where scratch files go.
pub(crate) struct Bench {
    /// The directory with the release builds of provider and simulator, which is this program's.
    pub(crate) binaries: PathBuf,
    pub(crate) scratch: PathBuf,
    pub(crate) environment: EnvMap,
}

impl Bench {
    fn new() -> Result<Self, Box<dyn Error>> {
        let binaries = std::env::current_exe()?.parent().ok_or("this program is in no directory")?.to_owned();
        let scratch = std::env::temp_dir().join(format!("proofpoint-bench-{}", std::process::id()));
        std::fs::create_dir_all(&scratch)?;
        let bench = Self { binaries, scratch, environment: EnvMap::of_process() };
        if bench.provider().is_file() {
            Ok(bench)
        } else {
            Err(format!("{} is missing; build it first", bench.provider().display()).into())
        }
    }

    /// The provider.
    pub(crate) fn provider(&self) -> PathBuf {
        self.binaries.join(format!("terraform-provider-proofpoint{}", std::env::consts::EXE_SUFFIX))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A temporary directory that stays does no harm.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

fn main() -> ExitCode {
    let parts: Vec<String> = std::env::args().skip(1).collect();
    match measure(&parts) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed stderr leaves nobody to tell.
            let _ = writeln!(std::io::stderr().lock(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(parts: &[String]) -> Result<(), Box<dyn Error>> {
    let bench = Bench::new()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let named = |part: &str| parts.iter().find_map(|wanted| wanted.strip_prefix(part)?.strip_prefix('='));
    let wanted =
        |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part) || named(part).is_some();
    let mut rows: Vec<Row> = Vec::new();
    if wanted("start") {
        rows.extend(runtime.block_on(start::rows(&bench))?);
    }
    if wanted("plan") {
        rows.extend(runtime.block_on(plan::rows(&bench))?);
    }
    if wanted("tenants") {
        rows.extend(runtime.block_on(tenants::rows(&bench, named("tenants").map(str::parse).transpose()?))?);
        rows.extend(validate::rows(&bench)?);
    }
    if wanted("report") {
        rows.extend(runtime.block_on(report::rows(&bench))?);
    }
    Ok(std::io::stdout().lock().write_all(table::render(&rows).as_bytes())?)
}
