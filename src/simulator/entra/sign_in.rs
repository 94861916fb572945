//! Who asks for a token, and whether to believe it: secrets, certificates, federated assertions.

use std::sync::Arc;

use base64::Engine as _;
use jiff::Timestamp;
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::failure::Failure;
use super::jwt::Parts;
use crate::directory::tenant::Tenant;
use crate::moods::TokenEndpoint;

use crate::directory::application::Application;
use crate::directory::ids;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::directory::service_principal::ServicePrincipal;
use crate::state::World;
use crate::state::clock::milliseconds_since;
use crate::state::table::View;

/// An application that is known in a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) tenant: String,
    pub(crate) application: Arc<Application>,
    pub(crate) principal: Arc<ServicePrincipal>,
    /// The secret that it signed in with.
    pub(crate) key_id: Option<String>,
}

/// What a federated assertion still has to be checked against.
#[derive(Clone, Debug)]
pub(crate) struct Federation {
    pub(crate) issuer: String,
    pub(crate) assertion: Parts,
}

/// Names of endpoints that belong to no tenant.
pub(crate) fn is_shared(name: &str) -> bool {
    ["common", "organizations"].contains(&name)
}

/// The tenant of the path, by id or by domain.
pub(crate) fn tenant<'a>(world: &'a World, name: &str) -> Result<&'a Tenant, Failure> {
    if !(ids::is_guid(name) || name.contains('.') || is_shared(name)) {
        let text = format!(
            "Specified tenant identifier '{name}' is neither a valid DNS name, nor a valid external domain."
        );
        return Err(Failure::new(900_023, "invalid_request", 400, text));
    }
    if is_shared(name) {
        let text = "No tenant-identifying information found in either the request or implied by any provided credentials.";
        return Err(Failure::new(50_059, "invalid_request", 400, text));
    }
    world.tenant(name).ok_or_else(|| Failure::no_tenant(name))
}

/// The application and its principal in the tenant, as the token service's replica knows them.
pub(crate) fn client(world: &World, tenant: &Tenant, client_id: &str) -> Result<Client, Failure> {
    let view = View { now: world.clock.now(), coin: None };
    let key = Key::Alternate("appId".to_owned(), client_id.to_owned());
    let unknown = || Failure::no_client(client_id, &tenant.display_name);
    let is_ahead = world.moods.token_endpoint == TokenEndpoint::Ahead;
    let application_in = |tenant: &Tenant| {
        if is_ahead {
            lookup::find_application(tenant, &key).cloned()
        } else {
            lookup::see_application(tenant, &key, view)
        }
    };
    let home = application_in(tenant);
    let application = match home {
        Some(application) => application,
        None => world
            .tenants
            .iter()
            .filter(|other| other.id != tenant.id)
            .find_map(application_in)
            .filter(|application| application.text("signInAudience") != "AzureADMyOrg")
            .ok_or_else(unknown)?,
    };
    let principal = if is_ahead {
        lookup::find_principal(tenant, &key).cloned()
    } else {
        lookup::see_principal(tenant, &key, view)
    };
    let principal = principal.ok_or_else(|| {
        let text = format!(
            "The client application {client_id} is missing service principal in the tenant {}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
            tenant.id
        );
        Failure::new(7_000_229, "invalid_client", 401, text)
    })?;
    if !principal.enabled() {
        let text = format!("Application '{client_id}'({}) is disabled.", principal.text("displayName"));
        return Err(Failure::new(7_000_112, "unauthorized_client", 400, text));
    }
    Ok(Client { tenant: tenant.id.clone(), application, principal, key_id: None })
}

/// Sign-ins that are remembered of a key.
const KEPT: usize = 64;

/// Remembers that a key signed in, for the tenant's reports.
pub(crate) fn note(world: &mut World, client: &Client) {
    let now = world.clock.now();
    let Some(key_id) = client.key_id.clone() else { return };
    let Some(tenant) = world.tenant_mut(&client.tenant) else { return };
    let times = tenant.sign_ins.entry(key_id).or_default();
    if times.len() >= KEPT {
        times.remove(0);
    }
    times.push(now);
}

