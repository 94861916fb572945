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
    let mut opened = File::create_new(&draft).map_err(|error| unwritable(file, &error))?;
    let written = opened.write_all(text.as_bytes()).and_then(|()| match fs::hard_link(&draft, file) {
        // A link overwrites nothing; some file systems have none.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && file.symlink_metadata().is_err() => {
            fs::rename(&draft, file)
        }
        linked => linked,
    });
    // Gone where it was renamed.
    let _ = fs::remove_file(&draft);
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(file),
        _ => unwritable(file, &error),
    })
}

fn unwritable(file: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("`{}` can't be written", file.display()), format!("{error}."))
}

/// Refuses a file that is there already, be it a link that leads nowhere, and one in a directory that is not there: before the
/// work, not after it.
pub(super) fn refuse_unfit(file: &Path) -> Result<(), Diagnostic> {
    if file.symlink_metadata().is_ok() {
        return Err(exists(file));
    }
    let around = file.parent().map(|around| if around == Path::new("") { Path::new(".") } else { around });
    match around {
        Some(around) if around.is_dir() => Ok(()),
        _ => {
            let summary = format!("`{}` can't be written", file.display());
            Err(Diagnostic::error(summary, "A file in a directory that is there is expected."))
        }
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

    fn refused(file: &Path) -> String {
        refuse_unfit(file).expect_err("refused").summary
    }

    #[test]
    fn only_a_file_that_is_not_there_in_a_directory_that_is_will_do() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("found.tf");
        assert!(refuse_unfit(&file).is_ok() && refuse_unfit(Path::new("nobody-has-this-file.tf")).is_ok());
        create(&file, "mine").expect("written");
        assert!(refused(&file).ends_with("is there already") && create(&file, "other").is_err());
        assert!(refused(directory.path()).ends_with("is there already"));
        for path in ["", "nowhere/found.tf", "Cargo.toml/found.tf"] {
            assert!(refused(Path::new(path)).ends_with("can't be written"), "{path}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_never_followed() {
        let directory = tempfile::tempdir().expect("a directory");
        let (link, aim) = (directory.path().join("link"), directory.path().join("aim"));
        std::os::unix::fs::symlink(&aim, &link).expect("a link");
        assert!(refused(&link).ends_with("is there already"));
        assert!(create(&link, "x").is_err() && !aim.exists());
    }
}
