//! Renders the pages that registries show of a provider, from its schema and its examples.
//!
//! A program of a few lines, beside the provider's own, writes them and tells whether they are up to date:
//!
//! ```ignore
//! fn main() -> ExitCode {
//!     let root = Path::new(env!("CARGO_MANIFEST_DIR"));
//!     provider_docs::main(&root.join("docs"), || Site::new(&provider()).examples(&root.join("examples")).pages())
//! }
//! ```
//!
//! Descriptions are the doc comments of models. Examples are found by the names that registries give them below the
//! directory of examples: `provider/provider.tf`, `resources/TYPE/resource.tf`, `data-sources/TYPE/data-source.tf`,
//! `list-resources/TYPE/list-resource.tfquery.hcl`, `actions/TYPE/action.tf`, `functions/NAME/function.tf`, and for imports
//! `import.sh`, `import-by-string-id.tf`, `import-by-identity.tf` beside a resource's. `resource-OTHER.tf` is a further example
//! under a heading of its own. What only one provider has to say is added with [`Site::section`] and [`Site::page`].

mod examples;
mod markdown;
mod page;
mod schema;
mod tree;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

pub use page::Site;
pub use tree::{Pages, check, write};

/// The whole `main` of a program that renders pages: `write` brings `docs` up to date, `check` fails when it is not.
pub fn main(docs: &Path, pages: impl FnOnce() -> io::Result<Pages>) -> ExitCode {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let result = pages().and_then(|pages| match mode.as_str() {
        "write" => write(docs, &pages).map(|changes| (changes, ExitCode::SUCCESS)),
        "check" => check(docs, &pages).map(|changes| {
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
