//! The services at their worst: late replicas, secrets that are not known yet, writes that collide.

use reqwest::Method;
use serde_json::json;

use crate::support::quickstart::Quickstart;
use crate::support::simulator::Simulator;

#[test]
fn the_quick_start_converges_and_goes_in_bad_weather() {
    let simulator = Simulator::start(&["--users", "4", "--groups", "1", "--seed", "7"]);
    let weather = json!({
        "replica_lag": 1200, "replica_lag_random": true, "fresh_secret_delay": 1500, "key_flapping": 1500,
        "concurrency_window": 300,
    });
    simulator.control(Method::POST, "behaviour", Some(&weather));
    let quickstart = Quickstart::start(simulator);
    quickstart.converge();
    quickstart.assert_sound("bad weather");
    // The next command comes a while later.
    quickstart.simulator.advance_clock("10s");
    quickstart.configure();
    let again = quickstart.converge();
    assert!(again.is_empty(), "{again:?} again");

    quickstart.destroy();
    let (directory, settings) = (quickstart.directory(), quickstart.settings());
    let left = |list: &str| directory[list].as_array().unwrap().len();
    assert!(settings.is_null(), "{settings:#}");
    // The identities that the simulator itself brings.
    assert_eq!((left("applications"), left("grants")), (2, 0), "{directory:#}");
    quickstart.simulator.assert_every_route_was_known();
}
