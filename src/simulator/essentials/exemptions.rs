//! `/orgs/{domain}/settings/azure/exemptions`: addresses that no sync touches.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::account::is_address;
use super::azure_shown::cased;
use super::call::Call;
use super::errors::{Failure, Outcome};
use crate::moods::{
    ExemptionsBody, ExemptionsList, ExemptionsPut, MissingExemption, Moods, NoExemptions, WrongShape,
};
use crate::server::exchange::Answer;
use crate::state::late::Late;

pub(crate) fn list(call: &mut Call<'_>, domain: &str) -> Outcome {
    let now = call.world.clock.now();
    let moods = call.moods().clone();
    let organization = call.organization_mut(domain)?;
    let current = &organization.exemptions;
    let seen = match &mut organization.exemptions_before {
        Some(late) => late.look(now).unwrap_or(current),
        None => current,
    };
    if seen.is_empty() && moods.no_exemptions == NoExemptions::NotFound {
        return Err(Failure::new(404, "not found", domain));
    }
    Ok(Answer::json(200, &listed(seen, &moods)))
}

fn listed(addresses: &BTreeSet<String>, moods: &Moods) -> Value {
    let texts: Vec<String> = addresses.iter().map(|one| cased(one, moods.exemptions_case)).collect();
    let objects: Vec<Value> = texts.iter().map(|one| json!({ "email": one })).collect();
    match moods.exemptions_list {
        ExemptionsList::Objects => json!(objects),
        ExemptionsList::Texts => json!(texts),
        ExemptionsList::Envelope => json!({ "exemptions": objects }),
        ExemptionsList::Users => json!({ "users": texts }),
    }
}

/// Adds to the list; nothing is taken out of it.
pub(crate) fn add(call: &mut Call<'_>, domain: &str) -> Outcome {
    let moods = call.moods().clone();
    call.organization(domain)?;
    let Some(addresses) = addresses(&call.body()?, moods.exemptions_body) else {
        let problem = "the body does not list addresses as this service wants it";
        return match moods.exemptions_wrong_shape {
            WrongShape::BadRequest => Err(Failure::new(400, format!("bad request: {problem}"), domain)),
            WrongShape::Unprocessable => Err(Failure::invalid(problem, domain)),
            WrongShape::NoEffect => Ok(Answer::empty(204)),
        };
    };
    if let Some(wrong) = addresses.iter().find(|address| !is_address(address)) {
        return Err(Failure::new(400, "bad request: that is not an address", wrong));
    }
    if moods.exemptions_put == ExemptionsPut::KnownOnly {
        let organization = call.organization(domain)?;
        let unknown = addresses.iter().find(|one| organization.holder(&one.to_lowercase()).is_none());
        if let Some(unknown) = unknown {
            return Err(Failure::invalid("nobody has this address", unknown));
        }
    }
    if moods.exemptions_put != ExemptionsPut::NoEffect {
        change(call, domain, |exemptions| {
            exemptions.extend(addresses.iter().map(|address| cased(address, moods.exemptions_case)));
        })?;
    }
    Ok(Answer::empty(204))
}

/// Changes the list; the one before is still shown for a while.
fn change(call: &mut Call<'_>, domain: &str, change: impl FnOnce(&mut BTreeSet<String>)) -> Outcome<()> {
    let (now, lag) = (call.world.clock.now(), call.moods().exemptions_lag);
    let settling = call.world.settling(lag);
    let organization = call.organization_mut(domain)?;
    let before = organization.exemptions.clone();
    change(&mut organization.exemptions);
    // Whatever the list shows, a run compares in small letters.
    organization.exemptions = organization.exemptions.iter().map(|one| one.to_lowercase()).collect();
    Late::begin(&mut organization.exemptions_before, before, settling, now);
    Ok(())
}

pub(crate) fn remove(call: &mut Call<'_>, domain: &str, address: &str) -> Outcome {
    let address = address.to_lowercase();
    if !call.organization(domain)?.exemptions.contains(&address) {
        return match call.moods().missing_exemption {
            MissingExemption::NotFound => Err(Failure::new(404, "not found", &address)),
            MissingExemption::NoContent => Ok(Answer::empty(204)),
        };
    }
    change(call, domain, |exemptions| exemptions.retain(|one| *one != address))?;
    Ok(Answer::empty(204))
}

pub(crate) fn remove_all(call: &mut Call<'_>, domain: &str) -> Outcome {
    change(call, domain, BTreeSet::clear)?;
    Ok(Answer::empty(204))
}

fn addresses(body: &Value, form: ExemptionsBody) -> Option<Vec<String>> {
    let texts = |value: &Value| {
        value.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
    };
    let separated = |value: &Value| {
        let items = value.as_str()?.split(',').map(str::trim);
        Some(items.filter(|one| !one.is_empty()).map(str::to_owned).collect())
    };
    match form {
        ExemptionsBody::Array => texts(body),
        ExemptionsBody::Exemptions => texts(body.get("exemptions")?),
        ExemptionsBody::Emails => separated(body.get("emails")?),
        ExemptionsBody::EmailsArray => texts(body.get("emails")?),
        ExemptionsBody::Text => separated(body),
        ExemptionsBody::Objects => {
            body.as_array()?.iter().map(|one| Some(one.get("email")?.as_str()?.to_owned())).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_the_body_is_taken_only_when_it_is_the_one_in_force() {
        let wanted = vec!["a@x.com".to_owned(), "b@x.com".to_owned()];
        let forms = [
            (ExemptionsBody::Array, json!(["a@x.com", "b@x.com"])),
            (ExemptionsBody::Exemptions, json!({ "exemptions": ["a@x.com", "b@x.com"] })),
            (ExemptionsBody::Emails, json!({ "emails": "a@x.com, b@x.com" })),
            (ExemptionsBody::EmailsArray, json!({ "emails": ["a@x.com", "b@x.com"] })),
            (ExemptionsBody::Text, json!("a@x.com,b@x.com")),
            (ExemptionsBody::Objects, json!([{ "email": "a@x.com" }, { "email": "b@x.com" }])),
        ];
        for (form, _) in &forms {
            for (other, body) in &forms {
                let expected = (form == other).then(|| wanted.clone());
                assert_eq!(addresses(body, *form), expected, "{form:?} of {body}");
            }
        }
    }
}
