//! Answers against the ledger: what differs from what is relied on, by the names that the ledger gives.

use std::collections::BTreeMap;

use clients::essentials::read_time;
use clients::http::Answer;
use clients::ledger::{self, Entry, Way};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::shape::shape;

/// Lines of the report, and how often each came.
pub(super) type Lines = BTreeMap<String, u64>;

/// What answers came to. Each line begins with the name of a member or request.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// What differs.
    pub(super) differences: Lines,
    /// Members that nobody relies on.
    pub(super) extra: Lines,
    /// Members that may be missing and were in no answer.
    pub(super) unseen: Lines,
    /// What came otherwise than usual and is borne.
    pub(super) borne: Lines,
    /// Which statuses came.
    pub(super) statuses: Lines,
    /// Which shapes came.
    pub(super) shapes: Lines,
    /// What the request under way has asked for, where it has not asked for everything.
    selected: Option<String>,
    /// Answers that were too large to keep, by their requests.
    pub(super) too_large: Lines,
}

impl Comparison {
    /// Compares all answers, those in batches as if each had come by itself.
    pub(super) fn of(answers: &[Answer]) -> Self {
        let mut comparison = Self::default();
        for Answer { method, path, query, sent, status, body } in answers {
            let Some(body) = body else {
                comparison.too_large(method, path, query);
                continue;
            };
            let parsed = if body.is_empty() { Ok(None) } else { serde_json::from_slice(body).map(Some) };
            let Ok(parsed) = parsed else {
                comparison.answer(method, (path, query), *status, None);
                if let Some(entry) = entry_of(method, path, query) {
                    comparison.differs(format!("`{}`: the answer is not JSON", entry.id));
                }
                continue;
            };
            comparison.answer(method, (path, query), *status, parsed.as_ref());
            if path.ends_with("/$batch") {
                comparison.batch(sent, parsed.as_ref());
            }
        }
        let shapes = &comparison.shapes;
        comparison.unseen.retain(|name, _| !shapes.keys().any(|shape| shape.starts_with(name.as_str())));
        comparison
    }

