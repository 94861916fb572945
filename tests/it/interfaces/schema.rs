//! Whether a JSON value is what a schema of OpenAPI 3.0 says.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::document::Document;

/// Whether a member that the schema does not name is a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// In what we send: nobody would ever look at it.
    IsWrong,
    /// In what we are answered: services add members.
    IsFine,
}

/// What is wrong with `value`, each with the place where.
pub(crate) fn mistakes(
    document: &Document,
    schema: &Value,
    value: &Value,
    at: &str,
    unknown: Unknown,
) -> Vec<String> {
    let schema = flat(document, schema);
    // What is null by default may be null, whether or not its description says so.
    if value.is_null()
        && (schema.get("nullable") == Some(&Value::Bool(true)) || schema.get("default") == Some(&Value::Null))
    {
        return Vec::new();
    }
    if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|name| schema.get(*name)?.as_array()) {
        let mut of_each = choices.iter().map(|choice| mistakes(document, choice, value, at, unknown));
        let first = of_each.next().unwrap_or_default();
        return if first.is_empty() || of_each.any(|wrong| wrong.is_empty()) { Vec::new() } else { first };
    }
    let expected = schema.get("type").and_then(Value::as_str);
    if let Some(expected) = expected
        && !is_a(expected, value)
    {
        return vec![format!("{at}: no {expected}: {value}")];
    }
    let mut wrong = Vec::new();
    if let Some(choices) = schema.get("enum").and_then(Value::as_array)
        && !choices.contains(value)
    {
        wrong.push(format!("{at}: none of {}: {value}", Value::from(choices.clone())));
    }
    wrong.extend(out_of_bounds(&schema, value).map(|bound| format!("{at}: {bound}: {value}")));
    match value {
        Value::Array(items) => {
            let of_item = schema.get("items").unwrap_or(&Value::Null);
            for (index, item) in items.iter().enumerate() {
                wrong.extend(mistakes(document, of_item, item, &format!("{at}[{index}]"), unknown));
            }
        }
        Value::Object(members) => wrong.extend(in_object(document, &schema, members, at, unknown)),
        _ => {}
    }
    wrong
}

fn in_object(
    document: &Document,
    schema: &Map<String, Value>,
    members: &Map<String, Value>,
    at: &str,
    unknown: Unknown,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let known = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties");
    for (name, value) in members {
        let at = format!("{at}.{name}");
        match (known.and_then(|known| known.get(name)), others) {
            (Some(of_member), _) | (None, Some(of_member @ Value::Object(_))) => {
                wrong.extend(mistakes(document, of_member, value, &at, unknown));
            }
            (None, Some(Value::Bool(true))) => {}
            (None, others) => {
                let closed = others == Some(&Value::Bool(false));
                if closed || (unknown == Unknown::IsWrong && known.is_some()) {
                    wrong.push(format!("{at}: unknown"));
                }
            }
        }
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        let snake = snake_case(name);
        if !members.contains_key(name) && !members.contains_key(&snake) {
            wrong.push(format!("{at}.{snake}: missing"));
        }
    }
    wrong
}

/// The schema with its references followed and what it is all of merged into one.
pub(crate) fn flat(document: &Document, schema: &Value) -> Map<String, Value> {
    let mut whole = document.resolved(schema).as_object().cloned().unwrap_or_default();
    let Some(Value::Array(parts)) = whole.remove("allOf") else { return whole };
    for part in parts {
        for (name, value) in flat(document, &part) {
            match (whole.get_mut(&name), value) {
                (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
                (Some(_), _) => {}
                (None, value) => drop(whole.insert(name, value)),
            }
        }
    }
    whole
}

fn is_a(expected: &str, value: &Value) -> bool {
    match expected {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => value.is_number(),
    }
}

/// What a string or a list is beyond; formats that the standard library can judge, and lengths.
fn out_of_bounds(schema: &Map<String, Value>, value: &Value) -> Option<String> {
    let bound = |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let (least, most, size) = match value {
        Value::String(text) => (bound("minLength"), bound("maxLength"), text.chars().count()),
        Value::Array(items) => (bound("minItems"), bound("maxItems"), items.len()),
        _ => return None,
    };
    if least.is_some_and(|least| size < least) || most.is_some_and(|most| size > most) {
        return Some(format!("{size} long, may be {least:?} to {most:?}"));
    }
    let (format, text) = (schema.get("format")?.as_str()?, value.as_str()?);
    let holds = match format {
        "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
        "uuid" => text.len() == 36 && text.parse::<uuid::Uuid>().is_ok(),
        _ => true,
    };
    (!holds).then(|| format!("no {format}"))
}

/// The published description of Essentials lists required members in another spelling than it gives them.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// The names of the members that an object of this schema, or each object of a collection of them, can have.
pub(crate) fn selectable(document: &Document, schema: &Value) -> BTreeSet<String> {
    let schema = flat(document, schema);
    let of = |schema: &Map<String, Value>, name: &str| {
        schema.get("properties").and_then(|properties| properties.get(name)).cloned()
    };
    let of_item = of(&schema, "value").and_then(|list| flat(document, &list).get("items").cloned());
    let object = of_item.map_or(schema, |items| flat(document, &items));
    object
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}
