//! What a user may write in a `proofpoint_azure_client_secret` block and what it answers with.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::provider_block::ObjectPath;
use framework::attr::{Attr, Secret};
use framework::model;
use framework::timeouts::Timeouts;
use framework::validators::{conflicts_with, duration, duration_from, length, uuid};
use framework::value::Value;

/// Description of a new secret whose configuration names none.
pub(super) const DISPLAY_NAME: &str = "terraform";

model! {
    /// A client secret of an application, for use elsewhere. Its value is in the state: for Proofpoint itself, prefer
    /// `managed_client_secret` of [`proofpoint_azure_sync`](azure_sync.md), which nobody sees.
    ///
    /// Entra cannot change a secret. A rotation, in place, makes the new one first and then removes the earlier one, or
    /// keeps it for `overlap` so that those who use it have time to change over. A rotation is planned when
    /// `rotate_when_changed`, `display_name`, `end_date` or `end_date_relative` changes, and when a refresh finds less than
    /// `rotate_before` left.
    ///
    /// An imported secret has no `value`, since Entra shows it only once; that alone is no reason for a change.
    /// One that was an `azuread_application_password` keeps its `value`: a `moved` block takes it over, as the guide
    /// [From azuread](../guides/from-azuread.md) shows.
    pub struct ClientSecretModel {
        /// Path of the secret, `/applications/{object id}/password/{key id}`, preceded by `/tenants/{tenant id}` when the
        /// tenant is not the provider's. A rotation changes it.
        id: Attr<String> => computed().use_state_for_unknown(),

        /// Tenant that holds the application. Defaults to the one that `application_id` names, else to the provider's
        /// `tenant_id`. Naming another tenant replaces the secret; removing the argument changes nothing.
        tenant_id: Attr<String> => optional().computed().use_state_for_unknown().requires_replace_if_configured().validate(uuid()),

        /// The application whose secret it is: the `id` of a [`proofpoint_azure_application`](azure_application.md), or
        /// `/applications/{object id}`. Another application replaces the secret.
        application_id: Attr<String> => required().same_if(same_application).requires_replace().check(application_path),

        /// Description of the secret. Defaults to `terraform`. In Entra a word `terraform:` with eight random digits follows
        /// it, by which a secret is found again whose answer was lost. Another description means another secret.
        display_name: Attr<String> => optional().computed().use_state_for_unknown().validate(length(1, 90)),

        /// End of the secret's life, RFC 3339; one that is past is refused while it is planned. Another end means another
        /// secret. Without this and `end_date_relative` Entra decides: two years.
        end_date: Attr<String> => optional().computed().use_state_for_unknown().same_if(same_instant)
            .validate(conflicts_with([ClientSecretModel::end_date_relative()])).check(point_in_time),

        /// Life of a new secret from the moment it is made, such as `4320h`. Another life means another secret; setting
        /// it where there was none, as after an import, counts from the next secret on.
        end_date_relative: Attr<String> => optional().validate(duration_from(1)),

        /// Any values. When one changes, the secret is rotated. Setting or removing the whole argument rotates nothing.
        rotate_when_changed: Attr<BTreeMap<String, String>> => optional(),

        /// A secret with less life than this is rotated, such as `720h`. Not possible with a fixed `end_date`.
        rotate_before: Attr<String> => optional().validate(duration())
            .validate(conflicts_with([ClientSecretModel::end_date()])),

        /// How long an earlier secret stays valid after a rotation, such as `168h`; the first plan after that removes it.
        /// By default it is removed as soon as the new one is there.
        overlap: Attr<String> => optional().validate(duration()),

        /// Id of the secret.
        key_id: Attr<String> => computed().use_state_for_unknown(),

        /// First characters of the value, as Entra shows them.
        hint: Attr<String> => computed().use_state_for_unknown(),

        /// Beginning of the secret's life, RFC 3339.
        start_date: Attr<String> => computed().use_state_for_unknown(),

        /// The secret itself; null after an import.
        value: Attr<Secret> => computed().sensitive().use_state_for_unknown(),

        /// Ids of earlier secrets that are still valid.
        previous_key_ids: Attr<BTreeSet<String>> => computed().use_state_for_unknown(),

        /// How long each operation may take.
        timeouts: Attr<Timeouts> => timeouts(),
    }
}

#[expect(clippy::ptr_arg, reason = "the rule is given the attribute's own type")]
fn application_path(text: &String) -> Result<(), String> {
    ObjectPath::parse(text, "applications").map(drop).map_err(|error| error.to_string())
}

fn point_in_time(text: &String) -> Result<(), String> {
    instant(text).map(drop).ok_or_else(|| format!("`{text}` is not a time such as `2030-01-31T00:00:00Z`"))
}

/// The moment that an RFC 3339 text names.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// One application may be named with its tenant or without.
fn same_application(a: &Value, b: &Value) -> bool {
    let object = |value: &Value| Some(ObjectPath::parse(value.as_str()?, "applications").ok()?.id);
    object(a).is_some_and(|id| Some(id) == object(b))
}

fn same_instant(a: &Value, b: &Value) -> bool {
    let moment = |value: &Value| instant(value.as_str()?);
    moment(a).is_some_and(|moment_a| Some(moment_a) == moment(b))
}
