//! Fifty tenants behind one provider, ten at a time as core works: tenants that hang or throttle slow nobody else, whether
//! they do it as a whole or within a batch, and neither does an organization that Proofpoint throttles. An account that it
//! throttles is everybody's, and is not hammered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
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
    let [silent, slow, throttled, limited, within, stuck] = [1, 2, 3, 4, 5, 6].map(|index| &tenants[index]);
    let long = 600_000;
    let sign_in = |tenant: &Tenant| format!("/{}/oauth2/**", tenant.tenant_id);
    let domains = |tenant: &Tenant| format!("**/orgs/{}/domains", tenant.domain);
    // An item of the batch that reads it.
    let item = |tenant: &Tenant| format!("/v1.0/applications(appId='{}')*", tenant.client_id);
    // Longer than the others are waited for, and shorter than reading may take.
    let patience = json!({ "Retry-After": "200" });
    simulator.set_faults(&json!([
        { "path": sign_in(silent), "delay": long },
        { "path": domains(slow), "delay": long },
        { "path": sign_in(throttled), "status": 429, "headers": { "Retry-After": "120" } },
        { "path": domains(limited), "status": 429, "headers": patience },
        { "path": item(within), "status": 429, "headers": patience },
        { "path": item(stuck), "delay": long },
    ]));
    let environment = as_partner(&simulator);
    let held = [silent, slow, throttled, limited, within, stuck].map(|tenant| tenant.domain.clone());
    Runtime::new().expect("a runtime").block_on(async {
        let mut working = reading(&environment, &tenants, WAYS).await;
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
    // All were tried that are held, and not once more while they were asked for patience.
    let asked = simulator.requests();
    let tried =
        |path: String| asked.iter().filter(|one| one.path.contains(&path) && one.status == 429).count();
    assert_eq!(tried(format!("/orgs/{}/domains", limited.domain)), 1);
    assert_eq!(tried(format!("/applications(appId='{}')", within.client_id)), 1);
}

/// More than requests may be on their way at once: with `-parallelism=50`, and in the health of a fleet.
#[test]
fn as_many_as_hang_at_once_slow_nobody_else() {
    let simulator = Simulator::start(&["--tenants", &TENANTS.to_string(), "--users", "2", "--groups", "1"]);
    consented_everywhere(&simulator);
    let mut tenants = simulator.ready().tenants.clone();
    tenants.sort_by(|a, b| a.domain.cmp(&b.domain));
    let (hanging, well) = tenants.split_at(TENANTS - 12);
    let (silent, slow) = hanging.split_at(hanging.len() / 2);
    let long = 600_000;
    let sign_ins = silent.iter().map(|one| format!("/{}/oauth2/**", one.tenant_id));
    let organizations = slow.iter().map(|one| format!("/api/v1/orgs/{}/**", one.domain));
    let faults: Vec<_> =
        sign_ins.chain(organizations).map(|path| json!({ "path": path, "delay": long })).collect();
    simulator.set_faults(&json!(faults));
    let environment = as_partner(&simulator);
    let well: Vec<&str> = well.iter().map(|one| one.domain.as_str()).collect();
    Runtime::new().expect("a runtime").block_on(async {
        // Those that hang are asked first: one after the other takes a place.
        let mut working = reading(&environment, &tenants, TENANTS).await;
        for _ in &well {
            let next = timeout(Duration::from_secs(90), working.join_next()).await;
            let (domain, said) = next.expect("somebody is done").expect("more").expect("a reading");
            assert!(well.contains(&domain.as_str()) && said.is_empty(), "{domain}: {said}");
        }
        drop(working);
        let plugin = configured(&environment).await;
        let fleet: BTreeMap<_, _> = tenants.iter().map(|one| (&one.domain, &one.tenant_id)).collect();
        let config = json!({ "tenants": fleet, "timeouts": { "read": "90s" } });
        let (read, said) = plugin.data("proofpoint_azure_fleet_health", config).await;
        assert!(!said.has_errors(), "{said}");
        for row in read["organizations"].as_array().expect("rows") {
            let domain = row["domain"].as_str().expect("a domain");
            // Where there is no sync no tenant is asked.
            let hangs = slow.iter().any(|one| one.domain == domain);
            assert_eq!(row["problem"].is_string(), hangs, "{row:#}");
        }
    });
}

#[test]
fn an_account_that_proofpoint_throttles_is_waited_for_by_all_and_not_hammered() {
    let simulator = Simulator::start(&["--tenants", "24", "--users", "2", "--groups", "1"]);
    consented_everywhere(&simulator);
    simulator.control(Method::POST, "moods", Some(&json!({ "essentials_limit": "account" })));
    let (environment, tenants) = (as_partner(&simulator), simulator.ready().tenants.clone());
    simulator.forget_requests();
    Runtime::new().expect("a runtime").block_on(async {
        let mut working = reading(&environment, &tenants, WAYS).await;
        while let Some(read) = timeout(Duration::from_secs(240), working.join_next()).await.expect("an end") {
            let (domain, said) = read.expect("a reading");
            assert!(said.is_empty(), "{domain}: {said}");
        }
    });
    let log: Vec<_> =
        simulator.requests().into_iter().filter(|one| one.path.starts_with("/api/v1/")).collect();
    let refused = log.iter().filter(|one| one.status == 429).count();
    assert!(refused > 0, "nothing was throttled");
    assert!(refused <= log.len() - refused, "{refused} of {} were refused", log.len());
}

/// Readers of both sides of these tenants, so many at a time: the domain, and what was said.
async fn reading(
    environment: &BTreeMap<String, String>,
    tenants: &[Tenant],
    ways: usize,
) -> JoinSet<(String, String)> {
    let plugin = Arc::new(configured(environment).await);
    let ways = Arc::new(Semaphore::new(ways));
    let mut working = JoinSet::new();
    for tenant in tenants.iter().cloned() {
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
    working
}
