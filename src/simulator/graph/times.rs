//! Times in the bodies of requests.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::errors::{Failure, Outcome};

/// Reads a time of a request body; `None` when it is absent or null.
pub(crate) fn time(body: &Map<String, Value>, name: &str) -> Outcome<Option<Timestamp>> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| Failure::invalid_value(name)),
        Some(_) => Err(Failure::invalid_value(name)),
    }
}
