//! What a user writes to enact a reviewed report, and what becomes of it.

use std::collections::BTreeMap;

use crate::preview::{StackVersion, count_or_percent};
use framework::attr::Attr;
use framework::timeouts::Timeouts;
use framework::validators::{domain_name, uuid};
use framework::{model, words};
use sync_report::Limit;

words! {
    /// What is done about more deletions than the limit allows.
    #[derive(Default)]
    pub enum OnExcess {
        /// Nothing is enacted.
        #[default]
        Error = "error",
        /// Everything but these is.
        Withhold = "withhold",
    }
}

model! {
    /// Enacts a reviewed report: makes the changes to people that a plan showed, and only those. For organizations whose
    /// sync has `frequency = 0`.
    ///
    /// The plan shows one line a person, and warns of those who lose mail first; when there is nothing to do, it shows no
    /// changes. At apply the directory and the organization are read again. Rows that are true already are skipped, additions
    /// that no longer hold are left for the next plan with a warning, and when any other row no longer holds, word for word,
    /// nothing is written at all. A run that is interrupted finishes the requests that are under way and leaves the rest.
    ///
    /// A run does what Proofpoint's own run would do: people whose sign-in is blocked become functional accounts (with
    /// `sync_version = 1` their accounts turn inactive), groups get functional accounts, and accounts become of another type
    /// where the directory says so. That an account can become of another type is not documented for Proofpoint's API: it is
    /// read back, stays in `left` where nothing came of it, and is never deleted and made again. Never touched are
    /// administrators and exempt addresses. A run deletes only accounts whose user or group is among Entra's deleted items, or
    /// whose user is excluded by a rule and has no address for mail. What a run does not do is listed in `left`, and a plan
    /// warns of it. What it withheld is in `withheld` as well: as long as `max_deletions` does not allow it, the same report
    /// again is no change, and plans warn of whom it names. Destroying the resource changes nobody.
    ///
    /// Preview, sync and run must go by the same settings: give them the same `locals`, as the example does. A plan that finds
    /// them different says where, and so does an apply before it writes anything.
    pub struct RunModel {
        /// A domain of the Proofpoint Essentials organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),

        /// Tenant whose directory is read. Defaults to the provider's `tenant_id`. Removing the argument changes nothing.
        tenant_id: Attr<String> => optional().computed().use_state_for_unknown().validate(uuid()),

        /// The rows to enact: `changes` of the data source
        /// [`proofpoint_azure_sync_preview`](../data-sources/azure_sync_preview.md), or those of them that you choose.
        changes: Attr<BTreeMap<String, String>> => required(),

        /// How many accounts a run may delete or deactivate; with `sync_version = 1`, accounts that become of another type count
        /// as well. A number, or a percentage of the active accounts that are not
        /// administrators, rounded up and at least 1. Defaults to `10%`; `100%` switches the limit off.
        max_deletions: Attr<String> => optional().computed().default_value(Limit::default().to_string()).check(count_or_percent),

        /// What happens when there are more: `error` (the default) enacts nothing, `withhold` enacts everything but these.
        on_excess: Attr<OnExcess> => optional().computed().default_value(OnExcess::default()),

        /// Version of the sync that the preview assumes, `1` or `2`. Defaults to 2, as there.
        sync_version: Attr<StackVersion> => optional().computed().default_value(StackVersion::default()),

        /// Whether new users are greeted by mail, where the organization allows it. Defaults to false.
        send_welcome_email: Attr<bool> => optional().computed().default_value(false),

        /// When changes were last enacted, RFC 3339. A run that enacts nothing leaves it as it is.
        run_at: Attr<String> => computed(),

        /// Rows that were not enacted, by address, each with the reason.
        left: Attr<BTreeMap<String, String>> => computed(),

        /// Rows that were withheld since there were more deletions than allowed, by address, as they stand in `changes`.
        withheld: Attr<BTreeMap<String, String>> => computed(),

        /// How long each operation may take.
        timeouts: Attr<Timeouts> => timeouts(),
    }
}