/// Checks a client secret against the keys of the application and of its principal; the id of the one that it is.
pub(crate) fn check_secret(world: &World, client: &Client, secret: &str) -> Result<String, Failure> {
    let now = world.clock.now();
    let app_id = client.application.app_id();
    let wrong = || {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app_id}'."
        );
        Failure::new(7_000_215, "invalid_client", 401, text)
    };
    let mut held = client.application.secrets.iter().chain(&client.principal.secrets);
    let (key_id, held) = held
        .rfind(|(_, held)| bool::from(held.text.as_bytes().ct_eq(secret.as_bytes())))
        .ok_or_else(wrong)?;
    if milliseconds_since(held.since, now) < world.moods.fresh_secret_delay.0 {
        return Err(wrong());
    }
    let credentials = [&client.application.document, &client.principal.document]
        .into_iter()
        .filter_map(|document| document.get("passwordCredentials")?.as_array())
        .flatten();
    let time = |credential: &Value, name: &str| -> Option<Timestamp> {
        credential.get(name)?.as_str()?.parse().ok()
    };
    for credential in credentials.filter(|credential| credential["keyId"] == key_id.as_str()) {
        if time(credential, "startDateTime").is_some_and(|start| now < start) {
            return Err(wrong());
        }
        if time(credential, "endDateTime").is_some_and(|end| now >= end) {
            let text = format!(
                "The provided client secret keys for app '{app_id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
            );
            return Err(Failure::new(7_000_222, "invalid_client", 401, text));
        }
    }
    Ok(key_id.clone())
}

/// Checks an assertion as far as that needs no look at the issuer; what is left to check, if anything.
pub(crate) fn check_assertion(
    world: &World,
    client: &Client,
    assertion: &str,
    endpoint: &str,
) -> Result<Option<Federation>, Failure> {
    let app_id = client.application.app_id();
    let parts = Parts::read(assertion)
        .ok_or_else(|| Failure::new(50_027, "invalid_request", 400, "JWT token is invalid or malformed."))?;
    check_times(world, &parts)?;
    if parts.claim("iss") == Some(app_id) && parts.claim("sub") == Some(app_id) {
        check_certificate(client, &parts, endpoint)?;
        return Ok(None);
    }
    check_federation(world, client, &parts)?;
    let issuer = parts.claim("iss").unwrap_or_default().to_owned();
    Ok(Some(Federation { issuer, assertion: parts }))
}

fn check_times(world: &World, parts: &Parts) -> Result<(), Failure> {
    let now = world.clock.now();
    // Numbers may have fractions, as MSAL for Python writes them.
    #[expect(clippy::cast_possible_truncation, reason = "a time far beyond the calendar stays far beyond it")]
    let seconds =
        |name: &str| parts.claims.get(name).and_then(Value::as_f64).map(|second| second.floor() as i64);
    let begins = seconds("nbf").or_else(|| seconds("iat")).unwrap_or(i64::MIN);
    let ends = seconds("exp").unwrap_or(i64::MIN);
    // Five minutes of clock skew are forgiven.
    if begins > now.as_second() + 300 || ends < now.as_second() - 300 {
        let shown =
            |second: i64| Timestamp::from_second(second).map(|time| time.to_string()).unwrap_or_default();
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {}, expiry time of assertion {}.",
            shown(begins),
            shown(ends)
        );
        return Err(Failure::new(700_024, "invalid_client", 401, text));
    }
    Ok(())
}

fn check_certificate(client: &Client, parts: &Parts, endpoint: &str) -> Result<(), Failure> {
    let refused = |reason: &str| {
        let text = format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - {reason}]"
        );
        Failure::new(700_027, "invalid_client", 401, text)
    };
    let same_path = |audience: &str| {
        let path = |address: &str| url::Url::parse(address).map(|url| url.path().to_ascii_lowercase()).ok();
        path(audience).is_some() && path(audience) == path(endpoint)
    };
    if !parts.claim("aud").is_some_and(|audience| audience == endpoint || same_path(audience)) {
        return Err(Failure::new(
            700_023,
            "invalid_client",
            401,
            "Client assertion audience claim does not match Realm issuer.",
        ));
    }
    let registered =
        client.application.list("keyCredentials").iter().filter_map(|key| key.get("key")?.as_str());
    let signed = registered
        .filter_map(|key| base64::engine::general_purpose::STANDARD.decode(key).ok())
        .any(|der| parts.signed_by_certificate(&der));
    if signed { Ok(()) } else { Err(refused("The key was not found.")) }
}

