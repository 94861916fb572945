//! Moods: each thing that nobody has published, or that a real service is known to do in several ways, is one named switch
//! with all its plausible values and the evidence for them. Declared once, in `table.rs`: parsing, `--help`, the page
//! `MOODS.md`, the control plane and `--mood` follow.

mod essentials_words;
mod lag;
mod microsoft_words;
mod mood;
mod onboarding_words;
mod page;
mod table;
mod words;

use serde_json::{Map, Value};

pub(crate) use essentials_words::*;
pub(crate) use lag::Lag;
pub(crate) use microsoft_words::*;
pub use mood::{Certainty, Mood};
pub(crate) use onboarding_words::*;
pub(crate) use page::{page, summary};
pub(crate) use table::Moods;

/// Every mood there is.
pub fn moods() -> Vec<Mood> {
    table::all()
}

impl Moods {
    /// One flat object with the value of every mood.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }

    /// Sets the named moods and leaves the others; an unknown name or value is refused as a whole.
    pub(crate) fn apply(&mut self, changes: &Map<String, Value>) -> Result<(), String> {
        let mut all = self.to_json();
        for (name, value) in changes {
            if !all.contains_key(name) {
                let known: Vec<&str> = all.keys().map(String::as_str).collect();
                return Err(format!("`{name}` is not a mood; there are: {}", known.join(", ")));
            }
            all.insert(name.clone(), value.clone());
            // Alone, so that the message is about this one.
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            serde_json::from_value::<Self>(Value::Object(alone))
                .map_err(|error| format!("`{name}`: {error}"))?;
        }
        *self = serde_json::from_value(Value::Object(all)).map_err(|error| error.to_string())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::lag::Delay;
    use super::*;
    use serde_json::json;

    fn set(moods: &mut Moods, changes: &Value) -> Result<(), String> {
        moods.apply(changes.as_object().unwrap())
    }

    #[test]
    fn a_mood_is_set_and_the_others_stay() {
        let mut moods = Moods::default();
        set(&mut moods, &json!({ "fresh_secret_delay": 5000 })).unwrap();
        assert_eq!((moods.fresh_secret_delay, moods.concurrency_window), (Delay(5000), Delay(0)));
    }

    #[test]
    fn an_unknown_mood_or_value_is_refused_by_name() {
        let refused = |changes: &Value| set(&mut Moods::default(), changes).unwrap_err();
        assert!(refused(&json!({ "colour": "red" })).contains("`colour`"));
        let text = refused(&json!({ "error_body": "text", "get_unset": "red" }));
        assert!(text.contains("`get_unset`") && text.contains("empty_object"), "{text}");
    }

    #[test]
    fn every_value_of_every_mood_can_be_set_and_is_shown_again() {
        for mood in moods() {
            assert!(mood.values().count() > 1, "{} has no other value", mood.name());
            assert_eq!(Moods::default().to_json()[mood.name()], *mood.default(), "{}", mood.name());
            assert!(!mood.about().is_empty() && !mood.source().is_empty(), "{}", mood.name());
            for value in mood.values() {
                let mut moods = Moods::default();
                set(&mut moods, &json!({ mood.name(): value })).unwrap();
                assert_eq!(moods.to_json()[mood.name()], *value, "{}", mood.name());
            }
        }
    }
}
