//! Moods under which an apply cannot succeed, and the words with which it says so.

use super::cases::Case;

/// A value of a mood, and words of the error.
const REFUSALS: &[(&str, &str)] = &[
    ("put_when_absent=not_found", "saved once by hand"),
    ("credentials_check=refused", "could not be established"),
    ("exemptions_put=no_effect", "exempt"),
];

/// The words of the error that a case may, and must, end with.
pub(super) fn refusal(case: &Case) -> Vec<&'static str> {
    REFUSALS.iter().filter(|(word, _)| case.has(word)).map(|(_, text)| *text).collect()
}

/// Values that the provider is not right under yet, and what is wrong.
const WAITING: &[(&str, &str)] = &[
    ("settings_lag=1500ms", "what shows late is taken for drift, and a second key is minted"),
    ("forced_setting=add_groups_false", "each apply that ends at frequency 0 leaves another key"),
    ("forced_setting=frequency_daily", "a forced frequency is taken for drift, and a second key is minted"),
    ("further_members=shown_and_required", "a member that a first configuration must have is not known"),
    ("exemptions_put=no_effect", "each refused apply leaves another key"),
];

/// Whether applies succeed under a value, written as `name=value`.
pub(super) fn converges(word: &str) -> bool {
    WAITING.iter().chain(REFUSALS).all(|(known, _)| *known != word)
}

/// Whether a case has one of those.
pub(super) fn is_waiting(case: &Case) -> bool {
    WAITING.iter().any(|(word, _)| case.has(word))
}

#[test]
fn what_is_waited_for_or_refused_is_a_value_of_a_mood() {
    let values = super::cases::all_words();
    for (word, reason) in WAITING.iter().chain(REFUSALS) {
        assert!(values.iter().any(|value| value == word), "{word} ({reason})");
    }
}
