//! Private state: a small JSON map. What the resource keeps and what the framework keeps are apart.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::diagnostic::Diagnostic;

/// The stored bytes, taken apart.
#[derive(Default, Serialize, Deserialize)]
struct Stored {
    /// Of the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<Box<RawValue>>,
    /// Of the framework, only in a plan that changes private facts: those before, for an update that fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Before>,
}

/// Private facts before a plan changed them.
#[derive(Serialize, Deserialize)]
struct Before {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<Box<RawValue>>,
}

/// Private facts and the bytes they were read from.
pub(crate) struct Private<P> {
    pub(crate) facts: P,
    bytes: Vec<u8>,
}

impl<P: Serialize + DeserializeOwned + Default + PartialEq + Clone> Private<P> {
    /// Reads stored bytes; none are the default facts.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Diagnostic> {
        let stored = stored(bytes)?;
        let facts = match stored.resource {
            Some(raw) => serde_json::from_str(raw.get()).map_err(|error| unreadable(&error))?,
            None => P::default(),
        };
        Ok(Self { facts, bytes: bytes.to_vec() })
    }

    /// The bytes to store for new facts: the very same bytes if nothing changed.
    pub(crate) fn write(&self, facts: &P) -> Result<Vec<u8>, Diagnostic> {
        let stored = stored(&self.bytes)?;
        if *facts == self.facts && stored.before.is_none() {
            return Ok(self.bytes.clone());
        }
        encode(&Stored { resource: raw(facts)?, before: None })
    }

    /// The same for a plan, whose apply may have to go back to the facts before.
    pub(crate) fn write_planned(&self, facts: &P) -> Result<Vec<u8>, Diagnostic> {
        if *facts == self.facts {
            return Ok(self.bytes.clone());
        }
        encode(&Stored { resource: raw(facts)?, before: Some(Before { resource: raw(&self.facts)? }) })
    }
}

/// The bytes before the plan that made these, for an update that failed.
pub(crate) fn before_plan(planned: &[u8]) -> Vec<u8> {
    match stored(planned) {
        Ok(Stored { before: Some(Before { resource }), .. }) => {
            encode(&Stored { resource, before: None }).unwrap_or_else(|_| planned.to_vec())
        }
        _ => planned.to_vec(),
    }
}

fn stored(bytes: &[u8]) -> Result<Stored, Diagnostic> {
    if bytes.is_empty() {
        return Ok(Stored::default());
    }
    serde_json::from_slice(bytes).map_err(|error| unreadable(&error))
}

/// Default facts take no room, so that a resource without any stores no bytes.
fn raw<P: Serialize + Default + PartialEq>(facts: &P) -> Result<Option<Box<RawValue>>, Diagnostic> {
    if *facts == P::default() {
        return Ok(None);
    }
    serde_json::value::to_raw_value(facts).map(Some).map_err(|error| unreadable(&error))
}

fn encode(stored: &Stored) -> Result<Vec<u8>, Diagnostic> {
    if stored.resource.is_none() && stored.before.is_none() {
        return Ok(Vec::new());
    }
    serde_json::to_vec(stored).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Diagnostic {
    Diagnostic::error(
        "Private state can't be read or written",
        format!(
            "The facts that the provider keeps beside the state of this resource are not what this version of it \
             writes ({error}). Remove the resource from the state and import it again."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    type Facts = BTreeMap<String, i64>;

    fn facts(number: i64) -> Facts {
        Facts::from([("n".to_owned(), number)])
    }

    #[test]
    fn unchanged_facts_keep_their_bytes() {
        let bytes = br#"{ "resource": {"n":   1} }"#;
        let private = Private::<Facts>::read(bytes).unwrap();
        assert_eq!(private.write(&facts(1)).unwrap(), bytes);
        assert_eq!(private.write(&facts(2)).unwrap(), br#"{"resource":{"n":2}}"#);
        assert_eq!(Private::<Facts>::read(b"").unwrap().write(&Facts::new()).unwrap(), b"");
    }

    #[test]
    fn a_failed_update_finds_the_facts_before_its_plan() {
        let before = br#"{"resource":{"n":1}}"#;
        let planned = Private::<Facts>::read(before).unwrap().write_planned(&facts(2)).unwrap();
        assert_eq!(before_plan(&planned), before);
        let applied = Private::<Facts>::read(&planned).unwrap();
        assert_eq!(applied.facts, facts(2));
        assert_eq!(applied.write(&facts(2)).unwrap(), br#"{"resource":{"n":2}}"#);
        let from_nothing = Private::<Facts>::read(b"").unwrap().write_planned(&facts(2)).unwrap();
        assert_eq!(before_plan(&from_nothing), b"");
    }

    #[test]
    fn foreign_bytes_are_an_error() {
        assert!(Private::<Facts>::read(b"not json").is_err());
        assert!(Private::<Facts>::read(br#"{"resource":"text"}"#).is_err());
    }
}
