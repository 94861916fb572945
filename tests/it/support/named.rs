//! Messages about one organization name it.

use serde_json::Value as Json;

use super::plugin::calls::Messages;

/// Fails where a summary does not name the organization: CLIs show warnings of one summary as one, so that what happens to
/// everybody else's people would be hidden.
#[track_caller]
pub(crate) fn expect_named(said: &Messages, domain: &Json) {
    let Some(domain) = domain.as_str() else { return };
    let unnamed: Vec<_> =
        said.0.iter().filter(|message| !message.summary.to_lowercase().contains(domain)).collect();
    assert!(unnamed.is_empty(), "summaries that do not name {domain}: {unnamed:#?}");
}
