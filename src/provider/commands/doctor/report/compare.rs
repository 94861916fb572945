//! Answers against the ledger: what differs from what is relied on, by the names that the ledger gives.

use std::collections::{BTreeMap, BTreeSet};

use clients::essentials::read_time;
use clients::http::Answer;
use clients::ledger::{self, Entry, Way};
use jiff::Timestamp;
use serde_json::Value;

use super::shape::shape;

/// What answers came to.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// What differs and how often, by the name of the line.
    pub(super) differences: BTreeMap<String, u64>,
    /// Members that nobody relies on, likewise.
    pub(super) extra: BTreeMap<String, u64>,
    /// Members that may be missing and were in no answer.
    pub(super) unseen: BTreeSet<String>,
    /// What came otherwise than usual and is borne, likewise.
    pub(super) borne: BTreeMap<String, u64>,
    /// How often each status came, by the name of the request.
    pub(super) statuses: BTreeMap<(&'static str, u16), u64>,
    /// How often each shape came, by the name of the line.
    pub(super) shapes: BTreeMap<String, BTreeMap<String, u64>>,
    /// What the request under way has asked for, where it has not asked for everything.
    selected: Option<BTreeSet<String>>,
    /// Answers that were too large to keep.
    pub(super) too_large: u64,
}

impl Comparison {
    /// Compares all answers, those in batches as if each had come by itself.
    pub(super) fn of(answers: &[Answer]) -> Self {
        let mut comparison = Self::default();
        for Answer { method, path, query, sent, status, body } in answers {
            let Some(body) = body else {
                comparison.too_large += 1;
                continue;
            };
            let parsed = if body.is_empty() { Ok(None) } else { serde_json::from_slice(body).map(Some) };
            let Ok(parsed) = parsed else {
                comparison.answer(method, (path, query), *status, None);
                let name =
                    ledger::entry_at(method, path).map_or("a request that is not in it", |entry| entry.id);
                comparison.differs(format!("`{name}`: the answer is not JSON"));
                continue;
            };
            comparison.answer(method, (path, query), *status, parsed.as_ref());
            if path.ends_with("/$batch") {
                comparison.batch(sent, parsed.as_ref());
            }
        }
        let seen = &comparison.shapes;
        comparison.unseen.retain(|name| !seen.contains_key(name));
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

    fn answer(&mut self, method: &str, (path, query): (&str, &str), status: u16, body: Option<&Value>) {
        let Some(entry) = entry_of(method, path) else {
            return self.differs(format!("{method} of a request that is not in the ledger"));
        };
        *self.statuses.entry((entry.id, status)).or_default() += 1;
        // Whether the caller may ask, and whether the service is well, is no matter of form.
        let is_weather = matches!(status, 401 | 403 | 429 | 500..=599);
        if !entry.understands(status) && !is_weather {
            self.differs(format!("`{}`: status {status}, where {} is known", entry.id, entry.statuses));
        }
        let select = query.split('&').find_map(|part| part.strip_prefix("$select=")).filter(|_| status < 400);
        self.selected = select.map(|names| names.split(',').map(str::to_owned).collect());
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
                self.member(entry, &line.path, &line.path, body);
            }
            (Value::Object(_), _) => self.inside(entry, "", body),
            _ => self.differs(format!(
                "`{}`: the answer is {}, where an object is known",
                entry.id,
                shape(body)
            )),
        }
    }

    /// A member that came, by its path and its own name.
    fn member(&mut self, entry: &Entry, path: &str, own: &str, value: &Value) {
        let around = path.strip_suffix(own).unwrap_or(path);
        let told = if ledger::is_name(own) { own } else { "…" };
        let name = entry.name_of(Way::Read, &format!("{around}{told}"));
        let Some(line) = entry.line(Way::Read, path) else {
            let mut siblings = children(entry, around.trim_end_matches('.'));
            let cased = siblings.find(|sibling| sibling.eq_ignore_ascii_case(own));
            return match cased {
                Some(known) => self.differs(format!("`{name}`: in other letters than `{known}`")),
                None => *self.extra.entry(format!("`{name}`: {}", shape(value))).or_default() += 1,
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
        let admitted = match entry.line(Way::Read, path) {
            Some(line) => line.kind.admits(value),
            None => value.is_object() || children(entry, path).next().is_none(),
        };
        if admitted {
            self.inside(entry, path, value);
        } else {
            self.differs(format!("`{name}`: {}, where an object is known", shape(value)));
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
            read_time(text).is_some()
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
                for (own, value) in members {
                    self.member(entry, &joined(path, own), own, value);
                }
                let known: BTreeSet<&str> = children(entry, path).collect();
                for own in known.into_iter().filter(|own| !members.contains_key(*own)) {
                    let path = joined(path, own);
                    let Some(line) = entry.line(Way::Read, &path) else { continue };
                    let name = entry.name_of(Way::Read, &path);
                    let asked = path.strip_prefix("value[].").unwrap_or(&path);
                    let is_own = !asked.contains(['.', '[']) && asked != "value";
                    if is_own && self.selected.as_ref().is_some_and(|selected| !selected.contains(asked)) {
                        continue;
                    }
                    if line.kind.is_required() {
                        self.differs(format!("`{name}`: missing, where {} must be", line.kind.in_words()));
                    } else {
                        self.unseen.insert(name);
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
        let shapes = self.shapes.entry(name.to_owned()).or_default();
        *shapes.entry(shape(value)).or_default() += 1;
    }

    fn differs(&mut self, what: String) {
        *self.differences.entry(what).or_default() += 1;
    }

    fn borne(&mut self, what: String) {
        *self.borne.entry(what).or_default() += 1;
    }
}

/// The entry of a request; those that the environment names the address of go by what they are for.
fn entry_of(method: &str, path: &str) -> Option<&'static Entry> {
    ledger::entry_at(method, path).or_else(|| match method {
        "GET" if path.contains("identity") || path.contains("msi") => ledger::entry("machine.token"),
        "GET" => ledger::entry("github.token"),
        _ => None,
    })
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
