//! Faults to order: by method and path, a status, a delay, or a dropped connection before or after the effect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// When the connection breaks, seen from the effect of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Drop {
    /// Nothing was done.
    Before,
    /// All was done; only the answer is lost.
    After,
}

/// One fault, as `--faults` and `POST /_control/faults` take it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// Any method when absent.
    #[serde(default)]
    pub(crate) method: Option<String>,
    /// `*` stands for anything within a segment, `**` for anything.
    pub(crate) path: String,
    /// Answer with this status.
    #[serde(default)]
    pub(crate) status: Option<u16>,
    /// With `status`: the request takes effect all the same.
    #[serde(default)]
    pub(crate) effect: bool,
    /// Milliseconds of real time before anything else happens.
    #[serde(default)]
    pub(crate) delay: Option<u64>,
    #[serde(default)]
    pub(crate) drop: Option<Drop>,
    /// Strike this many times, then never again; without it, always.
    #[serde(default)]
    pub(crate) count: Option<u64>,
    /// Let this many matching requests pass first.
    #[serde(default)]
    pub(crate) skip: u64,
    /// Further headers of the answer, for example `Retry-After`.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// The body of the answer; by default an error of the service's own shape. A string is sent as it is.
    #[serde(default)]
    pub(crate) body: Option<Value>,
}

/// The faults in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    pub(crate) fn list(&self) -> &[Fault] {
        &self.0
    }

    /// The first fault that strikes this request. It counts the request, as do those before it that still let requests
    /// pass; those after it do not.
    pub(crate) fn strike(&mut self, method: &str, path: &str) -> Option<Fault> {
        for fault in &mut self.0 {
            let wanted = fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
            if !wanted || fault.count == Some(0) || !matches(&fault.path, path) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if let Some(count) = &mut fault.count {
                *count -= 1;
            }
            return Some(fault.clone());
        }
        None
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("**") {
        return path
            .char_indices()
            .map(|(at, _)| at)
            .chain([path.len()])
            .any(|at| matches(rest, &path[at..]));
    }
    if let Some(rest) = pattern.strip_prefix('*') {
        let segment = path.find('/').unwrap_or(path.len());
        return path[..segment]
            .char_indices()
            .map(|(at, _)| at)
            .chain([segment])
            .any(|at| matches(rest, &path[at..]));
    }
    let mut letters = pattern.chars();
    match letters.next() {
        None => path.is_empty(),
        Some(letter) => path.strip_prefix(letter).is_some_and(|rest| matches(letters.as_str(), rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_its_segment() {
        assert!(matches("/v1.0/applications/*/addPassword", "/v1.0/applications/17/addPassword"));
        assert!(!matches("/v1.0/applications/*", "/v1.0/applications/17/addPassword"));
        assert!(matches("/v1.0/**", "/v1.0/applications/17/addPassword"));
        assert!(matches("/v1.0/applications*", "/v1.0/applications(appId='x')"));
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_was_told_to() {
        let list = serde_json::from_str(r#"[{"path": "/x", "status": 503, "count": 2, "skip": 1}]"#).unwrap();
        let mut faults = Faults::new(list);
        let struck: Vec<bool> = (0..4).map(|_| faults.strike("GET", "/x").is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(serde_json::from_str::<Fault>(r#"{"path": "/x", "stauts": 503}"#).is_err());
    }
}
