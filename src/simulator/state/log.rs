//! The request log: what was asked and how it was answered, for tests to read back.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

/// One request, or one item of a `$batch`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// Order of arrival, from 1. The items of a batch are numbered in a row, when the batch has been answered.
    pub(crate) seq: u64,
    pub(crate) time: Timestamp,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// 0 when the connection was dropped without an answer.
    pub(crate) status: u16,
    pub(crate) bytes_in: usize,
    pub(crate) bytes_out: usize,
    /// The Entra tenant of the caller; null for Essentials and where nobody signed in.
    pub(crate) tenant: Option<String>,
    /// `seq` of the batch that held this item.
    pub(crate) batch: Option<u64>,
}

/// All requests since the start or the last emptying.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    last: u64,
    entries: Vec<Entry>,
}

impl RequestLog {
    /// The number of the next entry; a request takes it when it arrives.
    pub(crate) fn next_seq(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// By number.
    pub(crate) fn entries(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by_key(|entry| entry.seq);
        entries
    }

    /// Numbers go on where they were, so that `seq` names one request for the whole life of the process.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Counts by method, path template and status.
    pub(crate) fn summary(&self) -> Value {
        let mut counts: BTreeMap<(String, String), BTreeMap<u16, u64>> = BTreeMap::new();
        for entry in &self.entries {
            let key = (template(&entry.path), entry.method.clone());
            *counts.entry(key).or_default().entry(entry.status).or_default() += 1;
        }
        let rows: Vec<Value> = counts
            .into_iter()
            .map(|((path, method), statuses)| {
                let count: u64 = statuses.values().sum();
                json!({ "method": method, "path": path, "count": count, "statuses": statuses })
            })
            .collect();
        Value::Array(rows)
    }
}

/// `/v1.0/applications/0a1b../addPassword` becomes `/v1.0/applications/{id}/addPassword`.
fn template(path: &str) -> String {
    path.split('/').map(template_segment).collect::<Vec<_>>().join("/")
}

fn template_segment(segment: &str) -> String {
    if let Some((name, key)) = segment.split_once('(')
        && let Some((key, _)) = key.split_once('=')
    {
        return format!("{name}({key}='{{{key}}}')");
    }
    let version = segment.len() > 1
        && segment.starts_with('v')
        && segment[1..].starts_with(|c: char| c.is_ascii_digit());
    let identifier = uuid::Uuid::parse_str(segment).is_ok()
        || (segment.len() >= 40
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    if identifier {
        "{id}".to_owned()
    } else if segment.contains('@') || segment.contains("%40") {
        "{address}".to_owned()
    } else if segment.contains('.')
        && !version
        && !segment.starts_with("microsoft.graph.")
        && !segment.starts_with("graph.")
    {
        "{domain}".to_owned()
    } else {
        segment.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_paths_become_placeholders() {
        let id = "6f3e1f5e-0f0a-4c58-9d54-8a3f2a4a5a11";
        assert_eq!(
            template(&format!("/v1.0/applications/{id}/addPassword")),
            "/v1.0/applications/{id}/addPassword"
        );
        assert_eq!(
            template("/v1.0/applications(uniqueName='x')/addPassword"),
            "/v1.0/applications(uniqueName='{uniqueName}')/addPassword"
        );
        assert_eq!(
            template("/api/v1/orgs/contoso.com/users/a@contoso.com"),
            "/api/v1/orgs/{domain}/users/{address}"
        );
        assert_eq!(
            template("/v1.0/directory/deletedItems/microsoft.graph.user"),
            "/v1.0/directory/deletedItems/microsoft.graph.user"
        );
    }
}
