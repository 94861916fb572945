//! How exempt addresses are written into the body of a PUT.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The shapes that a PUT which adds addresses may have. None is documented ("list of comma-separated emails to add").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ExemptionsShape {
    /// `["a", "b"]`
    List,
    /// `{"exemptions": ["a", "b"]}`
    Envelope,
    /// `{"emails": "a,b"}`
    EmailsInText,
    /// `[{"email": "a"}, {"email": "b"}]`
    Objects,
    /// `"a,b"`
    Text,
    /// `{"emails": ["a", "b"]}`
    Emails,
}

impl ExemptionsShape {
    /// The likeliest first.
    pub(super) const ALL: [Self; 6] =
        [Self::List, Self::Envelope, Self::EmailsInText, Self::Objects, Self::Text, Self::Emails];

    /// The body that adds these addresses.
    pub(super) fn body(self, addresses: &BTreeSet<String>) -> Value {
        let joined = || addresses.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        match self {
            Self::List => json!(addresses),
            Self::Envelope => json!({ "exemptions": addresses }),
            Self::EmailsInText => json!({ "emails": joined() }),
            Self::Objects => {
                addresses.iter().map(|address| json!({ "email": address })).collect::<Vec<_>>().into()
            }
            Self::Text => joined().into(),
            Self::Emails => json!({ "emails": addresses }),
        }
    }
}
