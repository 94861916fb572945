//! What a run of a CLI came to, and what a test may ask of it.

use serde_json::Value;

/// What a run of the CLI came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The command, to be shown.
    pub command: String,
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

impl Outcome {
    /// Fails the test unless the command succeeded.
    #[track_caller]
    #[allow(clippy::return_self_not_must_use, reason = "it is an assertion")]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{self}");
        self
    }

    /// Fails the test unless the command failed.
    #[track_caller]
    #[allow(clippy::return_self_not_must_use, reason = "it is an assertion")]
    pub fn fails(self) -> Self {
        assert_eq!(self.code, Some(1), "{self}");
        self
    }

    /// Fails the test unless the output says `expected`. The CLIs wrap and frame diagnostics, so only words count.
    #[track_caller]
    #[allow(clippy::return_self_not_must_use, reason = "it is an assertion")]
    pub fn says(self, expected: &str) -> Self {
        assert!(self.words().contains(&words(expected)), "expected: {expected}\n{self}");
        self
    }

    /// Fails the test when the output says `unexpected`.
    #[track_caller]
    #[allow(clippy::return_self_not_must_use, reason = "it is an assertion")]
    pub fn does_not_say(self, unexpected: &str) -> Self {
        assert!(!self.words().contains(&words(unexpected)), "not expected: {unexpected}\n{self}");
        self
    }

    /// The errors that were shown, each on one line, in the order shown.
    pub fn errors(&self) -> Vec<String> {
        let unframed = unframed(&format!("{}\n{}", self.stdout, self.stderr));
        let lines = unframed.lines().map(str::trim);
        let mut errors: Vec<Vec<&str>> = Vec::new();
        let mut inside = false;
        for line in lines {
            if line.starts_with("Error: ") || line.starts_with("Warning: ") {
                inside = line.starts_with("Error: ");
                if inside {
                    errors.push(Vec::new());
                }
            }
            if let Some(error) = errors.last_mut().filter(|_| inside) {
                error.push(line);
            }
        }
        errors.iter().map(|error| words(&error.join(" "))).collect()
    }

    /// The attributes that a plan changes in place, in order, each as often as a line shows it: `~ notes = "a" -> "b"`.
    pub fn changed_attributes(&self) -> Vec<&str> {
        // Before that, Terraform may show what has changed by itself.
        let (_, planned) = self.stdout.split_once(" will perform the following actions:").unwrap_or_default();
        let lines = planned.lines().filter_map(|line| line.trim_start().strip_prefix("~ "));
        // OpenTofu names write-only attributes in every change.
        let shown = lines.filter(|line| !line.ends_with("= (write-only attribute)"));
        let mut names: Vec<&str> =
            shown.filter_map(|line| Some(line.split_once(" = ")?.0.trim_end())).collect();
        names.sort_unstable();
        names
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON: {error}\n{self}"))
    }

    fn words(&self) -> String {
        words(&format!("{}\n{}", self.stdout, self.stderr))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { command, code, stdout, stderr } = self;
        write!(f, "{command}\nexit code: {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

/// The text without the frame that CLIs draw around diagnostics.
fn unframed(text: &str) -> String {
    text.replace(['│', '╷', '╵'], " ")
}

/// The text without frames and line breaks.
fn words(text: &str) -> String {
    unframed(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
