//! What the answers tell that are looked at after a PUT. A stack may answer with what was there before for a while, so that an
//! answer which shows something else is one of three: late, the stack's own idea, or one that lacks what protects people.

use std::collections::BTreeSet;

use secrecy::SecretString;

use super::echo::{self, Echoes};
use super::evidence::ends_then;
use super::managed_secret::Minted;
use clients::essentials::{Difference, Member, Settings, Shown};

/// How often the settings are looked at before a member that reads otherwise is told of: about eight seconds.
pub(super) const LOOKS: usize = 6;
/// The same where an answer is known to be one from after the PUT, or nothing is missing but the end of the key.
const FRESH_LOOKS: usize = 3;

/// What is to be sent, and what there was before.
pub(super) struct Change<'a> {
    /// The settings that the plan asks for.
    pub(super) wanted: Settings,
    /// What Proofpoint showed.
    pub(super) present: Option<Settings>,
    /// What it was sent last, as the state has it. It may be late with showing that as well.
    pub(super) sent_before: Option<Settings>,
    /// Whether they let a run do more than it may now.
    pub(super) widens: bool,
    /// The secret that goes with them.
    pub(super) secret: &'a SecretString,
    /// The key whose secret it is, where it was made for this.
    pub(super) minted: Option<&'a Minted>,
    /// What was learnt of the stack before.
    pub(super) echoes: &'a Echoes,
    /// Whether the stack is known to show the end of the key that it was given.
    pub(super) shows_ends: bool,
}

/// What an answer shows as the end of the secret, beside the key that came with the PUT.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum EndShown {
    /// None, or no key came with it.
    #[default]
    Nothing,
    /// The end of that key.
    This,
    /// Another one, which may be late.
    Another,
}

impl EndShown {
    pub(super) fn of(minted: Option<&Minted>, shown: &Shown) -> Self {
        let Some((minted, text)) = minted.zip(shown.secret_expiry.as_deref()) else { return Self::Nothing };
        if ends_then(text, minted.end) == Some(true) { Self::This } else { Self::Another }
    }
}

/// What the looks after the PUT that runs nothing yet have come to.
pub(super) struct InPlace {
    /// What the last answer lacks of all that decides what a run does.
    pub(super) missing: Vec<String>,
    /// How many answers were from after the PUT for certain, while every exemption was listed.
    settled: usize,
}

impl InPlace {
    /// Before the first answer.
    pub(super) fn unseen() -> Self {
        Self { missing: vec!["the settings, of which none are shown".to_owned()], settled: 0 }
    }

    /// Takes note of an answer and of the exemptions that are not listed.
    pub(super) fn saw(&mut self, fresh: bool, differences: &[Difference], lacking: &BTreeSet<String>) {
        self.missing = echo::missing(differences);
        self.missing.extend(lacking.iter().map(|address| format!("`{address}` is not exempt")));
        if fresh && lacking.is_empty() {
            self.settled += 1;
        }
    }

    /// Whether what the stack shows otherwise is its own idea, for which more looks would be in vain.
    pub(super) fn is_in_vain(&self) -> bool {
        self.settled > FRESH_LOOKS
    }
}

/// What the last answer tells after the last PUT.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct LastAnswer {
    /// Whether it shows every member as it was sent.
    pub(super) agrees: bool,
    /// Whether what it shows otherwise is the stack's own idea for certain.
    pub(super) sure: bool,
    /// What it shows as the end of the secret.
    pub(super) end: EndShown,
}

impl LastAnswer {
    /// Whether this many looks are enough. Where the stack is known to show ends, the right one is waited for as long as a
    /// member is; elsewhere it may never come.
    pub(super) fn is_enough(self, looks: usize, shows_ends: bool) -> bool {
        let enough = if self.lacks_the_end(shows_ends) { LOOKS } else { FRESH_LOOKS };
        let agrees = self.agrees && self.end != EndShown::Another;
        self.sure && (agrees || looks >= enough)
    }

    /// Whether it may be one from before the last PUT.
    pub(super) fn may_be_late(self, shows_ends: bool) -> bool {
        !self.sure || self.lacks_the_end(shows_ends)
    }

    fn lacks_the_end(self, shows_ends: bool) -> bool {
        shows_ends && self.end == EndShown::Another
    }
}

/// Whether a member may read otherwise only because the answer is from before the PUT: then it shows what was there, or
/// what was sent before and may have been late itself.
pub(super) fn may_be_late(change: &Change<'_>, fresh: bool, difference: &Difference) -> bool {
    let earlier = change.present.iter().chain(&change.sent_before);
    !fresh && earlier.map(|earlier| earlier.member(difference.member)).any(|value| value == difference.after)
}

/// Whether an answer is certainly one from after the first PUT: it shows the end of the key that came with it, or another
/// value than there was before that was sent.
pub(super) fn is_fresh(change: &Change<'_>, first: &Settings, shown: &Shown) -> bool {
    if EndShown::of(change.minted, shown) == EndShown::This {
        return true;
    }
    let Some(present) = &change.present else { return true };
    let members = |one: &Settings, other: &Settings| -> BTreeSet<Member> {
        one.differences(other).iter().map(|different| different.member).collect()
    };
    let mut arrived = members(present, first);
    if let Some(sent_before) = &change.sent_before {
        let also = members(sent_before, first);
        arrived.retain(|member| also.contains(member));
    }
    let still_otherwise = members(first, &shown.over(present));
    arrived.difference(&still_otherwise).next().is_some()
}

/// Whether a member reads otherwise only because the answer is from after the first PUT and before the last one: that one
/// raised the frequency.
pub(super) fn is_idle_still(first: &Settings, difference: &Difference) -> bool {
    difference.member == Member::SyncFrequency && difference.after == first.sync_frequency
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
