//! Accounts of an organization, `/orgs/{domain}/users` (Proofpoint OpenAPI file 2023).

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::http::legible;

/// The most that is shown of why an account was refused, in characters.
const WORDS: usize = 300;

/// An account.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct User {
    /// Number of the account.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    pub uid: Option<i64>,
    /// Primary address, by which the account is addressed.
    pub primary_email: String,
    /// Whether mail flows and the account is billed.
    #[serde(default = "yes", deserialize_with = "lenient::boolean")]
    pub is_active: bool,
    /// User type, such as `end_user` or `functional_account`.
    #[serde(rename = "type")]
    pub kind: String,
    /// First name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub firstname: String,
    /// Last name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub surname: String,
    /// Further addresses.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub alias_emails: Vec<String>,
    /// Whether it takes a licence while it is active.
    #[serde(default = "yes", deserialize_with = "lenient::boolean")]
    pub is_billable: bool,
}

const fn yes() -> bool {
    true
}

/// What is written of an account. Fields that are `None` are not sent and stay as they are: the API takes partial
/// bodies (seen in public clients).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UserChange {
    /// Primary address.
    pub primary_email: String,
    /// Whether mail flows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// User type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// First name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firstname: Option<String>,
    /// Last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// Further addresses, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias_emails: Option<Vec<String>>,
    /// Whether a new user is greeted by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_welcome_email: Option<bool>,
}

/// What became of the items of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchOutcome {
    /// Addresses of the accounts that were created, in lower case.
    pub created: Vec<String>,
    /// Addresses that were refused, in lower case, with the API's words.
    pub refused: Vec<(String, String)>,
}

/// Accounts were made whether or not the answer can be read, so nothing is asked of it but their addresses.
#[derive(Deserialize)]
pub(super) struct BatchAnswer {
    users: Option<Vec<Created>>,
    errors: Option<Vec<BatchError>>,
}

#[derive(Deserialize)]
struct Created {
    #[serde(default, deserialize_with = "lenient::text")]
    primary_email: String,
}

#[derive(Deserialize)]
struct BatchError {
    #[serde(default, deserialize_with = "lenient::text")]
    error_message: String,
    #[serde(default, deserialize_with = "lenient::text")]
    identifier: String,
}

/// Takes a 207 answer apart. Its shape is inferred: the collection beside an `errors` array.
impl From<BatchAnswer> for BatchOutcome {
    fn from(answer: BatchAnswer) -> Self {
        Self {
            created: answer
                .users
                .into_iter()
                .flatten()
                .map(|user| user.primary_email.to_lowercase())
                .collect(),
            refused: answer
                .errors
                .into_iter()
                .flatten()
                .map(|error| (error.identifier.to_lowercase(), legible(&error.error_message, WORDS)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_with_few_fields_is_read() {
        let user: User =
            serde_json::from_str(r#"{"primary_email": "a@example.com", "type": "functional_account"}"#)
                .unwrap();
        assert!(user.is_active);
        assert!(user.alias_emails.is_empty());
    }

    #[test]
    fn a_change_sends_only_what_it_sets() {
        let change = UserChange {
            primary_email: "a@example.com".to_owned(),
            is_active: Some(false),
            ..Default::default()
        };
        assert_eq!(
            serde_json::to_string(&change).unwrap(),
            r#"{"primary_email":"a@example.com","is_active":false}"#
        );
    }

    fn outcome(answer: &str) -> BatchOutcome {
        serde_json::from_str::<BatchAnswer>(answer).unwrap().into()
    }

    #[test]
    fn a_batch_answer_is_taken_apart() {
        let outcome = outcome(
            r#"{"users": [{"primary_email": "New@example.com", "type": "silent_user"}],
                 "errors": [{"status": 409, "error_message": "resource already exists", "identifier": "Ann@example.com"}]}"#,
        );
        assert_eq!(outcome.created, ["new@example.com"]);
        assert_eq!(outcome.refused, [("ann@example.com".to_owned(), "resource already exists".to_owned())]);
    }

    #[test]
    fn of_what_was_created_the_address_is_enough() {
        let created =
            outcome(r#"{"users": [{"primary_email": "new@example.com"}, {}], "errors": null}"#).created;
        assert!(created.iter().any(|address| address == "new@example.com"), "{created:?}");
        let refused = outcome(r#"{"users": null, "errors": [{"identifier": "ann@example.com"}]}"#).refused;
        assert_eq!(refused, [("ann@example.com".to_owned(), String::new())]);
        assert_eq!(outcome("{}"), BatchOutcome::default());
    }
}
