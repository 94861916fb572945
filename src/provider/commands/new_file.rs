//! Files that commands write: none that is there is overwritten.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use framework::diagnostic::Diagnostic;

/// Writes a file that was not there.
pub(super) fn create(file: &Path, text: &str) -> Result<(), Diagnostic> {
    let written = File::create_new(file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(file),
        _ => Diagnostic::error(format!("`{}` can't be written", file.display()), format!("{error}.")),
    })
}

/// Refuses a file that is there already.
pub(super) fn refuse_existing(file: &Path) -> Result<(), Diagnostic> {
    if file.exists() { Err(exists(file)) } else { Ok(()) }
}

fn exists(file: &Path) -> Diagnostic {
    Diagnostic::error(
        format!("`{}` is there already", file.display()),
        "Nothing is overwritten: name another file, or move that one away.",
    )
}
