//! A refusal by Entra's token endpoint: what it said, and what to do about each AADSTS number.
//!
//! Numbers: Microsoft's list "Microsoft Entra authentication and authorization error codes".

use std::fmt;

use serde::Deserialize;
use url::Url;

use super::tenant::TenantId;
use crate::http::{Hidden, read_json};
use crate::ledger::Reading;

/// The token endpoint's error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// HTTP status of the answer.
    pub status: u16,
    /// The AADSTS numbers, most important first.
    pub codes: Vec<u32>,
    /// Entra's own sentence, without trace ids.
    pub description: String,
    /// Id to give to Microsoft's support.
    pub trace_id: Option<String>,
    /// The id of this run that we sent along, as Entra echoed it.
    pub correlation_id: Option<String>,
    /// What was attempted.
    pub attempt: Attempt,
}

/// Who tried to sign in where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Origin of the token endpoint.
    pub authority: Url,
    /// The tenant that was asked for.
    pub tenant: TenantId,
    /// The client id that signed in; none for a managed identity or the Azure CLI.
    pub client_id: Option<String>,
}

impl Attempt {
    /// The address where an administrator of the tenant admits the application (Entra: admin consent endpoint).
    pub fn admin_consent_address(&self) -> String {
        let client_id = self.client_id.as_deref().unwrap_or("CLIENT_ID");
        let authority = self.authority.as_str().trim_end_matches('/');
        format!("{authority}/{}/adminconsent?client_id={client_id}", self.tenant)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorBody {
    error: String,
    error_description: String,
    error_codes: Vec<u32>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
}

/// The most that is shown of Entra's words, in characters: it names long lists of subjects and audiences.
const SHOWN: usize = 1200;
/// The most that is shown of an id.
const ID: usize = 100;

impl Rejection {
    /// Reads the token endpoint's error answer; `None` when the body is not one.
    ///
    /// What was sent with the request is not shown: services repeat it when they refuse it.
    pub(super) fn read(status: u16, body: &[u8], attempt: Attempt, hidden: &Hidden) -> Option<Self> {
        let answer: ErrorBody = read_json(body, &Reading::named("entra.refusal")).ok()?;
        if answer.error.is_empty() && answer.error_description.is_empty() {
            return None;
        }
        let sentence = answer.error_description.split("Trace ID:").next().unwrap_or_default().trim();
        let sentence = if sentence.is_empty() { &answer.error } else { sentence };
        Some(Self {
            status,
            codes: answer.error_codes,
            description: hidden.shown(sentence, SHOWN),
            trace_id: answer.trace_id.map(|id| hidden.shown(&id, ID)),
            correlation_id: answer.correlation_id.map(|id| hidden.shown(&id, ID)),
            attempt,
        })
    }

    /// What to do, where the number tells.
    fn advice(&self) -> Option<String> {
        let tenant = &self.attempt.tenant;
        let client = match &self.attempt.client_id {
            Some(client_id) => format!("application `{client_id}`"),
            None => "this identity".to_owned(),
        };
        self.codes.iter().find_map(|code| {
            Some(match code {
                7_000_215 => format!(
                    "The client secret is not one of {client}. Use the secret's value, not its id; a secret made \
                     a moment ago may need a minute to be known everywhere."
                ),
                7_000_222 => format!("Every client secret of {client} has expired: add a new one and use its value."),
                700_016 | 7_000_229 => format!(
                    "Tenant `{tenant}` does not know {client}. Either the tenant is the wrong one, or an \
                     administrator of it has yet to admit the application at {} (the application must allow \
                     accounts in any organization). Where a state holds what was made in another tenant, sign in there to \
                     change or destroy it.",
                    self.attempt.admin_consent_address()
                ),
                90_002 | 900_023 => format!(
                    "There is no tenant `{tenant}` in this cloud: check the tenant's name and which cloud is meant."
                ),
                700_024 => "The token or certificate assertion presented was expired or not yet valid: obtain a fresh \
                            OpenID Connect token for each run, and check the clock of this machine."
                    .to_owned(),
                70_021 | 700_211 | 700_212 | 700_213 | 7_002_131 => format!(
                    "No federated identity credential of {client} matches the token: compare its issuer, subject \
                     and audience, letter by letter, with those named above."
                ),
                70_025 => format!("Add a federated identity credential to {client} for this issuer and subject."),
                700_027 => format!("Upload the certificate's public part to {client}: no registered key verifies it."),
                500_011 => format!(
                    "Tenant `{tenant}` has no service principal of Microsoft Graph at this address: check which cloud is \
                     meant."
                ),
                7_000_112 => format!("Enable {client} in tenant `{tenant}`; it is disabled there."),
                53_003 => format!(
                    "A Conditional Access policy of tenant `{tenant}` blocks {client}: run from a permitted network \
                     or have the policy changed."
                ),
                _ => return None,
            })
        })
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entra refused the sign-in to tenant `{}`: {}", self.attempt.tenant, self.description)?;
        if !self.description.ends_with('.') {
            f.write_str(".")?;
        }
        if let Some(advice) = self.advice() {
            write!(f, "\n\n{advice}")?;
        }
        match (&self.trace_id, &self.correlation_id) {
            (None, None) => Ok(()),
            (Some(trace), None) => write!(f, "\n\nTrace id: {trace}"),
            (None, Some(correlation)) => write!(f, "\n\nCorrelation id: {correlation}"),
            (Some(trace), Some(correlation)) => {
                write!(f, "\n\nTrace id: {trace}, correlation id: {correlation}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt() -> Attempt {
        Attempt {
            authority: Url::parse("https://login.microsoftonline.com").expect("url"),
            tenant: TenantId::parse("contoso.com").expect("tenant"),
            client_id: Some("0000-client".to_owned()),
        }
    }

    fn rejection(code: u32) -> Rejection {
        let body = format!(
            r#"{{"error":"invalid_client","error_description":"AADSTS{code}: Something. Trace ID: 1 Correlation ID: 2",
                "error_codes":[{code}],"trace_id":"the-trace","correlation_id":"the-run"}}"#
        );
        Rejection::read(401, body.as_bytes(), attempt(), &Hidden::default()).expect("a rejection")
    }

    #[test]
    fn an_unknown_application_prints_the_address_to_consent_at() {
        for code in [700_016, 7_000_229] {
            let text = rejection(code).to_string();
            let address = "https://login.microsoftonline.com/contoso.com/adminconsent?client_id=0000-client";
            assert!(text.contains(address), "{text}");
        }
    }

    #[test]
    fn every_known_number_says_what_to_do_and_keeps_the_trace_id() {
        for (code, fragment) in [
            (7_000_215, "not its id"),
            (7_000_222, "has expired"),
            (90_002, "no tenant `contoso.com`"),
            (700_024, "fresh"),
            (70_021, "issuer, subject"),
            (700_211, "issuer, subject"),
            (700_212, "issuer, subject"),
            (700_213, "issuer, subject"),
            (70_025, "federated identity credential"),
            (700_027, "Upload"),
            (500_011, "which cloud is meant"),
            (7_000_112, "Enable"),
            (53_003, "Conditional Access"),
        ] {
            let text = rejection(code).to_string();
            assert!(text.contains(fragment), "{code}: {text}");
            assert!(text.contains("the-trace"), "{code}: {text}");
        }
    }

    #[test]
    fn an_unknown_number_still_shows_entras_own_sentence() {
        let text = rejection(1).to_string();
        assert!(
            text.starts_with("Entra refused the sign-in to tenant `contoso.com`: AADSTS1: Something."),
            "{text}"
        );
    }

    #[test]
    fn older_line_breaks_and_missing_members_are_borne() {
        let body = br#"{"error":"x","error_description":"AADSTS90002: Tenant not found.\r\nTrace ID: 1\r\nTimestamp: 2"}"#;
        let rejection = Rejection::read(400, body, attempt(), &Hidden::default()).expect("a rejection");
        assert_eq!(rejection.description, "AADSTS90002: Tenant not found.");
        assert_eq!(rejection.trace_id, None);
    }

    #[test]
    fn what_is_no_error_answer_is_no_rejection() {
        for body in [&b"<html>"[..], b"{}", b"[]", br#"{"access_token":"x"}"#] {
            assert_eq!(Rejection::read(200, body, attempt(), &Hidden::default()), None);
        }
    }

    #[test]
    fn what_was_sent_is_not_repeated_and_no_terminal_is_told_anything() {
        let mut hidden = Hidden::default();
        hidden.add(&"hu~sh".into());
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Not hu~sh, client_secret=hu%7Esh.\u001b[2J\u202e Trace ID: 1",
                       "error_codes":[7000215],"trace_id":"t\u001b]0;x hu%7esh","correlation_id":"c\u200b"}"#;
        let rejection = Rejection::read(401, body.as_bytes(), attempt(), &hidden).expect("a rejection");
        assert_eq!(rejection.description, "AADSTS7000215: Not (hidden), client_secret=(hidden). [2J");
        assert_eq!(rejection.trace_id.as_deref(), Some("t ]0;x (hidden)"));
        assert_eq!(rejection.correlation_id.as_deref(), Some("c"));
    }
}
