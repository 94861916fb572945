//! Text in the making.

use std::fmt::{Arguments, Write as _};

/// Appends formatted text.
pub(crate) fn push(text: &mut String, more: Arguments<'_>) {
    // Writing to a string can't fail.
    let _ = text.write_fmt(more);
}

/// Markdown in the place of a list item: each paragraph on one line, those after the first indented.
pub(crate) fn indented(markdown: &str) -> String {
    markdown.split("\n\n").map(flowed).collect::<Vec<_>>().join("\n\n  ")
}

/// One paragraph on one line.
pub(crate) fn flowed(paragraph: &str) -> String {
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first paragraph on one line, without links and marks: it shows in lists and search results, as plain text.
pub(crate) fn summary(description: &str) -> String {
    let first = flowed(description.split("\n\n").next().unwrap_or_default());
    let mut text = String::new();
    let mut rest = first.as_str();
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(before);
        if let Some((label, after)) = link(after) {
            text.push_str(label);
            rest = after;
        } else {
            text.push('[');
            rest = after;
        }
    }
    (text + rest).replace(['`', '*'], "")
}

/// The label of a link and what follows the link, given what follows its opening bracket.
fn link(text: &str) -> Option<(&str, &str)> {
    let (label, target) = text.split_once("](")?;
    Some((label, target.split_once(')')?.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_the_first_paragraph_as_plain_text() {
        assert_eq!(summary("What *New* of `a_b` does."), "What New of a_b does.");
        assert_eq!(summary("See [this](x.md) and\n[that](y.md) [1].\n\nMore."), "See this and that [1].");
    }

    #[test]
    fn later_paragraphs_of_an_item_are_indented() {
        assert_eq!(indented("One\nline.\n\nMore."), "One line.\n\n  More.");
    }
}
