//! Listings that come in pages. The next page is asked for before the present one is parsed, so that a large directory
//! takes as long as its download; nothing of a page outlives its parsing.

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::task::JoinHandle;

use super::ask::Ask;
use super::connection::Graph;
use super::error::{Error, Fault};
use crate::http::{Call, Response};

/// The largest page that Graph serves of directory objects.
pub(super) const PAGE: u32 = 999;
/// A listing whose page token expires is started again, but not for ever.
const RESTARTS: u32 = 2;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// A request under way in a task of its own, which ends with its owner.
struct Prefetch(JoinHandle<Result<Response, Error>>);

impl Drop for Prefetch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Graph {
    /// Reads a listing and hands the array of each page to `each`, as JSON text.
    ///
    /// A page token that has expired starts the listing again (Graph: `Directory_ExpiredPageToken`), so that objects
    /// may be handed on twice.
    pub(super) async fn pages(
        &self,
        call: &Call,
        ask: Ask,
        mut each: impl FnMut(&str) -> Result<(), serde_json::Error>,
    ) -> Result<(), Error> {
        let mut restarts = 0;
        let mut response = self.send_to(call, &ask, self.url(&ask)?).await?;
        loop {
            let page: Page<'_> = serde_json::from_slice(&response.body)
                .map_err(|error| undecodable(&ask, &response, &error))?;
            let next = page.next.as_deref().map(|next| self.prefetch(call, &ask, next)).transpose()?;
            each(page.value.get()).map_err(|error| undecodable(&ask, &response, &error))?;
            let Some(mut next) = next else { return Ok(()) };
            drop(response);
            response = match (&mut next.0).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) if is_expired(&error) && restarts < RESTARTS => {
                    restarts += 1;
                    self.send_to(call, &ask, self.url(&ask)?).await?
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => {
                    return Err(ask.error(Fault::Unexpected("the request for a page was ended".to_owned())));
                }
            };
        }
    }

    /// A short listing as a whole.
    pub(super) async fn list<T: DeserializeOwned>(&self, call: &Call, ask: Ask) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        self.pages(call, ask, |page| {
            items.extend(serde_json::from_str::<Vec<T>>(page)?);
            Ok(())
        })
        .await?;
        Ok(items)
    }

    /// The rest of a listing whose first page came in a batch.
    pub(super) async fn list_from<T: DeserializeOwned>(
        &self,
        call: &Call,
        ask: &Ask,
        first: Listing<T>,
    ) -> Result<Vec<T>, Error> {
        let Listing { mut value, mut next } = first;
        while let Some(address) = next {
            let url = page_url(ask, &address)?;
            let response = self.send_to(call, ask, url).await?;
            let page: Listing<T> = response.json().map_err(|error| ask.error(error))?;
            value.extend(page.value);
            next = page.next;
        }
        Ok(value)
    }

    fn prefetch(&self, call: &Call, ask: &Ask, next: &str) -> Result<Prefetch, Error> {
        let url = page_url(ask, next)?;
        let (graph, call, ask) = (self.clone(), call.clone(), ask.clone());
        Ok(Prefetch(tokio::spawn(async move { graph.send_to(&call, &ask, url).await })))
    }
}

/// A page as it comes in a batch.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Listing<T> {
    pub(super) value: Vec<T>,
    #[serde(rename = "@odata.nextLink", default)]
    pub(super) next: Option<String>,
}

fn page_url(ask: &Ask, next: &str) -> Result<Url, Error> {
    Url::parse(next).map_err(|_| ask.error(Fault::Unexpected("its next page is no address".to_owned())))
}

/// A proxy's page is called that; else the place is named and not the text, which would quote a person's data.
fn undecodable(ask: &Ask, response: &Response, error: &serde_json::Error) -> Error {
    match response.not_json() {
        Some(error) => ask.error(error),
        None => ask.error(Fault::Unexpected(format!("line {} column {}", error.line(), error.column()))),
    }
}

fn is_expired(error: &Error) -> bool {
    error.answer().is_some_and(|answer| answer.is("Directory_ExpiredPageToken"))
}

#[cfg(test)]
#[path = "paging_tests.rs"]
mod tests;
