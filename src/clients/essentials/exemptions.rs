//! Addresses that the sync leaves alone, `/orgs/{domain}/settings/azure/exemptions` (in Proofpoint's description since
//! some time between 2023 and 2025).

use std::collections::BTreeSet;
use std::time::Duration;

use grammar::counted;
use serde_json::Value;

use super::error::{Error, ErrorKind};
use super::exemptions_shape::ExemptionsShape;
use super::organization::{body, failed};
use super::{Organization, lenient};
use crate::http::{Call, delays};

const EXEMPTIONS: &[&str] = &["settings", "azure", "exemptions"];

const FIRST_LOOK: Duration = Duration::from_millis(250);
const LONGEST_LOOK: Duration = Duration::from_secs(5);
/// How often the list is looked at before another shape is tried: about two seconds.
const LOOKS: usize = 3;

impl Organization {
    /// The exempt addresses, in lower case. Items may be texts or objects, bare or in an envelope.
    pub async fn exemptions(&self, call: &Call) -> Result<BTreeSet<String>, Error> {
        let operation = format!("read the sync exemptions of `{}`", self.domain());
        let answer: Value = match self.get(call, EXEMPTIONS, &operation).await {
            Err(error) if error.is_not_found() => return Ok(BTreeSet::new()),
            answer => answer?,
        };
        let items: Vec<Value> =
            lenient::list(answer, &["exemptions", "users"]).map_err(|misfit| failed(&operation, misfit))?;
        addresses(&items).map_err(|kind| failed(&operation, kind))
    }

    /// Adds exempt addresses; those already on the list stay. What was accepted is looked for on the list until the time is
    /// up, with another shape of the request when one is refused or has no effect. Returns the addresses that the list does
    /// not show in the end.
    pub async fn add_exemptions(
        &self,
        call: &Call,
        addresses: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Error> {
        let known = self.essentials.habits(&self.stack).exemptions;
        let shapes =
            known.into_iter().chain(ExemptionsShape::ALL.into_iter().filter(|one| Some(*one) != known));
        let (mut refusal, mut accepted) = (None, false);
        for shape in shapes {
            match self.send_exemptions(call, addresses, shape).await {
                Ok(()) => accepted = true,
                Err(error) if error.is_malformed() => {
                    refusal.get_or_insert(error);
                    continue;
                }
                Err(error) => return Err(error),
            }
            for delay in delays(FIRST_LOOK, LONGEST_LOOK).take(LOOKS) {
                if self.lacking(call, addresses).await?.is_empty() {
                    self.essentials.learn(&self.stack, |habits| habits.exemptions = Some(shape));
                    return Ok(BTreeSet::new());
                }
                if call.wait(delay).await.is_err() {
                    break;
                }
            }
        }
        if let Some(refusal) = refusal.filter(|_| !accepted) {
            return Err(refusal);
        }
        // None of them is known to have worked: the list may only be late.
        for delay in delays(FIRST_LOOK, LONGEST_LOOK) {
            let lacking = self.lacking(call, addresses).await?;
            if lacking.is_empty() || call.wait(delay).await.is_err() {
                return Ok(lacking);
            }
        }
        Ok(BTreeSet::new())
    }

    async fn send_exemptions(
        &self,
        call: &Call,
        addresses: &BTreeSet<String>,
        shape: ExemptionsShape,
    ) -> Result<(), Error> {
        let operation = format!("add {} to `{}`", counted(addresses.len(), "sync exemption"), self.domain());
        let body = body(&operation, &shape.body(addresses))?;
        self.put(call, EXEMPTIONS, operation, body).await
    }

    async fn lacking(&self, call: &Call, addresses: &BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
        let listed = self.exemptions(call).await?;
        Ok(addresses.difference(&listed).cloned().collect())
    }

    /// Takes one address off the list. True when it was on it.
    pub async fn remove_exemption(&self, call: &Call, address: &str) -> Result<bool, Error> {
        let path: Vec<&str> = EXEMPTIONS.iter().copied().chain([address]).collect();
        self.delete(call, &path, format!("remove the sync exemption of `{address}`")).await
    }
}

/// An item that cannot be read is an error: left out, it would make an exempt address count as one that is not.
fn addresses(items: &[Value]) -> Result<BTreeSet<String>, ErrorKind> {
    let unreadable = |at| ErrorKind::Unexpected(format!("item {} names no exempt address", at + 1));
    items.iter().enumerate().map(|(at, item)| address(item).ok_or_else(|| unreadable(at))).collect()
}

fn address(item: &Value) -> Option<String> {
    let text = match item {
        Value::String(text) => Some(text.as_str()),
        Value::Object(members) => {
            ["email", "user", "emailAddress"].iter().find_map(|name| members.get(*name)?.as_str())
        }
        _ => None,
    };
    text.map(str::trim).filter(|text| text.contains('@')).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_exemption_may_be_a_text_or_an_object() {
        assert_eq!(address(&json!("A@example.com")).unwrap(), "a@example.com");
        assert_eq!(address(&json!({"email": "A@example.com"})).unwrap(), "a@example.com");
    }

    #[test]
    fn an_item_that_cannot_be_read_is_an_error_and_no_exemption_less() {
        for item in [json!(1), json!(null), json!({"mail": "a@example.com"}), json!({"email": 7}), json!("")]
        {
            let kind = addresses(std::slice::from_ref(&item)).unwrap_err();
            assert!(kind.to_string().contains("names no exempt address"), "{item}");
        }
    }
}
