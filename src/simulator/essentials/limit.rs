//! A limit of requests, of which nobody knows whether there is one.

use jiff::SignedDuration;

use super::call::Call;
use crate::moods::EssentialsLimit;
use crate::state::meters::Meter;

const WINDOW: SignedDuration = SignedDuration::from_secs(2);
const REQUESTS: u64 = 10;

/// For how many seconds a request has to wait that exceeds the limit; it counts all the same.
pub(super) fn exceeded(call: &mut Call<'_>) -> Option<i64> {
    let counted = match call.moods().essentials_limit {
        EssentialsLimit::None => return None,
        EssentialsLimit::Account => call.caller.address.clone(),
        EssentialsLimit::Organization => call.request.segments().get(3)?.to_lowercase(),
    };
    let now = call.world.clock.now();
    let meter = call.world.meters.essentials.entry(counted).or_insert(Meter { since: now, used: 0 });
    (meter.add(now, WINDOW, 1) > REQUESTS).then(|| meter.seconds_left(now, WINDOW))
}
