//! When a secret is rotated, and when the one before it goes.
//!
//! Everything here is pure. [`observe`] folds the clock and what a refresh saw into [`Facts`], which live in private
//! state; [`plan`] reads them. A plan therefore depends on nothing that can move between `plan` and `apply`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::AzureClientSecret;
use super::model::{ClientSecretModel, DISPLAY_NAME, instant};
use framework::attr::Attr;
use framework::resource::Planning;
use framework::timeouts::parse_duration;

/// What is kept beside the state. No value of a secret is among it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Facts {
    /// A refresh found the secret in need of rotation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) due: bool,
    /// Earlier keys that are still valid, with the time at which each was superseded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) superseded: BTreeMap<String, Timestamp>,
    /// Those of them whose overlap a refresh found to be over.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) over: BTreeSet<String>,
    /// Descriptions of secrets whose making was not answered: they may or may not be there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) lost: BTreeSet<String>,
    /// When the last of them was lost, by the tenant's clock: for a while after, lists may be late with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lost_at: Option<Timestamp>,
}

impl Facts {
    /// Takes note of a secret whose making was not answered.
    pub(super) fn lose(&mut self, description: Option<String>, now: Timestamp) {
        if description.is_some() {
            self.lost_at = Some(now);
        }
        self.lost.extend(description);
    }

    /// Forgets earlier keys that somebody has removed: they are missing where the present one is shown, which was made after them.
    /// Those that go with the next apply anyway may have been made later.
    pub(super) fn keep(&mut self, there: &BTreeSet<String>, model: &mut ClientSecretModel) {
        let Some(mut previous) = model.previous_key_ids.known().cloned() else { return };
        previous.retain(|key| there.contains(key) || self.over.contains(key));
        self.superseded.retain(|key, _| previous.contains(key));
        model.previous_key_ids = previous.into();
    }

    /// Takes note of one that was lost and is there: it goes with the next apply.
    pub(super) fn found(&mut self, description: &str, key: &str, now: Timestamp) {
        self.lost.remove(description);
        self.superseded.insert(key.to_owned(), now);
        self.over.insert(key.to_owned());
    }
}

/// Folds the clock and whether the key is there into what was known. The answer equals `known` while nothing is due.
pub(super) fn observe(known: Facts, model: &ClientSecretModel, present: bool, now: Timestamp) -> Facts {
    let overlap = span(&model.overlap).unwrap_or_default();
    let reached = |time: Timestamp, span: SignedDuration| now >= time.saturating_add(span).unwrap_or(time);
    let newly_over = known.superseded.iter().filter(|(_, since)| reached(**since, overlap));
    let over = known.over.iter().chain(newly_over.map(|(key, _)| key)).cloned().collect();
    let end = model.end_date.known().and_then(|end| instant(end));
    let ends_soon = end
        .zip(span(&model.rotate_before))
        .is_some_and(|(end, before)| reached(end, SignedDuration::ZERO.saturating_sub(before)));
    Facts { due: known.due || !present || ends_soon, over, ..known }
}

/// Plans a rotation and the removal of earlier keys, where they are due.
pub(super) fn plan(plan: &mut Planning<AzureClientSecret>) {
    let planned = &mut plan.planned;
    let Some(prior) = &plan.prior else {
        if plan.config.display_name.is_null() {
            planned.display_name = DISPLAY_NAME.into();
        }
        planned.previous_key_ids = Attr::Known(BTreeSet::new());
        return;
    };
    let mut previous = prior.previous_key_ids.unwrap_or_default();
    previous.retain(|key| !plan.private.over.contains(key));
    planned.previous_key_ids = previous.clone().into();
    let rotation = if plan.private.due { Rotation::Certain } else { Rotation::by(prior, planned) };
    if rotation == Rotation::None {
        return;
    }
    planned.id = Attr::Unknown;
    planned.key_id = Attr::Unknown;
    planned.hint = Attr::Unknown;
    planned.start_date = Attr::Unknown;
    planned.value = Attr::Unknown;
    if plan.config.end_date.is_null() {
        planned.end_date = Attr::Unknown;
    }
    planned.previous_key_ids = match &planned.overlap {
        Attr::Unknown => Attr::Unknown,
        overlap if !has_overlap(overlap) => previous.into(),
        _ if rotation == Rotation::Possible => Attr::Unknown,
        _ => {
            previous.extend(prior.key_id.known().cloned());
            previous.into()
        }
    };
}

/// Whether another secret is made.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Rotation {
    None,
    /// It turns out in the apply, when all values are known.
    Possible,
    Certain,
}

impl Rotation {
    /// What a change of the arguments, which may not be known yet, asks for.
    fn by(prior: &ClientSecretModel, planned: &ClientSecretModel) -> Self {
        // An argument that is set for the first time, or no longer, says nothing about the secret that is there.
        let other_life = match (&prior.end_date_relative, &planned.end_date_relative) {
            (Attr::Known(_), Attr::Unknown) => Self::Possible,
            (Attr::Known(before), Attr::Known(after)) => {
                Self::certain_if(parse_duration(before) != parse_duration(after))
            }
            _ => Self::None,
        };
        let triggered = match (&prior.rotate_when_changed, &planned.rotate_when_changed) {
            (Attr::Known(_), Attr::Unknown) => Self::Possible,
            (Attr::Known(before), Attr::Known(after)) => Self::certain_if(before != after),
            _ => Self::None,
        };
        let differs = |before: &Attr<String>, after: &Attr<String>| match after {
            Attr::Unknown => Self::Possible,
            after => Self::certain_if(before != after),
        };
        let named = differs(&prior.display_name, &planned.display_name);
        other_life.max(triggered).max(named).max(differs(&prior.end_date, &planned.end_date))
    }

    const fn certain_if(condition: bool) -> Self {
        if condition { Self::Certain } else { Self::None }
    }
}

/// Whether an earlier key outlives a rotation.
pub(super) fn has_overlap(overlap: &Attr<String>) -> bool {
    span(overlap).is_some_and(|overlap| !overlap.is_zero())
}

/// A configured duration.
pub(super) fn span(text: &Attr<String>) -> Option<SignedDuration> {
    parse_duration(text.known()?)?.try_into().ok()
}

#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
