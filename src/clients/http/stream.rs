//! An answer that is taken piece by piece, so that its size does not decide how much memory is used.

use super::call::Call;
use super::error::{About, Error, ErrorKind, kind_of};
use super::json::Misfit;
use super::request::Request;
use super::response::{self, Response};
use super::send::{Attempts, Head, HttpClient};

/// The most that a refusal may have, in bytes.
const REFUSAL_LIMIT: usize = 1024 * 1024;

/// What came of a request whose answer is taken piece by piece.
#[derive(Debug)]
pub(crate) enum Streamed<T> {
    /// All of a success was taken; the request, for errors.
    Taken(T, About),
    /// Another answer came, a page made for people among them: it is whole.
    Other(Box<Response>),
}

/// Why the pieces of an answer ended before its end.
enum Halt {
    ErrorKind(ErrorKind),
    Taker(Misfit),
}

impl HttpClient {
    /// Sends `request` and gives the body of a success to `take`, piece by piece.
    ///
    /// Repeats it as [`Self::send`] does, also when the body breaks off midway: the answer is then taken anew from its
    /// start, with what `start` returns, and what was taken before is dropped.
    pub(crate) async fn send_streaming<T>(
        &self,
        call: &Call,
        request: Request,
        start: impl Fn() -> T,
        mut take: impl FnMut(&mut T, &[u8]) -> Result<(), Misfit>,
    ) -> Result<Streamed<T>, Error> {
        let mut attempts = Attempts::new(self, call, &request);
        loop {
            let Head::Answer(head, about) = attempts.head().await? else { continue };
            if !head.status().is_success() || response::is_html(head.headers(), &[]) {
                match attempts.whole(*head, about, REFUSAL_LIMIT).await? {
                    Some(response) => return Ok(Streamed::Other(Box::new(response))),
                    None => continue,
                }
            }
            let mut taken = start();
            let (status, is_tapped, mut kept) = (head.status().as_u16(), attempts.is_tapped(), Vec::new());
            let mut refused = None;
            let both = |piece: &[u8]| {
                if !is_tapped {
                    return take(&mut taken, piece);
                }
                // Whoever compares answers wants those most that can't be taken.
                kept.extend_from_slice(piece);
                if refused.is_none() {
                    refused = take(&mut taken, piece).err();
                }
                Ok(())
            };
            match call.run(pieces(*head, request.limit, both)).await {
                Err(interrupted) => return Err(about.error(interrupted.into())),
                Ok(Ok(())) => {
                    attempts.keep(status, &kept);
                    return match refused {
                        None => Ok(Streamed::Taken(taken, about)),
                        Some(misfit) => Err(about.misfit(misfit)),
                    };
                }
                Ok(Err(Halt::Taker(misfit))) => return Err(about.misfit(misfit)),
                Ok(Err(Halt::ErrorKind(kind))) => attempts.after_failure(kind, &about).await?,
            }
        }
    }
}

async fn pieces(
    mut answer: reqwest::Response,
    limit: usize,
    mut take: impl FnMut(&[u8]) -> Result<(), Misfit>,
) -> Result<(), Halt> {
    let mut read = 0;
    while let Some(piece) = answer.chunk().await.map_err(|error| Halt::ErrorKind(kind_of(error)))? {
        read += piece.len();
        if read > limit {
            return Err(Halt::ErrorKind(ErrorKind::TooLarge { limit }));
        }
        take(&piece).map_err(Halt::Taker)?;
    }
    Ok(())
}