    /// What a batch holds.
    fn batch(&mut self, sent: &[u8], answered: Option<&Value>) {
        let sent: Value = serde_json::from_slice(sent).unwrap_or_default();
        let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
        for response in answered.iter().flat_map(|answered| list(answered, "responses")) {
            let requests = list(&sent, "requests");
            let Some(request) = requests.iter().find(|request| request["id"] == response["id"]) else {
                continue;
            };
            let text = |name: &str| request[name].as_str().unwrap_or_default();
            let (path, query) = text("url").split_once('?').unwrap_or((text("url"), ""));
            let status =
                response["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
            let body = Some(&response["body"]).filter(|body| !body.is_null());
            self.answer(text("method"), (&format!("/v1.0{path}"), query), status, body);
        }
    }

    /// An answer that is not there to be compared.
    fn too_large(&mut self, method: &str, path: &str, query: &str) {
        let name =
            entry_of(method, path, query).map_or("a request that is not in the ledger", |entry| entry.id);
        note(&mut self.too_large, format!("`{name}`"));
    }

    fn answer(&mut self, method: &str, (path, query): (&str, &str), status: u16, body: Option<&Value>) {
        let Some(entry) = entry_of(method, path, query) else {
            return self.differs(format!("{method} of a request that is not in the ledger"));
        };
        note(&mut self.statuses, format!("`{}`: status {status}", entry.id));
        // Whether the caller may ask, and whether the service is well, is no matter of form.
        let is_weather = matches!(status, 401 | 403 | 429 | 500..=599);
        if !entry.understands(status) && !is_weather {
            self.differs(format!("`{}`: status {status}, where {} is known", entry.id, entry.statuses));
        }
        let select = query.split('&').find_map(|part| part.strip_prefix("$select="));
        self.selected = select.filter(|_| status < 400).map(str::to_owned);
        let service = entry.id.split('.').next().unwrap_or_default();
        let entry =
            if status >= 400 { ledger::entry(&format!("{service}.refusal")).unwrap_or(entry) } else { entry };
        let Some(body) = body else {
            let wants = entry.lines.iter().any(|line| line.way == Way::Read && line.kind.is_required());
            if wants && status < 400 && status != 204 {
                self.differs(format!("`{}`: an empty answer", entry.id));
            }
            return;
        };
        self.root(entry, body);
    }

    /// The whole of an answer, which may be a list without the name around it.
    fn root(&mut self, entry: &Entry, body: &Value) {
        let bare = entry.lines.iter().find(|line| line.way == Way::Read && line.kind.may_be_bare());
        match (body, bare) {
            (Value::Array(_), Some(line)) => {
                self.borne(format!(
                    "`{}`: the list comes without its name around it",
                    entry.name_of(Way::Read, &line.path)
                ));
                self.member(entry, &line.path, &line.path, body, true);
            }
            (Value::Object(_), _) => self.inside(entry, "", body),
            _ => self.differs(format!(
                "`{}`: the answer is {}, where an object is known",
                entry.id,
                shape(body)
            )),
        }
    }

    /// A member that came, by its path and its own name. Those that nobody relies on have names only where `with_names`.
    fn member(&mut self, entry: &Entry, path: &str, own: &str, value: &Value, with_names: bool) {
        let around = path.strip_suffix(own).unwrap_or(path);
        let cased = known(entry, around.trim_end_matches('.'), own);
        let told = if cased.is_some() || with_names && ledger::is_name(own) { own } else { "…" };
        let name = entry.name_of(Way::Read, &format!("{around}{told}"));
        let Some(line) = entry.line(Way::Read, path) else {
            return match cased {
                Some(known) => self.differs(format!("`{name}`: in other letters than `{known}`")),
                None => note(&mut self.extra, format!("`{name}`: {}", shape(value))),
            };
        };
        let kind = line.kind;
        self.saw(&name, value);
        if line.path.ends_with('*') {
            // Headers of the answers in a batch are no members of anything.
            if entry.id == "graph.batch" {
                return;
            }
            return self.borne(format!("`{name}`: one of any others ({})", shape(value)));
        }
        if !kind.admits(value) {
            return self.differs(format!("`{name}`: {}, where {} is known", shape(value), kind.in_words()));
        }
        if !kind.is_readable(value) {
            return self.differs(format!("`{name}`: {}, of which nothing is made", shape(value)));
        }
        if !kind.is_usual(value) {
            self.borne(format!("`{name}`: {}, of {}", shape(value), kind.in_words()));
        }
        if let Some(text) = value.as_str() {
            self.text(entry, &name, kind, text);
        }
        self.inside(entry, path, value);
    }

    /// An element of a list.
    fn element(&mut self, entry: &Entry, path: &str, value: &Value) {
        let name = entry.name_of(Way::Read, path);
        self.saw(&name, value);
        let (admitted, known) = match entry.line(Way::Read, path) {
            Some(line) => (line.kind.admits(value), line.kind.in_words()),
            // Elements of which no member is known are texts.
            None if children(entry, path).next().is_none() => (value.is_string(), "text".to_owned()),
            None => (value.is_object(), "an object".to_owned()),
        };
        if admitted {
            self.inside(entry, path, value);
        } else {
            self.differs(format!("`{name}`: {}, where {known} is known", shape(value)));
        }
    }

    /// A text that is one of a few, or a time.
    fn text(&mut self, entry: &Entry, name: &str, kind: ledger::Kind, text: &str) {
        let form = shape(&text.into());
        if kind.values().next().is_some() && !kind.values().any(|known| known == text) {
            match kind.values().find(|known| known.eq_ignore_ascii_case(text)) {
                Some(known) => self.differs(format!("`{name}`: in other letters than `{known}`")),
                None => self.differs(format!("`{name}`: none of the values that are known ({form})")),
            }
        }
        let is_read = if entry.id.starts_with("graph.") {
            text.parse::<Timestamp>().is_ok()
        } else {
            // Where there is no time yet it may be empty.
            text.trim().is_empty() || read_time(text).is_some()
        };
        if kind.is_time() && !is_read {
            self.differs(format!("`{name}`: another form of a time ({form})"));
        }
    }

    /// The members of an object, or the elements of a list.
    fn inside(&mut self, entry: &Entry, path: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                // What may be anything is not looked into.
                if children(entry, path).next().is_none()
                    && entry.line(Way::Read, &joined(path, "x")).is_none()
                {
                    return;
                }
                let named = Named::of(entry, path, members);
                for (own, value) in members {
                    self.member(entry, &joined(path, own), own, value, named.has(value));
                }
                for own in children(entry, path).filter(|own| !members.contains_key(*own)) {
                    let path = joined(path, own);
                    let Some(line) = entry.line(Way::Read, &path) else { continue };
                    let name = entry.name_of(Way::Read, &path);
                    let asked = path.strip_prefix("value[].").unwrap_or(&path);
                    let is_own = !asked.contains(['.', '[']) && asked != "value";
                    let is_asked = |names: &String| names.split(',').any(|name| name == asked);
                    if is_own && !self.selected.as_ref().is_none_or(is_asked) {
                        continue;
                    }
                    if line.kind.is_required() {
                        self.differs(format!("`{name}`: missing, where {} must be", line.kind.in_words()));
                    } else {
                        note(&mut self.unseen, format!("`{name}`"));
                    }
                }
            }
            Value::Array(items) => {
                let path = format!("{path}[]");
                for item in items {
                    self.element(entry, &path, item);
                }
            }
            _ => {}
        }
    }

    /// Notes the shape of what came.
    fn saw(&mut self, name: &str, value: &Value) {
        note(&mut self.shapes, format!("`{name}`: {}", shape(value)));
    }

    fn differs(&mut self, what: String) {
        note(&mut self.differences, what);
    }

    fn borne(&mut self, what: String) {
        note(&mut self.borne, what);
    }
}

