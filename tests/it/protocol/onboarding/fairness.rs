//! Fifty tenants behind one provider, ten at a time as core works: tenants that hang or throttle slow nobody else. What
//! Proofpoint throttles is the account, which is everybody's: its `Retry-After` is for all.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{as_partner, configured};
use crate::support::one_identity::consented_everywhere;
use crate::support::simulator::{Simulator, Tenant};

const TENANTS: usize = 50;
/// How many things CLIs do at once.
const WAYS: usize = 10;

#[test]
fn a_tenant_that_hangs_or_throttles_slows_nobody_else() {
    let simulator = Simulator::start(&["--tenants", &TENANTS.to_string(), "--users", "2", "--groups", "1"]);
    consented_everywhere(&simulator);
    let tenants = simulator.ready().tenants.clone();
    // Among the first, so that they hold a way from the beginning.
    let [silent, slow, throttled] = [1, 2, 3].map(|index| &tenants[index]);
    let long = 600_000;
    let sign_in = |tenant: &Tenant| format!("/{}/oauth2/**", tenant.tenant_id);
    let domains = |tenant: &Tenant| format!("**/orgs/{}/domains", tenant.domain);
    simulator.set_faults(&json!([
        { "path": sign_in(silent), "delay": long },
        { "path": domains(slow), "delay": long },
        { "path": sign_in(throttled), "status": 429, "headers": { "Retry-After": "120" } },
    ]));
    let environment = as_partner(&simulator);
    let held = [silent, slow, throttled].map(|tenant| tenant.domain.clone());
    Runtime::new().expect("a runtime").block_on(async {
        let plugin = Arc::new(configured(&environment).await);
        let ways = Arc::new(Semaphore::new(WAYS));
        let mut working = JoinSet::new();
        for tenant in tenants.clone() {
            let (plugin, ways) = (Arc::clone(&plugin), Arc::clone(&ways));
            working.spawn(async move {
                let _way = ways.acquire_owned().await.expect("a way");
                let application = json!({ "tenant_id": tenant.tenant_id, "client_id": tenant.client_id });
                let (_, graph) = plugin.data("proofpoint_azure_application", application).await;
                let domains = json!({ "domain": tenant.domain });
                let (_, essentials) = plugin.data("proofpoint_domains", domains).await;
                (tenant.domain, graph.to_string() + &essentials.to_string())
            });
        }
        let mut done = Vec::new();
        while done.len() < TENANTS - held.len() {
            // The deadline is for waits that would not end; those that are held take minutes.
            let next = timeout(Duration::from_secs(120), working.join_next()).await;
            let (domain, said) = next
                .unwrap_or_else(|_| panic!("only {} are done: {done:?}", done.len()))
                .expect("more")
                .expect("a reading");
            // A wait that the service asks for and that the deadline does not allow fails at once.
            if held.contains(&domain) {
                assert!(!said.is_empty(), "{domain}: {said}");
                continue;
            }
            assert!(said.is_empty(), "{domain}: {said}");
            done.push(domain);
        }
    });
}
