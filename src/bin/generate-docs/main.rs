//! Renders the registry pages under `docs/` from the provider's own schema, `examples/` and the guides.
//!
//!     generate-docs write    brings docs/ up to date
//!     generate-docs check    fails when it is not

mod examples;
mod markdown;
mod page;
mod permissions;
mod schema;
mod tree;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use terraform_provider_proofpoint::env::EnvMap;
use terraform_provider_proofpoint::registry;

fn main() -> ExitCode {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = root.join("docs");
    let provider = registry::provider(&EnvMap::default());
    let result = page::all(&provider, root).and_then(|pages| match mode.as_str() {
        "write" => tree::write(&docs, &pages).map(|changes| (changes, ExitCode::SUCCESS)),
        "check" => tree::check(&docs, &pages).map(|changes| {
            let code = if changes.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
            (changes, code)
        }),
        _ => Ok((vec!["usage: generate-docs write|check".to_owned()], ExitCode::from(64))),
    });
    let (lines, code) =
        result.unwrap_or_else(|error| (vec![format!("generate-docs: {error}")], ExitCode::FAILURE));
    let mut out = std::io::stderr().lock();
    for line in lines {
        // A closed stderr leaves nobody to tell.
        let _ = writeln!(out, "{line}");
    }
    code
}
