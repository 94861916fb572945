//! A registration in place of one that this process has deleted, which keeps the unique name until it is purged.

use super::applications::{Application, Applications, NewApplication};
use super::consistency::wait;
use super::error::Error;
use crate::http::{Call, FIRST_DELAY, LONGEST_DELAY, delays};

/// What came of it.
#[derive(Debug)]
pub enum InPlace {
    /// The new registration.
    Made(Box<Application>),
    /// The deleted one may not be purged.
    Kept(Error),
    /// The deleted one is there again: somebody has restored it.
    Restored(Box<Application>),
}

impl Applications<'_> {
    /// Purges the registration that this process has deleted, and makes the new one; both again while replicas are behind.
    ///
    /// One that is not among the deleted items may be late there, or purged already, which the creation tells; or it is
    /// restored, which cannot be told from a replica that has not heard of the deletion, before time is up.
    pub async fn create_in_place(
        &self,
        call: &Call,
        new: &NewApplication,
        deleted: &str,
    ) -> Result<InPlace, Error> {
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        let mut is_purged = false;
        loop {
            if !is_purged {
                is_purged = match self.0.deleted_items().purge(call, deleted).await {
                    Ok(is_purged) => is_purged,
                    Err(error) => return Ok(InPlace::Kept(error)),
                };
            }
            let taken = match self.create(call, new).await {
                Err(error) if error.is_unique_name_taken() => error,
                outcome => {
                    let made = outcome?;
                    self.0.note_purged(deleted);
                    return Ok(InPlace::Made(Box::new(made)));
                }
            };
            let restored = if is_purged { None } else { self.get(call, deleted).await? };
            if let Err(error) = wait(call, delays.next(), taken).await {
                return match restored {
                    Some(restored) if !error.is_cancelled() => Ok(InPlace::Restored(Box::new(restored))),
                    _ => Err(error),
                };
            }
        }
    }
}
