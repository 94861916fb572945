//! `--report`: what services answered, held against what is relied on, with every value redacted to its shape.

mod compare;
mod shape;

use std::fmt::Write as _;

use clients::http::Answer;
use grammar::counted;

use compare::{Comparison, Lines};

/// The report, as it is shown and written.
pub(super) struct Report {
    pub(super) text: String,
    /// How many differences it names.
    pub(super) differences: usize,
}

impl Report {
    /// Of these answers.
    pub(super) fn of(answers: &[Answer]) -> Self {
        let Comparison { differences, extra, unseen, borne, statuses, shapes, too_large, .. } =
            Comparison::of(answers);
        let mut text = format!(
            "# Conformance report\n\nMade by `doctor` of terraform-provider-proofpoint {} ({}/{}). What the services answered is held \
             against the guide\n*What we rely on*. Names are those of the services' own members, and no value is in it: texts \
             are told by kind and length.\n\n{}, {}.\n",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
            counted(answers.len(), "answer"),
            counted(differences.len(), "difference"),
        );
        section(&mut text, "Differences", &differences);
        if !too_large.is_empty() {
            section(&mut text, "Not compared, since it is too large", &too_large);
        }
        section(&mut text, "Not there in any answer", &unseen);
        section(&mut text, "More than is relied on", &extra);
        section(&mut text, "Tolerated, though unusual", &borne);
        section(&mut text, "Requests", &statuses);
        section(&mut text, "Members", &shapes);
        Self { text, differences: differences.len() }
    }
}

/// Lines with how often each came; a section that has none says so.
fn section(text: &mut String, title: &str, lines: &Lines) {
    let _ = write!(text, "\n## {title}\n\n");
    if lines.is_empty() {
        text.push_str("None.\n");
    }
    for (line, number) in lines {
        let _ = writeln!(text, "- {line} ×{number}");
    }
}
