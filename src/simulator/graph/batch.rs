//! `$batch`: up to 20 requests in one, each answered for itself.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::errors::{Failure, Outcome, of_status};
use crate::directory::caller::Caller;
use crate::moods::ThrottledBatch;
use crate::server::exchange::{Answer, Request};
use crate::state::World;
use crate::state::log::Entry;

/// The most items of a batch.
const LIMIT: usize = 20;

struct Item {
    id: String,
    request: Request,
    depends_on: Vec<String>,
}

/// Answers a batch; a fault inside it concerns only its item.
pub(crate) fn answer(world: &mut World, caller: &Caller, request: &Request) -> Outcome {
    let items = read(request)?;
    let mut failed: BTreeMap<String, bool> = BTreeMap::new();
    let mut responses = Vec::new();
    let mut entries = Vec::new();
    for item in items {
        let blocked = item.depends_on.iter().any(|id| failed.get(id).copied().unwrap_or(true));
        let answer = if blocked {
            Answer::json(
                424,
                &json!({ "error": { "code": "FailedDependency", "message": "A request this one depends on failed." } }),
            )
        } else {
            one(world, caller, &item.request)
        };
        failed.insert(item.id.to_lowercase(), answer.status >= 400);
        entries.push(Entry {
            seq: 0,
            time: world.clock.now(),
            method: item.request.method.clone(),
            path: item.request.path.clone(),
            query: item.request.query.clone(),
            status: answer.status,
            bytes_in: item.request.body.len(),
            bytes_out: answer.body.len(),
            tenant: Some(caller.tenant.clone()),
            batch: None,
        });
        responses.push(response(&item.id, &answer));
    }
    let is_throttled = entries.iter().any(|entry| entry.status == 429);
    let status = match world.moods.throttled_batch {
        ThrottledBatch::FailedDependency if is_throttled => 424,
        _ => 200,
    };
    let mut answer = Answer::json(status, &json!({ "responses": responses }));
    answer.items = entries;
    Ok(answer)
}

/// For how many milliseconds the faults of its items hold a batch up: it is answered when all of them are.
pub(crate) fn delay(world: &World, request: &Request) -> u64 {
    if !request.path.ends_with("/$batch") || !world.faults.hold_up() {
        return 0;
    }
    let items = read(request).unwrap_or_default();
    let delay = |item: &Request| world.faults.delay_of_item(&item.method, &item.path, &request.path);
    let delays = items.iter().map(|item| delay(&item.request));
    delays.max().unwrap_or(0)
}

fn one(world: &mut World, caller: &Caller, request: &Request) -> Answer {
    // Addresses of items are relative (documented): a scheme, or the version once more, is a segment that names nothing, in
    // these words (observed: msgraph-sdk-java#935, msgraph-sdk-python#1015, msgraph-sdk-javascript#1178).
    let names_nothing =
        |segment: &&String| segment.ends_with(':') || ["v1.0", "beta"].contains(&segment.as_str());
    if let Some(segment) = request.segments().get(1).filter(names_nothing) {
        let message = format!("Resource not found for the segment '{segment}'.");
        return super::answering::finished(world, request, Err(Failure::new(400, "BadRequest", message)));
    }
    let fault = world.faults.strike(&request.method, &request.path);
    let status = fault.as_ref().and_then(|fault| fault.status);
    let (Some(fault), Some(status)) = (&fault, status) else {
        return super::answering::answer_signed_in(world, caller, request);
    };
    if fault.effect {
        super::answering::answer_signed_in(world, caller, request);
    }
    let mut answer = match &fault.body {
        Some(body) => Answer::json(status, body),
        None => of_status(status),
    };
    answer.extra = fault.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    answer
}

/// One answer as the batch's answer holds it; a body that is not JSON goes as base64.
fn response(id: &str, answer: &Answer) -> Value {
    let mut headers = Map::new();
    let given = answer.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    for (name, value) in given.chain(answer.extra.iter().cloned()) {
        headers.insert(canonical(&name), Value::from(value));
    }
    let mut response = json!({ "id": id, "status": answer.status, "headers": headers });
    if !answer.body.is_empty() {
        response["body"] = serde_json::from_slice(&answer.body)
            .unwrap_or_else(|_| Value::from(base64::engine::general_purpose::STANDARD.encode(&answer.body)));
    }
    response
}

/// `retry-after` as `Retry-After`, as headers look inside a batch.
fn canonical(name: &str) -> String {
    let words: Vec<String> = name
        .split('-')
        .map(|word| {
            let mut word = word.to_owned();
            if let Some(first) = word.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            word
        })
        .collect();
    words.join("-")
}

