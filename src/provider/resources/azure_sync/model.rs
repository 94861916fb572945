//! What a user may write in a `proofpoint_azure_sync` block and what it answers with.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::rotation::Reason;
use crate::preview::{NewUserRole, StackVersion, count_or_percent, lower_case_addresses};
use crate::provider_block::ObjectPath;
use clients::essentials::may_be_secret;
use framework::attr::{Attr, Secret};
use framework::model;
use framework::or_other::OrOther;
use framework::timeouts::{Timeouts, parse_duration};
use framework::validators::{
    at_most_one_of, domain_name, duration, each, length, one_of_numbers, prefer_write_only, requires, uuid,
};
use sync_report::{Actions, Limit, Switches};

/// Hours between automatic runs, 0 for none (same source, `sync_frequency`).
pub(super) const FREQUENCIES: [i64; 6] = [0, 1, 3, 6, 12, 24];

/// Hours between runs where the configuration names none.
pub(super) const FREQUENCY: i64 = 1;

/// Life of a managed key where the configuration names none.
pub(super) const LIFETIME: &str = "17520h";

/// Remaining life at which a managed key is replaced where the configuration names none.
pub(super) const ROTATE_BEFORE: &str = "720h";

model! {
    /// Configures how Proofpoint Essentials synchronizes an organization's people with Microsoft Entra ID: what the
    /// console's *Azure Directory Sync* page sets. An organization has one such configuration, whichever of its domains
    /// names it.
    ///
    /// Proofpoint signs in to Entra with a client secret. With `managed_client_secret` the provider mints that secret and
    /// hands it to Proofpoint in the same apply: neither configuration, plan nor state ever holds it, and it is replaced
    /// before it ends. `client_secret_wo` takes a secret from elsewhere without storing it, `client_secret` stores it in
    /// the state.
    ///
    /// Nothing is switched on before its effect is known. A change that starts or widens syncing is judged when the plan
    /// is made, and again when it is applied, before anything is written: above `max_removals` it fails. Proofpoint's later runs are
    /// its own; the limit does not bind them.
    ///
    /// A replacement with `create_before_destroy` and a rename without a `moved` block leave what the new resource has set up:
    /// destroying the old one sees the new one's key and lets go of settings and keys, with a warning. Without
    /// `managed_client_secret` it sees that within one run only: if such a run is interrupted, the one that destroys the old
    /// resource deletes the settings, and the plan after it makes them again. To keep them, take the old resource out of the
    /// state before (`state rm`).
    pub struct SyncModel {
        /// Path of the settings, `/orgs/{organization}/settings/azure`.
        id: Attr<String> => computed().use_state_for_unknown(),

        /// Primary domain of the Proofpoint Essentials organization, by which it is known.
        organization: Attr<String> => computed().use_state_for_unknown(),

        /// Tenant whose people are synchronized. Defaults to the provider's `tenant_id`. Removing the argument changes
        /// nothing.
        tenant_id: Attr<String> => optional().computed().use_state_for_unknown().validate(uuid()),

        /// A domain of the Proofpoint Essentials organization, in lower case.
        domain: Attr<String> => required().validate(domain_name()),

        /// A verified domain of the Entra tenant. Defaults to `domain`.
        primary_domain: Attr<String> => optional().computed().validate(domain_name()),

        /// Application (client) id that Proofpoint signs in with.
        client_id: Attr<String> => required().validate(uuid()),

        /// Role of the users that the sync creates: `end_user` (quarantine digest and console) or `silent_user` (digest
        /// only).
        default_role: Attr<OrOther<NewUserRole>> => required(),

        /// Hours between automatic runs: 1 (the default), 3, 6, 12 or 24. With 0 nothing runs by itself, and changes to
        /// people go through [`proofpoint_azure_sync_run`](azure_sync_run.md).
        frequency: Attr<i64> => optional().computed().default_value(FREQUENCY).validate(one_of_numbers(&FREQUENCIES)),

        /// What is synchronized.
        what: Attr<What> => optional().computed().default_members(),

        /// What a run may do to users.
        users: Attr<Handling> => optional().computed().default_members(),

        /// What a run may do to groups and functional accounts.
        groups: Attr<Handling> => optional().computed().default_members(),

        /// Whether people may sign in to the Proofpoint console with their Microsoft account. Defaults to true.
        allow_microsoft_login: Attr<bool> => optional().computed().default_value(true),

        /// Addresses that the sync leaves alone, in lower case. Left out, exemptions are not managed and stay as they are. A
        /// set is authoritative: addresses that are not in it are taken off the list. Exemptions that are there before an
        /// apply first manages the set, on creation, after an import or later, must be in it: otherwise it is refused and lists
        /// them. An import reads those that are there. Destroying the resource leaves them, since whoever syncs next may
        /// rely on them.
        exemptions: Attr<BTreeSet<String>> => optional().validate(each(length(3, 254))).check(lower_case_addresses),

        /// How many accounts a change that starts or widens syncing may remove or deactivate: a number, or a percentage of the
        /// active accounts that are not administrators, rounded up and at least 1. Defaults to `10%`; `100%` switches the
        /// check off.
        max_removals: Attr<String> => optional().computed().default_value(Limit::default().to_string()).check(count_or_percent),

        /// Version of the sync that the stack runs, `1` or `2`: the title of the Azure page in Proofpoint's console shows it.
        /// Changes are judged by it: version 1 turns accounts of blocked users inactive. Defaults to 2.
        sync_version: Attr<StackVersion> => optional().computed().default_value(StackVersion::default()),

        /// Secret that the provider mints, hands to Proofpoint and replaces in time.
        managed_client_secret: Attr<ManagedClientSecret> =>
            optional().validate(at_most_one_of([Self::client_secret(), Self::client_secret_wo()])),

        /// Client secret of the application. It is stored in the state: prefer `managed_client_secret`, or
        /// `client_secret_wo` where the CLI supports write-only arguments.
        client_secret: Attr<Secret> =>
            optional().sensitive().validate(prefer_write_only(Self::client_secret_wo())).check(is_a_secret),

        /// Client secret of the application, which is never stored. Needs Terraform 1.11 or OpenTofu 1.11. CLIs show a line
        /// `~ client_secret_wo = (write-only attribute)` with every update, whether it is set or not: it means nothing.
        client_secret_wo: Attr<Secret> => optional()
            .write_only()
            .validate(requires([Self::client_secret_wo_version()]))
            .check(is_a_secret),

        /// Any text. When it changes, `client_secret_wo` is sent again.
        client_secret_wo_version: Attr<String> => optional().validate(requires([Self::client_secret_wo()])),

        /// Waits until Proofpoint has completed a run with the new settings and says how it went. Defaults to false. The
        /// deadline is `frequency` plus 30 minutes, unless `timeouts` sets another; missing it is a warning. Where the stack
        /// does not show when it last ran, nothing is waited for, which is a warning as well.
        wait_for_sync: Attr<bool> => optional().computed().default_value(false),

        /// With `wait_for_sync`: also waits until `routing_ready_at` of a first run. Defaults to false.
        wait_for_routing: Attr<bool> => optional().computed().default_value(false),

        /// Id of the managed key that Proofpoint uses.
        key_id: Attr<String> => computed(),

        /// First characters of that key, as Entra shows them.
        key_hint: Attr<String> => computed(),

        /// End of that key's life, RFC 3339.
        key_end_date: Attr<String> => computed(),

        /// Ids of earlier managed keys, also of an application that was left. They are removed once Proofpoint has proven the
        /// present one by a run; what could not be removed stays listed, and the next apply tries again. One that somebody else
        /// has removed is taken off by a refresh.
        superseded_key_ids: Attr<BTreeSet<String>> => computed(),

        /// Why the present key was minted: `created`; `settings_changed`; `expiring` (`rotate_before` was reached);
        /// `key_missing` (it was removed in Entra); `client_id_changed` (Proofpoint signed in as another application);
        /// `trigger_changed` (`rotate_when_changed`); `adopted` (after an import, or after a client secret that the
        /// configuration named); `interrupted` (an earlier apply did not get to its end, or another state has made a key as well);
        /// or `proofpoint_holds_another_key`.
        rotation_reason: Attr<OrOther<Reason>> => computed(),

        /// End of the secret's life as Proofpoint shows it, where it does.
        secret_expiry: Attr<String> => computed(),

        /// When mail routing for newly synchronized people is ready: 60 minutes after the first run that `wait_for_sync` saw.
        routing_ready_at: Attr<String> => computed(),

        /// How long each operation may take.
        timeouts: Attr<Timeouts> => timeouts(),
    }
}

