//! Licences, packages and what a package contains.

use serde_json::json;

use super::call::Call;
use super::errors::{Failure, Outcome};
use super::orgs;
use crate::essentials::packages::PACKAGES;
use crate::essentials::packages::known_package;
use crate::essentials::packages::of_package;
use crate::moods::LicensingAnswer;
use crate::server::exchange::Answer;

pub(crate) fn get(call: &Call<'_>, domain: &str) -> Outcome {
    Ok(Answer::json(200, &call.organization(domain)?.features))
}

/// What is not given stays; a feature that the package lacks is refused with 403.
pub(crate) fn put(call: &mut Call<'_>, domain: &str) -> Outcome {
    let body = call.object()?;
    let fields = call.fields(&body);
    let mut changed = call.organization(domain)?.features.clone();
    for name in body.keys() {
        let known =
            name == "instant_replay" || PACKAGES.iter().any(|(_, names)| names.contains(&name.as_str()));
        if !known {
            return Err(Failure::invalid("the feature is unknown", name));
        }
        if name == "instant_replay" {
            changed.insert(name.clone(), json!(fields.integer(name)?.unwrap_or_default()));
            continue;
        }
        let on = fields.boolean(name)?.unwrap_or_default();
        match changed.get_mut(name) {
            Some(value) => *value = json!(on),
            None if on => return Err(Failure::forbidden(name)),
            None => {}
        }
    }
    call.organization_mut(domain)?.features = changed;
    Ok(Answer::empty(204))
}

pub(crate) fn licensing(call: &Call<'_>, domain: &str) -> Outcome {
    let organization = call.organization(domain)?;
    let title: Vec<String> = organization.package.split('_').map(capital).collect();
    Ok(Answer::json(
        200,
        &json!({
            "license_count": organization.user_licenses, "package": title.join(" "),
            "is_on_trial": organization.is_on_trial, "is_beginner_plus": false,
        }),
    ))
}

/// The number of licences is changed by partners only.
pub(crate) fn set_licensing(call: &mut Call<'_>, domain: &str) -> Outcome {
    let body = call.object()?;
    let count = call.fields(&body).integer("license_count")?;
    call.primary(domain)?;
    if !call.caller.kind.is_partner_admin() {
        return Err(Failure::forbidden(domain));
    }
    let count = count.ok_or_else(|| Failure::invalid("`license_count` is required", domain))?;
    orgs::changed(call, domain, |organization| organization.user_licenses = count)?;
    match call.moods().licensing_answer {
        LicensingAnswer::NoContent => Ok(Answer::empty(204)),
        LicensingAnswer::Shown => licensing(call, domain),
    }
}

pub(crate) fn set_package(call: &mut Call<'_>, domain: &str) -> Outcome {
    let body = call.object()?;
    let fields = call.fields(&body);
    let package = fields.text("package")?.ok_or_else(|| Failure::invalid("`package` is required", domain))?;
    let package = known_package(&package)?;
    if fields.boolean("is_eula_confirmed")? != Some(true) {
        return Err(Failure::invalid("`is_eula_confirmed` must be true", domain));
    }
    let trial = fields.boolean("is_trial_extended")?;
    let mut features = of_package(&package);
    orgs::changed(call, domain, |organization| {
        for (name, value) in &mut features {
            if let Some(before) = organization.features.get(name) {
                *value = before.clone();
            }
        }
        organization.features = features;
        organization.package = package;
        organization.is_on_trial = trial.unwrap_or(organization.is_on_trial);
    })?;
    Ok(Answer::empty(204))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
