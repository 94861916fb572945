//! What a command asked of which service, from the simulator's log.

use std::collections::BTreeMap;
use std::error::Error;

use serde_json::Value;

use super::simulator::Simulator;

/// The requests over the wire by service, as in `1 Essentials, 1 Graph $batch, 1 token`; per one of `among`.
pub(crate) async fn by_service(simulator: &Simulator, among: u32) -> Result<String, Box<dyn Error>> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for request in &simulator.requests().await? {
        if let Some(service) = service(request) {
            *counts.entry(service).or_default() += 1;
        }
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(service, count)| {
            let each = f64::from(*count) / f64::from(among);
            if count % among == 0 { format!("{each:.0} {service}") } else { format!("{each:.3} {service}") }
        })
        .collect();
    Ok(counts.join(", "))
}

/// How many went over the wire.
pub(crate) async fn number(simulator: &Simulator) -> Result<u32, Box<dyn Error>> {
    let requests = simulator.requests().await?;
    Ok(u32::try_from(requests.iter().filter(|request| service(request).is_some()).count())?)
}

/// Which service an entry of the log is about; none for the items inside a `$batch`.
fn service(request: &Value) -> Option<&'static str> {
    if request.get("batch").is_some_and(|batch| !batch.is_null()) {
        return None;
    }
    let path = request.get("path").and_then(Value::as_str).unwrap_or_default();
    Some(if path.ends_with("/token") {
        "token"
    } else if path == "/api/v1/me" {
        "GET /me"
    } else if path.starts_with("/api/") {
        "Essentials"
    } else if path.ends_with("/$batch") {
        "Graph $batch"
    } else {
        "other of Graph"
    })
}
