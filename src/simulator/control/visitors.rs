//! Who may use the control plane and see the page: programs, and the simulator's own page. A page from elsewhere in the same
//! browser may not, though it reaches the loopback address as well: its requests carry its origin, and where it has pointed
//! its own name at this machine, that name.

use serde_json::json;
use url::{Host, Url};

use crate::server::exchange::{Answer, Request};

/// The refusal of a request that another site's page makes.
pub(super) fn refuse(names: &[String], request: &Request) -> Option<Answer> {
    if let Some(refused) = refuse_name(names, request) {
        return Some(refused);
    }
    let site = request.header("sec-fetch-site").unwrap_or("none");
    let from_elsewhere = request.header("origin").is_some_and(|origin| !is_own(origin, &request.base))
        || !matches!(site, "none" | "same-origin");
    from_elsewhere.then(|| forbidden("pages of other sites may not use the control plane"))
}

/// The refusal of a request to a name that others can point here, and which is none of those that it was started with.
pub(super) fn refuse_name(names: &[String], request: &Request) -> Option<Answer> {
    let url = Url::parse(&request.base).ok();
    let known = url.as_ref().and_then(Url::host).is_some_and(|host| match host {
        Host::Ipv4(_) | Host::Ipv6(_) => true,
        // Nobody can register a name without a dot; one's own machines and containers have such.
        Host::Domain(name) => {
            let own = names.iter().any(|own| own.eq_ignore_ascii_case(name));
            own || name == "localhost" || name.ends_with(".localhost") || !name.contains('.')
        }
    });
    (!known).then(|| forbidden("ask by address, as `localhost`, or by a name without a dot; or start it with this name as `--name`"))
}

/// Whether an origin is the address that was asked, whatever the scheme: a simulator with TLS takes both.
fn is_own(origin: &str, base: &str) -> bool {
    let place = |url: &str| url.split_once("://").map(|(_, place)| place.to_ascii_lowercase());
    place(origin).is_some() && place(origin) == place(base)
}

fn forbidden(problem: &str) -> Answer {
    Answer::json(403, &json!({ "error": problem }))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName};

    use super::*;

    fn refused(host: &str, headers: &[(&str, &str)]) -> bool {
        refused_by(&[], host, headers)
    }

    fn refused_by(own: &[String], host: &str, headers: &[(&str, &str)]) -> bool {
        let named =
            |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        let request = Request {
            method: "POST".to_owned(),
            path: "/_control/clock".to_owned(),
            query: String::new(),
            headers: headers.iter().map(named).collect::<HeaderMap>(),
            body: bytes::Bytes::new(),
            base: format!("https://{host}"),
        };
        refuse(own, &request).is_some_and(|answer| answer.status == 403)
    }

    #[test]
    fn programs_and_the_own_page_may_use_it() {
        for host in
            ["127.0.0.1:8443", "[::1]:8443", "localhost:8443", "sim.localhost", "simulator:80", "10.0.0.7"]
        {
            assert!(!refused(host, &[]), "{host}");
        }
        for scheme in ["http", "https"] {
            let origin = format!("{scheme}://127.0.0.1:8443");
            assert!(!refused("127.0.0.1:8443", &[("origin", &origin), ("sec-fetch-site", "same-origin")]));
        }
    }

    #[test]
    fn pages_of_other_sites_may_not() {
        for origin in ["https://evil.example", "null", "http://127.0.0.1:3000", "http://localhost:8443", ""] {
            assert!(refused("127.0.0.1:8443", &[("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site"] {
            assert!(refused("127.0.0.1:8443", &[("sec-fetch-site", site)]), "{site}");
        }
    }

    #[test]
    fn a_name_that_was_pointed_here_does_not_help() {
        let own = [("origin", "https://rebound.evil.example:8443"), ("sec-fetch-site", "same-origin")];
        assert!(refused("rebound.evil.example:8443", &own));
        assert!(refused("rebound.evil.example:8443", &[]));
        assert!(refused("127.0.0.1.", &[]) == refused("127.0.0.1", &[]));
        assert!(refused("evil.", &[]));
    }

    #[test]
    fn a_name_that_it_was_started_with_is_its_own() {
        let names = ["host.docker.internal".to_owned()];
        let host = "Host.Docker.internal:8443";
        let own = [("origin", "https://Host.Docker.internal:8443"), ("sec-fetch-site", "same-origin")];
        assert!(refused(host, &own) && !refused_by(&names, host, &own) && !refused_by(&names, host, &[]));
        assert!(refused_by(&names, "evil.host.docker.internal", &[]));
        assert!(refused_by(&names, host, &[("origin", "https://evil.example")]));
    }
}
