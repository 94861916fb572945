//! One request to the Interface API: who calls, which organization it is about, what the body says.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::account::AccountType;
use super::errors::{Failure, Outcome};
use super::fields::Fields;
use super::organization::Organization;
use crate::moods::{Lists, MissingOrganization, Moods, PathDomain};
use crate::server::exchange::{Answer, Request};
use crate::state::World;

/// The account that a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) address: String,
    pub(crate) kind: AccountType,
    pub(crate) read_only: bool,
    /// Primary domain of its organization.
    pub(crate) home: String,
}

/// A request of a known caller.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) request: &'a Request,
    pub(crate) caller: Caller,
}

impl<'a> Call<'a> {
    /// Signs in with the headers `X-User` and `X-Password`.
    pub(crate) fn sign_in(world: &'a mut World, request: &'a Request) -> Outcome<Self> {
        world.organizations.end_the_deleted(world.clock.now());
        let given = |name: &str| request.header(name).unwrap_or_default();
        let (username, password) = (given("x-user"), given("x-password"));
        let caller = world
            .organizations
            .sign_in(username, password)
            .map(|(organization, account)| Caller {
                address: account.address.clone(),
                kind: account.kind,
                read_only: account.read_only,
                home: organization.primary_domain.clone(),
            })
            .ok_or_else(|| Failure::new(401, "invalid credentials", username))?;
        Ok(Self { world, request, caller })
    }

    pub(crate) fn moods(&self) -> &Moods {
        &self.world.moods
    }

    /// Whether the answer names sender lists in the new terms.
    pub(crate) fn new_terms(&self) -> bool {
        self.request.header("x-terms-update").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The primary domain of the organization that a path names by any of its domains.
    pub(crate) fn primary(&self, domain: &str) -> Outcome<String> {
        if !self.caller.kind.is_admin() {
            return Err(Failure::forbidden(domain));
        }
        let organizations = &self.world.organizations;
        match organizations.find(domain) {
            Some(organization)
                if self.moods().path_domain == PathDomain::Primary
                    && !organization.primary_domain.eq_ignore_ascii_case(domain) =>
            {
                Err(Failure::forbidden(domain))
            }
            Some(organization)
                if organizations.is_within(&organization.primary_domain, &self.caller.home) =>
            {
                Ok(organization.primary_domain.clone())
            }
            None => Err(self.unknown(domain)),
            _ => Err(Failure::forbidden(domain)),
        }
    }

    /// The refusal of an organization that does not exist.
    pub(crate) fn unknown(&self, domain: &str) -> Failure {
        match self.moods().missing_organization {
            MissingOrganization::NotFound => Failure::new(404, "no domain found", domain),
            MissingOrganization::Forbidden => Failure::forbidden(domain),
        }
    }

    pub(crate) fn organization(&self, domain: &str) -> Outcome<&Organization> {
        let primary = self.primary(domain)?;
        self.world.organizations.find(&primary).ok_or_else(|| Failure::forbidden(domain))
    }

    pub(crate) fn organization_mut(&mut self, domain: &str) -> Outcome<&mut Organization> {
        let primary = self.primary(domain)?;
        self.world.organizations.find_mut(&primary).ok_or_else(|| Failure::forbidden(domain))
    }

    /// The body, whatever JSON it is.
    pub(crate) fn body(&self) -> Outcome<Value> {
        self.request.json().map_err(|_| Failure::new(400, "bad request: the body is not JSON", ""))
    }

    /// The body, which must be an object.
    pub(crate) fn object(&self) -> Outcome<Map<String, Value>> {
        match self.body()? {
            Value::Object(map) => Ok(map),
            _ => Err(Failure::new(400, "bad request: the body must be an object", "")),
        }
    }

    /// A list, in its envelope or bare.
    pub(crate) fn listed(&self, name: &str, items: &impl serde::Serialize) -> Answer {
        match self.moods().lists {
            Lists::Envelope => Answer::json(200, &BTreeMap::from([(name, items)])),
            Lists::Bare => Answer::json(200, items),
        }
    }

    /// How to read the fields of an object of the body.
    pub(crate) fn fields<'m>(&self, map: &'m Map<String, Value>) -> Fields<'m> {
        Fields { map, booleans: self.moods().booleans, status: 422 }
    }
}

/// One object, or a list of them: the answer to a POST.
pub(crate) fn create(
    call: &mut Call<'_>,
    collection: &str,
    mut one: impl FnMut(&mut Call<'_>, &Map<String, Value>) -> Outcome<Value>,
) -> Outcome {
    let wrong = || Failure::new(400, "bad request: the body must be an object or a list of objects", "");
    match call.body()? {
        Value::Object(map) => Ok(Answer::json(201, &one(call, &map)?)),
        Value::Array(items) => {
            let (mut made, mut errors) = (Vec::new(), Vec::new());
            for item in items {
                match item.as_object().ok_or_else(wrong).and_then(|map| one(call, map)) {
                    Ok(value) => made.push(value),
                    Err(failure) => errors.push(failure.item()),
                }
            }
            let mut body = Map::new();
            body.insert(collection.to_owned(), Value::Array(made));
            body.insert("errors".to_owned(), Value::Array(errors));
            Ok(Answer::json(207, &body))
        }
        _ => Err(wrong()),
    }
}