/// Issuer, audience and subject, in this order, each compared exactly.
fn check_federation(world: &World, client: &Client, parts: &Parts) -> Result<(), Failure> {
    let now = world.clock.now();
    let delay = world.moods.fresh_federation_delay.0;
    let app_id = client.application.app_id();
    let credentials: Vec<_> = client
        .application
        .federated
        .iter()
        .filter(|credential| milliseconds_since(credential.since, now) >= delay)
        .map(|credential| &credential.document)
        .collect();
    if credentials.is_empty() {
        let text = format!("The client '{app_id}' has no configured federated identity credentials.");
        return Err(Failure::new(70_025, "invalid_client", 401, text));
    }
    let hint = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation";
    let unmatched = |code: u32, what: &str, value: &str| {
        let text = format!(
            "No matching federated identity record found for presented assertion {what} '{value}'. {hint}"
        );
        Failure::new(code, "invalid_client", 401, text)
    };
    let issuer = parts.claim("iss").unwrap_or_default();
    let matching: Vec<_> = credentials
        .into_iter()
        .filter(|credential| credential.get("issuer") == Some(&Value::from(issuer)))
        .collect();
    if matching.is_empty() {
        return Err(unmatched(700_211, "issuer", issuer));
    }
    let audiences: Vec<&Value> = match parts.claims.get("aud") {
        Some(Value::Array(audiences)) => audiences.iter().collect(),
        Some(audience) => vec![audience],
        None => Vec::new(),
    };
    let matching: Vec<_> = matching
        .into_iter()
        .filter(|credential| {
            let wanted =
                credential.get("audiences").and_then(Value::as_array).and_then(|wanted| wanted.first());
            wanted.is_some_and(|wanted| audiences.contains(&wanted))
        })
        .collect();
    if matching.is_empty() {
        let shown = audiences.first().and_then(|audience| audience.as_str()).unwrap_or_default();
        return Err(unmatched(700_212, "audience", shown));
    }
    let subject = parts.claim("sub").unwrap_or_default();
    if !matching.iter().any(|credential| credential.get("subject") == Some(&Value::from(subject))) {
        return Err(unmatched(700_213, "subject", subject));
    }
    Ok(())
}

/// Checks the signature of a federated assertion against the issuer's keys; none when they can't be had.
pub(crate) fn check_signature(federation: &Federation, keys: Option<&Value>) -> Result<(), Failure> {
    let keys = keys.and_then(|keys| keys.get("keys")?.as_array());
    let signed = keys.is_some_and(|keys| keys.iter().any(|key| federation.assertion.signed_by_key(key)));
    if signed {
        return Ok(());
    }
    let reason =
        if keys.is_some() { "The key was not found." } else { "The issuer's keys could not be retrieved." };
    let text = format!("Client assertion failed signature validation. [Reason - {reason}]");
    Err(Failure::new(700_027, "invalid_client", 401, text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arguments::Arguments;
    use crate::entra::jwt::Signer;

    #[test]
    fn times_of_an_assertion_may_have_fractions() {
        let signer = Arc::new(Signer::generate().unwrap());
        let world = crate::beginning::world(&Arguments::default(), signer.clone()).unwrap();
        #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
        let now = world.clock.now().as_second() as f64;
        let checked = |claims: Value| {
            let token = signer.sign(&claims).unwrap();
            check_times(&world, &Parts::read(&token).unwrap()).map_err(|failure| failure.code)
        };
        assert_eq!(checked(json!({ "nbf": now - 0.75, "exp": now + 599.25 })), Ok(()));
        assert_eq!(checked(json!({ "iat": now + 0.5, "exp": now + 0.5 })), Ok(()));
        assert_eq!(checked(json!({ "nbf": now - 1200.5, "exp": now - 301.5 })), Err(700_024));
        assert_eq!(checked(json!({ "nbf": now + 302.5, "exp": now + 900.5 })), Err(700_024));
        assert_eq!(checked(json!({ "nbf": now - 0.75 })), Err(700_024));
    }
}
