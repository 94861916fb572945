//! The life itself: what is there is looked at, objects of its own are made, changed, rotated, imported and destroyed, and every
//! plan in between is empty.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value as Json;

use super::account::Account;
use crate::support::cli::Cli;
use crate::support::workspace::{Install, Workspace, provider, workspace};

const APPLICATION: &str = "proofpoint_azure_application.live";
const SYNC: &str = "proofpoint_azure_sync.live";

/// One life under way.
pub(super) struct Life<'a> {
    account: &'a Account,
    workspace: Workspace,
    /// What its objects are called.
    name: String,
    /// Whether the organization has room for a sync.
    with_sync: bool,
}

impl<'a> Life<'a> {
    /// Looks at both sides, and begins where nothing stands in the way.
    #[track_caller]
    pub(super) fn begin(cli: &'static Cli, account: &'a Account) -> Self {
        static LIVES: AtomicU32 = AtomicU32::new(0);
        let number = LIVES.fetch_add(1, Ordering::Relaxed);
        let workspace = workspace(cli, Install::Override, &account.environment);
        let name = format!("{}{}-{number}", account.prefix, std::process::id());
        let mut life = Self { account, workspace, name, with_sync: false };
        // A sync that is there already is somebody's.
        life.with_sync = life.doctor()["configured"] == false;
        if !life.with_sync {
            life.tell(
                "the organization has a sync already, which is left alone: none is set up, imported or run",
            );
        }
        life
    }

    /// Whether it sets a sync up.
    pub(super) fn had_a_sync_of_its_own(&self) -> bool {
        self.with_sync
    }

    /// What doctor finds of the sync. How the world differs from what is relied on is shown, and fails nothing.
    #[track_caller]
    fn doctor(&self) -> Json {
        let command = format!(
            "'{}' doctor {} --json --report conformance.md --yes",
            provider().display(),
            self.account.domain
        );
        let outcome = self.workspace.run_steps(&[command]);
        assert!(matches!(outcome.code, Some(0 | 2)), "something stands in the way: {outcome}");
        let report = self.workspace.read("conformance.md");
        self.tell(report.split("\n## Not there").next().unwrap_or_default());
        let document: Json = serde_json::from_str(&outcome.stdout).expect("JSON");
        let steps = document["steps"].as_array().expect("steps");
        steps.iter().find(|step| step["name"] == "sync").expect("the sync")["facts"].clone()
    }

    #[expect(clippy::print_stderr, reason = "whoever owns the accounts wants to know")]
    fn tell(&self, what: &str) {
        eprintln!("{}: {what}", self.name);
    }

    /// All of it.
    #[track_caller]
    pub(super) fn live(&mut self) {
        self.set_up();
        self.change();
        if self.with_sync {
            self.import();
            if self.account.with_people {
                self.people();
            }
        }
        self.workspace.destroy().succeeds();
        self.tell("lived");
    }

    /// Makes everything, and finds nothing to do afterwards.
    #[track_caller]
    pub(super) fn set_up(&mut self) {
        self.workspace.write("main.tf", &self.configuration("made by a test", "1"));
        self.workspace.apply(&[]).succeeds();
        self.workspace.assert_nothing_to_do();
    }

    /// Changes what can be changed, and rotates the keys.
    #[track_caller]
    fn change(&self) {
        self.workspace.write("main.tf", &self.configuration("changed by a test", "2"));
        let changed = self.workspace.apply(&[]).succeeds();
        self.workspace.assert_nothing_to_do();
        assert_eq!(self.workspace.attributes(APPLICATION)["notes"], "changed by a test", "{changed}");
        if self.with_sync {
            let reason = &self.workspace.attributes(SYNC)["rotation_reason"];
            assert_eq!(reason, "trigger_changed", "{changed}");
        }
    }

    /// Loses the application from the state and takes it back.
    #[track_caller]
    fn import(&self) {
        let id = self.workspace.attributes(APPLICATION)["id"].as_str().expect("an id").to_owned();
        self.workspace.run(&["state", "rm", APPLICATION]).succeeds();
        self.workspace.import(APPLICATION, &id).succeeds();
        self.workspace.assert_nothing_to_do();
    }

    /// Gives accounts to those of the directory whose address begins with the prefix.
    #[track_caller]
    fn people(&self) {
        let Account { domain, prefix, .. } = self.account;
        let run = format!(
            r#"
data "proofpoint_azure_sync_preview" "live" {{
  domain = "{domain}"
  users  = {{ add = true, update = false, remove_deleted = false }}
  groups = {{ add = false, update = false, remove_deleted = false }}
}}

resource "proofpoint_azure_sync_run" "live" {{
  domain  = "{domain}"
  changes = {{ for address, change in data.proofpoint_azure_sync_preview.live.changes : address => change if startswith(address, "{prefix}") }}
}}
"#
        );
        self.workspace.write("people.tf", &run);
        self.workspace.apply(&[]).succeeds();
        let enacted = self.workspace.attributes("proofpoint_azure_sync_run.live");
        let rows = enacted["changes"].as_object().expect("rows");
        assert!(
            !rows.is_empty(),
            "the directory has nobody without an account whose address begins with `{prefix}`"
        );
        assert!(rows.keys().all(|address| address.starts_with(prefix.as_str())), "{rows:?}");
        self.workspace.remove("people.tf");
    }

    /// Objects under names of their own. The sync never runs by itself and does nothing to anybody.
    fn configuration(&self, notes: &str, generation: &str) -> String {
        let Self { account: Account { domain, .. }, name, .. } = self;
        let shared = format!(
            r#"
provider "proofpoint" {{}}

data "proofpoint_account" "me" {{}}

data "proofpoint_azure_tenant" "this" {{
  lifecycle {{
    postcondition {{
      condition     = contains(self.verified_domains, "{domain}")
      error_message = "The tenant does not have the domain."
    }}
  }}
}}

data "proofpoint_domains" "this" {{
  domain = "{domain}"
}}

resource "proofpoint_azure_application" "live" {{
  display_name            = "{name}"
  unique_name             = "{name}"
  notes                   = "{notes}"
  redirect_uris           = ["https://{domain}/{generation}"]
  delegated_permissions   = ["User.Read"]
  application_permissions = ["Domain.Read.All"]
}}

resource "proofpoint_azure_admin_consent" "live" {{
  client_id               = proofpoint_azure_application.live.client_id
  delegated_permissions   = proofpoint_azure_application.live.delegated_permissions
  application_permissions = proofpoint_azure_application.live.application_permissions
}}

resource "proofpoint_azure_client_secret" "live" {{
  application_id      = proofpoint_azure_application.live.id
  rotate_when_changed = {{ generation = "{generation}" }}
}}
"#
        );
        let add = self.account.with_people;
        let sync = format!(
            r#"
resource "proofpoint_azure_sync" "live" {{
  domain       = "{domain}"
  client_id    = proofpoint_azure_application.live.client_id
  default_role = "end_user"
  frequency    = 0
  users        = {{ add = {add}, update = false, remove_deleted = false }}
  groups       = {{ add = false, update = false, remove_deleted = false }}
  max_removals = "0"

  managed_client_secret = {{
    application_id      = proofpoint_azure_application.live.id
    rotate_when_changed = {{ generation = "{generation}" }}
  }}

  depends_on = [proofpoint_azure_admin_consent.live]
}}
"#
        );
        if self.with_sync { shared + &sync } else { shared }
    }
}