model! {
    /// What is synchronized.
    pub struct What {
        /// Licensed, active users. Defaults to true.
        active_users: Attr<bool> => optional().computed().default_value(Switches::default().what.active_users),
        /// Distribution groups. Defaults to true.
        distribution_groups: Attr<bool> =>
            optional().computed().default_value(Switches::default().what.distribution_groups),
        /// Mail-enabled security groups. Defaults to false.
        security_groups: Attr<bool> => optional().computed().default_value(Switches::default().what.security_groups),
    }
}

model! {
    /// What a run may do.
    pub struct Handling {
        /// Create what is new in the directory. Defaults to true.
        add: Attr<bool> => optional().computed().default_value(Actions::default().add),
        /// Update what came from an earlier run. Defaults to true.
        update: Attr<bool> => optional().computed().default_value(Actions::default().update),
        /// Remove what is gone from the directory. Defaults to false.
        remove_deleted: Attr<bool> => optional().computed().default_value(Actions::default().remove_deleted),
    }
}

model! {
    /// A client secret that is minted, handed over and replaced without anybody seeing it.
    pub struct ManagedClientSecret {
        /// The application whose secret it is: the `id` of a
        /// [`proofpoint_azure_application`](azure_application.md), or `/applications/{object id}`.
        application_id: Attr<String> => required().check(application_path),

        /// Life of a new key: a duration, or `max` for the longest that the app management policies of tenant and application
        /// allow when it is minted; two years where they set no limit or can't be read (`Policy.Read.All`), which the plan
        /// says. A key ends up to an hour earlier, by chance, so that its end tells it from any other. Defaults to `17520h`, two
        /// years.
        lifetime: Attr<String> => optional().computed().default_value(LIFETIME).check(is_a_life),

        /// A key with less life than this is replaced. Defaults to `720h`, 30 days.
        rotate_before: Attr<String> => optional().computed().default_value(ROTATE_BEFORE).validate(duration()),

        /// Any values. When one changes, or when the argument is set or removed, the key is replaced.
        rotate_when_changed: Attr<BTreeMap<String, String>> => optional(),

        /// Beginning of the description that new keys bear in Entra. Defaults to `terraform`.
        description: Attr<String> => optional().computed().default_value("terraform").validate(length(1, 60)),
    }
}

