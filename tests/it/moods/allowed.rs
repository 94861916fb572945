//! Moods under which an apply cannot succeed, and the words with which it says so.

use super::cases::Case;

/// Values of moods that come together, and words of the error.
const REFUSALS: &[(&[&str], &str)] = &[
    (&["put_when_absent=not_found"], "saved once by hand"),
    (&["credentials_check=refused"], "could not be established"),
    (&["exemptions_put=no_effect"], "exempt"),
    // A run would do something else than was judged: the error says what to set.
    (&["forced_setting=add_groups_false"], "`groups.add` is `false` instead of `true`"),
    // Nothing tells what is missing.
    (&["further_members=shown_and_required", "error_body=empty"], "saved once by hand"),
];

/// The words of the error that a case may, and must, end with.
pub(super) fn refusal(case: &Case) -> Vec<&'static str> {
    let together = REFUSALS.iter().filter(|(words, _)| words.iter().all(|word| case.has(word)));
    together.map(|(_, text)| *text).collect()
}

/// Whether applies succeed under these values, each written as `name=value`.
pub(super) fn converge(values: &[String]) -> bool {
    let has = |word: &&str| values.iter().any(|value| value == word);
    REFUSALS.iter().all(|(words, _)| !words.iter().all(has))
}

#[test]
fn what_is_refused_is_a_value_of_a_mood() {
    let values = super::cases::all_words();
    for (words, said) in REFUSALS {
        for word in *words {
            assert!(values.iter().any(|value| value == word), "{word} ({said})");
        }
    }
}
