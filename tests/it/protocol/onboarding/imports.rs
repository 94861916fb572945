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
