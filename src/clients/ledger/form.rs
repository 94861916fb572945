//! What came, redacted to its form: types and names of members, and never a value.

use std::fmt::Write as _;

use serde_json::Value;

/// How deep it is told.
const DEPTH: usize = 2;
/// The most members of one object that are told.
const MEMBERS: usize = 12;
/// The most letters of a name that are told.
const NAME: usize = 40;

/// The form of a value, such as `{ id: number, tags: [text; 2] }`. Names of members are told that stand in the ledger: a foreign
/// server may choose all others.
pub(crate) fn form(value: &Value) -> String {
    let mut text = String::new();
    tell(&mut text, value, DEPTH);
    text
}

fn tell(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(_) => text.push_str("true or false"),
        Value::Number(_) => text.push_str("number"),
        Value::String(_) => text.push_str("text"),
        Value::Array(items) => match items.first() {
            Some(first) if depth > 0 => {
                text.push('[');
                tell(text, first, depth - 1);
                let _ = write!(text, "; {}]", items.len());
            }
            Some(_) => text.push_str("list"),
            None => text.push_str("empty list"),
        },
        Value::Object(members) if members.is_empty() => text.push_str("empty object"),
        Value::Object(_) if depth == 0 => text.push_str("object"),
        Value::Object(members) => {
            for (at, (name, value)) in members.iter().take(MEMBERS).enumerate() {
                text.push_str(if at == 0 { "{ " } else { ", " });
                text.push_str(if super::knows(name) { name } else { "…" });
                text.push_str(": ");
                tell(text, value, depth - 1);
            }
            text.push_str(if members.len() > MEMBERS { ", … }" } else { " }" });
        }
    }
}

/// Whether a key looks like the name of a member, and not like somebody's data: in small letters at its beginning, without
/// what names of people, hosts and licences are put together with. Both services write names like this.
pub fn is_name(key: &str) -> bool {
    let is_digit = |letter: &u8| letter.is_ascii_digit();
    // What OData says of a member, or of the whole.
    let own = key
        .split_once("@odata.")
        .map_or(key, |(before, behind)| if before.is_empty() { behind } else { before });
    (1..=NAME).contains(&key.len())
        && own.starts_with(|letter: char| letter.is_ascii_lowercase())
        && key
            .replacen("@odata.", "", 1)
            .bytes()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
        && key.bytes().filter(is_digit).count() <= 2
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_and_names_are_told_and_values_are_not() {
        let value = json!({
            "id": 7, "mail": "hush", "enabled": true, "none": null, "@odata.nextLink": "hush", "owners@odata.bind": [],
            "tags": ["hush", "hush"], "web": { "redirectUris": ["hush"] }, "a@contoso.com": 1,
            "contoso.com": 1,
            "6f3e1f5e-0f0a-4c58-9d54-8a3f2a4a5a11": 1,
        });
        let text = form(&value);
        assert!(!text.contains("hush") && !text.contains("contoso") && !text.contains("6f3e1f5e"), "{text}");
        for part in [
            "id: number",
            "@odata.nextLink: text",
            "tags: [text; 2]",
            "web: { redirectUris: list }",
            "…: number",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(form(&json!({ "userType": "hush", "hush": 1 })), "{ …: number, userType: text }");
        assert_eq!(form(&json!([])), "empty list");
        assert_eq!(form(&json!([{ "a": 1 }, 2])), "[{ …: number }; 2]");
    }

    #[test]
    fn a_key_that_may_be_somebodys_data_is_no_name() {
        for name in ["primaryEmail", "last_successful_sync", "@odata.nextLink", "owners@odata.bind", "x5"] {
            assert!(is_name(name), "{name}");
        }
        for data in [
            "a@contoso.com",
            "contoso.com",
            "6f3e1f5e-0f0a-4c58-9d54-8a3f2a4a5a11",
            "a b",
            "",
            "anna@corp",
            "AnnaBerg",
            "anna-berg",
            "@anna",
            "odata.anna",
            "anna@odata.contoso.com",
            "ann\u{202e}a",
            "user4711",
            "[x](y)",
        ] {
            assert!(!is_name(data), "{data}");
        }
    }

    #[test]
    fn much_is_told_in_short() {
        let many: serde_json::Map<String, Value> =
            ('a'..='z').map(|name| (name.to_string(), json!({ "x": { "y": [1] } }))).collect();
        let text = form(&many.into());
        assert!(text.len() < 300 && text.ends_with(", … }"), "{text}");
    }
}
