//! What a user may ask about the health of a sync and what is answered.

use std::collections::BTreeSet;

use crate::preview::FindingModel;
use framework::attr::Attr;
use framework::model;
use framework::timeouts::ReadTimeouts;
use framework::validators::{domain_name, range, uuid};

model! {
    /// Tells whether an organization's sync works: when it last ran, whether it is overdue, how long its client secret
    /// lives, and whether both sides agree. Made for `check` blocks and nightly plans; it changes nothing.
    ///
    /// What the caller may not read is null, with a finding that says so. No value of it belongs in an output of a
    /// configuration that is planned with `-detailed-exitcode`: times of runs change by themselves.
    pub struct HealthModel {
        /// A domain of the Proofpoint Essentials organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),

        /// Tenant of the application. Defaults to the provider's `tenant_id`.
        tenant_id: Attr<String> => optional().validate(uuid()),

        /// A secret with less life than this many days is a finding. Defaults to 30.
        warn_days: Attr<i64> => optional().validate(range(0, 3650)),

        /// Whether a sync is configured.
        configured: Attr<bool> => computed(),

        /// Whether no finding is an error or a warning.
        healthy: Attr<bool> => computed(),

        /// Hours between automatic runs; 0 for none.
        frequency: Attr<i64> => computed(),

        /// End of the last good run as Proofpoint spells it; null when there was none, or the API of the stack does not show it.
        last_successful_sync: Attr<String> => computed(),

        /// Whether a run should have succeeded by now: more than `frequency` and an hour have passed since the last good run,
        /// or since the newest client secret of the application was made, if that is later. A sync that never ran is counted
        /// from there as well. False where neither is known. A schedule that was changed without a new client secret, as in
        /// the console, may count as overdue until its next run.
        overdue: Attr<bool> => computed(),

        /// Application (client) id that Proofpoint signs in with.
        client_id: Attr<String> => computed(),

        /// Whether the tenant has an application with this id.
        application_found: Attr<bool> => computed(),

        /// End of the secret's life as Proofpoint spells it, where it shows it.
        secret_expiry: Attr<String> => computed(),

        /// When the last client secret of the application in Entra ends, RFC 3339.
        key_end_date: Attr<String> => computed(),

        /// Whole days until the secret ends, negative when it has ended. Counts to Proofpoint's date if a client secret of the
        /// application in Entra ends within a day of it or Entra cannot be read, else to `key_end_date`.
        days_left: Attr<i64> => computed(),

        /// Whether every permission that the application declares is granted.
        consent_complete: Attr<bool> => computed(),

        /// Declared permissions that are not granted.
        missing_permissions: Attr<BTreeSet<String>> => computed(),

        /// What was found, the gravest first.
        findings: Attr<Vec<FindingModel>> => computed(),

        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}
