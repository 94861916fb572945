//! A customer whose organization was deleted a moment ago: it may be shown for a while, and may be listed when nothing else of
//! it is there any more. Whoever looks at all customers tells of it and sees the others.

use std::process::Command;

use super::*;
use crate::support::quickstart::Quickstart;
use crate::support::workspace::provider;

#[test]
fn an_organization_that_goes_late_spoils_no_look_at_the_others() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1", "--tenants", "3"]));
    quickstart.converge();
    let simulator = &quickstart.simulator;
    let environment = as_partner(simulator);
    let [kept, gone, going] = [0, 1, 2].map(|index| simulator.ready().tenants[index].domain.clone());
    simulator.control(Method::POST, "moods", Some(&json!({ "deleted_organization": "lingers" })));
    simulator.as_partner(Method::DELETE, &format!("orgs/{gone}"), None);
    // What is shown of it before is shown whole.
    let organizations = || shown(&environment, "proofpoint_organizations", json!({}));
    organizations();
    simulator.advance_clock("2s");
    // Listed, and nothing else is there.
    simulator.set_faults(&json!([
        { "path": format!("/api/v1/orgs/{going}**"), "status": 404 },
        { "path": format!("/api/v1/endpoints/{going}"), "status": 404 },
    ]));

    let mut listed = [kept.clone(), going.clone()];
    listed.sort();
    assert_eq!(organizations()["primary_domains"], json!(listed));
    for domain in [&gone, &going] {
        let (_, said) = data(&environment, "proofpoint_organization", json!({ "domain": domain }));
        assert!(said.expect_error().to_string().contains(domain), "{said}");
    }

    Runtime::new().expect("a runtime").block_on(async {
        let plugin = configured(&environment).await;
        let (found, said) = plugin.list("proofpoint_azure_sync", json!({})).await;
        assert_eq!(found.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), [kept.as_str()]);
        let said = said.to_string();
        assert!(said.contains(&format!("{going} can't be looked at")) && !said.contains(&gone), "{said}");
        let (found, said) = plugin.list("proofpoint_organization", json!({})).await;
        said.expect_none();
        assert_eq!(found.len(), 2, "{found:?}");
    });

    let tenant = &simulator.tenant().tenant_id;
    let tenants = json!({ &kept: tenant, &gone: tenant, &going: tenant });
    let fleet = shown(&environment, "proofpoint_azure_fleet_health", json!({ "tenants": tenants }));
    let mut unhealthy = [gone.clone(), going.clone()];
    unhealthy.sort();
    assert_eq!(fleet["unhealthy"], json!(unhealthy), "{fleet:#}");
    assert!(fleet["organizations"][0]["problem"].is_string(), "{fleet:#}");
    assert!(fleet["organizations"][1]["problem"].is_string(), "{fleet:#}");

    let program = Command::new(provider()).arg("import-blocks").env_clear().envs(&environment).output();
    let output = program.expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{text}");
    let of_it = text.split(&format!("\n# {going}")).nth(1).expect("what is said of it");
    assert!(of_it.contains("# Left out: the organization and all that it has. "), "{text}");
    assert!(!text.contains(&gone), "{text}");
    assert!(
        text.contains(&format!("resource \"proofpoint_azure_sync\" \"{}\"", kept.replace('.', "_"))),
        "{text}"
    );
}
