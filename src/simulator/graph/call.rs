//! One call of Graph: who asks what of which tenant, and when.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::authorize::{self, Reach};
use super::entity::Entity;
use super::errors::{Failure, Outcome};
use super::options::Options;
use crate::moods::Lag;
use crate::server::exchange::{Answer, Request};
use crate::state::World;
use crate::state::clock::graph_time;
use crate::state::table::{Settling, View};
use crate::state::tenant::Tenant;

/// The application that signed in.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) tenant: String,
    pub(crate) app_id: String,
    /// Object id of its service principal in the tenant.
    pub(crate) object_id: String,
    pub(crate) roles: BTreeSet<String>,
}

/// What an operation has at hand.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    tenant: usize,
    pub(crate) caller: &'a Caller,
    pub(crate) request: &'a Request,
    pub(crate) options: Options,
    pub(crate) now: Timestamp,
    pub(crate) view: View,
}

impl<'a> Call<'a> {
    pub(crate) fn new(world: &'a mut World, caller: &'a Caller, request: &'a Request) -> Outcome<Self> {
        let tenant = world
            .tenants
            .iter()
            .position(|tenant| tenant.id == caller.tenant)
            .ok_or_else(|| Failure::token("Access token validation failure. Invalid tenant."))?;
        let options = Options::read(request)?;
        let now = world.clock.now();
        let coin = world.moods.replicas_disagree.then(|| world.random.next_u64());
        Ok(Self { world, tenant, caller, request, options, now, view: View { now, coin } })
    }

    pub(crate) fn tenant(&self) -> &Tenant {
        &self.world.tenants[self.tenant]
    }

    pub(crate) fn tenant_mut(&mut self) -> &mut Tenant {
        &mut self.world.tenants[self.tenant]
    }

    /// When all replicas will have heard of a write made now to an object of this kind.
    pub(crate) fn settles(&mut self, kind: Kind) -> Settling {
        self.world.settles(kind)
    }

    pub(crate) fn allow(&self, method: &str, operation: &str) -> Outcome<Reach> {
        authorize::check(&self.caller.roles, method, operation)
    }

    /// Refuses a caller who may touch only its own things and does not own this one.
    pub(crate) fn owned(&self, reach: Reach, owners: &[String]) -> Outcome<()> {
        let own = reach == Reach::Everything || owners.contains(&self.caller.object_id);
        if own { Ok(()) } else { Err(Failure::forbidden()) }
    }

    /// Now, as Graph writes it.
    pub(crate) fn timestamp(&self) -> String {
        graph_time(self.now)
    }

    pub(crate) fn guid(&mut self) -> String {
        self.world.random.guid()
    }

    /// True or false by chance, for errors that come in two forms.
    pub(crate) fn coin(&mut self) -> bool {
        self.world.random.next_u64() & 1 == 1
    }

    /// The body, which must be a JSON object.
    pub(crate) fn body(&self) -> Outcome<Map<String, Value>> {
        match self.request.json() {
            Ok(Value::Object(map)) => Ok(map),
            _ => Err(Failure::new(
                400,
                "BadRequest",
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
            )),
        }
    }

    /// The body of a change to the object with this id, which the body may name as well.
    pub(crate) fn changes(&self, id: &str) -> Outcome<Map<String, Value>> {
        let mut body = self.body()?;
        body.retain(|name, value| name != "id" || value.as_str() != Some(id));
        Ok(body)
    }

    /// Like `body`, but nothing at all is an empty object.
    pub(crate) fn optional_body(&self) -> Outcome<Map<String, Value>> {
        if self.request.body.is_empty() { Ok(Map::new()) } else { self.body() }
    }

    /// `https://host/v1.0/$metadata#what`, or of beta.
    pub(crate) fn context(&self, what: &str) -> String {
        format!("{}/{}/$metadata#{what}", self.request.base, self.request.version())
    }

    /// One object, the properties selected or all by default.
    pub(crate) fn object<T: Entity>(
        &self,
        status: u16,
        set: &str,
        object: &T,
        default: &'static [&'static str],
    ) -> Outcome {
        let properties = self.options.shown::<T>(default)?;
        let selected = match &self.options.select {
            Some(select) if status == 200 => format!("({})", select.join(",")),
            _ => String::new(),
        };
        let context = Value::from(self.context(&format!("{set}{selected}/$entity")));
        let mut body = Vec::new();
        object.write_object(&properties, &format!("\"@odata.context\":{context}"), &mut body);
        Ok(Answer::empty(status).with_body("application/json", body))
    }
}

/// Kinds of objects, as far as replicas are late with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Application,
    Principal,
    Grant,
    RoleAssignment,
    Keys,
    Deleted,
    Person,
}

impl World {
    /// When all replicas will have heard of a write made now to an object of this kind.
    pub(crate) fn settles(&mut self, kind: Kind) -> Settling {
        let moods = &self.moods;
        let own = match kind {
            Kind::Application => moods.lag_of_applications,
            Kind::Principal => moods.lag_of_principals,
            Kind::Grant => moods.lag_of_grants,
            Kind::RoleAssignment => moods.lag_of_role_assignments,
            Kind::Keys => moods.lag_of_keys,
            Kind::Deleted => moods.lag_of_deleted_items,
            Kind::Person => moods.lag_of_people,
        };
        self.settling(own.unwrap_or(moods.replica_lag))
    }

    /// When something is seen everywhere that is late by this much.
    pub(crate) fn settling(&mut self, lag: Lag) -> Settling {
        let drawn = self.moods.replicas_disagree;
        let mut within = |most: u64| if drawn { self.random.below(most + 1) } else { most };
        match lag {
            Lag::Reads(count) => Settling {
                at: Timestamp::MIN,
                looks: u32::try_from(within(u64::from(count))).unwrap_or(count),
            },
            Lag::Milliseconds(most) => {
                let lag = SignedDuration::from_millis(i64::try_from(within(most)).unwrap_or(i64::MAX));
                self.clock.now().checked_add(lag).unwrap_or(Timestamp::MAX).into()
            }
        }
    }

    /// True and false in turn.
    pub(crate) fn alternate(&mut self) -> bool {
        self.turn = !self.turn;
        self.turn
    }
}

/// How an object is named in a path: by id, or by an alternate key such as `appId='..'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Id(String),
    Alternate(String, String),
}

impl Key {
    /// The segment after a collection, or what stood in its parentheses.
    pub(crate) fn parse(segment: &str) -> Self {
        if let Some((name, value)) = segment.split_once('=')
            && let Some(value) = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''))
        {
            return Self::Alternate(name.trim().to_owned(), value.replace("''", "'"));
        }
        Self::Id(segment.to_owned())
    }

    /// As an error names it.
    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::Id(id) | Self::Alternate(_, id) => id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ids_or_alternate() {
        assert_eq!(Key::parse("17"), Key::Id("17".to_owned()));
        assert_eq!(
            Key::parse("uniqueName='o''hara'"),
            Key::Alternate("uniqueName".to_owned(), "o'hara".to_owned())
        );
    }
}
