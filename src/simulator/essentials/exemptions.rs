//! `/orgs/{domain}/settings/azure/exemptions`: addresses that no sync touches.

use serde_json::{Value, json};

use super::account::is_address;
use super::behaviour::ExemptionsBody;
use super::call::Call;
use super::errors::{Failure, Outcome};
use crate::server::exchange::Answer;

pub(crate) fn list(call: &Call<'_>, domain: &str) -> Outcome {
    let listed: Vec<Value> =
        call.organization(domain)?.exemptions.iter().map(|address| json!({ "email": address })).collect();
    Ok(Answer::json(200, &listed))
}

/// Adds to the list; nothing is taken out of it.
pub(crate) fn add(call: &mut Call<'_>, domain: &str) -> Outcome {
    let addresses = addresses(&call.body()?, call.behaviour().exemptions_body).ok_or_else(|| {
        Failure::new(400, "bad request: the body does not list addresses as this service wants it", domain)
    })?;
    if let Some(wrong) = addresses.iter().find(|address| !is_address(address)) {
        return Err(Failure::new(400, "bad request: that is no address", wrong));
    }
    call.organization_mut(domain)?.exemptions.extend(addresses.iter().map(|address| address.to_lowercase()));
    Ok(Answer::empty(204))
}

pub(crate) fn remove(call: &mut Call<'_>, domain: &str, address: &str) -> Outcome {
    if call.organization_mut(domain)?.exemptions.remove(&address.to_lowercase()) {
        return Ok(Answer::empty(204));
    }
    Err(Failure::new(404, "not found", address))
}

pub(crate) fn remove_all(call: &mut Call<'_>, domain: &str) -> Outcome {
    call.organization_mut(domain)?.exemptions.clear();
    Ok(Answer::empty(204))
}

fn addresses(body: &Value, form: ExemptionsBody) -> Option<Vec<String>> {
    let list = |value: &Value| {
        value.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
    };
    match form {
        ExemptionsBody::Array => list(body),
        ExemptionsBody::Exemptions => list(body.get("exemptions")?),
        ExemptionsBody::Emails => {
            let text = body.get("emails")?.as_str()?;
            Some(text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_the_body_is_taken_only_when_it_is_the_one_in_force() {
        let wanted = Some(vec!["a@x.com".to_owned(), "b@x.com".to_owned()]);
        let array = json!(["a@x.com", "b@x.com"]);
        let object = json!({ "exemptions": ["a@x.com", "b@x.com"] });
        let text = json!({ "emails": "a@x.com, b@x.com" });
        assert_eq!(addresses(&array, ExemptionsBody::Array), wanted);
        assert_eq!(addresses(&object, ExemptionsBody::Exemptions), wanted);
        assert_eq!(addresses(&text, ExemptionsBody::Emails), wanted);
        assert_eq!(addresses(&object, ExemptionsBody::Array), None);
        assert_eq!(addresses(&array, ExemptionsBody::Emails), None);
    }
}
