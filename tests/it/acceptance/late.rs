//! A first apply while every replica of Entra is most of a minute behind, or more than one. Smaller delays go through the
//! protocol.

use std::thread;

use super::Stage;
use super::life;
use crate::support::cli;
use crate::support::simulator::Simulator;
use crate::support::workspace::{Install, workspace};

#[test]
fn a_first_apply_works_with_every_replica_45_or_75_seconds_late() {
    let clis = cli::all();
    let (first, last) = (clis.first().expect("a CLI"), clis.last().expect("a CLI"));
    thread::scope(|scope| {
        for (cli, lag) in [(first, "replica_lag=45s"), (last, "replica_lag=75s")] {
            scope.spawn(move || {
                let simulator = Simulator::start(&["--users", "4", "--groups", "1", "--mood", lag]);
                let workspace = workspace(cli, Install::Override, &simulator.environment());
                let stage = Stage { cli, simulator, workspace };
                let domain = &stage.simulator.tenant().domain;
                stage.workspace.write("main.tf", &life::configuration(domain, life::MANAGED));
                stage.workspace.apply(&[]).succeeds();
                // At once: what is late is no change.
                stage.workspace.assert_nothing_to_do();
                stage.workspace.destroy().succeeds();
                let tenant = stage.simulator.tenant();
                let directory = stage.simulator.state()["tenants"][&tenant.tenant_id].take();
                let named = directory["applications"].as_array().into_iter().flatten();
                let left = named.filter(|one| one["displayName"] == "Proofpoint Essentials Azure Sync");
                assert_eq!(left.count(), 0, "{lag}");
                stage.simulator.assert_every_route_was_known();
            });
        }
    });
}
