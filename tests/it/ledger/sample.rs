//! Answers made of the ledger alone: what an entry says of one, with every member that it names.

use clients::ledger::{Entry, Kind, Line, Way};
use serde_json::{Value as Json, json};

/// Where a member stands: names, and `[]` for the element of a list.
pub(crate) fn steps(path: &str) -> Vec<String> {
    // Names of annotations have points of their own.
    let path = path.replace("@odata.", "@odata\u{0}");
    let named = path.split('.').flat_map(|part| {
        let lists = part.matches("[]").count();
        let name = part.trim_end_matches("[]").replace('\u{0}', ".");
        (!name.is_empty()).then_some(name).into_iter().chain((0..lists).map(|_| "[]".to_owned()))
    });
    named.collect()
}

/// The place of a member in an answer, made where it is missing.
fn place<'a>(answer: &'a mut Json, steps: &[String]) -> &'a mut Json {
    steps.iter().fold(answer, |value, step| {
        if step == "[]" {
            if !value.as_array().is_some_and(|items| !items.is_empty() && items[0].is_object()) {
                *value = json!([{}]);
            }
            &mut value[0]
        } else {
            if !value.is_object() {
                *value = json!({});
            }
            &mut value[step.as_str()]
        }
    })
}

/// The place of a member, if it is there.
pub(crate) fn found<'a>(answer: &'a mut Json, steps: &[String]) -> Option<&'a mut Json> {
    steps
        .iter()
        .try_fold(answer, |value, step| if step == "[]" { value.get_mut(0) } else { value.get_mut(step) })
}

/// Members that are looked for where others are not there.
const INSTEAD_OF_OTHERS: [&str; 4] = [
    "essentials.exemptions.list < users",
    "essentials.exemptions.list < users[]",
    "essentials.exemptions.list < exemptions[].user",
    "essentials.exemptions.list < exemptions[].emailAddress",
];

/// Whether a member is looked for only where another one is not there.
pub(crate) fn is_instead(entry: &Entry, line: &Line) -> bool {
    INSTEAD_OF_OTHERS.contains(&entry.name_of(line.way, &line.path).as_str())
}

/// A whole answer by its entry.
pub(crate) fn answer(entry: &Entry, address: &str, token: &str) -> Json {
    let mut whole = json!({});
    for line in entry.lines.iter().filter(|line| line.way == Way::Read) {
        let steps = steps(&line.path);
        // The rest of a listing would be asked for; members of a token stand within it; any other member is none by name.
        if is_instead(entry, line)
            || line.path.starts_with("@odata.")
            || line.path.contains("access_token.")
            || line.path.contains('*')
        {
            continue;
        }
        let place = place(&mut whole, &steps);
        if !place.is_object() && !place.is_array() {
            *place = value(steps.last().map_or("", String::as_str), line.kind, address, token);
        }
    }
    whole
}

fn value(name: &str, kind: Kind, address: &str, token: &str) -> Json {
    if let Some(known) = kind.values().next() {
        return known.into();
    }
    let kinds = kind.in_words();
    match name {
        "access_token" => token.into(),
        "endpoints" => json!([address]),
        "email" | "user" | "emailAddress" | "primary_email" => "a@contoso.com".into(),
        _ if kinds.contains("time as text") => "2026-01-01T00:00:00Z".into(),
        _ if kinds.contains("true or false") => true.into(),
        _ if kinds.contains("number") => 60.into(),
        _ if kinds.contains("a list") => json!([]),
        _ if kinds.contains("an object") || kinds == "anything" => json!({}),
        _ => "22222222-2222-2222-2222-222222222222".into(),
    }
}

/// A value that a member may not have.
pub(crate) fn of_another_type(kind: Kind) -> Option<Json> {
    [json!(7), json!([["hush"]]), json!("hush")].into_iter().find(|value| !kind.admits(value))
}
