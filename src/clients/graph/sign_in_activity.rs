//! When a key of an application was last signed in with: `appCredentialSignInActivity`, a report of Graph's beta.
//!
//! Documented for the global cloud only, and a tenant may need a licence for it; it is late by hours. So it is evidence and
//! nothing depends on it: whatever keeps it from being read is the answer [`KeyUse::Unknown`].

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::ask::{Ask, literal};
use super::connection::Graph;
use super::error::Error;
use super::lenient;
use super::needs;
use crate::http::Call;

/// As long as this may take: nothing waits for evidence.
const PATIENCE: Duration = Duration::from_secs(20);
/// .NET's smallest date stands for *never* where a member may not be absent.
const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;

/// What the tenant's record says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// The record cannot be read.
    Unknown,
    /// Nobody is known to have signed in with it. The record is late: somebody may have.
    NotSeen,
    /// The latest sign-in with it that is known.
    LastAt(Timestamp),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(default, deserialize_with = "lenient::or_default")]
    key_id: String,
    #[serde(default, deserialize_with = "lenient::or_default")]
    sign_in_activity: Activity,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    last_sign_in_date_time: Option<String>,
}

impl Graph {
    /// When the key with this id was last signed in with, by Entra's own record. An error only when the user interrupts.
    pub async fn last_use_of_key(&self, call: &Call, key_id: &str) -> Result<KeyUse, Error> {
        let filter = literal(key_id);
        let path = format!("/reports/appCredentialSignInActivities?$filter=keyId%20eq%20{filter}");
        let operation = format!("read when key `{key_id}` was last signed in with");
        let ask = Ask::get(path, &needs::READ_SIGN_IN_ACTIVITY, operation).beta();
        match self.list::<Record>(&call.at_most(PATIENCE), ask).await {
            Ok(records) => Ok(latest(&records, key_id)),
            Err(error) if call.cancel.is_cancelled() => Err(error),
            Err(error) => {
                tracing::debug!(%error, "the record of sign-ins by key cannot be read");
                Ok(KeyUse::Unknown)
            }
        }
    }
}

fn latest(records: &[Record], key_id: &str) -> KeyUse {
    // A service that does not know the filter would answer with every key there is.
    let of_key = records.iter().filter(|record| record.key_id.eq_ignore_ascii_case(key_id));
    let times =
        of_key.filter_map(|record| record.sign_in_activity.last_sign_in_date_time.as_deref()?.parse().ok());
    times.filter(|time| *time > EPOCH).max().map_or(KeyUse::NotSeen, KeyUse::LastAt)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{Fake, Reply, call};
    use super::*;

    const KEY: &str = "6f1b7c1e-8d7a-4e0b-9d5f-0a6b7c8d9e0f";

    async fn told(status: u16, body: Value) -> KeyUse {
        let (fake, graph) = Fake::serving(move |_, _| Reply::new(status, body.clone())).await;
        let told = graph.last_use_of_key(&call(), KEY).await.expect("no error");
        let asked = fake.seen();
        let wanted = format!("GET /reports/appCredentialSignInActivities?$filter=keyId%20eq%20%27{KEY}%27");
        assert_eq!(asked[0].target.replace('\'', "%27"), wanted);
        told
    }

    fn record(key_id: &str, at: &str) -> Value {
        json!({"keyId": key_id, "keyType": "clientSecret", "signInActivity": {"lastSignInDateTime": at}})
    }

    #[tokio::test]
    async fn the_latest_sign_in_with_the_key_is_found_among_those_of_other_keys() {
        let other = record("11111111-2222-3333-4444-555555555555", "2026-11-03T00:00:00Z");
        let records = json!([
            other,
            record(KEY, "2026-11-01T10:00:00Z"),
            record(&KEY.to_uppercase(), "2026-11-02T10:00:00Z")
        ]);
        let at = "2026-11-02T10:00:00Z".parse().expect("a time");
        assert_eq!(told(200, json!({ "value": records })).await, KeyUse::LastAt(at));
    }

    #[tokio::test]
    async fn a_key_without_a_sign_in_is_not_seen() {
        let never = json!({"keyId": KEY, "signInActivity": null});
        for records in [json!([]), json!([never]), json!([record(KEY, "0001-01-01T00:00:00Z")])] {
            assert_eq!(told(200, json!({ "value": records })).await, KeyUse::NotSeen);
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_unknown_and_no_error() {
        for status in [400, 403, 404, 501] {
            let body = json!({"error": {"code": "x", "message": "No."}});
            assert_eq!(told(status, body).await, KeyUse::Unknown, "{status}");
        }
        assert_eq!(told(200, json!({"value": "nonsense"})).await, KeyUse::Unknown);
    }
}
