//! What the caller must hold in Microsoft Graph: per page, and all of it in the guide, from the table that the provider
//! keeps. The texts are those that error messages use, so the two can't disagree.

use std::fmt::Write as _;

use clients::graph::needs::{self, Need};
use proofpoint_provider::provider_block::permissions;

/// Stands in the guide where only a permission that amounts to Global Administrator will do.
const MARK: &str = "**Global Administrator** ";

/// The section of a data source that asks Proofpoint alone.
const PROOFPOINT_ALONE: &str = "\
## API Permissions

None of Microsoft Graph, which is not asked. The account that signs in to Proofpoint Essentials must be an administrator of the
organization or of its partner; one that is read-only will do.

";

/// The `## API Permissions` section of a page; empty for what does not call Microsoft Graph.
pub(crate) fn section(type_name: &str) -> String {
    let occasions = permissions::of(type_name);
    if occasions.is_empty() {
        return if type_name.starts_with("data.") { PROOFPOINT_ALONE.to_owned() } else { String::new() };
    }
    let mut text = "## API Permissions\n\nThe identity that signs in to Entra ID needs these application permissions of \
                    Microsoft Graph, any one where there is a choice:\n\n"
        .to_owned();
    for (when, need) in occasions {
        let _ = writeln!(text, "- {when}: {need}");
    }
    text + "\nThe guide [Least privilege](../guides/least-privilege.md) says which of them amount to Global Administrator.\n\n"
}

/// The permissions that amount to Global Administrator, a list.
pub(crate) fn powers() -> String {
    let mut text = String::new();
    for (name, why) in needs::AS_POWERFUL_AS_GLOBAL_ADMINISTRATOR {
        let _ = writeln!(text, "- `{name}` {why}.");
    }
    text
}

/// The rows of the guide's tables.
pub(crate) fn tables() -> String {
    let mut text = "| Resource or data source | When | Needs |\n|---|---|---|\n".to_owned();
    for (type_name, occasions) in permissions::BY_TYPE {
        for (when, need) in *occasions {
            let _ = writeln!(text, "| `{type_name}` | {when} | {}{need} |", mark(need));
        }
    }
    text += "\n## By operation\n\n| To | Needs |\n|---|---|\n";
    for need in needs::ALL {
        let _ = writeln!(text, "| {} | {}{need} |", need.what, mark(need));
    }
    text
}

fn mark(need: &Need) -> &'static str {
    if need.demands_global_administrator() { MARK } else { "" }
}
