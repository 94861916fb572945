//! Errors of the token service, as AADSTS codes.

use serde_json::json;

use crate::server::exchange::Answer;
use crate::state::World;

/// An error of the token service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: u32,
    /// The OAuth error.
    pub(crate) error: &'static str,
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(code: u32, error: &'static str, status: u16, text: impl Into<String>) -> Self {
        Self { code, error, status, text: text.into() }
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{parameter}'.");
        Self::new(900_144, "invalid_request", 400, text)
    }

    pub(crate) fn no_tenant(tenant: &str) -> Self {
        Self::new(
            90_002,
            "invalid_request",
            400,
            format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
            ),
        )
    }

    pub(crate) fn no_client(client: &str, tenant: &str) -> Self {
        Self::new(
            700_016,
            "unauthorized_client",
            400,
            format!(
                "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
            ),
        )
    }

    /// The answer, with trace and correlation ids.
    pub(crate) fn answer(&self, world: &mut World, correlation: Option<&str>) -> Answer {
        let trace = world.random.guid();
        let correlation = correlation.map_or_else(|| world.random.guid(), str::to_owned);
        let time = world.clock.now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let code = self.code;
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{code}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}", self.text
            ),
            "error_codes": [code],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        });
        let answer = Answer::json(self.status, &body).header("x-ms-request-id", trace);
        dressed(answer)
    }
}

/// The headers of every answer of the token service.
pub(crate) fn dressed(answer: Answer) -> Answer {
    answer
        .header("content-type", "application/json; charset=utf-8")
        .header("cache-control", "no-store, no-cache")
        .header("pragma", "no-cache")
        .header("expires", "-1")
        .header("strict-transport-security", "max-age=31536000; includeSubDomains")
        .header("x-content-type-options", "nosniff")
        .header("x-ms-ests-server", "2.1.0 - SIM")
}
