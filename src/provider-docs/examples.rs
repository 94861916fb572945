//! The examples of a page, found by the names that registries give to their files.

use std::fs;
use std::io;
use std::path::Path;

use crate::markdown::push;

const ENDINGS: [&str; 2] = [".tf", ".tfquery.hcl"];

/// The Terraform files of `directory` whose name is `stem.tf` (or `stem.tfquery.hcl`, which holds what is searched for) or
/// begins with `stem-`, each with its name without ending; `stem.tf` comes first, the others in order of their names.
pub(crate) fn of(directory: &Path, stem: &str) -> io::Result<Vec<(String, String)>> {
    let entries = match directory.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(name) = ENDINGS.iter().find_map(|ending| file.strip_suffix(ending)) else { continue };
        if name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
            found.push((name.to_owned(), fs::read_to_string(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// One file, trimmed; none when it does not exist.
pub(crate) fn file(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The `## Example Usage` section; empty without examples. Further examples stand under headings made of their names.
pub(crate) fn section(directory: &Path, stem: &str) -> io::Result<String> {
    let examples = of(directory, stem)?;
    if examples.is_empty() {
        return Ok(String::new());
    }
    let mut text = "## Example Usage\n\n".to_owned();
    for (name, source) in examples {
        if let Some(title) = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('-')) {
            push(&mut text, format_args!("### {}\n\n", heading(title)));
        }
        push(&mut text, format_args!("```terraform\n{}\n```\n\n", source.trim()));
    }
    Ok(text)
}

fn heading(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::heading;

    #[test]
    fn a_file_name_becomes_a_heading() {
        assert_eq!(heading("write-only-secret"), "Write only secret");
    }
}
