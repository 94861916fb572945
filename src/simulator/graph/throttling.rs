//! Graph's budgets: resource units and writes of one application in one tenant.

use jiff::SignedDuration;

use super::errors::Failure;
use crate::directory::caller::Caller;
use crate::server::exchange::{Answer, Request};
use crate::server::patience::told_to_wait;
use crate::state::World;
use crate::state::meters::Meter;

const UNIT_WINDOW: SignedDuration = SignedDuration::from_secs(10);
const WRITE_WINDOW: SignedDuration = SignedDuration::from_secs(150);
/// Writes of one application in one tenant within their window.
const WRITES: u64 = 3000;

/// What a request costs, and how close to the limit it brought the caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    units: u64,
    share: f64,
}

impl Charge {
    /// Tells the client.
    pub(crate) fn mark(self, answer: Answer) -> Answer {
        let answer = answer.header("x-ms-resource-unit", self.units.to_string());
        if self.share > 0.8 {
            return answer.header("x-ms-throttle-limit-percentage", format!("{:.1}", self.share.min(1.8)));
        }
        answer
    }
}

/// Charges a request, or refuses it; a refused one still counts.
pub(crate) fn charge(
    world: &mut World,
    caller: &Caller,
    request: &Request,
    segments: &[&str],
) -> Result<Charge, Box<(Failure, Answer)>> {
    let now = world.clock.now();
    let write = request.method != "GET";
    let units = if write { 1 } else { cost(request, segments) };
    let unit_limit = match world.moods.unit_limit {
        0 => world.tenant(&caller.tenant).map_or(3500, |tenant| match tenant.users.size() {
            0..50 => 3500,
            50..=500 => 5000,
            _ => 8000,
        }),
        limit => limit,
    };
    let write_limit = match world.moods.write_limit {
        0 => WRITES,
        limit => limit,
    };
    let fresh = Meter { since: now, used: 0 };
    let key = (caller.tenant.clone(), caller.app_id.clone());
    let (unit_meter, write_meter) = world.meters.graph.entry(key).or_insert((fresh, fresh));
    let used = unit_meter.add(now, UNIT_WINDOW, units);
    let written = write_meter.add(now, WRITE_WINDOW, u64::from(write));
    let refused = if used > unit_limit {
        Some((unit_meter.seconds_left(now, UNIT_WINDOW), "ReadWrite", "ResourceUnitLimitExceeded"))
    } else if write && written > write_limit {
        Some((write_meter.seconds_left(now, WRITE_WINDOW), "Write", "WriteLimitExceeded"))
    } else {
        None
    };
    let Some((seconds, limit, information)) = refused else {
        #[expect(clippy::cast_precision_loss, reason = "a share of a few thousand")]
        let share = used as f64 / unit_limit as f64;
        return Ok(Charge { units, share });
    };
    let headers = told_to_wait(world, Answer::default(), seconds);
    let headers = headers
        .header(
            "x-ms-throttle-scope",
            format!("Tenant_Application/{limit}/{}/{}", caller.app_id, caller.tenant),
        )
        .header("x-ms-throttle-information", information);
    Err(Box::new((Failure::new(429, "TooManyRequests", "Please retry again later."), headers)))
}

/// Resource units of a read.
fn cost(request: &Request, segments: &[&str]) -> u64 {
    let base: i64 = match segments {
        ["groups", _, "members", ..] | ["subscribedSkus", ..] => 3,
        ["groups", _, "transitiveMembers", ..] => 5,
        ["applications" | "users" | "oauth2PermissionGrants", ..]
        | ["servicePrincipals", _, "appRoleAssignments", ..] => 2,
        _ => 1,
    };
    let parameters = request.parameters();
    let parameter = |name: &str| parameters.iter().find(|(other, _)| other.trim_start_matches('$') == name);
    let selected = i64::from(parameter("select").is_some());
    let expanded = i64::from(parameter("expand").is_some());
    let few = parameter("top").and_then(|(_, top)| top.parse::<u64>().ok()).is_some_and(|top| top < 20);
    u64::try_from((base - selected + expanded - i64::from(few)).max(1)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use serde_json::json;

    #[test]
    fn a_caller_over_its_budget_is_told_when_to_come_back() {
        let mut desk = Desk::new();
        desk.behave(&json!({ "unit_limit": 4 }));
        assert_eq!(desk.get("/users").status, 200);
        assert_eq!(desk.get("/users?$select=id").status, 200);
        let near = desk.get("/organization");
        assert_eq!(near.header_text("x-ms-throttle-limit-percentage"), Some("1.0"));
        let refused = desk.get("/organization");
        assert_eq!((refused.status, refused.header_text("retry-after")), (429, Some("10")));
        desk.advance("10s");
        assert_eq!(desk.get("/organization").status, 200);
    }
}
