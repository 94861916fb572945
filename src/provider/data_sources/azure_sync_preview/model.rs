//! What a user may ask of a preview and what it answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::preview::{NewUserRole, ReportModel, StackVersion, lower_case_addresses};
use framework::attr::Attr;
use framework::model;
use framework::timeouts::ReadTimeouts;
use framework::validators::{domain_name, range, uuid};

model! {
    /// Shows what a run of Proofpoint's Entra ID sync would do: who is added, changed and removed, who is exempt, and
    /// what stands in the way. It reads the directory and the organization and changes nothing, and it needs no sync to
    /// be configured: the very first plan shows the report.
    ///
    /// Settings and exemptions that the block does not name are those that the organization has now; where no sync is
    /// configured, the defaults of [`proofpoint_azure_sync`](../resources/azure_sync.md). Name all that the resource names, from
    /// the same `locals`, to see the effect of a change in the plan that makes it. A reference to the resource itself would put
    /// the report off until that change is applied.
    ///
    /// The report is an estimate of what Proofpoint's own run does. Where Proofpoint does not document its sync, a
    /// [named rule](../guides/sync-rules.md) says what is assumed.
    pub struct PreviewModel {
        /// A domain of the Proofpoint Essentials organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),

        /// Tenant whose directory is read. Defaults to the provider's `tenant_id`.
        tenant_id: Attr<String> => optional().validate(uuid()),

        /// Role of new users: `end_user` or `silent_user`.
        default_role: Attr<NewUserRole> => optional(),

        /// What is synchronized.
        what: Attr<WhatToSync> => optional(),

        /// What a run may do to users.
        users: Attr<AllowedActions> => optional(),

        /// What a run may do to groups and functional accounts.
        groups: Attr<AllowedActions> => optional(),

        /// Addresses that the sync leaves alone, in lower case. Left out, those that the organization has now.
        exemptions: Attr<BTreeSet<String>> => optional().check(lower_case_addresses),

        /// Version of the sync that the stack runs, `1` or `2`: the title of the Azure page in Proofpoint's console shows it.
        /// Defaults to 2.
        sync_version: Attr<StackVersion> => optional(),

        /// Whether `changes` holds rows about functional accounts: groups, people whose sign-in is blocked, and accounts that
        /// become of another type. Defaults to true. Left out, they are in `left`.
        functional_accounts: Attr<bool> => optional(),

        /// How many rows of each section are shown. People who lose something are always shown, and `changes` is never cut. Defaults to 100.
        detail_limit: Attr<i64> => optional().validate(range(0, 100_000)),

        /// The report.
        report: Attr<ReportModel> => computed(),

        /// The rows that a [`proofpoint_azure_sync_run`](../resources/azure_sync_run.md) may enact, by address, one line a
        /// person. Empty when there is nothing to do.
        changes: Attr<BTreeMap<String, String>> => computed(),

        /// The rows of the report that are not among `changes`, by address, each with the reason.
        left: Attr<BTreeMap<String, String>> => computed(),

        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

model! {
    /// What is synchronized.
    pub struct WhatToSync {
        /// Licensed, active users.
        active_users: Attr<bool> => optional(),
        /// Distribution groups.
        distribution_groups: Attr<bool> => optional(),
        /// Mail-enabled security groups.
        security_groups: Attr<bool> => optional(),
    }
}

model! {
    /// What a run may do.
    pub struct AllowedActions {
        /// Create what is new in the directory.
        add: Attr<bool> => optional(),
        /// Update what came from an earlier run.
        update: Attr<bool> => optional(),
        /// Remove what is gone from the directory.
        remove_deleted: Attr<bool> => optional(),
    }
}
