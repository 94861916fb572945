//! Living with replication: Entra accepts a write first and copies it to its replicas afterwards, so that for seconds
//! to minutes a new object is unknown to some of them (Microsoft: designing for eventual consistency, 2026).
//!
//! Nothing here sleeps for a fixed time. A step is sent again while its own error text says that an object it needs
//! is still on its way, with growing delays, until the operation's deadline: how long that may be is for the user's
//! `timeouts` to say and for no constant.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::ask::Ask;
use super::connection::Graph;
use super::error::{Error, ErrorKind};
use super::gone::Thing;
use crate::http::{Call, FIRST_DELAY, Interrupted, LONGEST_DELAY, Patience, Response, delays};

/// Replication has been seen to take more than five minutes. The absence of an object of this age is no longer doubted.
pub(super) const YOUNG: SignedDuration = SignedDuration::from_hours(1);

/// Whether an error may go away by itself.
pub(super) type Passing = fn(&Error) -> bool;

/// Two writes to one object in a short time (409; in 2022 the same code came with 503), or an application for personal
/// accounts whose other half is still being made (observed 2025).
pub(super) fn concurrent(error: &Error) -> bool {
    error.refusal().is_some_and(|answer| {
        answer.is("Directory_ConcurrencyViolation") || answer.is("Error_MsaAppDoesNotExist")
    })
}

/// An object that was just made is not known yet to the replica that answered.
pub(super) fn not_there_yet(error: &Error) -> bool {
    error.is_not_found()
        || error.refusal().is_some_and(|answer| {
            answer.says("does not exist or one of its queried reference-property objects")
        })
}

/// The application of a new principal is not known yet. The second text, a 403, misleads: it is what a caller with
/// `Application.ReadWrite.OwnedBy` gets in this case (observed 2026).
pub(super) fn application_not_there_yet(error: &Error) -> bool {
    error.refusal().is_some_and(|answer| {
        answer.is("NoBackingApplicationObject")
            || answer.says("does not reference a valid application object")
            || answer.says("backing application of the service principal being created must")
    })
}

/// The principal of a new assignment is not known yet (the text that azuread repeats on).
pub(super) fn principal_not_there_yet(error: &Error) -> bool {
    not_there_yet(error) || error.refusal().is_some_and(|answer| answer.says("Not a valid reference update"))
}

/// A secret that was just made is not known yet.
pub(super) fn secret_not_there_yet(error: &Error) -> bool {
    not_there_yet(error) || error.refusal().is_some_and(|answer| answer.says("No password credential found"))
}

/// How much of what should be there a look has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Whole,
    /// The thing itself, and not all that should be seen of it.
    Part,
    /// Not even the thing: it may as well be gone.
    Nothing,
}

impl Sight {
    /// Of what is there or not.
    pub fn of<T>(found: Option<&T>) -> Self {
        if found.is_some() { Self::Whole } else { Self::Nothing }
    }
}

/// Since when objects may be late, and since when they were there for certain, by their ids.
#[derive(Default)]
struct Made(Mutex<HashMap<String, Times>>);

#[derive(Clone, Copy)]
struct Times {
    late_since: Timestamp,
    /// A write that Entra accepted: a deletion from before it was undone.
    written: Option<Timestamp>,
}

impl Graph {
    /// Takes note of an object that was just made: replicas may not know it yet.
    pub(super) fn note_fresh(&self, id: &str) {
        self.note_made(id, self.now());
    }

    /// Takes note of when an object was made, by its own date or by what a state remembers: for a while after, a replica
    /// that does not know it is behind, whichever process made it.
    pub fn note_made(&self, id: &str, when: Timestamp) {
        self.note(id, Times { late_since: when, written: Some(when) });
    }

    /// Takes note of an object that a replica has just shown: another one may not know it yet, and both may be behind its
    /// deletion.
    pub(super) fn note_seen(&self, id: &str) {
        self.note(id, Times { late_since: self.now(), written: None });
    }

    fn note(&self, id: &str, times: Times) {
        let made = self.lasting::<Made>();
        let mut fresh = made.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = fresh.entry(id.to_owned()).or_insert(times);
        known.late_since = times.late_since.max(known.late_since);
        known.written = times.written.max(known.written);
    }

