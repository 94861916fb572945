//! What is remembered of a run of the sync.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a run did. Addresses are listed up to a limit; the counts are whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Run {
    pub(crate) time: Timestamp,
    pub(crate) version: u8,
    pub(crate) outcome: Ending,
    pub(crate) error: Option<String>,
    pub(crate) counts: Counts,
    pub(crate) added: Vec<String>,
    pub(crate) updated: Vec<String>,
    pub(crate) deleted: Vec<String>,
    /// Address and reason.
    pub(crate) blocked: Vec<(String, Cow<'static, str>)>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ending {
    #[default]
    Success,
    Failed,
}

/// How many objects and accounts met which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Counts {
    pub(crate) added: usize,
    pub(crate) updated: usize,
    pub(crate) deleted: usize,
    pub(crate) unchanged: usize,
    pub(crate) exempt: usize,
    pub(crate) blocked: usize,
    pub(crate) out_of_scope: usize,
}

impl Run {
    pub(crate) fn changed_nothing(&self) -> bool {
        self.counts.added + self.counts.updated + self.counts.deleted == 0
    }
}