/// All items, or the one error that the whole batch gets.
fn read(request: &Request) -> Outcome<Vec<Item>> {
    let malformed = |message: &str| Failure::new(400, "BadRequest", message.to_owned());
    let body = request.json().map_err(|_| malformed("Invalid batch payload format."))?;
    let requests = body
        .get("requests")
        .and_then(Value::as_array)
        .ok_or_else(|| malformed("Invalid batch payload format."))?;
    if requests.is_empty() || requests.len() > LIMIT {
        return Err(malformed(&format!("Number of batch request steps must be between 1 and {LIMIT}.")));
    }
    let mut items: Vec<Item> = Vec::new();
    for value in requests {
        let item = item(request, value).ok_or_else(|| malformed("Invalid batch payload format."))?;
        if items.iter().any(|other| other.id.eq_ignore_ascii_case(&item.id)) {
            return Err(malformed(&format!("Duplicate request id: {}.", item.id)));
        }
        let known = |id: &String| items.iter().any(|other| other.id.to_lowercase() == *id);
        if !item.depends_on.iter().all(known) {
            return Err(malformed(
                "Invalid value for dependsOn: a request must come after those it depends on.",
            ));
        }
        items.push(item);
    }
    Ok(items)
}

fn item(outer: &Request, value: &Value) -> Option<Item> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let method = text("method")?.to_ascii_uppercase();
    let url = text("url")?;
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let body = match value.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(body) => Bytes::from(body.to_string()),
    };
    let mut headers = HeaderMap::new();
    for (name, value) in value.get("headers").and_then(Value::as_object).into_iter().flatten() {
        headers.insert(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    let described = headers.contains_key("content-type");
    if !body.is_empty() && !described {
        return None;
    }
    let depends_on = match value.get("dependsOn") {
        None | Some(Value::Null) => Vec::new(),
        Some(ids) => {
            ids.as_array()?.iter().map(|id| id.as_str().map(str::to_lowercase)).collect::<Option<_>>()?
        }
    };
    let request = Request {
        method,
        path: format!("/{}/{}", outer.version(), path.trim_start_matches('/')),
        query: query.to_owned(),
        headers,
        body,
        base: outer.base.clone(),
    };
    Some(Item { id: text("id")?.to_owned(), request, depends_on })
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use super::*;

    fn outer(requests: &Value) -> Request {
        Request {
            method: "POST".into(),
            path: "/v1.0/$batch".into(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::from(json!({ "requests": requests }).to_string()),
            base: "https://x".into(),
        }
    }

    fn batch(requests: &Value) -> Outcome<Vec<Item>> {
        read(&outer(requests))
    }

    #[test]
    fn twenty_one_items_are_too_many() {
        let items = |count: usize| -> Value {
            (0..count).map(|id| json!({ "id": id.to_string(), "method": "GET", "url": "/users" })).collect()
        };
        assert!(batch(&items(20)).is_ok());
        assert_eq!(batch(&items(21)).map_err(|failure| failure.status).err(), Some(400));
    }

    #[test]
    fn an_absolute_address_is_no_address_of_an_item() {
        // As the batch of Microsoft's SDK for Python sends it.
        let mut desk = Desk::new();
        let caller = desk.caller.clone();
        let mut ask = |url: &str| {
            let batch = outer(&json!([{ "id": "1", "method": "GET", "url": url }]));
            answer(&mut desk.world, &caller, &batch)
                .map(|answer| answer.value()["responses"][0].take())
                .unwrap()
        };
        let refused = ask("https://127.0.0.1:1/v1.0/users?$top=1");
        assert_eq!(refused["status"], 400, "{refused}");
        assert_eq!(refused["body"]["error"]["code"], "BadRequest", "{refused}");
        assert_eq!(refused["body"]["error"]["message"], "Resource not found for the segment 'https:'.");
        // As the one for JavaScript did.
        let refused = ask("/v1.0/users?$top=1");
        assert_eq!(refused["body"]["error"]["message"], "Resource not found for the segment 'v1.0'.");
        assert_eq!(refused["status"], 400, "{refused}");
        assert_eq!(ask("/users?$top=1")["status"], 200);
    }

    #[test]
    fn ids_are_compared_without_case() {
        let items = json!([
            { "id": "a", "method": "GET", "url": "/users" }, { "id": "A", "method": "GET", "url": "/users" },
        ]);
        assert!(batch(&items).is_err());
    }

    #[test]
    fn a_body_needs_a_content_type() {
        let items = json!([{ "id": "1", "method": "POST", "url": "/applications", "body": {} }]);
        assert!(batch(&items).is_err());
    }

    #[test]
    fn urls_may_lack_the_slash() {
        let items = batch(&json!([{ "id": "1", "method": "get", "url": "users?$top=1" }])).unwrap();
        assert_eq!(
            (items[0].request.path.as_str(), items[0].request.query.as_str()),
            ("/v1.0/users", "$top=1")
        );
    }
}
