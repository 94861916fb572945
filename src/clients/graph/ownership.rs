//! One owner at a time: who took an object over last, so that a deletion that comes later lets go of it.
//!
//! A replacement may make the new object before the old one goes, and both may be the same one in Entra. Whoever takes an
//! object over leaves a mark among its tags; what this process itself did is known without them.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::applications::{Application, ApplicationChange, Applications};
use super::connection::Graph;
use super::consistency::YOUNG;
use super::error::Error;
use super::question::Heard;
use super::succession::Alone;
use crate::http::Call;

/// A mark of an owner among the tags of an object.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// What all such marks begin with.
    pub prefix: &'a str,
    /// What tells this owner from all others. None for one that left no mark, or that no longer knows it: the half of a
    /// replacement that destroys first is told nothing but the state, and no successor can be there yet.
    pub owner: Option<&'a str>,
    /// The owner before this one, where its mark may still be shown by a replica that is behind.
    pub before: Option<&'a str>,
}

impl Mark<'_> {
    /// Whether tags bear the mark of a later owner.
    pub fn is_succeeded(&self, tags: &[String]) -> bool {
        let marked = owner_in(tags, self.prefix);
        self.owner.is_some() && marked.is_some() && marked != self.owner && marked != self.before
    }
}

/// The owner whose mark is among tags.
pub fn owner_in<'a>(tags: &'a [String], prefix: &str) -> Option<&'a str> {
    tags.iter().find_map(|tag| tag.strip_prefix(prefix))
}

/// What became of an object that its owner wanted to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It is gone.
    Gone,
    /// Somebody else has taken it over: it stays.
    LetGo,
    /// Whose it is by now did not turn out in the time of the operation: it stays.
    Unsure,
}

/// For whom this process took objects over, by their ids.
#[derive(Default)]
struct TakenOver(Mutex<HashMap<String, String>>);

/// The applications that a state which is not this process's relies on, by client id.
#[derive(Default)]
struct ReliedOn(Mutex<HashSet<String>>);

/// The applications that this process deleted, by unique name.
#[derive(Default)]
struct Deletions(Mutex<HashMap<String, String>>);

impl Graph {
    /// Takes note that this process took an object over for an owner.
    pub fn note_owner(&self, id: &str, owner: &str) {
        let taken = self.lasting::<TakenOver>();
        let mut owners = taken.0.lock().unwrap_or_else(PoisonError::into_inner);
        owners.insert(id.to_owned(), owner.to_owned());
    }

    /// Whether this process took an object over for another owner.
    pub fn is_taken_over(&self, id: &str, owner: Option<&str>) -> bool {
        let taken = self.lasting::<TakenOver>();
        let owners = taken.0.lock().unwrap_or_else(PoisonError::into_inner);
        owners.get(id).is_some_and(|latest| Some(latest.as_str()) != owner)
    }

    /// Whether this process itself has marked an object for this owner: no other process has had it since.
    pub fn is_marked_here(&self, id: &str, owner: &str) -> bool {
        let taken = self.lasting::<TakenOver>();
        let owners = taken.0.lock().unwrap_or_else(PoisonError::into_inner);
        owners.get(id).is_some_and(|latest| latest == owner)
    }

    /// Takes note that another state relies on an application: what hangs on it is that one's.
    pub fn note_relied_on(&self, client_id: &str) {
        let relied_on = self.lasting::<ReliedOn>();
        let mut relied_on = relied_on.0.lock().unwrap_or_else(PoisonError::into_inner);
        relied_on.insert(client_id.to_lowercase());
    }

    /// Whether this process was shown that another state relies on an application.
    pub fn is_relied_on(&self, client_id: &str) -> bool {
        let relied_on = self.lasting::<ReliedOn>();
        let relied_on = relied_on.0.lock().unwrap_or_else(PoisonError::into_inner);
        relied_on.contains(&client_id.to_lowercase())
    }

    /// Whether a write is so young that a replica may not know it.
    pub fn is_young(&self, written: Option<Timestamp>) -> bool {
        written.is_some_and(|written| self.now().duration_since(written) < YOUNG)
    }

    /// Keeps all others of this process from changing an object until the guard goes.
    pub async fn alone_with(&self, call: &Call, id: &str) -> Result<Alone, Error> {
        let alone = self.writer(&format!("owner of {id}")).lock_owned();
        let waited = call.run(alone).await;
        waited.map_err(|interrupted| Error::new(format!("wait for other changes of `{id}`"), interrupted))
    }

    /// The application with this unique name that this process deleted.
    pub fn deleted_here(&self, unique_name: &str) -> Option<String> {
        let deletions = self.lasting::<Deletions>();
        let deleted = deletions.0.lock().unwrap_or_else(PoisonError::into_inner);
        deleted.get(unique_name).cloned()
    }

