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
    /// Milliseconds of real time before anything else happens; an item holds its whole batch up.
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

impl Fault {
    /// Whether it is about such a request, and not used up.
    fn means(&self, method: &str, path: &str) -> bool {
        let wanted = self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        wanted && self.count != Some(0) && matches(&self.path, path)
    }

    fn check(&self) -> Result<(), String> {
        let Self { path, status, drop, delay, .. } = self;
        if !path.starts_with(['/', '*']) {
            return Err(format!("`{path}` is not a path: begin it with / or *"));
        }
        if status.is_none() && drop.is_none() && delay.is_none() {
            return Err(format!("nothing would happen to {path}: give it a `status`, a `drop` or a `delay`"));
        }
        if let Some(status) = status.filter(|status| !(200..=599).contains(status)) {
            return Err(format!("{status} is not a status that an answer can have"));
        }
        let named = |name: &&String| axum::http::HeaderName::try_from(name.as_str()).is_err();
        self.headers.keys().find(named).map_or(Ok(()), |name| Err(format!("`{name}` is not a header's name")))
    }
}

/// The faults in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// An error names a fault that could never strike, or whose answer could not be sent.
    pub(crate) fn new(faults: Vec<Fault>) -> Result<Self, String> {
        faults.iter().try_for_each(Fault::check)?;
        Ok(Self(faults))
    }

    pub(crate) fn list(&self) -> &[Fault] {
        &self.0
    }

    /// The first fault that strikes this request. It counts the request, as do those before it that still let requests
    /// pass; those after it do not.
    pub(crate) fn strike(&mut self, method: &str, path: &str) -> Option<Fault> {
        for fault in &mut self.0 {
            if !fault.means(method, path) {
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

impl Faults {
    /// Whether any of them holds requests up.
    pub(crate) fn hold_up(&self) -> bool {
        self.0.iter().any(|fault| fault.delay.is_some())
    }

    /// For how many milliseconds the fault that would strike this item of a batch holds it up; nothing is counted. One that means the
    /// batch as well strikes that as a whole.
    pub(crate) fn delay_of_item(&self, method: &str, path: &str, batch: &str) -> u64 {
        let strikes =
            |fault: &&Fault| fault.means(method, path) && fault.skip == 0 && !matches(&fault.path, batch);
        self.0.iter().find(strikes).and_then(|fault| fault.delay).unwrap_or(0)
    }
}

/// Whether a path is one of those that a pattern stands for, in time that does not depend on the number of stars.
fn matches(pattern: &str, path: &str) -> bool {
    let path: Vec<char> = path.chars().collect();
    // Which beginnings of the path the pattern read so far stands for.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '*' {
            for at in (1..reached.len()).rev() {
                reached[at] = reached[at - 1] && path[at - 1] == letter;
            }
            reached[0] = false;
            continue;
        }
        let anything = letters.next_if_eq(&'*').is_some();
        for at in 1..reached.len() {
            reached[at] = reached[at] || reached[at - 1] && (anything || path[at - 1] != '/');
        }
    }
    reached[path.len()]
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
    fn many_stars_take_no_longer_than_few() {
        let pattern = format!("{}x", "**/*".repeat(200));
        assert!(!matches(&pattern, &"/a".repeat(500)));
        assert!(matches(&"**".repeat(300), "/v1.0/applications"));
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_was_told_to() {
        let list = serde_json::from_str(r#"[{"path": "/x", "status": 503, "count": 2, "skip": 1}]"#).unwrap();
        let mut faults = Faults::new(list).unwrap();
        let struck: Vec<bool> = (0..4).map(|_| faults.strike("GET", "/x").is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
    }

    #[test]
    fn what_could_never_strike_is_refused() {
        let refused = |text: &str| Faults::new(serde_json::from_str(text).unwrap()).err();
        for (fault, problem) in [
            (r#"[{"path": "", "status": 503}]"#, "`` is not a path: begin it with / or *"),
            (r#"[{"path": "v1.0/**", "status": 503}]"#, "`v1.0/**` is not a path"),
            (r#"[{"path": "/x"}]"#, "nothing would happen to /x"),
            (r#"[{"path": "/x", "headers": {"a": "b"}}]"#, "nothing would happen to /x"),
            (r#"[{"path": "/x", "status": 7}]"#, "7 is not a status"),
            (r#"[{"path": "/x", "status": 100}]"#, "100 is not a status"),
            (
                r#"[{"path": "/x", "status": 429, "headers": {"Retry After": "1"}}]"#,
                "`Retry After` is not a header's name",
            ),
        ] {
            assert!(
                refused(fault).is_some_and(|said| said.contains(problem)),
                "{fault}: {:?}",
                refused(fault)
            );
        }
        for fault in [r#"[{"path": "**/x", "delay": 1}]"#, r#"[{"path": "*", "drop": "after"}]"#] {
            assert_eq!(refused(fault), None, "{fault}");
        }
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(serde_json::from_str::<Fault>(r#"{"path": "/x", "stauts": 503}"#).is_err());
    }
}
