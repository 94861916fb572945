//! Many organizations in one plan: CLIs show warnings of one title as one, and no deletion may hide behind that.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use clients::clock::Clock;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sync_report::{Estimate, SyncVersion};

use super::on_every_cli_with;
use crate::differential::compare;
use crate::support::simulator::{Simulator, Tenant};
use crate::support::workspace::Install;

const TENANTS: usize = 25;

/// A sync of each organization, about to be switched on, each by an administrator of its own.
fn configuration(simulator: &Simulator) -> String {
    let mut text = String::new();
    for (number, tenant) in simulator.ready().tenants.iter().enumerate() {
        let Tenant {
            tenant_id,
            client_id,
            client_secret,
            domain,
            essentials_username,
            essentials_password,
            ..
        } = tenant;
        let _ = write!(
            text,
            r#"
provider "proofpoint" {{
  alias               = "t{number}"
  tenant_id           = "{tenant_id}"
  client_id           = "{client_id}"
  client_secret       = "{client_secret}"
  username            = "{essentials_username}"
  password            = "{essentials_password}"
}}

resource "proofpoint_azure_sync" "t{number}" {{
  provider      = proofpoint.t{number}
  domain        = "{domain}"
  client_id     = "{client_id}"
  client_secret = "{client_secret}"
  default_role  = "end_user"
  max_removals  = "50%"
  users         = {{ remove_deleted = true }}
}}
"#
        );
    }
    text
}

/// Everybody whom the plan is about to delete.
fn leavers(simulator: &Simulator) -> BTreeSet<String> {
    let mut state = simulator.state();
    let mut leavers = BTreeSet::new();
    for tenant in &simulator.ready().tenants {
        state["organizations"][&tenant.domain]["settings"] = json!({
            "default_user_role_name": "end_user", "sync_active_users": true, "sync_distribution_groups": true,
            "add_users": true, "update_users": true, "remove_deleted_users": true, "add_groups": true, "update_groups": true,
        });
        let input = compare::input(&state, &tenant.domain, SyncVersion::V2);
        let report = Estimate::of(&input).report(0);
        leavers.extend(report.deleting.rows.into_keys());
    }
    leavers
}

/// Organizations of forty people each, from each of which two have left.
fn left_by_two() -> Value {
    let simulator = Simulator::start(&["--tenants", &TENANTS.to_string(), "--users", "40", "--groups", "3"]);
    let mut state = simulator.state();
    let yesterday = Clock::default().now() - SignedDuration::from_hours(24);
    for tenant in state["tenants"].as_object_mut().expect("tenants").values_mut() {
        let users = tenant["users"].as_array_mut().expect("users");
        let with_mailbox = |user: &Value| user["userType"] == "Member" && user["accountEnabled"] == true;
        let (mut gone, stay): (Vec<Value>, Vec<Value>) = users.drain(..).partition(with_mailbox);
        let mut rest = gone.split_off(2);
        rest.extend(stay);
        tenant["users"] = rest.into();
        for user in &mut gone {
            let name = user["userPrincipalName"].as_str().expect("a name");
            user["userPrincipalName"] = json!(format!("{}{name}", "0123456789abcdef".repeat(2)));
            user["@odata.type"] = json!("#microsoft.graph.user");
            user["deletedDateTime"] = json!(yesterday.to_string());
        }
        tenant["deleted_items"] = gone.into();
    }
    state
}

#[test]
fn every_deletion_of_twenty_five_organizations_is_on_the_screen() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("state.json");
    fs::write(&file, left_by_two().to_string()).expect("the state document");
    let arguments = ["--data", file.to_str().expect("a path in UTF-8")];
    on_every_cli_with(&arguments, Install::Override, |stage| {
        stage.workspace.write("main.tf", &configuration(&stage.simulator));
        let leavers = leavers(&stage.simulator);
        assert!(leavers.len() >= TENANTS, "too few leavers: {leavers:?}");
        let (planned, _) = stage.workspace.plan_into("many.bin", &[]);
        let shown = format!("{}{}", planned.stdout, planned.stderr);

        let hidden: Vec<_> = leavers.iter().filter(|address| !shown.contains(address.as_str())).collect();
        assert!(hidden.is_empty(), "{hidden:?} are not shown: {shown}");
        for tenant in &stage.simulator.ready().tenants {
            let title = format!("Warning: What the sync will do to people of {}\n", tenant.domain);
            assert!(shown.contains(&title), "no {title}: {shown}");
        }
    });
}
