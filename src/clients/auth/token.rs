//! Access tokens and what they say about their bearer.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::http::{legible, read_json};
use crate::ledger::Reading;

/// The most that is taken of the name of a permission, in characters.
const NAME: usize = 100;

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
    /// Template ids of the directory roles that a person holds in the whole tenant.
    pub wids: Vec<String>,
}

impl Claims {
    /// The permissions that the token carries, application permissions and delegated ones alike, fit to be shown.
    pub fn permissions(&self) -> Vec<String> {
        let delegated =
            self.scp.as_deref().unwrap_or_default().split_whitespace().map(|name| legible(name, NAME));
        self.roles.iter().map(|name| legible(name, NAME)).chain(delegated).collect()
    }

    /// Those of the bearer's directory roles that matter to applications and consent, by name.
    pub fn directory_roles(&self) -> Vec<&'static str> {
        let held = |id: &str| self.wids.iter().any(|held| held == id);
        DIRECTORY_ROLES.into_iter().filter(|(id, _)| held(id)).map(|(_, name)| name).collect()
    }
}

/// The directory roles that matter here, by their template ids, which are the same in every tenant (Microsoft Entra: built-in
/// roles).
const DIRECTORY_ROLES: [(&str, &str); 5] = [
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator"),
    ("e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator"),
    ("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator"),
    ("158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator"),
    ("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader"),
];

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
    fn names_of_permissions_are_cleaned_and_cut() {
        let long = "x".repeat(5000);
        let claims =
            serde_json::json!({"roles": ["a\u{1b}[2J\u{202e}b", long], "scp": format!("c\u{200b}d {long}")});
        let token = token(&claims.to_string()).expect("a token");
        assert_eq!(token.claims().permissions(), ["a [2Jb", &long[..NAME], "cd", &long[..NAME]]);
    }

    #[test]
    fn a_persons_directory_roles_are_told_where_they_are_known() {
        let roles = |claims: &str| token(claims).expect("a token").claims().directory_roles();
        let both =
            r#"{"wids":["158c047a-c907-4556-b7ef-446551a6b5f7","b79fbf4d-3ef9-4689-8143-76b194e85509"]}"#;
        assert_eq!(roles(both), ["Cloud Application Administrator"]);
        assert_eq!(roles("{}"), [""; 0]);
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
