//! What is there already is imported by what people see of it: the client id.

use super::hand::Hand;
use super::*;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart};

#[test]
fn an_application_and_its_consent_are_imported_by_the_client_id() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.converge();
    let client_id = quickstart.state(APPLICATION)["client_id"].as_str().expect("an id").to_owned();
    let hand = Hand::with(&quickstart.simulator.environment());
    for kind in [APPLICATION, CONSENT] {
        let stored = quickstart.stored(kind).expect("it was applied");
        let by_path = hand.import(kind, stored.state["id"].as_str().expect("an id"));
        for id in [client_id.clone(), client_id.to_uppercase()] {
            let imported = hand.import(kind, &id);
            assert_eq!(imported.state, by_path.state, "{kind}");
            assert_eq!(imported.identity, stored.identity, "{kind}");
        }
        // One that nobody has is not there; and what is no id at all is told what would be.
        let nobody = hand.import(kind, "00000000-0000-4000-8000-000000000000");
        assert!(nobody.state.is_null(), "{kind}: {:#}", nobody.state);
        let said = hand.refused_import(kind, &client_id[..8]);
        assert!(said.expect_error().detail.contains("client id"), "{said}");
    }
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn a_list_of_syncs_asks_for_each_thing_once_and_goes_by_the_primary_domain() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.converge();
    let simulator = &quickstart.simulator;
    let domain = &simulator.tenant().domain;
    let alias = json!({ "name": "alias.example", "destination": "mx.example" });
    simulator.as_partner(Method::POST, &format!("orgs/{domain}/domains"), Some(&alias));
    for named in [domain.as_str(), "alias.example"] {
        simulator.forget_requests();
        let (found, said) = quickstart.list("proofpoint_azure_sync", json!({ "domains": [named] }));
        said.expect_none();
        let [(name, identity, object)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((name, identity), (domain, &json!({ "organization": domain })));
        assert_eq!(object["organization"], json!(domain));
        let mut asked: Vec<String> =
            simulator.requests().into_iter().map(|one| format!("{} {}", one.method, one.path)).collect();
        asked.retain(|one| one.contains("/api/v1/orgs/"));
        asked.sort();
        let own = format!("GET /api/v1/orgs/{named}");
        let settings = format!("{own}/settings/azure");
        assert_eq!(asked, [own, settings.clone(), format!("{settings}/exemptions")]);
    }
}
