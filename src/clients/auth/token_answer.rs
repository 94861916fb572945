//! Token endpoints' answers as `azure_identity` reads them: it takes numbers for numbers and texts for texts, and adds a
//! token's life to the present without looking whether the sum exists.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::http::{Misfit, MisfitKind};
use crate::ledger::{Reading, Way, note};

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
    for name in NUMBERS.into_iter().chain([TOKEN, "resource", "token_type"]) {
        note(reading, name);
    }
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
/// Those that are numbers, be it in a text.
const NUMBERS: [&str; 3] = ["expires_in", "ext_expires_in", "expires_on"];

/// How a success differs from what the ledger has of it, if it is JSON: the library that reads it would name no line.
pub(super) fn misfit(answer: &[u8], reading: &Reading) -> Option<Misfit> {
    let whole: Value = serde_json::from_slice(answer).ok()?;
    let members = whole.as_object()?;
    let lines =
        reading.entry()?.lines.iter().filter(|line| line.way == Way::Read && !line.path.contains('.'));
    lines.into_iter().find_map(|line| {
        let name = line.path.as_str();
        let kind = match members.get(name) {
            None if line.kind.is_required() => {
                return Some(Misfit::at(reading, name, MisfitKind::Missing, Some(&whole)));
            }
            Some(value) if !line.kind.admits(value) => MisfitKind::Type,
            Some(Value::String(text)) if text.is_empty() && line.kind.is_required() => MisfitKind::Value,
            Some(Value::String(_)) if NUMBERS.contains(&name) && number(members, name).is_none() => {
                MisfitKind::Value
            }
            _ => return None,
        };
        Some(Misfit::at(reading, name, kind, members.get(name)))
    })
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
    fn a_success_that_is_not_as_it_is_relied_on_is_told_by_its_line() {
        let misfit = |answer: Value| misfit(answer.to_string().as_bytes(), &Reading::named("machine.token"));
        for right in [
            json!("<html>"),
            json!({"access_token": "t"}),
            json!({"access_token": "t", "expires_in": "60", "x": 1}),
        ] {
            assert_eq!(misfit(right), None);
        }
        let text = misfit(json!({"accessToken": "hush", "expires_in": 1})).expect("a misfit").to_string();
        assert!(text.contains("`machine.token < access_token`: text") && !text.contains("hush"), "{text}");
        assert!(text.contains("expires_in: number"), "{text}");
        for (wrong, kind) in [
            (json!({"access_token": 7}), MisfitKind::Type),
            (json!({"access_token": ""}), MisfitKind::Value),
            (json!({"access_token": "t", "expires_in": []}), MisfitKind::Type),
            (json!({"access_token": "t", "expires_on": "soon"}), MisfitKind::Value),
        ] {
            assert_eq!(misfit(wrong.clone()).map(|misfit| misfit.kind), Some(kind), "{wrong}");
        }
    }

    #[test]
    fn what_hands_out_no_token_stays_as_it_is() {
        for text in ["", "<html>", "[1]", r#"{"error":"x","expires_in":"soon"}"#] {
            assert_eq!(understood(text.into(), NOW, &Reading::named("entra.token")), Ok(text.into()));
        }
    }
}
