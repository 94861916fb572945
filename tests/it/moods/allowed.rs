//! Moods under which an apply cannot succeed, and the words with which it says so.

use super::cases::Case;

/// A value of a mood, and words of the error.
const REFUSALS: &[(&str, &str)] = &[
    ("put_when_absent=not_found", "404"),
    ("credentials_check=refused", "could not be established"),
    ("exemptions_put=no_effect", "exempt"),
];

/// The words of the error that a case may, and must, end with.
pub(super) fn refusal(case: &Case) -> Vec<&'static str> {
    REFUSALS.iter().filter(|(word, _)| case.has(word)).map(|(_, text)| *text).collect()
}

/// Values that the provider is not right under yet, and what is wrong.
const WAITING: &[(&str, &str)] = &[];

/// Whether a case has one of those.
pub(super) fn is_waiting(case: &Case) -> bool {
    WAITING.iter().any(|(word, _)| case.has(word))
}
