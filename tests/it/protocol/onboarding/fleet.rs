//! The health of many organizations at once.

use std::time::Instant;

use super::*;
use crate::support::quickstart::{APPLICATION, Quickstart};

const FLEET: &str = "proofpoint_azure_fleet_health";

#[test]
fn the_worst_comes_first_and_one_bad_tenant_fails_none_of_the_others() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1", "--tenants", "3"]));
    quickstart.converge();
    let tenants = quickstart.simulator.ready().tenants.clone();
    // The partner reads every organization that there is; the third one has no sync.
    let environment = as_partner(&quickstart.simulator);
    let asked = json!({
        &tenants[0].domain: tenants[0].tenant_id, &tenants[2].domain: tenants[2].tenant_id,
        "nobody.example": tenants[0].tenant_id,
    });
    let fleet = shown(&environment, FLEET, json!({ "tenants": asked }));
    let rows = fleet["organizations"].as_array().expect("rows");
    let domains: Vec<&str> = rows.iter().map(|row| row["domain"].as_str().expect("a domain")).collect();
    assert_eq!(domains.last(), Some(&tenants[0].domain.as_str()), "{fleet:#}");
    assert!(domains[0] == "nobody.example" && rows[0]["problem"].is_string(), "{fleet:#}");
    assert_eq!((&rows[0]["findings"], &rows[0]["configured"]), (&json!([]), &Json::Null), "{fleet:#}");
    assert!(rows[1]["problem"].is_null() && rows[1]["configured"] == false, "{fleet:#}");
    assert!(rows[..2].iter().all(|row| row["healthy"] == false), "{fleet:#}");
    let own = &rows[2];
    assert_eq!(
        (&own["healthy"], &own["problem"], &own["configured"]),
        (&json!(true), &Json::Null, &json!(true))
    );
    assert_eq!(own["client_id"], quickstart.state(APPLICATION)["client_id"]);
    assert_eq!(fleet["unhealthy"].as_array().map(Vec::len), Some(2));
    let summary = fleet["summary"].as_str().expect("a line");
    assert!(
        summary.starts_with("Of 3 organizations, 2 need attention.") && summary.contains(domains[0]),
        "{summary}"
    );

    let one = json!({ "tenants": { &tenants[0].domain: tenants[0].tenant_id } });
    let fleet = shown(&environment, FLEET, one.clone());
    assert_eq!(
        (&fleet["healthy"], &fleet["summary"]),
        (&json!(true), &json!("The syncs of 1 organization work."))
    );
    let mut warned = one;
    warned["warn_days"] = json!(3650);
    let fleet = shown(&environment, FLEET, warned);
    assert_eq!(
        (&fleet["healthy"], &fleet["unhealthy"]),
        (&json!(false), &json!([tenants[0].domain])),
        "{fleet:#}"
    );
    // The last customer has gone.
    let fleet = shown(&environment, FLEET, json!({ "tenants": {} }));
    assert_eq!(
        (&fleet["healthy"], &fleet["unhealthy"], &fleet["organizations"]),
        (&json!(true), &json!([]), &json!([]))
    );
    assert_eq!(fleet["summary"], "There is no organization to look at.");
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn a_tenant_that_hangs_is_told_of_when_time_is_up() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1", "--tenants", "2"]));
    quickstart.converge();
    let tenants = quickstart.simulator.ready().tenants.clone();
    let slow = format!("/api/v1/orgs/{}/**", tenants[1].domain);
    quickstart.simulator.set_faults(&json!([{ "path": slow, "delay": 40_000 }]));
    let asked = json!({ &tenants[0].domain: tenants[0].tenant_id, &tenants[1].domain: tenants[0].tenant_id });
    let start = Instant::now();
    let config = json!({ "tenants": asked, "timeouts": { "read": "4s" } });
    let fleet = shown(&as_partner(&quickstart.simulator), FLEET, config);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    let rows = &fleet["organizations"];
    assert_eq!(
        (&rows[0]["domain"], &rows[1]["domain"]),
        (&json!(tenants[1].domain), &json!(tenants[0].domain))
    );
    assert!(rows[0]["problem"].is_string() && rows[1]["healthy"] == true, "{fleet:#}");
}
