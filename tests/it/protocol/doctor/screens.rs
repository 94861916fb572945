//! Screens.
use super::*;

#[test]
fn a_healthy_account() {
    let simulator = Simulator::within(&["--users", "5"]);
    let seen = doctor(&simulator.environment(), &[&simulator.tenant().domain]);
    eprintln!("{}\n{}\n{:?}", seen.stdout, seen.stderr, seen.code);
    let seen = doctor(&simulator.environment(), &[&simulator.tenant().domain, "--json"]);
    eprintln!("{}\n{}\n{:?}", seen.stdout, seen.stderr, seen.code);
}
