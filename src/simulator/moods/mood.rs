//! What is told of a mood, and what its type has to know.

use serde::Serialize;
use serde_json::{Value, json};

use super::lag::{Delay, Lag};

/// How sure a mood's default is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The vendor says so, loosely or with exceptions.
    Documented,
    /// Somebody published what a real service did.
    Observed,
    /// Concluded from something else.
    Inferred,
    /// Nobody has said anything.
    Unknown,
}

/// A value of a mood and what it means.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    pub(crate) value: Value,
    pub(crate) meaning: &'static str,
}

impl Meaning {
    pub(crate) fn of(value: &impl Serialize, meaning: &'static str) -> Self {
        Self { value: json!(value), meaning: meaning.trim_ascii() }
    }
}

/// A type of mood: the values worth trying, the default first. A closed list knows them; an open one is told.
pub(crate) trait Values {
    fn values(tries: &[&str]) -> Vec<Meaning>;
}

impl Values for bool {
    fn values(_tries: &[&str]) -> Vec<Meaning> {
        vec![Meaning::of(&false, "No."), Meaning::of(&true, "Yes.")]
    }
}

fn texts(default: &impl Serialize, tries: &[&str]) -> Vec<Meaning> {
    let told = tries.iter().map(|text| Meaning::of(text, ""));
    [Meaning::of(default, "")].into_iter().chain(told).collect()
}

impl Values for Lag {
    fn values(tries: &[&str]) -> Vec<Meaning> {
        texts(&Self::default(), tries)
    }
}

impl Values for Option<Lag> {
    fn values(tries: &[&str]) -> Vec<Meaning> {
        let mut values = texts(&Self::default(), tries);
        if let Some(first) = values.first_mut() {
            first.meaning = "As `replica_lag`.";
        }
        values
    }
}

impl Values for Delay {
    fn values(tries: &[&str]) -> Vec<Meaning> {
        texts(&Self::default(), tries)
    }
}

impl Values for u64 {
    fn values(tries: &[&str]) -> Vec<Meaning> {
        let numbers = tries.iter().filter_map(|text| text.parse::<Self>().ok());
        [0].into_iter().chain(numbers).map(|number| Meaning::of(&number, "")).collect()
    }
}

impl Values for Vec<String> {
    fn values(tries: &[&str]) -> Vec<Meaning> {
        let lists = tries.iter().map(|text| Meaning::of(&[text], ""));
        [Meaning::of(&Self::new(), "None.")].into_iter().chain(lists).collect()
    }
}

/// One thing that the services are not known to do one way: a switch.
#[derive(Clone, Debug)]
pub struct Mood {
    name: &'static str,
    service: &'static str,
    about: String,
    evidence: Certainty,
    source: &'static str,
    default: Value,
    values: Vec<Meaning>,
}

impl Mood {
    pub(crate) fn new(
        (service, name): (&'static str, &'static str),
        about: &str,
        (evidence, source): (Certainty, &'static str),
        default: Value,
        mut values: Vec<Meaning>,
    ) -> Self {
        // An open list begins with its type's default, which need not be the mood's.
        let known = values.iter().any(|one| one.value == default);
        if let Some(first) = values.first_mut().filter(|_| !known) {
            first.value = default.clone();
        }
        Self { name, service, about: about.trim().replace("\n ", "\n"), evidence, source, default, values }
    }

    /// Its name, as a member of the object that sets moods.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The value that it has unless it is set.
    pub fn default(&self) -> &Value {
        &self.default
    }

    /// The values worth trying; the default is among them.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().map(|one| &one.value)
    }

    /// How sure the default is.
    pub fn evidence(&self) -> Certainty {
        self.evidence
    }

    pub(crate) fn service(&self) -> &'static str {
        self.service
    }

    pub(crate) fn about(&self) -> &str {
        &self.about
    }

    pub(crate) fn source(&self) -> &'static str {
        self.source
    }

    pub(crate) fn meanings(&self) -> &[Meaning] {
        &self.values
    }
}
