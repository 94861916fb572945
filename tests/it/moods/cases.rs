//! Which moods are tried together.

use std::env;
use std::fmt;

use proofpoint_simulator::moods;
use serde_json::Value as Json;

use crate::differential::random::Random;

/// Drawn of each kind in a developer's run; `TEST_MOODS` says otherwise.
const USUAL: usize = 8;
/// Pairs when all values are tried.
const PAIRS: usize = 60;

/// Some moods and their values.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Case(Vec<(String, Json)>);

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<String> = self.words().collect();
        write!(
            formatter,
            "TEST_MOOD='{}' cargo test --test it moods::the_whole_life_is_right_under_each",
            set.join(",")
        )
    }
}

impl Case {
    /// Each as `name=value`.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(name, value)| match value {
            Json::String(text) => format!("{name}={text}"),
            other => format!("{name}={other}"),
        })
    }

    /// Whether it sets this mood to this value.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words().any(|one| one == word)
    }
}

fn all_values() -> Vec<(String, Json)> {
    let other = |mood: proofpoint_simulator::Mood| {
        let values = mood.values().filter(|value| *value != mood.default()).cloned().collect::<Vec<_>>();
        values.into_iter().map(move |value| (mood.name().to_owned(), value))
    };
    moods().into_iter().flat_map(other).collect()
}

/// Every value that is not a default, as `name=value`.
pub(super) fn all_words() -> Vec<String> {
    all_values().into_iter().flat_map(|one| Case(vec![one]).words().collect::<Vec<_>>()).collect()
}

/// Each answer to who may read what, with each other.
pub(super) fn of_readers() -> Vec<Case> {
    let of = |name: &str| {
        let all = moods();
        let mood = all.iter().find(|mood| mood.name() == name).expect("a mood");
        mood.values().map(|value| (name.to_owned(), value.clone())).collect::<Vec<_>>()
    };
    let owners = of("owners_readers");
    let pairs = of("deleted_items_readers").into_iter().flat_map(|deleted| {
        owners.iter().map(move |owners| Case(vec![deleted.clone(), owners.clone()])).collect::<Vec<_>>()
    });
    pairs.collect()
}

#[expect(clippy::disallowed_methods, reason = "a knob for whoever runs the tests")]
fn knob(name: &str) -> Option<String> {
    env::var(name).ok()
}

fn asked() -> Option<Case> {
    let text = knob("TEST_MOOD")?;
    let pair = |word: &str| {
        let (name, value) = word.split_once('=').expect("TEST_MOOD is name=value");
        (name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into()))
    };
    Some(Case(text.split(',').map(pair).collect()))
}

fn drawn(mut cases: Vec<Case>, seed: u64) -> Vec<Case> {
    let number = match knob("TEST_MOODS").as_deref() {
        Some("all") => return cases,
        Some(number) => number.parse().expect("TEST_MOODS is a number or `all`"),
        None => USUAL,
    };
    let mut random = Random::new(seed);
    let mut drawn = Vec::new();
    while drawn.len() < number && !cases.is_empty() {
        drawn.push(cases.swap_remove(random.below(cases.len())));
    }
    drawn
}

/// Each value of each mood alone.
pub(super) fn singles() -> Vec<Case> {
    if let Some(case) = asked() {
        return vec![case];
    }
    drawn(all_values().into_iter().map(|one| Case(vec![one])).collect(), 20_261_128)
}

/// Each value of some moods alone.
pub(super) fn singles_of(names: &[&str]) -> Vec<Case> {
    if let Some(case) = asked() {
        return vec![case];
    }
    let values: Vec<_> =
        all_values().into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect();
    assert!(names.iter().all(|name| values.iter().any(|(of, _)| of == name)), "a mood has another name");
    drawn(values.into_iter().map(|one| Case(vec![one])).collect(), 20_261_130)
}

/// Pairs of values of different moods, the same every time.
pub(super) fn pairs() -> Vec<Case> {
    let (values, mut random) = (all_values(), Random::new(7));
    let mut found = Vec::new();
    while found.len() < PAIRS {
        let mut one = || values[random.below(values.len())].clone();
        let (first, second) = (one(), one());
        let case = Case(vec![first.clone(), second.clone()]);
        if first.0 != second.0 && !found.contains(&case) {
            found.push(case);
        }
    }
    if asked().is_some() {
        return Vec::new();
    }
    drawn(found, 20_261_129)
}
