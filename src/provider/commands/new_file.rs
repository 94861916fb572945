//! Files that commands write: none that is there is overwritten.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use framework::diagnostic::Diagnostic;

/// Writes a file that was not there: all of it, or none.
pub(super) fn create(file: &Path, text: &str) -> Result<(), Diagnostic> {
    // Under a name that no CLI reads, until it is whole.
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let draft = file.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = File::create(&draft).and_then(|mut draft| draft.write_all(text.as_bytes()));
    // A link overwrites nothing; some file systems have none.
    let written = written.and_then(|()| match fs::hard_link(&draft, file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !file.exists() => {
            fs::rename(&draft, file)
        }
        linked => linked,
    });
    // Gone where it was renamed.
    let _ = fs::remove_file(&draft);
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(file),
        _ => Diagnostic::error(format!("`{}` can't be written", file.display()), format!("{error}.")),
    })
}

/// Refuses a file that is there already, and one without a directory, before there is anything to write.
pub(super) fn refuse(file: &Path) -> Result<(), Diagnostic> {
    if file.exists() {
        return Err(exists(file));
    }
    match file.parent() {
        Some(directory) if directory.as_os_str().is_empty() || directory.is_dir() => Ok(()),
        _ => Err(Diagnostic::error(
            format!("`{}` can't be written", file.display()),
            "There is no such directory: make it before, or name another one.",
        )),
    }
}

fn exists(file: &Path) -> Diagnostic {
    Diagnostic::error(
        format!("`{}` is there already", file.display()),
        "Nothing is overwritten: name another file, or move that one away.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_and_nothing_else_is_left() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("found.tf");
        create(&file, "first").expect("written");
        let refused = create(&file, "second").expect_err("it is there");
        assert!(refused.summary.contains("is there already"), "{refused:?}");
        let missing = create(&directory.path().join("nowhere/found.tf"), "third").expect_err("no directory");
        assert!(missing.summary.contains("can't be written"), "{missing:?}");
        assert_eq!(fs::read_to_string(&file).expect("text"), "first");
        assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 1);
    }
}
