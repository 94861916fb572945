//! For unit tests: a world, and somebody at a desk who calls Graph.

use std::sync::{Arc, OnceLock};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use serde_json::{Value, json};

use super::call::Caller;
use crate::arguments::Arguments;
use crate::entra;
use crate::entra::jwt::Signer;
use crate::server::exchange::{Answer, Request};
use crate::state::World;
use crate::state::clock::parse_duration;

pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) caller: Caller,
}

impl Answer {
    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn text(&self, pointer: &str) -> String {
        self.value().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub(crate) fn header_text(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    /// `code` of an error.
    pub(crate) fn code(&self) -> String {
        self.text("/error/code")
    }
}

impl Desk {
    /// The automation identity of the first tenant.
    pub(crate) fn new() -> Self {
        static SIGNER: OnceLock<Arc<Signer>> = OnceLock::new();
        let signer = SIGNER.get_or_init(|| Arc::new(Signer::generate().unwrap())).clone();
        let world = World::new(&Arguments::default(), signer).unwrap();
        let tenant = &world.tenants[0];
        let automation = &tenant.automation;
        let caller =
            entra::sign_in(&world, &tenant.id, &automation.client_id, &automation.client_secret).unwrap();
        Self { world, caller }
    }

    /// Somebody with these roles instead.
    pub(crate) fn with_roles(mut self, roles: &[&str]) -> Self {
        self.caller.roles = roles.iter().map(|role| (*role).to_owned()).collect();
        self
    }

    pub(crate) fn behave(&mut self, switches: &Value) {
        self.world.moods.apply(switches.as_object().unwrap()).unwrap();
    }

    pub(crate) fn advance(&mut self, by: &str) {
        self.world.clock.advance(parse_duration(by).unwrap()).unwrap();
    }

    /// A request without a body to the beta version.
    pub(crate) fn beta(&mut self, method: &str, url: &str) -> Answer {
        self.send_to("beta", method, url, None, &[])
    }

    pub(crate) fn send(
        &mut self,
        method: &str,
        url: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.send_to("v1.0", method, url, body, headers)
    }

    fn send_to(
        &mut self,
        version: &str,
        method: &str,
        url: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let mut map = HeaderMap::new();
        map.insert("content-type", HeaderValue::from_static("application/json"));
        for (name, value) in headers {
            map.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let request = Request {
            method: method.to_owned(),
            path: format!("/{version}{path}"),
            query: query.to_owned(),
            headers: map,
            body: body.map(|body| Bytes::from(body.to_string())).unwrap_or_default(),
            base: "https://127.0.0.1:1".to_owned(),
        };
        super::deleted_items::purge_expired(&mut self.world);
        super::answer_signed_in(&mut self.world, &self.caller, &request)
    }

    pub(crate) fn get(&mut self, url: &str) -> Answer {
        self.send("GET", url, None, &[])
    }

    pub(crate) fn post(&mut self, url: &str, body: &Value) -> Answer {
        self.send("POST", url, Some(body), &[])
    }

    pub(crate) fn patch(&mut self, url: &str, body: &Value) -> Answer {
        self.send("PATCH", url, Some(body), &[])
    }

    pub(crate) fn delete(&mut self, url: &str) -> Answer {
        self.send("DELETE", url, None, &[])
    }

    /// A registration; its object id and client id.
    pub(crate) fn register(&mut self, name: &str) -> (String, String) {
        let answer = self.post("/applications", &json!({ "displayName": name, "uniqueName": name }));
        assert_eq!(answer.status, 201, "{}", answer.value());
        (answer.text("/id"), answer.text("/appId"))
    }

    /// The object id of a principal for a client id.
    pub(crate) fn principal(&mut self, app_id: &str) -> String {
        let answer = self.post("/servicePrincipals", &json!({ "appId": app_id }));
        assert_eq!(answer.status, 201, "{}", answer.value());
        answer.text("/id")
    }

    /// The object id of Microsoft Graph's own principal.
    pub(crate) fn graph(&mut self) -> String {
        self.get("/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id").text("/id")
    }
}
