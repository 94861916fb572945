//! What somebody writes down, and how it changes over the years.

use std::fmt::Write as _;

use crate::differential::random::Random;

/// Enough for every lag that is drawn; what never happens is waited for so long.
const PATIENCE: &str = "20s";

/// The knobs of the configuration.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "knobs that are on or off")]
pub(super) struct Configuration {
    pub(super) domain: String,
    pub(super) display_name: String,
    pub(super) frequency: u32,
    pub(super) default_role: &'static str,
    pub(super) exemptions: Vec<String>,
    pub(super) remove_deleted: bool,
    pub(super) add_groups: bool,
    /// Changes make a new key.
    pub(super) round: u32,
    /// Whether people change by a reviewed run while the sync itself runs at no frequency.
    pub(super) reviewed: bool,
    /// Whether the application has a secret for use elsewhere.
    pub(super) secret: bool,
}

/// A change of one knob.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Change {
    Rename,
    Frequency(u32),
    Role,
    Exempt(usize),
    RemoveDeleted,
    AddGroups,
    Rotate,
    Secret,
}

impl Change {
    pub(super) fn draw(random: &mut Random) -> Self {
        match random.below(9) {
            0 => Self::Rename,
            1 | 2 => Self::Frequency(*random.pick(&[0, 1, 24])),
            3 => Self::Role,
            4 => Self::Exempt(random.below(3)),
            5 => Self::RemoveDeleted,
            6 => Self::AddGroups,
            7 => Self::Rotate,
            _ => Self::Secret,
        }
    }
}

impl Configuration {
    pub(super) fn draw(random: &mut Random, domain: &str) -> Self {
        let reviewed = random.chance(35);
        Self {
            domain: domain.to_owned(),
            display_name: "Proofpoint Essentials Azure Sync".to_owned(),
            frequency: if reviewed { 0 } else { *random.pick(&[0, 1, 24]) },
            default_role: "end_user",
            exemptions: Vec::new(),
            remove_deleted: random.chance(50),
            add_groups: random.chance(50),
            round: 1,
            reviewed,
            secret: random.chance(25),
        }
    }

    pub(super) fn change(&mut self, change: Change) {
        match change {
            Change::Rename => self.display_name.push_str(" II"),
            // A reviewed run is for a sync that does nothing by itself.
            Change::Frequency(_) if self.reviewed => {}
            Change::Frequency(frequency) => self.frequency = frequency,
            Change::Role => {
                self.default_role = if self.default_role == "end_user" { "silent_user" } else { "end_user" };
            }
            Change::Exempt(number) => {
                let names = ["admin", "scanner", "reception"];
                self.exemptions =
                    names[..number].iter().map(|name| format!("{name}@{}", self.domain)).collect();
            }
            Change::RemoveDeleted => self.remove_deleted = !self.remove_deleted,
            Change::AddGroups => self.add_groups = !self.add_groups,
            Change::Rotate => self.round += 1,
            Change::Secret => self.secret = !self.secret,
        }
    }

    /// As HCL.
    pub(super) fn text(&self) -> String {
        let Self { domain, display_name, frequency, default_role, remove_deleted, add_groups, round, .. } =
            self;
        let exemptions = format!("{:?}", self.exemptions);
        let timeouts = format!(
            "timeouts {{\n    create = \"{PATIENCE}\"\n    update = \"{PATIENCE}\"\n    delete = \"{PATIENCE}\"\n    read   = \"{PATIENCE}\"\n  }}"
        );
        let mut text = format!(
            r#"
locals {{
  domain       = "{domain}"
  default_role = "{default_role}"
  users        = {{ add = true, update = true, remove_deleted = {remove_deleted} }}
  groups       = {{ add = {add_groups}, update = true, remove_deleted = false }}
  exemptions   = {exemptions}
}}

resource "proofpoint_azure_application" "sync" {{
  display_name = "{display_name}"
  {timeouts}
}}

resource "proofpoint_azure_admin_consent" "sync" {{
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
  {timeouts}
}}

resource "proofpoint_azure_sync" "this" {{
  domain       = local.domain
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = local.default_role
  frequency    = {frequency}
  max_removals = "100%"
  users        = local.users
  groups       = local.groups
  exemptions   = local.exemptions

  managed_client_secret = {{
    application_id      = proofpoint_azure_application.sync.id
    rotate_when_changed = {{ round = "{round}" }}
  }}

  depends_on = [proofpoint_azure_admin_consent.sync]
  {timeouts}
}}
"#
        );
        if self.secret {
            let _ = write!(
                text,
                r#"
resource "proofpoint_azure_client_secret" "other" {{
  application_id = proofpoint_azure_application.sync.id
  display_name   = "elsewhere"
  {timeouts}
}}
"#
            );
        }
        if self.reviewed {
            text += r#"
data "proofpoint_azure_sync_preview" "this" {
  domain       = local.domain
  default_role = local.default_role
  users        = local.users
  groups       = local.groups
  exemptions   = local.exemptions
}

resource "proofpoint_azure_sync_run" "this" {
  domain        = local.domain
  changes       = data.proofpoint_azure_sync_preview.this.changes
  max_deletions = "100%"
  depends_on    = [proofpoint_azure_sync.this]
}
"#;
        }
        text
    }
}
