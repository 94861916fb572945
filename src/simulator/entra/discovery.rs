//! What client libraries look up before they ask for a token.

use serde_json::{Value, json};

use super::failure::{Failure, dressed};
use super::sign_in;
use crate::server::exchange::{Answer, Request};
use crate::state::World;

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
pub(crate) fn configuration(world: &mut World, name: &str, request: &Request) -> Answer {
    let known = match name {
        shared if sign_in::is_shared(shared) => Ok((shared.to_owned(), "{tenantid}".to_owned())),
        name => sign_in::tenant(world, name).map(|tenant| (tenant.id.clone(), tenant.id.clone())),
    };
    let (id, issuer) = match known {
        Ok(known) => known,
        Err(failure) => {
            let failure = Failure { error: "invalid_tenant", ..failure };
            return failure.answer(world, request.header("client-request-id"));
        }
    };
    let base = &request.base;
    let host = base.split("://").nth(1).unwrap_or(base);
    let document = json!({
        "token_endpoint": format!("{base}/{id}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{id}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{issuer}/v2.0"),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/authorize"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver", "oid"],
        "tenant_region_scope": "NA",
        "cloud_instance_name": host,
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": host,
    });
    dressed(Answer::json(200, &document))
}

/// `GET /{tenant}/discovery/v2.0/keys`.
pub(crate) fn keys(world: &World) -> Answer {
    dressed(Answer::json(200, &world.signer.jwks()))
}

/// `GET /common/discovery/instance`: only this authority is known, with its port or, as some clients ask, without one.
pub(crate) fn instance(world: &mut World, request: &Request) -> Answer {
    let asked = request
        .parameters()
        .into_iter()
        .find(|(name, _)| name == "authorization_endpoint")
        .and_then(|(_, value)| url::Url::parse(&value).ok());
    let own = url::Url::parse(&request.base).ok();
    let known = asked.as_ref().zip(own.as_ref()).is_some_and(|(asked, own)| {
        asked.host_str() == own.host_str()
            && (asked.port().is_none() || asked.port_or_known_default() == own.port_or_known_default())
    });
    let Some(asked) = asked.filter(|_| known) else {
        let failure = Failure::new(50_049, "invalid_instance", 400, "Unknown or invalid instance.");
        return failure.answer(world, request.header("client-request-id"));
    };
    let tenant =
        asked.path_segments().and_then(|mut path| path.next().map(str::to_owned)).unwrap_or_default();
    let host = request.base.split("://").nth(1).unwrap_or_default();
    let metadata: Value = json!([{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }]);
    let document = json!({
        "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", request.base),
        "api-version": "1.1",
        "metadata": metadata,
    });
    dressed(Answer::json(200, &document))
}

/// `GET /metadata/endpoints`: the addresses of this cloud, as `metadata_host` of azuread reads them.
pub(crate) fn endpoints(request: &Request) -> Answer {
    let base = &request.base;
    let cloud = json!({
        "name": "Simulator",
        "authentication": {
            "loginEndpoint": base, "audiences": [base], "tenant": "common", "identityProvider": "AAD",
        },
        "microsoftGraphResourceId": base,
        "graph": base,
        // Nothing answers there; azuread refuses a cloud without one.
        "resourceManager": base,
        "suffixes": {},
    });
    Answer::json(200, &cloud)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::http::HeaderMap;

    use super::*;
    use crate::arguments::Arguments;
    use crate::entra::jwt::Signer;

    const BASE: &str = "https://127.0.0.1:8443";

    fn world() -> World {
        crate::beginning::world(&Arguments::default(), Arc::new(Signer::generate().unwrap())).unwrap()
    }

    fn asked(query: &str) -> Request {
        Request {
            method: "GET".to_owned(),
            path: String::new(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            body: bytes::Bytes::new(),
            base: BASE.to_owned(),
        }
    }

    #[test]
    fn shared_authorities_are_discovered_with_an_issuer_for_any_tenant() {
        let mut world = world();
        for shared in ["organizations", "common"] {
            let answer = configuration(&mut world, shared, &asked(""));
            assert_eq!(answer.status, 200, "{shared}");
            assert_eq!(answer.text("/issuer"), format!("{BASE}/{{tenantid}}/v2.0"));
            assert_eq!(answer.text("/token_endpoint"), format!("{BASE}/{shared}/oauth2/v2.0/token"));
            assert_eq!(answer.text("/jwks_uri"), format!("{BASE}/{shared}/discovery/v2.0/keys"));
        }
        let (id, domain) = (world.tenants[0].id.clone(), world.tenants[0].domain.clone());
        let own = configuration(&mut world, &domain, &asked(""));
        assert_eq!(own.text("/issuer"), format!("{BASE}/{id}/v2.0"));
        let nobody = configuration(&mut world, "nobody.example", &asked(""));
        assert_eq!((nobody.status, nobody.text("/error").as_str()), (400, "invalid_tenant"));
    }

    #[test]
    fn an_instance_is_known_by_its_host_and_another_is_not() {
        let mut world = world();
        // MSAL for Python asks without the port.
        for host in [BASE, "https://127.0.0.1"] {
            for name in ["common", "organizations", &world.tenants[0].id.clone()] {
                let query =
                    format!("api-version=1.1&authorization_endpoint={host}/{name}/oauth2/v2.0/authorize");
                let answer = instance(&mut world, &asked(&query));
                let wanted = format!("{BASE}/{name}/v2.0/.well-known/openid-configuration");
                assert_eq!(answer.text("/tenant_discovery_endpoint"), wanted);
                assert_eq!(answer.value()["metadata"][0]["aliases"], json!(["127.0.0.1:8443"]));
            }
        }
        for other in ["https://127.0.0.1:8444/common", "https://login.example/common", ""] {
            let answer = instance(&mut world, &asked(&format!("authorization_endpoint={other}")));
            assert_eq!((answer.status, answer.text("/error").as_str()), (400, "invalid_instance"), "{other}");
        }
    }

    #[test]
    fn the_addresses_of_the_cloud_are_those_that_clients_insist_on() {
        let answer = endpoints(&asked("api-version=2022-09-01"));
        for member in ["/microsoftGraphResourceId", "/resourceManager", "/authentication/loginEndpoint"] {
            assert_eq!(answer.text(member), BASE, "{member}");
        }
        assert!(!answer.text("/name").is_empty());
    }
}
