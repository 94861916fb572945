//! What the caller must hold in Microsoft Graph: per page, and all of it in the guide. The texts are those that error
//! messages use, so the two can't disagree.

use terraform_provider_proofpoint::graph::needs::{self, Need};

use crate::markdown::push;

/// An occasion, and what is needed then.
type Occasion = (&'static str, &'static Need);

/// By full type name, in the order of the guide.
const BY_TYPE: &[(&str, &[Occasion])] = &[
    (
        "proofpoint_azure_application",
        &[
            ("to manage it", &needs::WRITE_APPLICATIONS),
            ("with `owners`", &needs::WRITE_OWNERS),
            ("to restore one that was destroyed", &needs::RESTORE_APPLICATIONS),
        ],
    ),
    (
        "proofpoint_azure_admin_consent",
        &[
            ("for `delegated_permissions`", &needs::WRITE_GRANTS),
            ("for `application_permissions`", &needs::WRITE_ROLE_ASSIGNMENTS),
            ("with `mode = \"verify\"`", &needs::READ_GRANTS),
        ],
    ),
    ("proofpoint_azure_client_secret", &[("to manage it", &needs::WRITE_APPLICATIONS)]),
    (
        "proofpoint_azure_sync",
        &[
            ("with `managed_client_secret`", &needs::WRITE_APPLICATIONS),
            ("to judge a change by `max_removals`: people", &needs::READ_USERS),
            ("to judge a change by `max_removals`: groups", &needs::READ_GROUPS),
            ("to compare the domains of both sides", &needs::READ_DOMAINS),
            ("to see that consent is complete", &needs::READ_GRANTS),
            ("to see that policies allow the secret", &needs::READ_POLICIES),
        ],
    ),
    (
        "proofpoint_azure_sync_run",
        &[
            ("to see that the rows still hold", &needs::READ_USERS),
            ("the same for groups", &needs::READ_GROUPS),
        ],
    ),
    (
        "proofpoint_azure_sync_preview",
        &[("people", &needs::READ_USERS), ("groups", &needs::READ_GROUPS), ("domains", &needs::READ_DOMAINS)],
    ),
    (
        "proofpoint_azure_sync_health",
        &[("the application", &needs::READ_APPLICATIONS), ("consent", &needs::READ_GRANTS)],
    ),
    (
        "proofpoint_azure_tenant",
        &[("the tenant", &needs::READ_ORGANIZATION), ("its domains", &needs::READ_DOMAINS)],
    ),
];

/// The `## API Permissions` section of a page; empty for what does not call Microsoft Graph.
pub(crate) fn section(type_name: &str) -> String {
    let Some((_, occasions)) = BY_TYPE.iter().find(|(name, _)| *name == type_name) else {
        return String::new();
    };
    let mut text = "## API Permissions\n\nThe identity that signs in to Entra ID needs these application permissions of \
                    Microsoft Graph, any one where there is a choice:\n\n"
        .to_owned();
    for (when, need) in *occasions {
        push(&mut text, format_args!("- {when}: {need}\n"));
    }
    text + "\nThe guide *Permissions* says which of them are as powerful as Global Administrator.\n\n"
}

/// The rows of the guide's tables.
pub(crate) fn tables() -> String {
    let mut text = "| Resource or data source | When | Needs |\n|---|---|---|\n".to_owned();
    for (type_name, occasions) in BY_TYPE {
        for (when, need) in *occasions {
            push(&mut text, format_args!("| `{type_name}` | {when} | {need} |\n"));
        }
    }
    text += "\n## By operation\n\n| To | Needs |\n|---|---|\n";
    for need in needs::ALL {
        push(&mut text, format_args!("| {} | {need} |\n", need.what));
    }
    text
}
