//! One question to Graph: what it is for, what it needs, and the request, sent alone or within a batch.

use reqwest::Method;
use serde::Serialize;

use super::error::{Error, ErrorKind};
use super::needs::Need;
use crate::http::{self, Body, Misfit, MisfitKind, Repeat};
use crate::ledger::Reading;

/// A request below the API's version, with what errors about it must say.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// For messages, such as "read application `x`".
    pub(super) operation: String,
    pub(super) need: &'static Need,
    pub(super) method: Method,
    /// Of Graph's API.
    pub(super) version: &'static str,
    /// Path and query, such as `/applications/x?$select=id`.
    pub(super) path: String,
    pub(super) body: Option<Body>,
    pub(super) repeat: Repeat,
    pub(super) holds_secret: bool,
    /// Whether it may change something.
    pub(super) writes: bool,
}

impl Ask {
    pub(super) fn new(
        method: Method,
        path: String,
        need: &'static Need,
        operation: impl Into<String>,
    ) -> Self {
        let (repeat, writes) = if method.is_safe() { (Repeat::Safe, false) } else { (Repeat::Unsafe, true) };
        let operation = operation.into();
        let version = "v1.0";
        Self { operation, need, method, version, path, body: None, repeat, holds_secret: false, writes }
    }

    pub(super) fn get(path: String, need: &'static Need, operation: impl Into<String>) -> Self {
        Self::new(Method::GET, path, need, operation)
    }

    /// It is asked of Graph's beta, which may change or be gone tomorrow: nothing may depend on it.
    pub(super) fn beta(mut self) -> Self {
        self.version = "beta";
        self
    }

    /// Sets the body.
    pub(super) fn body(mut self, value: &impl Serialize) -> Result<Self, Error> {
        let body = Body::json(value)
            .map_err(|error| Error::new(self.operation.clone(), ErrorKind::Unexpected(error.to_string())))?;
        self.body = Some(body);
        Ok(self)
    }

    /// Sending it twice does the same as sending it once.
    pub(super) fn repeatable(mut self) -> Self {
        self.repeat = Repeat::Safe;
        self
    }

    /// It changes nothing although its method could: it carries other asks, of which none does.
    pub(super) fn reading(mut self) -> Self {
        self.writes = false;
        self
    }

    /// The answer holds a secret.
    pub(super) fn holds_secret(mut self) -> Self {
        self.holds_secret = true;
        self
    }

    /// Its answer, for the ledger.
    pub(super) fn answer(&self) -> Reading {
        Reading::of(self.method.as_str(), &self.path_of_address())
    }

    /// Takes note of one that goes in a batch, for the tests of the ledger.
    #[cfg(debug_assertions)]
    pub(super) fn note(&self) {
        let nothing = serde_json::Value::Null;
        crate::ledger::recording::asked(self.method.as_str(), &self.path_of_address(), &nothing);
    }

    fn path_of_address(&self) -> String {
        format!("/{}{}", self.version, self.path.split('?').next().unwrap_or_default())
    }

    /// The error of a page whose address does not lead on.
    pub(super) fn misfit_of_next(&self, why: &str) -> Error {
        let misfit = Misfit::at(&self.answer(), NEXT, MisfitKind::Value, None).because(why);
        self.error(http::Error::from(misfit))
    }

    pub(super) fn error(&self, kind: impl Into<ErrorKind>) -> Error {
        Error::new(self.operation.clone(), kind)
    }
}

/// The member of a page that leads to the next one.
pub(super) const NEXT: &str = "@odata.nextLink";

/// A value as one segment of a path or the value of a query parameter.
pub(super) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// A string in an `OData` literal: single quotes doubled, encoded for the address.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", encoded(&text.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_literal_or_segment() {
        assert_eq!(literal("it's a/b?c"), "'it%27%27s%20a%2Fb%3Fc'");
        assert_eq!(encoded("../x#y+z"), "..%2Fx%23y%2Bz");
    }
}