model! {
    /// What identifies a synchronization.
    pub struct SyncIdentity {
        /// Primary domain of the organization.
        organization: Attr<String> => required_for_import(),
    }
}

/// As long as the policies of tenant and application allow.
pub(super) const MAX: &str = "max";

/// Whether a key may be given this life.
fn is_a_life(text: &str) -> Result<(), String> {
    match parse_duration(text) {
        _ if text == MAX => Ok(()),
        Some(life) if life >= Duration::from_secs(1) => Ok(()),
        Some(_) => Err(format!("`{text}` is too short: at least `1s` is required")),
        None => Err(format!(
            "`max`, or a duration such as `17520h`, is required (units `ns us ms s m h`), not `{text}`"
        )),
    }
}

/// The text itself is never told.
fn is_a_secret(secret: &Secret) -> Result<(), String> {
    if may_be_secret(secret.expose()) {
        return Ok(());
    }
    Err("A client secret is required: this is blank, or the mask that Proofpoint shows in its place. If it comes from a variable, \
         set that one; to keep no secret, let `managed_client_secret` mint it."
        .to_owned())
}

impl ManagedClientSecret {
    /// Whether keys are to live as long as they may.
    pub(super) fn lives_as_long_as_it_may(&self) -> bool {
        self.lifetime.text() == MAX
    }
}

fn application_path(text: &str) -> Result<(), String> {
    ObjectPath::parse(text, "applications").map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use framework::model::Model as _;

    #[test]
    fn the_description_names_every_frequency_that_can_be_written_and_no_other() {
        let schema = SyncModel::schema();
        let frequency = schema.attributes.iter().find(|attribute| attribute.name == "frequency").unwrap();
        let named = frequency.description.split(|letter: char| !letter.is_ascii_digit());
        let named: BTreeSet<i64> = named.filter_map(|number| number.parse().ok()).collect();
        assert_eq!(named, FREQUENCIES.into());
    }
}
