//! Addresses that the sync leaves alone, `/orgs/{domain}/settings/azure/exemptions` (in Proofpoint's description since
//! some time between 2023 and 2025).

use std::collections::BTreeSet;
use std::time::Duration;

use grammar::counted;
use reqwest::Method;
use serde_json::Value;

use super::error::Error;
use super::exemptions_shape::ExemptionsShape;
use super::organization::{body, failed};
use super::{Organization, lenient};
use crate::http::{Call, Misfit, MisfitKind, delays};
use crate::ledger::{Looked, Reading};

const EXEMPTIONS: &[&str] = &["settings", "azure", "exemptions"];

const FIRST_LOOK: Duration = Duration::from_millis(250);
const LONGEST_LOOK: Duration = Duration::from_secs(5);
/// How often the list is looked at before another shape is tried: about two seconds.
const LOOKS: usize = 3;

impl Organization {
    /// The exempt addresses, in lower case. Items may be texts or objects, bare or in an envelope.
    pub async fn exemptions(&self, call: &Call) -> Result<BTreeSet<String>, Error> {
        let operation = format!("read the sync exemptions of `{}`", self.domain());
        let response = match self.essentials.send(call, self.ask(Method::GET, EXEMPTIONS, &operation)).await {
            Err(error) if error.is_not_found() => return Ok(BTreeSet::new()),
            response => response?,
        };
        let items: Vec<Value> =
            lenient::list(&response, &["exemptions", "users"]).map_err(|error| failed(&operation, error))?;
        let about = response.about();
        addresses(&items, &about.reading()).map_err(|misfit| failed(&operation, about.misfit(misfit)))
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
fn addresses(items: &[Value], reading: &Reading) -> Result<BTreeSet<String>, Misfit> {
    let address = |(at, item): (usize, &Value)| {
        let path = format!("exemptions[{at}]");
        let found = address(&Looked::at(item, reading.clone().within("exemptions[]")));
        found.ok_or_else(|| {
            Misfit::at(reading, &path, MisfitKind::Value, Some(item)).because("it names no exempt address")
        })
    };
    items.iter().enumerate().map(address).collect()
}

fn address(item: &Looked<'_>) -> Option<String> {
    let text = match item.value {
        Value::String(text) => Some(text.as_str()),
        Value::Object(_) => {
            ["email", "user", "emailAddress"].iter().find_map(|name| item.member(name)?.value.as_str())
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
        let items = [json!("A@example.com"), json!({"email": "B@example.com"})];
        let found = addresses(&items, &Reading::named("essentials.exemptions.list")).unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a@example.com", "b@example.com"]);
    }

    #[test]
    fn an_item_that_cannot_be_read_is_an_error_and_no_exemption_less() {
        for item in [json!(1), json!(null), json!({"mail": "a@example.com"}), json!({"email": 7}), json!("")]
        {
            let reading = Reading::named("essentials.exemptions.list");
            let misfit = addresses(std::slice::from_ref(&item), &reading).unwrap_err();
            assert!(misfit.to_string().contains("names no exempt address"), "{item}");
            assert!(misfit.to_string().contains("essentials.exemptions.list < exemptions[]"), "{misfit}");
        }
    }
}
