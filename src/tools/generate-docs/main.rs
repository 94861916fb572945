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

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use proofpoint_provider::provider;
use tree::Pages;

fn main() -> ExitCode {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let docs = repository().join("docs");
    let result = pages().and_then(|pages| match mode.as_str() {
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

fn pages() -> io::Result<Pages> {
    page::all(&provider(&BTreeMap::new()), repository())
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_are_up_to_date() {
        let changes = tree::check(&repository().join("docs"), &pages().unwrap()).unwrap();
        assert!(changes.is_empty(), "run `make docs`:\n{}", changes.join("\n"));
    }
}
