//! The moods as people read them: in `--help`, and on the page `MOODS.md`.

use std::fmt::Write as _;

use super::mood::{Certainty, Mood};

/// The part of `--help`: a line for each mood, its name and its values.
pub(crate) fn summary() -> String {
    let mut text = String::from(
        "Moods: what nobody has published, or what a real service does in several ways. The first value is the default.\n\n",
    );
    for mood in super::moods() {
        let values: Vec<String> = mood.values().map(ToString::to_string).collect();
        let _ = writeln!(text, "  {}: {}", mood.name(), values.join(" | "));
    }
    text
}

/// The page.
pub(crate) fn page() -> String {
    let mut text = String::from(HEAD);
    let mut service = "";
    for mood in super::moods() {
        if mood.service() != service {
            service = mood.service();
            let _ = write!(text, "\n## {service}\n");
        }
        section(&mut text, &mood);
    }
    text
}

const HEAD: &str = "\
# Moods

What nobody has published, and what a real service is known to do in several ways, is a *mood* of the simulator: a switch with
all its plausible values. The provider is right under each of them; `tests/it/moods` shows it. This page is written by
`proofpoint-azure-simulator --moods`, from `src/simulator/moods/table.rs`.

Moods are set with `--mood FILE` (a JSON object of names and values) or `--mood NAME=VALUE`, as often as wanted, and while it
runs with `POST /_control/moods`. The value in bold is the default. A lag is a time (`45s`, `5m`, `1500ms`) or a number of
reads that still show the world before (`3 reads`): other values than those listed may be set. How sure a default is:
*documented* by the vendor, *observed* by somebody who published it, *inferred* from something else, or *unknown*.
";

fn section(text: &mut String, mood: &Mood) {
    let evidence = match mood.evidence() {
        Certainty::Documented => "Documented",
        Certainty::Observed => "Observed",
        Certainty::Inferred => "Inferred",
        Certainty::Unknown => "Unknown",
    };
    let _ = write!(
        text,
        "\n### `{}`\n\n{} *{evidence}*: {}\n\n",
        mood.name(),
        mood.about().replace('\n', " "),
        mood.source()
    );
    for one in mood.meanings() {
        let value = one.value.to_string();
        let marked =
            if one.value == *mood.default() { format!("**`{value}`**") } else { format!("`{value}`") };
        let _ = match one.meaning {
            "" => writeln!(text, "- {marked}"),
            meaning => writeln!(text, "- {marked}: {meaning}"),
        };
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_what_the_table_says() {
        let written = include_str!("../MOODS.md");
        assert!(written == super::page(), "run `make docs`: src/simulator/MOODS.md is out of date");
    }
}
