//! Renders the registry pages under `docs/` from the provider's own schema, `examples/` and the guides.
//!
//!     generate-docs write    brings docs/ up to date
//!     generate-docs check    fails when it is not

mod environment;
mod ledger;
mod permissions;
mod signing_in;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use framework::service::Service as _;
use proofpoint_provider::provider;
use provider_docs::{Pages, Site};
use sync_report::Rule;

fn main() -> ExitCode {
    provider_docs::main(&repository().join("docs"), pages)
}

fn pages() -> io::Result<Pages> {
    let provider = provider(&BTreeMap::new());
    let mut site = Site::new(&provider)
        .examples(&repository().join("examples"))
        .section(permissions::section)
        .index(&(signing_in::GUIDES.to_owned() + &environment::section(provider.name())));
    for guide in repository().join("src/tools/generate-docs/guides").read_dir()? {
        let guide = guide?;
        let text = fs::read_to_string(guide.path())?
            .replace("{{powers}}", permissions::powers().trim_end())
            .replace("{{permissions}}", &permissions::tables())
            .replace("{{rules}}", &rules())
            .replace("{{ledger}}", &ledger::sections());
        let text = signing_in::filled(text);
        site = site.page(Path::new("guides").join(guide.file_name()), text);
    }
    site.pages()
}

/// The rules of the report as rows of a table.
fn rules() -> String {
    let row = |rule: &Rule| format!("| `{}` | {} | {} |", rule.name(), rule.question(), rule.assumption());
    Rule::ALL.iter().map(row).collect::<Vec<_>>().join("\n")
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_are_up_to_date() {
        let changes = provider_docs::check(&repository().join("docs"), &pages().unwrap()).unwrap();
        assert!(changes.is_empty(), "run `make docs`:\n{}", changes.join("\n"));
    }
}
