//! Listings that come in pages. The next page is asked for before the items of the present one are parsed, so that a large
//! directory takes as long as its download; nothing of a page outlives its parsing.

use std::collections::HashSet;
use std::fmt;

use reqwest::Url;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use tokio_util::task::AbortOnDropHandle;

use super::ask::Ask;
use super::connection::Graph;
use super::error::{Error, ErrorKind};
use crate::http::{self, Call, Response};

/// The largest page that Graph serves of directory objects.
pub(super) const PAGE: u32 = 999;
/// A listing whose page token expires is started again, but not for ever.
const RESTARTS: u32 = 2;

/// The most pages of one listing: of the largest pages, twenty million objects. The largest directories have some millions.
const PAGES: u32 = 20_000;
/// The most that one listing takes in all, in bytes.
const BYTES: usize = 8 * 1024 * 1024 * 1024;

/// How far a listing has gone: a service that leads on without end is not followed for ever.
#[derive(Default)]
struct Extent {
    pages: u32,
    bytes: usize,
    followed: HashSet<String>,
}

impl Extent {
    /// Takes note of a page and of where it leads.
    fn add(&mut self, ask: &Ask, size: usize, next: Option<&str>) -> Result<(), Error> {
        self.pages += 1;
        self.bytes = self.bytes.saturating_add(size);
        let endless = |why: &str| Err(ask.misfit_of_next(&format!("the listing has no end: {why}")));
        if self.pages > PAGES || self.bytes > BYTES {
            return endless("it is larger than any directory");
        }
        match next {
            Some(next) if !self.followed.insert(next.to_owned()) => {
                endless("a page leads back to an earlier one")
            }
            _ => Ok(()),
        }
    }

    /// The listing begins anew.
    fn restart(&mut self) {
        self.followed.clear();
    }
}

/// Decodes a page into its items.
pub(super) fn page<'de, T: Deserialize<'de>>(page: &'de Response) -> Result<Vec<T>, http::Error> {
    #[derive(Deserialize)]
    struct Page<T> {
        value: Vec<T>,
    }
    Ok(page.borrowed::<Page<T>>()?.value)
}

/// The address of the page after this one. Graph sends it before the items, and it is read no further than that; what is wrong
/// with a page shows when its items are decoded.
fn next_page(page: &Response) -> Option<String> {
    let mut found = None;
    let _stopped = serde_json::Deserializer::from_slice(&page.body).deserialize_map(NextPage(&mut found));
    #[cfg(debug_assertions)]
    crate::ledger::recording::read(&page.about().reading(), super::ask::NEXT);
    found
}

struct NextPage<'n>(&'n mut Option<String>);

#[derive(Deserialize)]
#[serde(field_identifier)]
enum Member {
    #[serde(rename = "@odata.nextLink")]
    Next,
    #[serde(other)]
    Other,
}

impl<'de> Visitor<'de> for NextPage<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(member) = members.next_key()? {
            match member {
                Member::Next => {
                    *self.0 = members.next_value()?;
                    break;
                }
                Member::Other => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A request under way in a task of its own, which ends with its owner.
type Prefetch = AbortOnDropHandle<Result<Response, Error>>;

impl Graph {
    /// Reads a listing and hands the body of each page to `each`, which decodes it with [`page`].
    ///
    /// A page token that has expired starts the listing again (Graph: `Directory_ExpiredPageToken`), so that objects
    /// may be handed on twice.
    pub(super) async fn pages(
        &self,
        call: &Call,
        ask: Ask,
        mut each: impl FnMut(&Response) -> Result<(), http::Error>,
    ) -> Result<(), Error> {
        let (mut restarts, mut extent) = (0, Extent::default());
        let mut response = self.send_to(call, &ask, self.url(&ask)?).await?;
        loop {
            let next = next_page(&response);
            extent.add(&ask, response.body.len(), next.as_deref())?;
            let next = next.map(|address| self.prefetch(call, &ask, &address)).transpose()?;
            // The request waits for this very thread: it is sent now, or not before the items are parsed.
            tokio::task::yield_now().await;
            each(&response).map_err(|error| ask.error(error))?;
            let Some(next) = next else { return Ok(()) };
            drop(response);
            response = match next.await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) if is_expired(&error) && restarts < RESTARTS => {
                    restarts += 1;
                    extent.restart();
                    self.send_to(call, &ask, self.url(&ask)?).await?
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => {
                    return Err(
                        ask.error(ErrorKind::Unexpected("the request for a page was ended".to_owned()))
                    );
                }
            };
        }
    }

    /// A short listing as a whole.
    pub(super) async fn list<T: DeserializeOwned>(&self, call: &Call, ask: Ask) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        self.pages(call, ask, |body| {
            items.extend(page::<T>(body)?);
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
        let mut extent = Extent::default();
        extent.add(ask, 0, next.as_deref())?;
        while let Some(address) = next {
            let url = page_url(ask, &address)?;
            let response = self.send_to(call, ask, url).await?;
            extent.add(ask, response.body.len(), next_page(&response).as_deref())?;
            let page: Listing<T> = response.json().map_err(|error| ask.error(error))?;
            value.extend(page.value);
            next = page.next;
        }
        Ok(value)
    }

    fn prefetch(&self, call: &Call, ask: &Ask, next: &str) -> Result<Prefetch, Error> {
        let url = page_url(ask, next)?;
        let (graph, call, ask) = (self.clone(), call.clone(), ask.clone());
        let request = tokio::spawn(async move { graph.send_to(&call, &ask, url).await });
        Ok(AbortOnDropHandle::new(request))
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
    Url::parse(next).map_err(|_| ask.misfit_of_next("its next page is not an address"))
}

fn is_expired(error: &Error) -> bool {
    error.refusal().is_some_and(|answer| answer.is("Directory_ExpiredPageToken"))
}

#[cfg(test)]
#[path = "paging_tests.rs"]
mod tests;