    /// Takes note that an object is gone: not to know it is right from now on.
    pub(super) fn note_gone(&self, id: &str) {
        self.lasting::<Made>().0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Whether an object was made so short a time ago that some replicas may not know it.
    pub(super) fn is_fresh(&self, id: &str) -> bool {
        self.made(id).is_some_and(|made| self.now().duration_since(made) < YOUNG)
    }

    /// Since when an object may be late, as far as that is known.
    pub(super) fn made(&self, id: &str) -> Option<Timestamp> {
        self.times(id).map(|times| times.late_since)
    }

    fn times(&self, id: &str) -> Option<Times> {
        self.lasting::<Made>().0.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    /// Whether a thing was deleted since it was there for certain: it is not waited for.
    pub async fn has_gone(&self, call: &Call, thing: Thing<'_>, written: Option<Timestamp>) -> bool {
        let known = self.times(&thing.key()).and_then(|times| times.written);
        self.is_gone(call, thing, known.max(written)).await
    }

    /// Sends an ask about a thing, and again while replicas may not know it since it is young, unless it is gone.
    pub(super) async fn settle_late(
        &self,
        call: &Call,
        ask: Ask,
        thing: Thing<'_>,
    ) -> Result<Response, Error> {
        let passing = if self.is_fresh(&thing.key()) { not_there_yet } else { never };
        self.settle_of(call, ask, passing, thing).await
    }

    /// Sends an ask about no thing that could be gone, and again while its error is a passing one.
    pub(super) async fn settle(&self, call: &Call, ask: Ask, passing: Passing) -> Result<Response, Error> {
        self.settled_ask(call, ask, passing, None).await
    }

    /// Sends an ask, and again while its error is a passing one and the thing that it is about is not gone.
    pub(super) async fn settle_of(
        &self,
        call: &Call,
        ask: Ask,
        passing: Passing,
        thing: Thing<'_>,
    ) -> Result<Response, Error> {
        self.settled_ask(call, ask, passing, Some(thing)).await
    }

    /// Concurrent writes always count as passing.
    async fn settled_ask(
        &self,
        call: &Call,
        ask: Ask,
        passing: Passing,
        thing: Option<Thing<'_>>,
    ) -> Result<Response, Error> {
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        loop {
            let error = match self.send(call, ask.clone()).await {
                Err(error) if concurrent(&error) || passing(&error) => error,
                outcome => return outcome,
            };
            if let Some(thing) = thing.filter(|_| !concurrent(&error))
                && self.has_gone(call, thing, None).await
            {
                return Err(error);
            }
            tracing::debug!(operation = %ask.operation, error = %error, "replication: the step is tried again");
            wait(call, delays.next(), error).await?;
        }
    }

    /// Looks until a fact is there.
    ///
    /// `look` gives `None` while it is not; the error says what was waited for when time is up.
    pub(super) async fn observe<T, F>(
        &self,
        call: &Call,
        fact: &str,
        mut look: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<Option<T>, Error>>,
    {
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            let late = Error::new(
                fact,
                ErrorKind::Unexpected("it has not become visible in the directory yet".to_owned()),
            );
            wait(call, delays.next(), late).await?;
        }
    }

    /// Looks at what an operation that began at `written`, by the tenant's clock, may have left, and again while that differs
    /// from what it should be: the replica that answered may be behind. `look` tells what it saw and how much of all that is.
    ///
    /// The patience is the operation's own: what was written longer ago than the operation may take is believed at once,
    /// and anything else once it is that old. A `thing` of which nothing is seen is not waited for once it is certainly gone.
    pub async fn look_since<T, F>(
        &self,
        call: &Call,
        written: Option<Timestamp>,
        thing: Thing<'_>,
        mut look: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Sight), Error>>,
    {
        let mut is_first = true;
        let anew = || {
            if !std::mem::replace(&mut is_first, false) {
                self.forget_snapshots();
            }
            look()
        };
        self.settled(call, written, Some(thing), anew).await
    }

    /// The same for looks that use nothing that was read before, and for what can't be among the deleted items.
    pub async fn settled<T, F>(
        &self,
        call: &Call,
        written: Option<Timestamp>,
        thing: Option<Thing<'_>>,
        mut look: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, Sight), Error>>,
    {
        let mut patience = Patience::with(call, written);
        loop {
            let (seen, sight) = look().await?;
            let left = patience.left(self.now()).filter(|_| sight != Sight::Whole);
            let Some(left) = left else { return Ok(seen) };
            if let Some(thing) = thing.filter(|_| sight == Sight::Nothing)
                && self.has_gone(call, thing, written).await
            {
                return Ok(seen);
            }
            let interrupted = |interrupted| Error::new("wait for what was just written", interrupted);
            if !patience.wait(call, left).await.map_err(interrupted)? {
                return Ok(seen);
            }
        }
    }
}

/// Waits before the next try. At the deadline the error that was about to be overcome says more than the deadline.
pub(super) async fn wait(call: &Call, delay: Option<Duration>, error: Error) -> Result<(), Error> {
    match call.wait(delay.unwrap_or(LONGEST_DELAY)).await {
        Ok(()) => Ok(()),
        Err(Interrupted::Deadline) => Err(error),
        Err(Interrupted::Cancelled) => Err(Error::new(error.operation(), Interrupted::Cancelled)),
    }
}

/// No error passes by itself, apart from concurrent writes.
pub(super) fn never(_: &Error) -> bool {
    false
}
