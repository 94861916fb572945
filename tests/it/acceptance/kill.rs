//! A provider that dies in the middle of an apply, under a real CLI.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Stage, life, on_every_cli_with};
use crate::support::cli;
use crate::support::workspace::Install;

/// What was only read leaves the world as it was: to die at a read is to die after the last request that was none. The CLIs
/// share the others among themselves; dying before each of them is shown at the level of the protocol.
#[test]
fn an_apply_killed_after_any_request_is_finished_by_the_next() {
    on_every_cli_with(&["--users", "4", "--groups", "1"], Install::Override, |stage| {
        let domain = &stage.simulator.tenant().domain;
        stage.workspace.write("main.tf", &life::configuration(domain, life::MANAGED));
        stage.workspace.apply(&[]).succeeds();
        let requests = stage.simulator.numbers_of_writes();
        assert!(requests.len() > 6, "{requests:?}");

        let clis = cli::all();
        let own = clis.iter().position(|cli| cli.path == stage.cli.path).expect("this CLI");
        for number in requests.into_iter().skip(own).step_by(clis.len()) {
            stage.simulator.control(Method::POST, "reset", None);
            stage.workspace.forget_state();
            stage.apply_killed_after(number);
            stage.workspace.apply(&[]).succeeds();
            stage.assert_whole(number);
        }
    });
}

impl Stage {
    /// Applies the configuration and kills the provider (`kill -9`) when its `nth` request, counted from 1, has had its
    /// effect and no answer.
    #[track_caller]
    fn apply_killed_after(&self, nth: u64) {
        // What follows the fatal request is held up without effect, so that the moment is exact.
        let hold = |count: Value, drop: &str, delay: u64| json!({ "path": "**", "skip": nth - 1, "count": count, "drop": drop, "delay": delay });
        self.simulator.set_faults(&json!([hold(json!(1), "after", 0), hold(Value::Null, "before", 600_000)]));
        let mut apply =
            self.workspace.start("killed", &["apply", "-no-color", "-input=false", "-auto-approve"]);
        // Each look is a request of its own, which is pause enough.
        while self.simulator.control(Method::GET, "faults", None)[0]["count"] != 0 {
            let ended = apply.try_wait().expect("the CLI's exit code");
            assert!(ended.is_none(), "the apply ended before request {nth}: {ended:?}");
        }
        assert!(self.workspace.kill_provider() > 0, "no provider to kill");
        apply.wait().expect("the CLI ends");
        self.simulator.set_faults(&json!([]));
    }

    /// Fails unless there is one application with one principal, one key and the consent, and Proofpoint has that key.
    #[track_caller]
    fn assert_whole(&self, number: u64) {
        let tenant = self.simulator.tenant();
        let state = self.simulator.state();
        let directory = &state["tenants"][&tenant.tenant_id];
        let named = |list: &str| -> Vec<Value> {
            let all = directory[list].as_array().into_iter().flatten();
            all.filter(|one| one["displayName"] == "Proofpoint Essentials Azure Sync").cloned().collect()
        };
        let (applications, principals) = (named("applications"), named("service_principals"));
        assert_eq!(
            (applications.len(), principals.len()),
            (1, 1),
            "{number}: {applications:#?} {principals:#?}"
        );
        assert_eq!(directory["deleted_items"], json!([]), "{number}");
        let keys = applications[0]["passwordCredentials"].as_array().expect("keys");
        let settings = &state["organizations"][&tenant.domain]["settings"];
        let secret = settings["ad_key"].as_str().expect("Proofpoint's key");
        let client_id = applications[0]["appId"].as_str().expect("a client id");
        assert_eq!(settings["application_id"], client_id, "{number}");
        assert!(self.simulator.signs_in(client_id, secret), "{number}: Proofpoint's key is not valid");
        let sync = self.workspace.attributes("proofpoint_azure_sync.this");
        let listed = 1 + sync["superseded_key_ids"].as_array().map_or(0, Vec::len);
        assert_eq!(keys.len(), listed, "{number}: {keys:#?} {sync:#}");
    }
}
