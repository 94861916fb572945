//! One call of Graph: who asks what of which tenant, and when.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::authorize::{self, Reach};
use super::errors::{Failure, Outcome};
use super::options::Options;
use crate::directory::caller::Caller;
use crate::directory::entity::Entity;
use crate::directory::tenant::Tenant;
use crate::server::exchange::{Answer, Request};
use crate::state::World;
use crate::state::clock::graph_time;
use crate::state::lags::Kind;
use crate::state::table::{Settling, View};

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
