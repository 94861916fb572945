//! What holds for every message, whatever was read.

use std::fmt::{Debug, Display};

/// Stands for a secret wherever a target needs one.
pub const SECRET: &str = "hush-hush~never.told";

/// The longest message that a person would still read: what services say is cut.
const LONGEST: usize = 4000;

/// A message is for people: short, without a secret, without what a terminal obeys.
pub fn check_message(text: &str, shown: bool) {
    assert!(!text.contains(SECRET), "a secret in a message");
    if shown {
        assert!(text.len() <= LONGEST, "a message of {} bytes: {}", text.len(), text.escape_debug());
        let obeyed = |letter: char| letter.is_control() && letter != '\n';
        assert!(!text.contains(obeyed), "a control character in {}", text.escape_debug());
    }
}

/// The same for both forms of an error; what is only for programmers may be long.
pub fn check_error(error: &(impl Display + Debug)) {
    check_message(&error.to_string(), true);
    check_message(&format!("{error:?}"), false);
}