fn note(lines: &mut Lines, what: String) {
    *lines.entry(what).or_default() += 1;
}

/// The entry of a request; those that the environment names the address of go by what they ask for.
fn entry_of(method: &str, path: &str, query: &str) -> Option<&'static Entry> {
    let asks_for = |name: &str| {
        query.split('&').any(|part| part.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')))
    };
    ledger::entry_at(method, path).or_else(|| match method {
        "GET" if asks_for("resource") => ledger::entry("machine.token"),
        "GET" if asks_for("audience") => ledger::entry("github.token"),
        "POST" if asks_for("serviceConnectionId") => ledger::entry("azure-devops.token"),
        _ => None,
    })
}

/// The name by which a member is known there, be it in other letters.
fn known<'a>(entry: &'a Entry, around: &str, own: &str) -> Option<&'a str> {
    let mut siblings = children(entry, around);
    siblings.find(|sibling| sibling.eq_ignore_ascii_case(own))
}

/// The most members of which nothing is known that one object has, unless their names are somebody's data.
const UNKNOWN: usize = 8;
/// The same of those that are objects or lists themselves.
const UNKNOWN_NESTED: usize = 4;

/// Whose names are told of the members of which nothing is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    All,
    /// Only of texts, numbers and the like.
    Plain,
    None,
}

impl Named {
    /// Of an object at this path. Names may be data: those of a table by address, say, and not members of a record. Where nothing
    /// is known of any, an envelope has got another name if there is one list; and many alike make a table in any case.
    fn of(entry: &Entry, path: &str, members: &Map<String, Value>) -> Self {
        let unknown = members.iter().filter(|(own, _)| known(entry, path, own).is_none());
        let (nested, plain): (Vec<_>, Vec<_>) =
            unknown.map(|(_, value)| value).partition(|value| is_nested(value));
        let (nested, lists) = (nested.len(), nested.iter().filter(|value| value.is_array()).count());
        let all = nested + plain.len();
        if all == members.len() {
            let is_envelope = nested == 1 && lists == 1;
            return if nested != 0 && !is_envelope || all > UNKNOWN { Self::None } else { Self::All };
        }
        if nested > 2 && plain.is_empty() || nested > UNKNOWN_NESTED { Self::Plain } else { Self::All }
    }

    fn has(self, value: &Value) -> bool {
        self == Self::All || self == Self::Plain && !is_nested(value)
    }
}

fn is_nested(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// The names of the members that an object at this place is known to have.
fn children<'a>(entry: &'a Entry, path: &str) -> impl Iterator<Item = &'a str> {
    let around = if path.is_empty() { String::new() } else { format!("{path}.") };
    entry.lines.iter().filter(|line| line.way == Way::Read).filter_map(move |line| {
        let own = line.path.strip_prefix(around.as_str())?;
        // `@odata.nextLink` is one name.
        let rest = own.strip_prefix("@odata.").unwrap_or(own);
        let is_own = !rest.is_empty() && !rest.contains(['.', '[', '*']);
        is_own.then_some(own)
    })
}

