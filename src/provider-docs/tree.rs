//! The files of `docs/`: written, or compared with what would be written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Every page by its path below `docs/`.
pub type Pages = BTreeMap<PathBuf, String>;

/// Brings `docs` into line with `pages` and returns what changed, one line each.
pub fn write(docs: &Path, pages: &Pages) -> io::Result<Vec<String>> {
    let mut done = Vec::new();
    for (path, _) in differences(docs, pages)? {
        let target = docs.join(&path);
        let what = if let Some(text) = pages.get(&path) {
            if let Some(directory) = target.parent() {
                fs::create_dir_all(directory)?;
            }
            fs::write(&target, text)?;
            "written"
        } else {
            fs::remove_file(&target)?;
            "removed"
        };
        done.push((path, what));
    }
    Ok(lines(&done))
}

/// What [`write()`] would change, one line each; empty when everything is up to date.
pub fn check(docs: &Path, pages: &Pages) -> io::Result<Vec<String>> {
    differences(docs, pages).map(|differences| lines(&differences))
}

fn lines(pages: &[(PathBuf, &str)]) -> Vec<String> {
    pages.iter().map(|(path, what)| format!("docs/{}: {what}", path.display())).collect()
}

fn differences(docs: &Path, pages: &Pages) -> io::Result<Vec<(PathBuf, &'static str)>> {
    let mut present = BTreeSet::new();
    list(docs, Path::new(""), &mut present)?;
    let mut found = Vec::new();
    for (path, text) in pages {
        if !present.contains(path) {
            found.push((path.clone(), "missing"));
        } else if fs::read_to_string(docs.join(path))? != *text {
            found.push((path.clone(), "out of date"));
        }
    }
    let superfluous = present.into_iter().filter(|path| !pages.contains_key(path));
    found.extend(superfluous.map(|path| (path, "no such page any more")));
    Ok(found)
}

fn list(docs: &Path, below: &Path, present: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    let entries = match docs.join(below).read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            list(docs, &path, present)?;
        } else {
            present.insert(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_up_to_date_until_a_page_changes_comes_or_goes() {
        let dir = tempfile::tempdir().unwrap();
        let page = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
        let pages = Pages::from([page("index.md", "a"), page("resources/x.md", "b")]);
        assert_eq!(
            check(dir.path(), &pages).unwrap(),
            ["docs/index.md: missing", "docs/resources/x.md: missing"]
        );
        write(dir.path(), &pages).unwrap();
        assert!(check(dir.path(), &pages).unwrap().is_empty());

        let pages = Pages::from([page("index.md", "c")]);
        let expected = ["docs/index.md: out of date", "docs/resources/x.md: no such page any more"];
        assert_eq!(check(dir.path(), &pages).unwrap(), expected);
        let done = ["docs/index.md: written", "docs/resources/x.md: removed"];
        assert_eq!(write(dir.path(), &pages).unwrap(), done);
        assert!(check(dir.path(), &pages).unwrap().is_empty());
    }
}
