//! Renders `docs/`: `write` brings it up to date, `check` fails when it is not.

use std::path::Path;
use std::process::ExitCode;

use provider_docs::Site;

fn main() -> ExitCode {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let provider = another_provider::provider();
    provider_docs::main(&home.join("docs"), || Site::new(&provider).examples(&home.join("examples")).pages())
}
