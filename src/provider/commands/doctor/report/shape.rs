//! A value reduced to its shape: what kind of thing it is and how long, and nothing of what it says.

use clients::essentials::read_time;
use serde_json::Value;
use uuid::Uuid;

/// Lengths are told by class: the exact one of a name may tell whose it is.
const LENGTHS: [usize; 6] = [8, 16, 32, 64, 256, 1024];
/// The longest text whose form is spelt out.
const SPELT: usize = 40;

/// The shape of a value. Objects and lists are told by what is in them.
pub(super) fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(number) if number.is_f64() => "number with a fraction".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(text) => of_text(text),
        Value::Array(items) => match items.len() {
            0 => "empty list".to_owned(),
            _ => "list".to_owned(),
        },
        Value::Object(_) => "object".to_owned(),
    }
}

/// The shape of a text.
fn of_text(text: &str) -> String {
    let length = length_of(text);
    let is_digit = |letter: char| letter.is_ascii_digit();
    if text.is_empty() {
        "empty text".to_owned()
    } else if Uuid::try_parse(text).is_ok() {
        let capitals = text.contains(|letter: char| letter.is_ascii_uppercase());
        if capitals { "GUID in capitals".to_owned() } else { "GUID".to_owned() }
    } else if is_time_like(text) {
        format!("time {}", pattern(text))
    } else if text.chars().all(is_digit) {
        format!("text{length}, a number")
    } else if matches!(text.to_ascii_lowercase().as_str(), "true" | "false") {
        format!("text{length}, true or false")
    } else if text.contains("://") {
        format!("text{length}, an address of the web")
    } else if text.contains('@') {
        format!("text{length}, an address")
    } else if text.split('.').count() > 1
        && text.chars().all(|letter| letter.is_alphanumeric() || ".-_".contains(letter))
    {
        format!("text{length}, a name with dots")
    } else if text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_') {
        format!("word{length}")
    } else if text.chars().all(char::is_alphanumeric) {
        format!("word{length}, with capitals or digits")
    } else {
        format!("text{length}")
    }
}

/// How long a text is, in words that go behind a noun.
fn length_of(text: &str) -> String {
    let length = text.chars().count();
    match LENGTHS.iter().find(|longest| length <= **longest) {
        Some(longest) => format!(" of up to {longest}"),
        None => " of more than 1024".to_owned(),
    }
}

/// Whether a text is a time, in a form that is read or in one that looks like it.
fn is_time_like(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let marks = text.chars().filter(|letter| "-/.:".contains(*letter)).count();
    let rest = |letter: char| letter.is_ascii_digit() || "-/.:+ TZ,".contains(letter);
    text.len() <= SPELT
        && (read_time(text).is_some()
            || ((6..=23).contains(&digits) && (2..=7).contains(&marks) && text.chars().all(rest)))
}

/// Its digits as `9` and its letters as `a`: the form without the time.
fn pattern(text: &str) -> String {
    let blind = |letter: char| match letter {
        _ if letter.is_ascii_digit() => '9',
        'T' | 'Z' => letter,
        _ if letter.is_alphabetic() => 'a',
        _ => letter,
    };
    text.chars().map(blind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_shape_says_what_it_is_and_nothing_of_what_it_says() {
        for (value, told) in [
            (json!(null), "null"),
            (json!(true), "true or false"),
            (json!(7), "number"),
            (json!(7.5), "number with a fraction"),
            (json!("6f3e1f5e-0f0a-4c58-9d54-8a3f2a4a5a11"), "GUID"),
            (json!("6F3E1F5E-0F0A-4C58-9D54-8A3F2A4A5A11"), "GUID in capitals"),
            (json!("2026-03-02T09:00:12Z"), "time 9999-99-99T99:99:99Z"),
            (json!("02.03.2026 09:00"), "time 99.99.9999 99:99"),
            (json!("17"), "text of up to 8, a number"),
            (json!("True"), "text of up to 8, true or false"),
            (json!("anna@contoso.com"), "text of up to 16, an address"),
            (json!("https://contoso.com/x"), "text of up to 32, an address of the web"),
            (json!("contoso.com"), "text of up to 16, a name with dots"),
            (json!("end_user"), "word of up to 8"),
            (json!("AllPrincipals"), "word of up to 16, with capitals or digits"),
            (json!("Anna Berg"), "text of up to 16"),
            (json!(""), "empty text"),
            (json!([]), "empty list"),
            (json!(["hush"]), "list"),
            (json!({ "hush": 1 }), "object"),
        ] {
            assert_eq!(shape(&value), told);
        }
    }
}
