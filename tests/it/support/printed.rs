//! What a page prints for people to type.

use std::fs;

use super::workspace::repository;

/// A page of the repository, by its path.
#[track_caller]
pub(crate) fn page(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The blocks of a language below a heading of a page, up to the next heading; below none, those of the whole page.
#[track_caller]
pub(crate) fn blocks(path: &str, heading: &str, language: &str) -> Vec<String> {
    let page = page(path);
    let mut at = heading.is_empty();
    let mut blocks: Vec<String> = Vec::new();
    // The language of the block that is open.
    let mut open: Option<String> = None;
    for line in page.lines() {
        match (&open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => open = None,
            (None, Some(kind)) => {
                open = Some(kind.to_owned());
                if at && kind == language {
                    blocks.push(String::new());
                }
            }
            (Some(kind), None) if at && kind == language => {
                let block = blocks.last_mut().expect("the block that is open");
                block.push_str(line);
                block.push('\n');
            }
            (None, None) if !heading.is_empty() && line.starts_with('#') => {
                at = line.trim_start_matches('#').trim() == heading;
            }
            _ => {}
        }
    }
    assert!(!blocks.is_empty(), "{path}: no block of {language} below `{heading}`");
    blocks
}
