//! Which Microsoft Graph permissions each resource, data source and check needs. The needs themselves, and what error
//! messages say, are those of [`needs`].

use clients::graph::needs::{self, Need};

/// An occasion, and what is needed then.
pub type Occasion = (&'static str, &'static Need);

/// What a run reads of the directory, as a resource or as an action.
const RUN: &[Occasion] = &[
    ("to see that the rows still hold", &needs::READ_USERS),
    ("the same for groups", &needs::READ_GROUPS),
    ("the same for deleted groups", &needs::READ_DELETED_GROUPS),
    ("the same for the tenant's domains", &needs::READ_ORGANIZATION),
];

/// By full type name, `data.` before that of a data source, `list.` before that of a list and `action.` before that of an
/// action, in the order of the guide.
pub const BY_TYPE: &[(&str, &[Occasion])] = &[
    (
        "proofpoint_azure_application",
        &[
            ("to manage it", &needs::WRITE_APPLICATIONS),
            ("with `owners`", &needs::WRITE_OWNERS),
            ("to find one that was destroyed", &needs::READ_DELETED_APPLICATIONS),
            ("to restore it", &needs::RESTORE_APPLICATIONS),
        ],
    ),
    (
        "proofpoint_azure_admin_consent",
        &[
            ("to find the application and what it holds", &needs::READ_APPLICATIONS),
            ("for `delegated_permissions`", &needs::WRITE_GRANTS),
            ("for `application_permissions`", &needs::WRITE_ROLE_ASSIGNMENTS),
            ("with `mode = \"verify\"`", &needs::READ_GRANTS),
        ],
    ),
    (
        "proofpoint_azure_client_secret",
        &[
            ("to manage it", &needs::WRITE_APPLICATIONS),
            ("to read it, as every plan does", &needs::READ_APPLICATIONS),
        ],
    ),
    (
        "proofpoint_azure_sync",
        &[
            ("with `managed_client_secret`", &needs::WRITE_APPLICATIONS),
            ("to judge a change by `max_removals`: people", &needs::READ_USERS),
            ("to judge a change by `max_removals`: groups", &needs::READ_GROUPS),
            ("to judge a change by `max_removals`: deleted groups", &needs::READ_DELETED_GROUPS),
            ("to judge a change by `max_removals`: the tenant's domains", &needs::READ_ORGANIZATION),
            ("to compare the domains of both sides", &needs::READ_DOMAINS),
            ("to see that consent is complete", &needs::READ_APPLICATIONS),
            ("to see that policies allow the secret", &needs::READ_POLICIES),
            (
                "to see which secret Proofpoint signs in with, if it can be seen",
                &needs::READ_SIGN_IN_ACTIVITY,
            ),
        ],
    ),
    ("proofpoint_azure_sync_run", RUN),
    ("action.proofpoint_azure_sync_run", RUN),
    (
        "data.proofpoint_azure_sync_preview",
        &[
            ("people", &needs::READ_USERS),
            ("groups", &needs::READ_GROUPS),
            ("deleted groups", &needs::READ_DELETED_GROUPS),
            ("the tenant's domains", &needs::READ_ORGANIZATION),
        ],
    ),
    (
        "data.proofpoint_azure_sync_health",
        &[("the application", &needs::READ_APPLICATIONS), ("consent", &needs::READ_GRANTS)],
    ),
    (
        "data.proofpoint_azure_application",
        &[
            ("the application and its service principal", &needs::READ_APPLICATIONS),
            ("the names of its permissions", &needs::READ_APPLICATIONS),
        ],
    ),
    (
        "list.proofpoint_azure_application",
        &[
            ("to find the applications", &needs::READ_APPLICATIONS),
            ("with `include_resource`: the names of their permissions", &needs::READ_APPLICATIONS),
        ],
    ),
    (
        "data.proofpoint_azure_fleet_health",
        &[
            ("the applications, in each tenant", &needs::READ_APPLICATIONS),
            ("consent, in each tenant", &needs::READ_GRANTS),
        ],
    ),
    (
        "data.proofpoint_azure_tenant",
        &[("the tenant", &needs::READ_ORGANIZATION), ("its domains", &needs::READ_DOMAINS)],
    ),
];

/// The occasions of a resource, or with `data.` or `list.` before it a data source or a list, by full type name; none for what does not call Microsoft Graph.
pub fn of(type_name: &str) -> &'static [Occasion] {
    BY_TYPE.iter().find(|(name, _)| *name == type_name).map_or(&[], |(_, occasions)| *occasions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_computes_a_report_lists_what_the_report_needs() {
        for name in ["proofpoint_azure_sync", "proofpoint_azure_sync_run"] {
            for (_, need) in of("data.proofpoint_azure_sync_preview") {
                assert!(of(name).iter().any(|(_, listed)| listed == need), "{name}: {}", need.what);
            }
        }
    }
}
