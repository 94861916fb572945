//! Several reads in one request, `POST /$batch` (Graph: JSON batching).

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::ask::Ask;
use super::connection::Graph;
use super::error::{Error, Refusal, kind_of};
use crate::http::{
    self, About, Call, Misfit, MisfitKind, Repeat, Response, delays, parse_retry_after, read_json,
};
use crate::ledger::Reading;

const PATH: &str = "/$batch";
/// Graph refuses more items in one batch.
const LIMIT: usize = 20;
/// Rounds for items that failed for the moment, one by one within an accepted batch. Throttled ones have as many as their time
/// allows, as whole requests do.
const ROUNDS: usize = 6;

#[derive(Serialize)]
struct Batch<'a> {
    requests: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: String,
    method: &'a str,
    url: &'a str,
}

#[derive(Deserialize)]
struct Answers {
    responses: Vec<ItemAnswer>,
}

#[derive(Deserialize)]
struct ItemAnswer {
    id: String,
    status: u16,
    #[serde(default)]
    headers: Option<HashMap<String, serde_json::Value>>,
    #[serde(default)]
    body: Option<Box<RawValue>>,
}

impl ItemAnswer {
    fn header(&self, name: &str) -> Option<&str> {
        let headers = self.headers.as_ref()?;
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_str()
    }

    fn is_passing(&self) -> bool {
        matches!(self.status, 408 | 424 | 429 | 500 | 502..=504)
    }
}

/// One item's outcome.
pub(super) struct Outcome {
    body: Result<Option<Box<RawValue>>, Error>,
    /// In a box: a batch holds many, and waits.
    context: Box<Context>,
}

/// What an error about an item tells.
struct Context {
    operation: String,
    /// Its answer, for the ledger.
    reading: Reading,
    /// The batch in which it came.
    about: Option<About>,
}

impl Context {
    /// The error of an item that is not as the ledger has it.
    fn error(self, misfit: Misfit) -> Error {
        let error = match self.about {
            Some(about) => about.misfit(misfit),
            None => http::Error::from(misfit),
        };
        Error::new(self.operation, error)
    }
}

impl Outcome {
    /// The answer's body, decoded.
    pub(super) fn decode<T: DeserializeOwned>(self) -> Result<T, Error> {
        let Self { body, context } = self;
        let body = body?;
        let text = body.as_deref().map_or("null", RawValue::get);
        read_json(text.as_bytes(), &context.reading).map_err(|misfit| context.error(misfit))
    }

    /// The same for an object that may not exist.
    pub(super) fn decode_optional<T: DeserializeOwned>(self) -> Result<Option<T>, Error> {
        match self.decode() {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer.map(Some),
        }
    }
}

impl Graph {
    /// Sends reads in as few requests as possible; outcomes come in the order of the asks.
    ///
    /// Items are throttled one by one: those that were are sent again after the longest delay asked for, for which the whole
    /// tenant waits and nobody else.
    pub(super) async fn batch<const N: usize>(
        &self,
        call: &Call,
        asks: &[Ask; N],
    ) -> Result<[Outcome; N], Error> {
        debug_assert!(asks.iter().all(|ask| ask.body.is_none()));
        // What Graph leaves out is an error.
        let mut outcomes = asks.each_ref().map(|_| None);
        let mut about = None;
        let mut delays = delays(Duration::from_secs(1), Duration::from_secs(30));
        let mut open: Vec<usize> = (0..asks.len()).collect();
        for round in 1.. {
            let mut again = Vec::new();
            let own = delays.next().unwrap_or_default();
            let (mut delay, mut throttled) = (Duration::ZERO, false);
            for part in open.chunks(LIMIT) {
                let Some((answers, whole)) = self.batch_part(call, asks, part).await? else { continue };
                about = Some(whole.about());
                for answer in answers {
                    let Some((index, ask)) = index_of(&answer, part, asks) else { continue };
                    let asked_for =
                        answer.header("retry-after").and_then(|text| parse_retry_after(text, None));
                    let wait = asked_for.filter(|wait| !wait.is_zero()).unwrap_or(own);
                    if answer.is_passing()
                        && (round < ROUNDS || answer.status == 429)
                        && wait < call.remaining()
                    {
                        delay = delay.max(wait);
                        throttled |= answer.status == 429;
                        again.push(index);
                    } else if let Some(outcome) = outcomes.get_mut(index) {
                        *outcome = Some(self.outcome(call, ask, answer, &whole).await);
                    }
                }
            }
            if again.is_empty() {
                break;
            }
            open = again;
            if throttled {
                // What others send to this tenant meanwhile would be refused as well, and count.
                self.pause(delay);
            }
            if let Err(interrupted) = call.wait(delay).await {
                let operation = open.first().map(|index| asks[*index].operation.clone()).unwrap_or_default();
                return Err(Error::new(operation, interrupted));
            }
        }
        let mut asks = asks.iter();
        Ok(outcomes.map(|outcome| {
            let operation = asks.next().map(|ask| ask.operation.clone()).unwrap_or_default();
            outcome.unwrap_or_else(|| left_out(operation, about.clone()))
        }))
    }

