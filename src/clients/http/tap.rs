//! Keeps every answer as it came, for who wants to compare them with what is relied on. Off unless somebody asks for it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Url;
use zeroize::Zeroizing;

/// The most that is kept of all bodies together, in bytes.
const WHOLE: usize = 32 * 1024 * 1024;
/// A body that is larger is a page of many objects.
const PAGE: usize = 64 * 1024;

/// Where answers are kept; clones share it.
#[derive(Clone, Default)]
pub struct Tap(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    answers: Vec<Answer>,
    bytes: usize,
}

/// An answer as it came.
pub struct Answer {
    /// Method of the request.
    pub method: String,
    /// Path of its address.
    pub path: String,
    /// Query of its address, as it was sent.
    pub query: String,
    /// Body of the request, if there was one.
    pub sent: Zeroizing<Vec<u8>>,
    /// HTTP status.
    pub status: u16,
    /// The body; `None` where it was too large to keep.
    pub body: Option<Zeroizing<Vec<u8>>>,
}

/// Nothing of what is in it: it may hold a secret.
impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap")
    }
}

impl Tap {
    /// Keeps an answer.
    pub(crate) fn keep(&self, method: &str, url: &Url, sent: &[u8], status: u16, body: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Pages of a large directory are alike, and leave room for what comes after them.
        let most = if body.len() > PAGE { WHOLE - WHOLE / 4 } else { WHOLE };
        let fits = kept.bytes + body.len() <= most;
        kept.bytes += if fits { body.len() } else { 0 };
        let body = fits.then(|| Zeroizing::new(body.to_vec()));
        let (path, query) = (url.path().to_owned(), url.query().unwrap_or_default().to_owned());
        let (method, sent) = (method.to_owned(), Zeroizing::new(sent.to_vec()));
        kept.answers.push(Answer { method, path, query, sent, status, body });
    }

    /// What was kept so far, which is handed over.
    pub fn take(&self) -> Vec<Answer> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).answers)
    }
}

#[cfg(test)]
#[path = "tap_tests.rs"]
mod tests;