fn joined(path: &str, own: &str) -> String {
    if path.is_empty() { own.to_owned() } else { format!("{path}.{own}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What answers to requests of a domain's accounts come to, as one text.
    fn told(status: u16, body: &[u8]) -> String {
        let answer = Answer {
            method: "GET".to_owned(),
            path: "/api/v1/orgs/hush.example/users".to_owned(),
            query: String::new(),
            sent: Vec::new().into(),
            status,
            body: Some(body.to_vec().into()),
        };
        format!("{:?}", Comparison::of(&[answer]))
    }

    #[test]
    fn whatever_comes_is_told_without_what_it_says() {
        let deep = "[".repeat(100) + &"]".repeat(100);
        for body in [
            json!(null),
            json!("hush"),
            json!([["hush"], [{ "hush.example": "hush" }]]),
            json!({ "": 1, "hush@hush.example": {}, "hush.example": [1], "\u{1b}[2Jhush": 2, "users": [null, 7, []] }),
            json!({ "users": { "hush.example": { "primary_email": "hush" } } }),
            json!({ "users": [{ "primary_email": { "hush@hush.example": "hush" }, "type": "Hush", "alias_emails": "hush" }] }),
            serde_json::from_str(&deep).expect("JSON"),
        ] {
            for status in [200, 302, 404, 500, 0] {
                let told = told(status, body.to_string().as_bytes());
                assert!(!told.contains("hush") && !told.contains('\u{1b}'), "{status} {body}: {told}");
            }
        }
        assert!(told(200, b"<html>hush</html>").contains("the answer is not JSON"));
        assert!(told(200, b"{\"users\":[{\"primary_em").contains("the answer is not JSON"));
    }

    /// The members of which nothing is known, as the report tells them.
    fn extra(body: &Value) -> Vec<String> {
        let answer = Answer {
            method: "GET".to_owned(),
            path: "/api/v1/orgs/hush.example/users".to_owned(),
            query: String::new(),
            sent: Vec::new().into(),
            status: 200,
            body: Some(body.to_string().into_bytes().into()),
        };
        let all = Comparison::of(&[answer]).extra.into_keys();
        all.map(|line| line.replace("`essentials.accounts.list < ", "").replace('`', "")).collect()
    }

    #[test]
    fn members_that_are_new_are_told_by_name_and_a_table_of_people_is_not() {
        let person = json!({ "type": "end_user" });
        for (body, told) in [
            (json!({ "people": [person] }), &["people: list"][..]),
            (json!({ "users": [], "total": 3, "page": 1 }), &["page: number", "total: number"]),
            (json!({ "users": [], "paging": { "next": "hush" } }), &["paging: object"]),
            // By what people are called, the table itself or one beside what is known.
            (json!({ "anna": person }), &["…: object"]),
            (json!({ "anna": person, "berta": person }), &["…: object"]),
            (json!({ "anna": [person], "berta": [person] }), &["…: list"]),
            (json!({ "users": [], "anna": person, "berta": person, "carl": person }), &["…: object"]),
            (
                json!({ "users": [], "total": 1, "a": person, "b": [person], "c": [], "d": {}, "e": person }),
                &["total: number", "…: empty list", "…: list", "…: object"],
            ),
            (('a'..='z').map(|name| (name.to_string(), json!(true))).collect(), &["…: true or false"]),
            (json!({ "users": [], "anna@corp": 1, "Anna": 1, "anna-berg": 1 }), &["…: number"]),
        ] {
            assert_eq!(extra(&body), told, "{body}");
        }
    }

    #[test]
    fn an_address_that_the_environment_gives_goes_by_what_it_is_asked_for() {
        let id = |method, query| entry_of(method, "/some/path", query).map(|entry| entry.id);
        assert_eq!(id("GET", "api-version=2018-02-01&resource=https%3A%2F%2Fx"), Some("machine.token"));
        assert_eq!(id("GET", "x=1&audience=api%3A%2F%2Fx"), Some("github.token"));
        assert_eq!(id("POST", "api-version=7.1&serviceConnectionId=x"), Some("azure-devops.token"));
        assert_eq!((id("GET", ""), id("GET", "resources=x"), id("POST", "audience=x")), (None, None, None));
    }

    #[test]
    fn what_was_not_asked_for_is_not_missing() {
        let answer = |query: &str| Answer {
            method: "GET".to_owned(),
            path: "/v1.0/users".to_owned(),
            query: query.to_owned(),
            sent: Vec::new().into(),
            status: 200,
            body: Some(br#"{"value":[{}]}"#.to_vec().into()),
        };
        let differences =
            |query: &str| Comparison::of(&[answer(query)]).differences.into_keys().collect::<Vec<_>>();
        let missing = "`graph.users < value[].id`: missing, where a GUID must be".to_owned();
        assert_eq!(differences(""), [missing]);
        assert_eq!(differences("$top=1&$select=id,mail"), differences(""));
        assert_eq!(differences("$select=mail"), [""; 0]);
    }
}
