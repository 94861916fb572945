//! A service's published description, in the form of OpenAPI 3.0.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::schema::{self, Unknown, mistakes};
use crate::support::relay::Exchange;

/// The description of one service.
pub(crate) struct Document {
    json: Value,
}

/// What is wrong with an exchange.
pub(crate) struct Verdict {
    /// `METHOD /path/{template}`.
    pub(crate) operation: String,
    pub(crate) mistakes: Vec<String>,
}

/// What the description says of one method on one path.
#[derive(Clone, Copy)]
struct Operation<'a> {
    method: &'a str,
    template: &'a str,
    /// What all methods on the path have in common.
    item: &'a Value,
    json: &'a Value,
}

impl Document {
    pub(crate) fn read(file: &Path) -> Self {
        let text = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self {
            json: serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())),
        }
    }

    /// The names of all operations, `METHOD /path/{template}`.
    pub(crate) fn operations(&self) -> Vec<String> {
        let paths = self.json["paths"].as_object().into_iter().flatten();
        let of_path = |(template, item): (&String, &Value)| -> Vec<String> {
            let methods = item.as_object().into_iter().flatten().filter(|(name, _)| *name != "parameters");
            methods.map(|(method, _)| format!("{} {template}", method.to_uppercase())).collect()
        };
        paths.flat_map(of_path).collect()
    }

    /// What a `$ref` stands for; anything else is itself.
    pub(crate) fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let pointer =
            value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        match pointer {
            Some(pointer) => {
                let found = self.json.pointer(pointer).unwrap_or_else(|| {
                    panic!("the description has no `{pointer}`, which an operation of it refers to")
                });
                self.resolved(found)
            }
            None => value,
        }
    }

    /// What is wrong with an exchange by the description of its operation; none when that is not described.
    pub(crate) fn judge(&self, exchange: &Exchange) -> Option<Verdict> {
        let operation = self.operation(&exchange.method, &exchange.path)?;
        let mut wrong = self.query_mistakes(operation, &exchange.query);
        wrong.extend(self.request_mistakes(operation, &exchange.sent));
        wrong.extend(self.answer_mistakes(operation, exchange));
        Some(Verdict { operation: format!("{} {}", operation.method, operation.template), mistakes: wrong })
    }

    fn operation<'a>(&'a self, method: &'a str, path: &str) -> Option<Operation<'a>> {
        let paths = self.json["paths"].as_object()?.iter();
        let fitting = paths.filter(|(template, _)| fits(template, path));
        let mut of_method = fitting.filter_map(|(template, item)| {
            Some(Operation { method, template, item, json: item.get(method.to_lowercase())? })
        });
        let first = of_method.next()?;
        Some(of_method.fold(
            first,
            |best, other| {
                if places(other.template) < places(best.template) { other } else { best }
            },
        ))
    }

    fn query_mistakes(&self, operation: Operation<'_>, query: &str) -> Vec<String> {
        let lists =
            [operation.item, operation.json].map(|from| from.get("parameters").and_then(Value::as_array));
        let parameters = lists.into_iter().flatten().flatten().map(|parameter| self.resolved(parameter));
        let known: Vec<&str> = parameters
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let mut wrong = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            // It comes with a link that the service composed.
            if !known.contains(&name.as_ref()) && name != "$skiptoken" {
                wrong.push(format!("no query option `{name}`"));
            }
            let success = operation.json["responses"].get("200").and_then(schema_of);
            if let ("$select", Some(schema)) = (name.as_ref(), success) {
                let members = schema::selectable(self, schema);
                let unknown = value.split(',').filter(|member| !members.contains(*member));
                wrong.extend(unknown.map(|member| format!("nothing called `{member}` to select")));
            }
        }
        wrong
    }

    fn request_mistakes(&self, operation: Operation<'_>, sent: &Value) -> Vec<String> {
        let body = operation.json.get("requestBody");
        // The published schemas of Graph's bodies are open and hold what only the service may set.
        let strict = operation.json.get("x-strict-request-schema");
        let of = |schema, sent| mistakes(self, schema, sent, "sent", Unknown::IsWrong);
        match (strict.or_else(|| body.and_then(schema_of)), sent) {
            (None, Value::Null) => Vec::new(),
            (None, _) => vec!["a body where none is taken".to_owned()],
            (Some(_), Value::Null) if body.is_some_and(|body| body["required"] == true) => {
                vec!["no body".to_owned()]
            }
            (Some(_), Value::Null) => Vec::new(),
            (Some(schema), Value::Array(several))
                if TAKES_SEVERAL == (operation.method, operation.template) =>
            {
                several.iter().flat_map(|one| of(schema, one)).collect()
            }
            (Some(schema), sent) => of(schema, sent),
        }
    }

    fn body_mistakes(&self, operation: Operation<'_>, schema: &Value, body: &Value) -> Vec<String> {
        let schema = self.resolved(schema);
        let of = |value, at: &str| mistakes(self, schema, value, at, Unknown::IsFine);
        let listed = LISTED_UNDER.iter().find(|(template, _)| *template == operation.template);
        let Some((_, name)) = listed.filter(|_| operation.method == "GET") else {
            return of(body, "answered");
        };
        match &body[name] {
            list @ Value::Array(_) if schema["type"] == "array" => of(list, name),
            Value::Array(items) => items.iter().flat_map(|item| of(item, name)).collect(),
            _ => vec![format!("answered: no list `{name}`")],
        }
    }

    fn answer_mistakes(&self, operation: Operation<'_>, exchange: &Exchange) -> Vec<String> {
        let status = exchange.status.to_string();
        let class = format!("{}XX", &status[..1]);
        let responses = &operation.json["responses"];
        match responses.get(&status).or_else(|| responses.get(&class)) {
            None => vec![format!("answered {status}, which is not described")],
            Some(response) => match schema_of(self.resolved(response)) {
                Some(schema) => self.body_mistakes(operation, schema, &exchange.answered),
                None if exchange.status == 204 && !exchange.answered.is_null() => {
                    vec!["answered 204 with a body".to_owned()]
                }
                None => Vec::new(),
            },
        }
    }
}

/// Lists that come under a name, where another form is described: what is read by every published client.
const LISTED_UNDER: [(&str, &str); 3] = [
    ("/endpoints/{domaintobechecked}", "endpoints"),
    ("/orgs/{domain}/domains", "domains"),
    ("/orgs/{domain}/orgs", "orgs"),
];

/// Takes a list of what is described as one; the guide to the interface says so.
const TAKES_SEVERAL: (&str, &str) = ("POST", "/orgs/{domain}/users");

fn schema_of(body: &Value) -> Option<&Value> {
    body.pointer("/content/application~1json/schema")
}

/// How many places of a template are open.
fn places(template: &str) -> usize {
    template.matches('{').count()
}

fn fits(template: &str, path: &str) -> bool {
    // Descriptions call the namespace by its alias.
    let plain = |text: &str| text.trim_matches('/').replace("/microsoft.graph.", "/graph.");
    let segments = |text: &str| plain(text).split('/').map(str::to_owned).collect::<Vec<_>>();
    let (template, path) = (segments(template), segments(path));
    template.len() == path.len() && template.iter().zip(&path).all(|(open, given)| segment_fits(open, given))
}

/// `applications(appId='{appId}')` and the like have their place between texts.
fn segment_fits(template: &str, given: &str) -> bool {
    match template.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1))) {
        Some((before, after)) => {
            let place = given.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            // A key in brackets is a way of addressing of its own.
            place.is_some_and(|key| !(key.is_empty() || before.is_empty() && key.contains('(')))
        }
        None => template == given,
    }
}
