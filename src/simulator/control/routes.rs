//! Every route of the control plane, once: what it is asked, what it does, and which function does it.

#![expect(clippy::unnecessary_wraps, reason = "functions of one list have one type")]

use std::fmt::Write as _;

use serde::Serialize;

use super::Outcome;
use crate::face;
use crate::server::exchange::{Answer, Request};
use crate::server::shared::Shared;

/// A route, and what is told of it.
#[derive(Serialize)]
pub(crate) struct Route {
    method: &'static str,
    /// What follows `/_control/`.
    path: &'static str,
    /// What may follow it after a question mark.
    query: &'static str,
    /// An example of the body; empty where there is none.
    body: &'static str,
    about: &'static str,
    #[serde(skip)]
    pub(crate) answer: fn(&Shared, &Request) -> Outcome,
}

impl Route {
    const fn get(path: &'static str, about: &'static str, answer: fn(&Shared, &Request) -> Outcome) -> Self {
        Self { method: "GET", path, query: "", body: "", about, answer }
    }

    const fn post(
        path: &'static str,
        body: &'static str,
        about: &'static str,
        answer: fn(&Shared, &Request) -> Outcome,
    ) -> Self {
        Self { method: "POST", path, query: "", body, about, answer }
    }

    const fn with(self, query: &'static str) -> Self {
        Self { query, ..self }
    }
}

const ROUTES: [Route; 20] = [
    Route::get("state", "Everything that both sides hold, secrets too: what --data takes", super::state),
    Route::get(
        "requests",
        "Every request so far; with `summary`, counted by route and status",
        super::requests,
    )
    .with("summary"),
    Route {
        method: "DELETE",
        ..Route::get("requests", "Forgets them; their numbers go on", super::forget_requests)
    },
    Route::get("clock", "The simulated time", super::clock),
    Route::post(
        "clock",
        r#"{"advance": "1d"}"#,
        "Moves it forward, and runs what falls due",
        super::move_clock,
    ),
    Route::post("sync", r#"{"domain": "contoso.com"}"#, "Runs the sync of an organization now", super::sync),
    Route::post(
        "hire",
        r#"{"domain": "contoso.com", "name": "Nora Quist"}"#,
        "Adds somebody with a mailbox to the directory; without `name`, somebody invented",
        super::hire,
    ),
    Route::post(
        "dismiss",
        r#"{"domain": "contoso.com", "user": "nora.quist@contoso.com"}"#,
        "Deletes a user of the directory, by id, user principal name or address",
        super::dismiss,
    ),
    Route::get("faults", "The faults in force", super::faults),
    Route::post(
        "faults",
        r#"[{"path": "/v1.0/**", "status": 503, "count": 2}]"#,
        "Orders faults in place of those before; with `add`, besides them",
        super::set_faults,
    )
    .with("add"),
    Route::get("moods", "The moods in force", super::moods),
    Route::post("moods", r#"{"replica_lag": "45s"}"#, "Sets moods and leaves the others", super::set_moods),
    Route::post(
        "policies",
        r#"{"tenant_id": "…", "defaultAppManagementPolicy": {…}, "appManagementPolicies": […]}"#,
        "Sets a tenant's policies for applications; without `tenant_id`, the first one's",
        super::set_policies,
    ),
    Route::post("reset", "", "Begins the world anew", super::reset),
    Route::post(
        "assertion",
        r#"{"subject": "…", "audience": "…"}"#,
        "A workload's token from the simulator's own issuer",
        super::assertion,
    ),
    Route::get(
        "issuer/.well-known/openid-configuration",
        "Where that issuer describes itself",
        super::issuer,
    ),
    Route::get("issuer/keys", "Its keys", super::issuer_keys),
    Route::get(
        "secrets",
        "Every secret ever issued or accepted, for tests that look for leaks",
        super::secrets,
    ),
    Route::get("face", "What the page at / shows of an organization, without any secret", shown)
        .with("organization=contoso.com&find=TEXT"),
    Route::get("routes", "This list", listed),
];

/// The route that a request is for.
pub(crate) fn find(method: &str, path: &str) -> Option<&'static Route> {
    const ALL: &[Route] = &ROUTES;
    ALL.iter().find(|route| route.method == method && route.path == path)
}

fn shown(shared: &Shared, request: &Request) -> Outcome {
    Ok(face::shown(shared, request))
}

fn listed(_: &Shared, _: &Request) -> Outcome {
    Ok(Answer::json(200, &ROUTES))
}

/// The part of `--help`.
pub(crate) fn summary() -> String {
    let mut text = String::from(
        "For a browser, the page at the address `face` of the first line shows both sides and has the most wanted of
these routes as buttons. Control routes, below the first line's `control`, with the environment of --env-file:

  curl --cacert \"$PROOFPOINT_CA_BUNDLE\" --data '{\"advance\": \"1d\"}' \"$control/clock\"

",
    );
    for route in &ROUTES {
        let query = if route.query.is_empty() { String::new() } else { format!("[?{}]", route.query) };
        let _ = writeln!(text, "  {} {}{query}  {}", route.method, route.path, route.body);
        let _ = writeln!(text, "      {}", route.about);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn every_route_is_there_once_and_is_told_of() {
        let named: BTreeSet<(&str, &str)> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
        assert_eq!(named.len(), ROUTES.len());
        let help = summary();
        for route in &ROUTES {
            assert!(help.contains(&format!("  {} {}", route.method, route.path)), "{}", route.path);
            assert!(!route.about.is_empty() && help.contains(route.about), "{}", route.path);
            assert!(find(route.method, route.path).is_some());
        }
    }

    #[test]
    fn examples_of_bodies_are_json() {
        for route in ROUTES.iter().filter(|route| !route.body.is_empty()) {
            let body = route.body.replace("{…}", "{}").replace("[…]", "[]");
            assert!(serde_json::from_str::<Value>(&body).is_ok(), "{}: {body}", route.path);
        }
    }
}