    /// Takes note that the name of an application that this process deleted is free.
    pub(super) fn note_purged(&self, object_id: &str) {
        let deletions = self.lasting::<Deletions>();
        let mut deleted = deletions.0.lock().unwrap_or_else(PoisonError::into_inner);
        deleted.retain(|_, id| id != object_id);
    }
}

impl Applications<'_> {
    /// Keeps this process from deleting a registration while the guard lives. None when it has done so already.
    pub async fn spare(&self, call: &Call, found: &Application) -> Result<Option<Alone>, Error> {
        let alone = self.0.alone_with(call, &found.object_id).await?;
        let name = found.unique_name.as_deref();
        let is_deleted = name.and_then(|name| self.0.deleted_here(name)).is_some();
        Ok((!is_deleted).then_some(alone))
    }

    /// Takes a registration over for an owner, with a change that leaves its mark.
    pub async fn take_over(
        &self,
        call: &Call,
        found: &Application,
        owner: &str,
        change: &ApplicationChange,
        _alone: &Alone,
    ) -> Result<(), Error> {
        self.update(call, &found.object_id, change).await?;
        self.0.note_owner(&found.object_id, owner);
        Ok(())
    }

    /// Takes the mark of an owner off a registration that stays without one: whoever wants its unique name may have it.
    pub async fn disown(&self, call: &Call, object_id: &str, mark: Mark<'_>) -> Result<(), Error> {
        let _alone = self.0.alone_with(call, object_id).await?;
        let Some(found) = self.get(call, object_id).await? else { return Ok(()) };
        let marked = owner_in(&found.tags, mark.prefix);
        if marked.is_none() || marked != mark.owner {
            return Ok(());
        }
        let tags = found.tags.iter().filter(|tag| !tag.starts_with(mark.prefix)).cloned().collect();
        self.update(call, object_id, &ApplicationChange { tags: Some(tags), ..ApplicationChange::default() })
            .await
    }

    /// Moves a registration to the deleted items unless another owner has taken it over, or does so now.
    pub async fn delete_own(
        &self,
        call: &Call,
        object_id: &str,
        unique_name: Option<&str>,
        mark: Mark<'_>,
    ) -> Result<Deletion, Error> {
        let mut alone = self.0.alone_with(call, object_id).await?;
        // Who was told of no mark has no successor yet, and what this process marked itself is still its own.
        let mut is_sure = mark.owner.is_none_or(|owner| self.0.is_marked_here(object_id, owner));
        let (mut before, mut has_asked, mut heard) = (None, false, None);
        loop {
            let found = match heard.take() {
                Some(found) => Some(found),
                None => self.get(call, object_id).await?,
            };
            let is_others = self.0.is_taken_over(object_id, mark.owner)
                || found.as_ref().is_some_and(|found| mark.is_succeeded(&found.tags));
            if is_others {
                if has_asked {
                    self.take_back(call, object_id, before.as_ref()).await?;
                }
                return Ok(Deletion::LetGo);
            }
            if let Some(heir) = self.0.heir(object_id) {
                alone = match heir.send(alone) {
                    // An heir that fails leaves the application as it was.
                    Ok(()) => self.0.alone_with(call, object_id).await?,
                    Err(alone) => alone,
                };
                continue;
            }
            if is_sure {
                break;
            }
            // An heir may come meanwhile.
            drop(alone);
            before = found;
            let answer = self.ask(call, object_id).await?;
            (is_sure, has_asked) = (true, true);
            match answer {
                Heard::Fresh(found) => heard = Some(found),
                Heard::Nothing => has_asked = false,
                Heard::Late => {
                    self.take_back(call, object_id, before.as_ref()).await?;
                    return Ok(Deletion::Unsure);
                }
            }
            alone = self.0.alone_with(call, object_id).await?;
        }
        self.delete(call, object_id).await?;
        if let Some(name) = unique_name {
            let deletions = self.0.lasting::<Deletions>();
            let mut deleted = deletions.0.lock().unwrap_or_else(PoisonError::into_inner);
            deleted.insert(name.to_owned(), object_id.to_owned());
        }
        drop(alone);
        Ok(Deletion::Gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mark_of_another_owner_is_a_successor() {
        let tags = ["mail".to_owned(), "ours:owner:b".to_owned()];
        let mark = |owner| Mark { prefix: "ours:owner:", owner, before: None };
        assert!(mark(Some("a")).is_succeeded(&tags));
        assert!(!mark(Some("b")).is_succeeded(&tags) && !mark(None).is_succeeded(&tags));
        assert!(!mark(Some("a")).is_succeeded(&tags[..1]));
        let taken_over = |before| Mark { before, ..mark(Some("a")) };
        assert!(!taken_over(Some("b")).is_succeeded(&tags) && taken_over(Some("c")).is_succeeded(&tags));
    }
}
