//! Numbers of things in words: one function, so that no message says `1 accounts`. A crate of its own since messages are made in
//! crates that know nothing of each other.

use std::fmt;

/// A number of things: `1 account`, `2 accounts`. The word is that for one; those that end in `y` or a hiss take their own
/// plural.
pub fn counted<N: From<u8> + PartialEq + Copy + fmt::Display>(number: N, one: &str) -> String {
    if number == N::from(1) { format!("1 {one}") } else { format!("{number} {}", plural(one)) }
}

fn plural(one: &str) -> String {
    let consonant_before_y = one.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    match consonant_before_y {
        Some(stem) => format!("{stem}ies"),
        None if one.ends_with(['s', 'x']) || one.ends_with("ch") || one.ends_with("sh") => format!("{one}es"),
        None => format!("{one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_none_or_more_are_many() {
        assert_eq!(counted(0, "account"), "0 accounts");
        assert_eq!(counted(1, "account"), "1 account");
        assert_eq!(counted(2, "functional account"), "2 functional accounts");
        assert_eq!(counted(2, "address"), "2 addresses");
        assert_eq!(counted(3, "directory"), "3 directories");
        assert_eq!(counted(3, "key"), "3 keys");
    }
}
