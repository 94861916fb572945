//! What a person reads: a line for each step, what was found below it, and what to do next.

use std::collections::BTreeMap;

use clients::http::legible;

use super::level::Level;
use super::step::{Step, StepName};

/// How texts are made to stand out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    /// Colours where a person looks who has not asked to be spared them (`NO_COLOR`, a terminal that knows none).
    pub(super) fn for_person(is_watched: bool, environment: &BTreeMap<String, String>) -> Self {
        let variable = |name: &str| environment.get(name).map(String::as_str).unwrap_or_default();
        Self(is_watched && variable("NO_COLOR").is_empty() && variable("TERM") != "dumb")
    }

    /// A word of five letters for what came of a step.
    fn mark(self, level: Level, skipped: bool) -> String {
        let (word, colour) = match level {
            Level::Fine if skipped => ("-", 2),
            Level::Fine => ("ok", 32),
            Level::Warning => ("warn", 33),
            Level::Blocked | Level::Unreached | Level::Unconfigured => ("ERROR", 31),
        };
        self.coloured(&format!("{word:5}"), colour)
    }

    fn coloured(self, text: &str, colour: u8) -> String {
        if self.0 { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Columns before what was found.
const INDENT: usize = 30;
/// Columns that lines of text are kept to.
const WIDTH: usize = 110;

/// The first line.
pub(super) fn heading(domain: &str) -> String {
    format!(
        "terraform-provider-proofpoint {} looks at {domain}. It changes nothing.\n\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// A step.
pub(super) fn step(step: &Step, paint: Paint) -> String {
    let mut text = format!("{}  {:23}", paint.mark(step.level(), step.skipped), step.name.title());
    wrapped(&mut text, INDENT, &plain(&step.told));
    for finding in &step.findings {
        wrapped(&mut text, 0, &format!("{}.", plain(finding.summary.trim_end_matches('.'))));
        for paragraph in finding.detail.lines().filter(|line| !line.trim().is_empty()) {
            wrapped(&mut text, 0, &plain(paragraph));
        }
    }
    text
}

/// What it comes to, and what to do next.
pub(super) fn end(steps: &[Step], verdict: Level, is_read_only: bool, next: &str, paint: Paint) -> String {
    let (told, colour) = match verdict {
        Level::Fine if is_read_only => ("Healthy, for reading alone.", 32),
        Level::Fine => ("Healthy: nothing stands in the way.", 32),
        Level::Warning => ("An apply would go through. Look at the warnings first.", 33),
        Level::Blocked => ("An apply would fail: see the errors.", 31),
        Level::Unreached | Level::Unconfigured => (out_of_reach(steps), 31),
    };
    format!("\n{}\n\nNext:\n\n  {}\n", paint.coloured(told, colour), next.replace('\n', "\n  "))
}

/// Which side it is that can't be talked to, or signed in to.
fn out_of_reach(steps: &[Step]) -> &'static str {
    let gravest = |names: &[StepName]| {
        let levels = steps.iter().filter(|step| names.contains(&step.name)).map(Step::level);
        levels.max().filter(|level| *level >= Level::Unreached)
    };
    match (gravest(&StepName::OF_ENTRA), gravest(&StepName::OF_PROOFPOINT)) {
        (Some(Level::Unconfigured), Some(Level::Unconfigured)) => {
            "Neither side is configured: see the errors."
        }
        (Some(_), Some(_)) => "Neither side can be talked to: see the errors.",
        (Some(Level::Unconfigured), None) => "Entra is not configured: see the errors.",
        (None, Some(Level::Unconfigured)) => "Proofpoint is not configured: see the errors.",
        (Some(_), None) => "Entra can't be talked to: see the errors.",
        (None, Some(_)) => "Proofpoint can't be talked to: see the errors.",
        (None, None) => "One side can't be talked to: see the errors.",
    }
}

/// What a service says may hold what a terminal takes for orders, or what makes a text look like another one.
fn plain(text: &str) -> String {
    let indent = text.len() - text.trim_start_matches(' ').len();
    " ".repeat(indent) + &legible(text, usize::MAX)
}

/// Appends lines of text under the place where steps tell what they found, on a line that has so many columns already. Lines
/// that are indented are left alone.
fn wrapped(into: &mut String, mut column: usize, text: &str) {
    let indent = " ".repeat(INDENT);
    if text.starts_with(' ') {
        into.push_str(&indent);
        into.push_str(text);
        into.push('\n');
        return;
    }
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > INDENT && column + 1 + width > WIDTH {
            into.push('\n');
            column = 0;
        }
        if column == 0 {
            into.push_str(&indent);
            column = INDENT;
        } else if column > INDENT {
            into.push(' ');
            column += 1;
        }
        into.push_str(word);
        column += width;
    }
    into.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Step {
        let mut step = Step::new(StepName::Sync);
        step.told = "word ".repeat(40) + "\u{1b}[2Jen\u{202e}d";
        step.find(Level::Blocked, "It is odd", "Do this:\n\n  import {\n  }");
        step
    }

    #[test]
    fn lines_are_kept_short_and_what_is_indented_stays_so() {
        let text = step(&found(), Paint(false));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.starts_with("ERROR  Sync                   word word"), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with(&" ".repeat(INDENT))), "{text}");
        let below = " ".repeat(INDENT);
        assert!(text.contains(" [2Jend\n"), "{text}");
        assert!(text.ends_with(&format!("{below}Do this:\n{below}  import {{\n{below}  }}\n")), "{text}");
    }

    #[test]
    fn colours_are_for_people_who_have_not_declined_them() {
        let none = BTreeMap::new();
        let with = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let colours = |is_watched, environment: &BTreeMap<_, _>| {
            step(&found(), Paint::for_person(is_watched, environment)).contains('\u{1b}')
        };
        assert!(colours(true, &none) && colours(true, &with("NO_COLOR", "")));
        assert!(!colours(false, &none));
        assert!(!colours(true, &with("NO_COLOR", "1")) && !colours(true, &with("TERM", "dumb")));
    }
}
