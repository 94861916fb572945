//! What a mocked provider has made up comes back to the real one at the end of OpenTofu's tests, to be destroyed: a state whose words
//! are none of ours.

use serde_json::{Value as Json, json};

use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart};
use crate::support::simulator::Simulator;
use crate::support::steps::configured;

#[test]
fn a_made_up_state_can_be_planned_for_destruction_and_is_never_destroyed() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "2"]));
    for kind in [APPLICATION, CONSENT] {
        quickstart.change(kind);
    }
    let mut stored = quickstart.stored(CONSENT).expect("a consent");
    stored.state["mode"] = json!("jscTbfOtLB");
    quickstart.simulator.forget_requests();
    let environment = quickstart.simulator.environment();
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let plugin = configured(&environment).await;
        let resource = plugin.resource(CONSENT).await;
        let (loaded, said) = resource.upgrade(0, &stored.state).await;
        said.expect_none();
        assert_eq!(loaded, stored.state);
        let planned = resource.plan(Some(&stored), Json::Null).await;
        planned.messages.expect_none();
        assert_eq!(planned.state, Json::Null);

        // But for a mock, nobody may go on with it.
        for said in
            [resource.apply(Some(&stored), planned).await.messages, resource.read(&stored).await.messages]
        {
            let error = said.expect_error();
            assert!(
                error.to_string().contains("one of `grant`, `verify` is required, not `jscTbfOtLB`"),
                "{error}"
            );
        }
    });
    assert!(quickstart.simulator.writes().is_empty(), "{:#?}", quickstart.simulator.writes());
}
