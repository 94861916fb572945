//! An answer that is read piece by piece, so that its size does not decide how much memory is used.

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::HeaderMap;

use super::call::Call;
use super::error::{About, Error, Fault, fault_of};

/// The head of an answer, and its body still to be read.
pub struct StreamedResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The id the service gave the request.
    pub request_id: Option<String>,
    /// Its `Date`.
    pub date: Option<Timestamp>,
    pub(super) inner: reqwest::Response,
    pub(super) about: About,
    pub(super) call: Call,
    pub(super) limit: usize,
    pub(super) read: usize,
}

impl StreamedResponse {
    /// The next piece of the body; `None` at its end. Ends with the call's deadline or cancellation.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let chunk = match self.call.run(self.inner.chunk()).await {
            Err(interrupted) => return Err(self.about.error(interrupted.into())),
            Ok(Err(error)) => return Err(self.about.error(fault_of(error))),
            Ok(Ok(chunk)) => chunk,
        };
        self.read += chunk.as_ref().map_or(0, Bytes::len);
        if self.read > self.limit {
            return Err(self.about.error(Fault::TooLarge { limit: self.limit }));
        }
        Ok(chunk)
    }

    /// An error about this answer, for the one who decodes it.
    pub fn error(&self, fault: Fault) -> Error {
        self.about.error(fault)
    }
}

impl std::fmt::Debug for StreamedResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamedResponse")
            .field("status", &self.status)
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}
