//! What organizations and domains remember of their last write.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is remembered beside the state.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Facts {
    /// Base address of the stack that serves the organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stack: Option<String>,
    /// When it was last written, by Proofpoint's clock: for a while after, answers may be from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) written: Option<Timestamp>,
}
