//! Access tokens and what they say about their bearer.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::http::read_json;
use crate::ledger::Reading;

/// An access token; cheap to clone.
#[derive(Clone)]
pub struct Token(Arc<Inner>);

struct Inner {
    secret: SecretString,
    claims: Claims,
    expires_at: Timestamp,
}

/// What an access token says about its bearer. Entra signs it for its API, not for us: good enough for messages and
/// early refusals, never for a decision about access.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Claims {
    /// Object id of the service principal or user that signed in.
    pub oid: Option<String>,
    /// Client id of the application that signed in.
    pub appid: Option<String>,
    /// Id of the tenant that the token is for.
    pub tid: Option<String>,
    /// Application permissions (app role values) granted to the bearer.
    pub roles: Vec<String>,
    /// Delegated permissions, separated by blanks; only in a person's token.
    pub scp: Option<String>,
}

impl Claims {
    /// The permissions that the token carries, application permissions and delegated ones alike.
    pub fn permissions(&self) -> Vec<String> {
        let delegated = self.scp.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned);
        self.roles.iter().cloned().chain(delegated).collect()
    }
}

impl Token {
    /// Wraps a token as it came; `None` when it is no JWT with a JSON object as its claims.
    pub fn read(secret: SecretString, expires_at: Timestamp) -> Option<Self> {
        let claims = {
            let payload = secret.expose_secret().split('.').nth(1)?;
            let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
            read_json(&json, &Reading::named("entra.token").within("access_token")).ok()?
        };
        Some(Self(Arc::new(Inner { secret, claims, expires_at })))
    }

    /// The token itself, for an `Authorization` header.
    pub fn secret(&self) -> &SecretString {
        &self.0.secret
    }

    /// What it says about its bearer.
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }

    /// When it ends, by the local clock.
    pub(crate) fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("claims", self.claims())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> Option<Token> {
        let payload = URL_SAFE_NO_PAD.encode(claims);
        Token::read(format!("e30.{payload}.signature").into(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn claims_are_read_and_missing_ones_are_borne() {
        let token = token(r#"{"oid":"o","appid":"a","tid":"t","roles":["Directory.Read.All"],"aud":"x"}"#)
            .expect("a token");
        assert_eq!(token.claims().oid.as_deref(), Some("o"));
        assert_eq!(token.claims().permissions(), ["Directory.Read.All"]);
    }

    #[test]
    fn a_persons_scopes_count_as_permissions() {
        let token = token(r#"{"idtyp":"user","scp":"User.Read Directory.Read.All"}"#).expect("a token");
        assert_eq!(token.claims().permissions(), ["User.Read", "Directory.Read.All"]);
    }

    #[test]
    fn what_is_no_jwt_is_refused() {
        for text in ["", "opaque", "a.b.c", "e30.MQ.x"] {
            assert!(Token::read(text.into(), Timestamp::UNIX_EPOCH).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_never_shows_the_token() {
        let token = token("{}").expect("a token");
        assert!(!format!("{token:?}").contains("signature"));
    }
}
