//! Makes approved changes through the users API, in batches.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};

use crate::essentials::{Error, Fault, Organization, UserChange};
use crate::http::Call;
use crate::sync_report::{Action, Change};

/// How many accounts one request creates, and how many single requests lie between two looks at the wish to stop.
const BATCH: usize = 50;

/// How many single requests are under way at a time.
const AT_A_TIME: usize = 4;

/// What became of the changes.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many were made.
    pub(super) made: usize,
    /// Those that were not, by address, each with the reason.
    pub(super) left: BTreeMap<String, String>,
    /// Why the run ended early, if it did.
    pub(super) stopped: Option<Stop>,
}

/// Why a run ended early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The user interrupted it.
    Cancelled,
    /// No further request would succeed.
    Failed(Error),
}

impl Outcome {
    fn left(&mut self, change: &Change, reason: &str) {
        self.left.insert(change.address.clone(), format!("{}: {reason}", change.action));
    }

    fn all_left(&mut self, batch: &[Change], reason: &str) {
        for change in batch {
            self.left(change, reason);
        }
    }
}

/// Makes the changes in the order given. A change that is refused is left, and the others are made; the wish to stop is heard
/// between batches.
pub(super) async fn enact(
    call: &Call,
    organization: &Organization,
    changes: &[Change],
    send_welcome_email: bool,
) -> Outcome {
    let mut outcome = Outcome::default();
    // Changes of one action and wave do not depend on each other.
    for group in changes.chunk_by(|one, other| (one.action, one.wave) == (other.action, other.wave)) {
        for batch in group.chunks(BATCH) {
            if outcome.stopped.is_none() && call.cancel.is_cancelled() {
                outcome.stopped = Some(Stop::Cancelled);
            }
            if outcome.stopped.is_some() {
                outcome.all_left(batch, "not attempted");
            } else if batch.iter().any(|change| change.action == Action::Add) {
                create(call, organization, batch, send_welcome_email, &mut outcome).await;
            } else {
                change_or_delete(call, organization, batch, &mut outcome).await;
            }
        }
    }
    outcome
}

async fn change_or_delete(call: &Call, organization: &Organization, batch: &[Change], outcome: &mut Outcome) {
    let requests: Vec<BoxFuture<'_, _>> =
        batch.iter().map(|change| one(call, organization, change).boxed()).collect();
    let mut answers = stream::iter(requests).buffered(AT_A_TIME);
    while let Some((change, done)) = answers.next().await {
        match done {
            Ok(()) => outcome.made += 1,
            Err(error) => {
                outcome.left(change, &error.fault.to_string());
                if outcome.stopped.is_none() && concerns_all(&error) {
                    outcome.stopped = Some(Stop::Failed(error));
                }
            }
        }
    }
}

async fn one<'a>(
    call: &Call,
    organization: &Organization,
    change: &'a Change,
) -> (&'a Change, Result<(), Error>) {
    let done = match change.action {
        Action::Delete => organization.delete_user(call, &change.written_address).await.map(drop),
        Action::Update | Action::Add => {
            organization.update_user(call, &change.written_address, &body(change, None)).await
        }
    };
    (change, done)
}

async fn create(
    call: &Call,
    organization: &Organization,
    batch: &[Change],
    send_welcome_email: bool,
    outcome: &mut Outcome,
) {
    let users: Vec<UserChange> = batch.iter().map(|change| body(change, Some(send_welcome_email))).collect();
    match organization.create_users(call, &users).await {
        Ok(answer) => {
            for change in batch {
                let refused = answer.refused.iter().find(|(address, _)| *address == change.address);
                match refused {
                    None if answer.created.contains(&change.address) => outcome.made += 1,
                    None => outcome.left(change, "the answer does not say what became of it"),
                    Some((_, reason)) => outcome.left(change, reason),
                }
            }
        }
        Err(error) => {
            outcome.all_left(batch, &error.fault.to_string());
            if concerns_all(&error) {
                outcome.stopped = Some(Stop::Failed(error));
            }
        }
    }
}

/// Whether an error says something of the whole run rather than of one account.
fn concerns_all(error: &Error) -> bool {
    !matches!(error.fault, Fault::NotFound(_) | Fault::Conflict(_) | Fault::Refused(_))
}

fn body(change: &Change, send_welcome_email: Option<bool>) -> UserChange {
    let fields = change.fields.clone();
    UserChange {
        uid: None,
        primary_email: change.written_address.clone(),
        is_active: fields.is_active,
        // A run never changes a type; partial bodies were seen with it.
        kind: Some(change.account_type.name().to_owned()),
        firstname: fields.first_name,
        surname: fields.surname,
        alias_emails: fields.alias_emails,
        send_welcome_email,
    }
}

#[cfg(test)]
#[path = "enact_tests.rs"]
mod tests;
