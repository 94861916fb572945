//! Makes approved changes through the users API, in batches.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use clients::essentials::{Error, ErrorKind, Organization, UserChange};
use clients::http::Call;
use sync_report::{Change, Verb};

/// How many accounts one request creates, and how many single requests are lined up.
const BATCH: usize = 50;

/// How many single requests are under way at a time.
const AT_A_TIME: usize = 4;

/// How long what is under way may go on once the user interrupts.
const LAST_REQUESTS: Duration = Duration::from_secs(30);

/// Is told how many changes are settled, made or not, and of how many.
pub(crate) type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

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
        self.left.insert(change.address.clone(), format!("{}: {reason}", change.verb));
    }

    fn not_attempted(&mut self, change: &Change) {
        self.left(change, "not attempted");
        self.stopped.get_or_insert(Stop::Cancelled);
    }

    fn failed(&mut self, error: Error) {
        if concerns_all(&error) {
            let cancelled = matches!(&error.kind, ErrorKind::Http(error) if error.is_cancelled());
            self.stopped.get_or_insert(if cancelled { Stop::Cancelled } else { Stop::Failed(error) });
        }
    }
}

/// Makes the changes in the order given. A change that is refused is left, and the others are made. The wish to stop is heard
/// between requests: one that breaks off leaves unknown what it did, so those under way are finished.
pub(super) async fn enact(
    call: &Call,
    organization: &Organization,
    changes: &[Change],
    send_welcome_email: bool,
    progress: Progress<'_>,
) -> Outcome {
    let writes = Call { cancel: CancellationToken::new(), ..call.clone() };
    let no_more = call.cancel.child_token();
    let run = Enactment { writes: &writes, organization, send_welcome_email, no_more, progress };
    let mut all = pin!(run.all(changes));
    tokio::select! {
        outcome = &mut all => return outcome,
        () = call.cancel.cancelled() => {}
    }
    if let Ok(outcome) = timeout(LAST_REQUESTS, &mut all).await {
        return outcome;
    }
    writes.cancel.cancel();
    all.await
}

/// What became of one request.
enum Done {
    Made,
    /// It was accepted, and nothing came of it.
    WithoutEffect,
    Failed(Error),
    /// No further request may begin.
    NotAttempted,
}

/// The changes under way.
struct Enactment<'a> {
    writes: &'a Call,
    organization: &'a Organization,
    send_welcome_email: bool,
    /// Cancelled when no further request may begin.
    no_more: CancellationToken,
    progress: Progress<'a>,
}

impl Enactment<'_> {
    async fn all(&self, changes: &[Change]) -> Outcome {
        let mut outcome = Outcome::default();
        // Changes of one verb and wave do not depend on each other.
        for group in changes.chunk_by(Change::goes_with) {
            for batch in group.chunks(BATCH) {
                if batch.iter().any(|change| change.verb == Verb::Add) {
                    self.create(batch, &mut outcome).await;
                } else {
                    self.change_or_delete(batch, &mut outcome).await;
                }
                (self.progress)(outcome.made + outcome.left.len(), changes.len());
            }
        }
        outcome
    }

    async fn change_or_delete(&self, batch: &[Change], outcome: &mut Outcome) {
        let requests: Vec<BoxFuture<'_, _>> = batch.iter().map(|change| self.one(change).boxed()).collect();
        let mut answers = stream::iter(requests).buffered(AT_A_TIME);
        while let Some((change, done)) = answers.next().await {
            match done {
                Done::NotAttempted => outcome.not_attempted(change),
                Done::Made => outcome.made += 1,
                Done::WithoutEffect => {
                    outcome
                        .left(change, "Proofpoint accepted the change, and the account is of its old type");
                }
                Done::Failed(error) => {
                    outcome.left(change, &reason(&error));
                    outcome.failed(error);
                }
            }
        }
    }

    /// Changes or deletes one account.
    async fn one<'c>(&self, change: &'c Change) -> (&'c Change, Done) {
        if self.no_more.is_cancelled() {
            return (change, Done::NotAttempted);
        }
        let (organization, address) = (self.organization, &change.written_address);
        let done = match change.verb {
            Verb::Delete => organization.delete_user(self.writes, address).await.map(drop),
            Verb::Deactivate | Verb::Convert | Verb::Update | Verb::Add => {
                organization.update_user(self.writes, address, &body(change, None)).await
            }
        };
        self.heed(done.as_ref().err());
        let done = match done {
            Ok(()) if self.is_without_effect(change).await => Done::WithoutEffect,
            Ok(()) => Done::Made,
            Err(error) => Done::Failed(error),
        };
        (change, done)
    }

    /// Whether an accepted change of the type did nothing: that it can be changed is not documented. An account that cannot
    /// be read back counts as changed.
    async fn is_without_effect(&self, change: &Change) -> bool {
        let Some(wanted) = change.fields.account_type else { return false };
        let found = self.organization.user(self.writes, &change.written_address).await;
        found.is_ok_and(|user| user.kind != wanted.name())
    }

    async fn create(&self, batch: &[Change], outcome: &mut Outcome) {
        if self.no_more.is_cancelled() {
            for change in batch {
                outcome.not_attempted(change);
            }
            return;
        }
        let users: Vec<UserChange> =
            batch.iter().map(|change| body(change, Some(self.send_welcome_email))).collect();
        match self.organization.create_users(self.writes, &users).await {
            Ok(answer) => {
                for change in batch {
                    let refused = answer.refused.iter().find(|(address, _)| *address == change.address);
                    match refused {
                        None if answer.created.contains(&change.address) => outcome.made += 1,
                        None => outcome.left(change, "the answer does not say what became of it"),
                        Some((_, reason)) if reason.is_empty() => outcome.left(change, "refused"),
                        Some((_, reason)) => outcome.left(change, reason),
                    }
                }
            }
            Err(error) => {
                for change in batch {
                    outcome.left(change, &reason(&error));
                }
                self.heed(Some(&error));
                outcome.failed(error);
            }
        }
    }

    /// Lets no further request begin after an error that the next one would meet as well.
    fn heed(&self, error: Option<&Error>) {
        if error.is_some_and(concerns_all) {
            self.no_more.cancel();
        }
    }
}

/// An error as the reason of a row: what happened, without the request, which is told where the run's end is explained.
fn reason(error: &Error) -> String {
    let text = error.kind.to_string();
    text.split("\n\n").next().unwrap_or_default().to_owned()
}

/// Whether an error says something of the whole run rather than of one account.
fn concerns_all(error: &Error) -> bool {
    !matches!(error.kind, ErrorKind::NotFound(_) | ErrorKind::Conflict(_) | ErrorKind::Refused(_))
}

fn body(change: &Change, send_welcome_email: Option<bool>) -> UserChange {
    let fields = change.fields.clone();
    UserChange {
        primary_email: change.written_address.clone(),
        is_active: fields.is_active,
        // Partial bodies were seen with it.
        kind: Some(fields.account_type.unwrap_or(change.account_type).name().to_owned()),
        firstname: fields.first_name,
        surname: fields.surname,
        alias_emails: fields.alias_emails,
        send_welcome_email,
    }
}

#[cfg(test)]
#[path = "enact_tests.rs"]
mod tests;
