//! Token endpoints' answers as `azure_identity` reads them: it takes numbers for numbers and texts for texts, and adds a
//! token's life to the present without looking whether the sum exists.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::http::{Misfit, MisfitKind};
use crate::ledger::{Reading, note};

/// No token lives longer, in seconds: a year.
const LONGEST: i64 = 366 * 24 * 60 * 60;

/// The answer with its numbers as they are expected; as it came when it hands out no token. The error says why a token
/// cannot be used.
///
/// Managed identity endpoints differ (Azure Arc, Container Apps, `azure-cli`'s own): each of `expires_in` and `expires_on`
/// may be a number, a number in a text, or not there.
pub(super) fn understood(
    answer: Vec<u8>,
    now: Timestamp,
    reading: &Reading,
) -> Result<Vec<u8>, &'static str> {
    let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(&answer) else { return Ok(answer) };
    if !members.contains_key(TOKEN) {
        return Ok(answer);
    }
    let looked_at = [TOKEN, "expires_in", "ext_expires_in", "expires_on", "resource", "token_type"];
    looked_at.iter().for_each(|name| note(reading, name));
    let mut changed = false;
    let mut set = |members: &mut Map<String, Value>, name: &str, value: Value| {
        changed |= members.insert(name.to_owned(), value.clone()) != Some(value);
    };
    let life = number(&members, "expires_in");
    for name in ["expires_in", "ext_expires_in"] {
        let Some(seconds) = number(&members, name) else { continue };
        if !(0..=LONGEST).contains(&seconds) {
            return Err("the token that came would live for longer than a year, or is of the past");
        }
        set(&mut members, name, json!(seconds));
    }
    if let Some(life) = life
        && !members.contains_key("ext_expires_in")
    {
        set(&mut members, "ext_expires_in", json!(life));
    }
    let end = number(&members, "expires_on").or_else(|| Some(now.as_second() + life?));
    if let Some(end) = end {
        set(&mut members, "expires_on", json!(end.to_string()));
    }
    for name in ["resource", "token_type"] {
        if !members.contains_key(name) {
            set(&mut members, name, json!(""));
        }
    }
    // The map holds its members, so that it can be written.
    if changed { serde_json::to_vec(&members).map_err(|_| "the answer cannot be read") } else { Ok(answer) }
}

/// The member that holds the token.
const TOKEN: &str = "access_token";

/// How a success differs that hands out no token, though it is JSON.
pub(super) fn lack(answer: &[u8], reading: &Reading) -> Option<Misfit> {
    let whole: Value = serde_json::from_slice(answer).ok()?;
    match whole.get(TOKEN) {
        Some(Value::String(token)) if !token.is_empty() => None,
        Some(other) => Some(Misfit::at(reading, TOKEN, MisfitKind::Type, Some(other))),
        None => Some(Misfit::at(reading, TOKEN, MisfitKind::Missing, Some(&whole))),
    }
}

/// A number, be it one in a text or with a fraction.
#[expect(clippy::cast_possible_truncation, reason = "what is too large stays too large")]
fn number(members: &Map<String, Value>, name: &str) -> Option<i64> {
    let whole = |number: f64| number.is_finite().then_some(number as i64);
    match members.get(name)? {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| whole(text.parse().ok()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn read(answer: &Value) -> Result<Value, &'static str> {
        let bytes = understood(answer.to_string().into_bytes(), NOW, &Reading::named("entra.token"))?;
        Ok(serde_json::from_slice(&bytes).expect("JSON"))
    }

    #[test]
    fn numbers_and_texts_of_either_kind_are_understood() {
        for (expires_in, expires_on) in [
            (json!(3600), Value::Null),
            (json!("3600"), json!("1800003600")),
            (json!(3600.0), json!(1_800_003_600)),
            (json!("3600"), json!(1_800_003_600.0)),
        ] {
            let mut answer = json!({"access_token": "t", "expires_in": expires_in});
            if !expires_on.is_null() {
                answer["expires_on"] = expires_on;
            }
            let read = read(&answer).expect("understood");
            assert_eq!(
                (&read["expires_in"], &read["ext_expires_in"]),
                (&json!(3600), &json!(3600)),
                "{answer}"
            );
            assert_eq!(read["expires_on"], json!("1800003600"), "{answer}");
        }
    }

    #[test]
    fn a_life_that_no_token_has_is_an_error() {
        for life in [json!(i64::MAX), json!("9223372036854775807"), json!(1e300), json!(-1), json!(u64::MAX)]
        {
            assert!(read(&json!({"access_token": "t", "expires_in": life})).is_err(), "{life}");
            let answer = json!({"access_token": "t", "expires_in": 1, "ext_expires_in": life});
            assert!(read(&answer).is_err(), "{life}");
        }
    }

    #[test]
    fn a_success_without_a_token_is_told_by_its_line() {
        let lack = |answer: &str| lack(answer.as_bytes(), &Reading::named("machine.token"));
        assert_eq!(lack(r#"{"access_token": "t"}"#), None);
        assert_eq!(lack("<html>"), None);
        let text = lack(r#"{"accessToken": "hush", "expires_in": 1}"#).expect("a lack").to_string();
        assert!(text.contains("`machine.token < access_token`: text") && !text.contains("hush"), "{text}");
        assert!(text.contains("expires_in: number"), "{text}");
        let kind = lack(r#"{"access_token": 7}"#).expect("a lack").kind;
        assert_eq!(kind, MisfitKind::Type);
    }

    #[test]
    fn what_hands_out_no_token_stays_as_it_is() {
        for text in ["", "<html>", "[1]", r#"{"error":"x","expires_in":"soon"}"#] {
            assert_eq!(understood(text.into(), NOW, &Reading::named("entra.token")), Ok(text.into()));
        }
    }
}
