//! References to objects in the bodies of requests.

use serde_json::Value;

use super::call::Call;
use super::errors::{Failure, Outcome};

/// The owners that a creation binds, at most 20.
pub(crate) fn bound(call: &Call<'_>, references: Option<Value>) -> Outcome<Vec<String>> {
    let references = match references {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(references)) if references.len() <= 20 => references,
        Some(_) => return Err(Failure::invalid_value("owners@odata.bind")),
    };
    references
        .iter()
        .map(|reference| {
            referred(call, reference.as_str().ok_or_else(|| Failure::invalid_value("owners@odata.bind"))?)
        })
        .collect()
}

/// The id at the end of a reference, when a user or principal has it.
pub(crate) fn referred(call: &Call<'_>, reference: &str) -> Outcome<String> {
    let id = reference.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let tenant = call.tenant();
    let reached = tenant.users.reached(id, call.now)
        || tenant.service_principals.reached(id, call.now)
        || tenant.groups.reached(id, call.now);
    if reached { Ok(id.to_owned()) } else { Err(Failure::not_found(id)) }
}
