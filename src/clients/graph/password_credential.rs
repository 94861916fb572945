//! A client secret as it is shown among an application's properties.

use jiff::Timestamp;
use serde::Deserialize;

/// A secret as reads show it: without its value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    /// Id of the secret, by which it is removed.
    pub key_id: String,
    /// Its description.
    pub display_name: Option<String>,
    /// The first characters of its value.
    pub hint: Option<String>,
    /// When it starts.
    pub start_date_time: Option<Timestamp>,
    /// When it ends.
    pub end_date_time: Option<Timestamp>,
}
