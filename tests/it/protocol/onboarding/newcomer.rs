//! The sync of an organization that the same plan makes: judged beforehand, by the directory alone.

use serde_json::{Value as Json, json};

use super::{Hand, as_partner, with};
use crate::support::one_identity::consented_everywhere;
use crate::support::plugin::calls::Messages;
use crate::support::simulator::{Simulator, Tenant};

const ORGANIZATION: &str = "proofpoint_organization";
const DOMAIN: &str = "proofpoint_domain";
const SYNC: &str = "proofpoint_azure_sync";

/// Two customers' tenants of one identity; Proofpoint does not know the second customer yet.
fn world() -> (Simulator, Tenant, Tenant) {
    let simulator = Simulator::start(&["--tenants", "2", "--users", "6"]);
    consented_everywhere(&simulator);
    let (known, new) = (simulator.ready().tenants[0].clone(), simulator.ready().tenants[1].clone());
    simulator.as_partner(reqwest::Method::DELETE, &format!("orgs/{}", new.domain), None);
    simulator.forget_requests();
    (simulator, known, new)
}

fn organization(domain: &str) -> Json {
    json!({
        "primary_domain": domain, "name": "New", "user_licenses": 5,
        "admin_user": { "email": format!("it@{domain}"), "first_name": null, "last_name": null },
    })
}

fn sync(domain: &str, tenant: &Tenant) -> Json {
    json!({
        "domain": domain, "tenant_id": tenant.tenant_id, "client_id": tenant.client_id, "default_role": "end_user",
        "client_secret": tenant.client_secret,
    })
}

fn planned(hand: &Hand, kind: &str, config: Json) -> Messages {
    hand.plan(kind, None, config).messages
}

#[test]
fn the_sync_of_an_organization_to_come_is_judged_by_its_directory() {
    let (simulator, _, new) = world();
    let hand = Hand::with(&as_partner(&simulator));
    let too_early = planned(&hand, SYNC, sync(&new.domain, &new));
    assert!(too_early.has_errors(), "{too_early}");

    planned(&hand, ORGANIZATION, organization(&new.domain)).expect_none();
    let said = planned(&hand, SYNC, sync(&new.domain, &new));
    assert!(!said.has_errors(), "{said}");
    let told = format!("What the sync will do to people of {}", new.domain);
    assert!(said.0.iter().any(|one| one.summary == told && one.detail.contains("0 to delete")), "{said}");
    assert!(simulator.writes().is_empty(), "{:#?}", simulator.writes());

    // Once it is made, it is asked like any other.
    hand.apply(ORGANIZATION, None, organization(&new.domain));
    simulator.forget_requests();
    assert!(!planned(&hand, SYNC, sync(&new.domain, &new)).has_errors());
    let asked = simulator.requests().iter().any(|one| one.path.ends_with(&format!("{}/users", new.domain)));
    assert!(asked, "{:#?}", simulator.requests());
    simulator.assert_every_route_was_known();
}

#[test]
fn domains_that_the_same_plan_adds_count_and_another_customers_tenant_is_refused() {
    let (simulator, known, new) = world();
    let hand = Hand::with(&as_partner(&simulator));
    // It is known by another domain than its people's, which the plan adds.
    planned(&hand, ORGANIZATION, organization("new.example")).expect_none();
    let other =
        planned(&hand, SYNC, with(&sync("new.example", &new), json!({ "primary_domain": new.domain })));
    let error = other.0.iter().find(|one| one.error).unwrap_or_else(|| panic!("no error: {other}"));
    assert!(error.detail.contains("none of the domains"), "{other}");
    let domain = json!({ "organization": "new.example", "name": new.domain, "destination": "mx.example" });
    planned(&hand, DOMAIN, domain).expect_none();
    let said = planned(&hand, SYNC, sync(&new.domain, &new));
    assert!(!said.has_errors() && !said.to_string().contains("lacks domains"), "{said}");

    let wrong =
        planned(&hand, SYNC, with(&sync(&new.domain, &known), json!({ "primary_domain": known.domain })));
    let error = wrong.0.iter().find(|one| one.error).unwrap_or_else(|| panic!("no error: {wrong}"));
    assert!(error.detail.contains("none of the domains"), "{wrong}");
}
