//! Looking again at what was written a moment ago: nobody has published how late answers may be, so no constant says it.

use std::future::Future;

use jiff::Timestamp;

use super::connection::Essentials;
use super::error::{Error, ErrorKind};
use crate::http::{Call, Patience};

impl Essentials {
    /// Looks at what an operation that wrote at `written`, by Proofpoint's clock, has left, and again while `look` says that
    /// this is not all: the answer may be from before.
    ///
    /// The patience is the operation's own: what was written longer ago than the operation may take is believed at once, and
    /// anything else once it is that old.
    pub async fn look_since<T, F>(
        &self,
        call: &Call,
        written: Option<Timestamp>,
        mut look: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, bool), Error>>,
    {
        let mut patience = Patience::with(call, written);
        loop {
            let (seen, is_all) = look().await?;
            let left = patience.left(self.clock().now()).filter(|_| !is_all);
            let Some(left) = left else { return Ok(seen) };
            let interrupted = |_| Error {
                operation: "wait for what was just written".to_owned(),
                kind: ErrorKind::Interrupted,
            };
            if !patience.wait(call, left).await.map_err(interrupted)? {
                return Ok(seen);
            }
        }
    }
}
