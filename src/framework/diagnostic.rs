//! Errors and warnings for the person who runs Terraform.

use super::path::Path;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation goes on.
    Warning,
}

/// One message. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// One line, without a final period.
    pub summary: String,
    /// What happened and what to do.
    pub detail: String,
    /// The attribute it is about; without one it is about the whole block.
    pub attribute: Option<Path>,
}

impl Diagnostic {
    /// An error about the whole block.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: detail.into(), attribute: None }
    }

    /// A warning about the whole block.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(summary, detail) }
    }

    /// The same message as a warning: for a step that failed and that a later run makes up for.
    #[must_use]
    pub fn into_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// The same message about an attribute.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.attribute = (!path.is_root()).then_some(path);
        self
    }

    /// Messages quote names that somebody else has chosen, and have lines of their own.
    fn harmless(self) -> Self {
        let steers = |letter| is_obeyed(letter) && !matches!(letter, '\n' | '\t');
        let shown =
            |text: String| if text.contains(steers) { text.replace(steers, "\u{fffd}") } else { text };
        Self { summary: shown(self.summary), detail: shown(self.detail), ..self }
    }
}

/// Whether a character steers a terminal or turns the text around it: names that somebody else has chosen may hold such.
pub(crate) fn is_obeyed(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Messages in the order they came up, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None so far.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one unless it is already there. What it quotes can't steer a terminal, whoever wrote it: state, environment and
    /// answers reach messages in many places, and all of them pass here.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let diagnostic = diagnostic.harmless();
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Adds an error about the whole block.
    pub fn error(&mut self, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::error(summary, detail));
    }

    /// Adds an error about an attribute.
    pub fn error_at(&mut self, path: Path, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::error(summary, detail).at(path));
    }

    /// Adds a warning about the whole block.
    pub fn warning(&mut self, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::warning(summary, detail));
    }

    /// Adds a warning about an attribute.
    pub fn warning_at(&mut self, path: Path, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::warning(summary, detail).at(path));
    }

    /// Adds all of another collection.
    pub fn append(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        other.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// The same messages, each with a summary that names what it is about: CLIs fold warnings of one summary into one, and the
    /// details of all but the first are not shown then.
    #[must_use]
    pub fn about(self, subject: &str) -> Self {
        let named = |diagnostic: Diagnostic| {
            if names(&diagnostic.summary, subject) {
                return diagnostic;
            }
            Diagnostic { summary: format!("{} ({subject})", diagnostic.summary), ..diagnostic }
        };
        self.into_iter().map(named).collect()
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

/// Whether a text has a name in it, and not only as a part of another one.
fn names(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let goes_on = |rest: &str, mut letters: std::str::Chars<'_>, back: bool| {
        let next = if back { letters.next_back() } else { letters.next() };
        // A full stop ends a sentence, or joins the parts of a name.
        let joins = |letter: char| letter == '-' || letter == '.' && (back || rest.len() > 1);
        next.is_some_and(|letter| letter.is_alphanumeric() || joins(letter))
    };
    text.match_indices(&name).any(|(at, found)| {
        let (before, after) = (&text[..at], &text[at + found.len()..]);
        !goes_on(before, before.chars(), true) && !goes_on(after, after.chars(), false)
    })
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic.harmless()])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        let mut all = Self::new();
        all.append(iter);
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_that_does_not_say_what_it_is_about_gets_it_at_its_end() {
        let about = |summary: &str| {
            let named = Diagnostics::from(Diagnostic::warning(summary, "d")).about("contoso.com");
            named.iter().next().unwrap().summary.clone()
        };
        assert_eq!(about("The secret ends"), "The secret ends (contoso.com)");
        for named in ["The sync of `Contoso.com` stays", "People of contoso.com", "(contoso.com)"] {
            assert_eq!(about(named), named);
        }
        for another in ["People of mail.contoso.com", "People of contoso.com.au", "People of old-contoso.com"]
        {
            assert_eq!(about(another), format!("{another} (contoso.com)"));
        }
    }

    #[test]
    fn a_terminal_is_told_nothing_and_joiners_and_lines_stay() {
        let said = Diagnostic::error("a\u{1b}[2J\u{202e}b", "1\n\t2\r\u{2066}\u{646}\u{200c}\u{627}");
        let said = Diagnostics::from(said).about("conto\u{7}so.com");
        let said = said.iter().next().unwrap();
        assert_eq!(said.summary, "a\u{fffd}[2J\u{fffd}b (conto\u{fffd}so.com)");
        assert_eq!(said.detail, "1\n\t2\u{fffd}\u{fffd}\u{646}\u{200c}\u{627}");
    }

    #[test]
    fn the_same_message_is_kept_once() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.warning("w", "d");
        diagnostics.warning("w", "d");
        assert_eq!(diagnostics.iter().count(), 1);
        assert!(!diagnostics.has_errors());
        diagnostics.error_at(Path::attribute("a"), "e", "d");
        assert!(diagnostics.has_errors());
    }
}
