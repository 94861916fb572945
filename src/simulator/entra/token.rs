//! The token endpoint: client credentials in, a signed access token out.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Value, json};

use super::failure::{Failure, dressed};
use super::issuer;
use super::sign_in::{self, Client, Federation};
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::directory::resources;
use crate::server::exchange::{Answer, Request};
use crate::server::shared::Shared;
use crate::state::World;
use crate::state::table::View;

/// A token's life, in seconds.
const LIFETIME: i64 = 3599;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the form says, with a client named in a Basic header taken in.
struct Form(BTreeMap<String, String>);

impl Form {
    fn read(request: &Request) -> Self {
        let mut form: BTreeMap<String, String> =
            url::form_urlencoded::parse(&request.body).into_owned().collect();
        let basic = request
            .header("authorization")
            .and_then(|header| header.strip_prefix("Basic "))
            .and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some((id, secret)) = basic.as_deref().and_then(|basic| basic.split_once(':')) {
            let decoded = |text: &str| {
                let pair = format!("x={text}");
                url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
            };
            for (name, text) in [("client_id", id), ("client_secret", secret)] {
                form.entry(name.to_owned()).or_insert_with(|| decoded(text).unwrap_or_default());
            }
        }
        Self(form)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Failure> {
        self.get(name).ok_or_else(|| Failure::missing(name))
    }
}

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) async fn answer(shared: &Arc<Shared>, tenant: &str, request: &Request) -> Answer {
    let form = Form::read(request);
    let signed_in = {
        let world = shared.world();
        sign_in(&world, tenant, request, &form)
    };
    let outcome = match signed_in {
        Ok((client, None)) => Ok(client),
        Ok((client, Some(federation))) => {
            let keys = issuer::keys(shared, &federation.issuer).await;
            sign_in::check_signature(&federation, keys.as_ref()).map(|()| client)
        }
        Err(failure) => Err(failure),
    };
    let mut world = shared.world();
    let issued = outcome.and_then(|client| {
        sign_in::note(&mut world, &client);
        let token = issue(&mut world, &client, request, &form)?;
        Ok((client.tenant, token))
    });
    match issued {
        Ok((tenant, token)) => dressed(Answer::json(200, &token)).tenant(&tenant),
        Err(failure) => {
            let known = world.tenant(tenant).map(|tenant| tenant.id.clone());
            let answer = failure.answer(&mut world, request.header("client-request-id"));
            Answer { tenant: known, ..answer }
        }
    }
}

/// Everything but the signature of a federated assertion.
fn sign_in(
    world: &World,
    tenant: &str,
    request: &Request,
    form: &Form,
) -> Result<(Client, Option<Federation>), Failure> {
    let client_id = form.required("client_id")?;
    let grant_type = form.required("grant_type")?;
    form.required("scope")?;
    if grant_type != "client_credentials" {
        let text = format!("The app requested an unsupported grant type '{grant_type}'.");
        return Err(Failure::new(70_003, "unsupported_grant_type", 400, text));
    }
    let tenant = sign_in::tenant(world, tenant)?;
    let client = sign_in::client(world, tenant, client_id)?;
    if let Some(assertion) = form.get("client_assertion") {
        if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(Failure::missing("client_assertion_type"));
        }
        let endpoint = format!("{}{}", request.base, request.path);
        let federation = sign_in::check_assertion(world, &client, assertion, &endpoint)?;
        return Ok((client, federation));
    }
    let secret = form.get("client_secret").ok_or_else(|| {
        let text = "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.";
        Failure::new(7_000_216, "invalid_client", 401, text)
    })?;
    let key_id = sign_in::check_secret(world, &client, secret)?;
    Ok((Client { key_id: Some(key_id), ..client }, None))
}

fn issue(world: &mut World, client: &Client, request: &Request, form: &Form) -> Result<Value, Failure> {
    let scope = form.required("scope")?;
    let audience = audience(scope, &request.base)?;
    let resource_id = resource(world, client, &audience)?;
    let now = world.clock.now();
    let view = View { now, coin: None };
    let tenant = world.tenant(&client.tenant).ok_or_else(|| Failure::no_tenant(&client.tenant))?;
    let principal = client.principal.text("id");
    let mut roles = lookup::granted_roles(tenant, principal, &resource_id, view, world.moods.token_roles);
    roles.sort();
    let second = now.as_second();
    let issuer = format!("https://sts.windows.net/{}/", client.tenant);
    let mut claims = json!({
        "aud": audience, "iss": issuer, "iat": second, "nbf": second, "exp": second + LIFETIME,
        "app_displayname": client.application.text("displayName"), "appid": client.application.app_id(),
        "appidacr": if form.get("client_assertion").is_some() { "2" } else { "1" },
        "idp": issuer, "idtyp": "app", "oid": principal, "sub": principal, "tid": client.tenant,
        "tenant_region_scope": "NA", "uti": world.random.guid(), "ver": "1.0",
    });
    if !roles.is_empty() {
        claims["roles"] = json!(roles);
    }
    let token = world.signer.sign(&claims).ok_or_else(|| {
        Failure::new(
            90_033,
            "temporarily_unavailable",
            503,
            "A transient error has occurred. Please try again.",
        )
    })?;
    world.secrets.insert(token.clone());
    Ok(
        json!({ "token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token }),
    )
}

/// The one resource that all scopes name.
fn audience(scope: &str, own: &str) -> Result<String, Failure> {
    let invalid = || {
        let text = format!(
            "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
        );
        Failure::new(70_011, "invalid_scope", 400, text)
    };
    let mut scopes =
        scope.split_whitespace().filter(|scope| !["openid", "profile", "offline_access"].contains(scope));
    let first = scopes.next().ok_or_else(invalid)?;
    if scopes.next().is_some() {
        return Err(invalid());
    }
    let resource = first.strip_suffix("/.default").ok_or_else(|| {
        let text = format!(
            "The provided value for scope {first} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
        );
        Failure::new(1_002_012, "invalid_scope", 400, text)
    })?;
    let resource = resource.trim_end_matches('/');
    // A private cloud's Graph is named by its own address.
    if resource == own || super::audience::is_own_graph(resource) {
        Ok(super::audience::GRAPH.to_owned())
    } else {
        Ok(resource.to_owned())
    }
}

/// The object id of the resource's principal in the tenant.
fn resource(world: &World, client: &Client, audience: &str) -> Result<String, Failure> {
    let missing = || {
        let text = format!(
            "The resource principal named {audience} was not found in the tenant named {}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
            client.tenant
        );
        Failure::new(500_011, "invalid_resource", 400, text)
    };
    let tenant = world.tenant(&client.tenant).ok_or_else(missing)?;
    let view = View { now: world.clock.now(), coin: None };
    let app_id = match audience {
        super::audience::GRAPH => resources::microsoft_graph().app_id,
        "https://graph.windows.net" => resources::azure_ad_graph().app_id,
        other => other.strip_prefix("api://").unwrap_or(other),
    };
    let key = Key::Alternate("appId".to_owned(), app_id.to_owned());
    lookup::see_principal(tenant, &key, view)
        .map(|principal| principal.text("id").to_owned())
        .ok_or_else(missing)
}