    /// The answers to some asks, and the answer in which they came.
    async fn batch_part(
        &self,
        call: &Call,
        asks: &[Ask],
        part: &[usize],
    ) -> Result<Option<(Vec<ItemAnswer>, Response)>, Error> {
        let Some(first) = part.first().map(|index| &asks[*index]) else { return Ok(None) };
        let inside = || part.iter().map(|index| &asks[*index]);
        let items = part.iter().zip(inside());
        let requests = items.map(|(index, ask)| Item {
            id: index.to_string(),
            method: ask.method.as_str(),
            url: &ask.path,
        });
        let batch = Batch { requests: requests.collect() };
        #[cfg(debug_assertions)]
        inside().for_each(Ask::note);
        let mut ask = Ask::new(Method::POST, PATH.to_owned(), first.need, first.operation.clone());
        // A batch does what its items do: a write makes it one, with all that follows.
        if inside().all(|ask| !ask.writes) {
            ask = ask.reading();
        }
        if inside().all(|ask| ask.repeat == Repeat::Safe) {
            ask = ask.repeatable();
        }
        let operation = ask.operation.clone();
        let whole = self.send(call, ask.body(&batch)?).await?;
        let answers: Answers = whole.json().map_err(|error| Error::new(operation, error))?;
        Ok(Some((answers.responses, whole)))
    }

    /// `whole` knows what was sent and must not be shown.
    async fn outcome(&self, call: &Call, ask: &Ask, answer: ItemAnswer, whole: &Response) -> Outcome {
        let (operation, reading) = (ask.operation.clone(), ask.answer());
        let context = Box::new(Context { operation, reading, about: Some(whole.about()) });
        if (200..300).contains(&answer.status) {
            return Outcome { body: Ok(answer.body), context };
        }
        let request_id = answer.header("request-id").map(str::to_owned);
        let body = answer.body.as_deref().map_or("", RawValue::get);
        let refusal =
            Refusal::new(answer.status, body.as_bytes(), request_id, call.correlation_id, |text, limit| {
                whole.shown(text, limit)
            })
            .to(&context.reading);
        let held = if answer.status == 403 { self.held(call).await } else { Vec::new() };
        let body = Err(ask.error(kind_of(refusal, ask.need, held)));
        Outcome { body, context }
    }
}

/// The outcome of an item that no answer of a batch is about.
fn left_out(operation: String, about: Option<About>) -> Outcome {
    let context = Context { operation, reading: Reading::named("graph.batch"), about };
    let misfit = Misfit::at(&context.reading, "responses[].id", MisfitKind::Missing, None);
    let (operation, reading) = (context.operation.clone(), context.reading.clone());
    let body = Err(context.error(misfit.because("a batch left it out")));
    Outcome { body, context: Box::new(Context { operation, reading, about: None }) }
}

fn index_of<'a>(answer: &ItemAnswer, part: &[usize], asks: &'a [Ask]) -> Option<(usize, &'a Ask)> {
    let index = answer.id.parse().ok().filter(|index| part.contains(index))?;
    Some((index, asks.get(index)?))
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
