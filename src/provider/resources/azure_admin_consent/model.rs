//! What a user may write in a `proofpoint_azure_admin_consent` block and what it answers with.

use std::collections::BTreeSet;

use framework::attr::Attr;
use framework::model;
use framework::timeouts::Timeouts;
use framework::validators::uuid;
use framework::words;

words! {
    /// Grant what is missing, or only look.
    #[derive(Default)]
    pub enum Mode {
        /// What is missing is granted.
        #[default]
        Grant = "grant",
        /// Nothing is written.
        Verify = "verify",
    }
}

model! {
    /// Grants an application the Microsoft Graph permissions it declares, for the whole tenant: what *Grant admin consent*
    /// does in the Entra portal.
    ///
    /// Drift is measured on what is really in effect: a permission that somebody revoked shows up in the plan by name and
    /// is granted again. Destroying the resource takes back what it gave, and nothing else.
    ///
    /// Where the signed-in identity may change the service principal, hidden tags on it tell which resource the consent
    /// belongs to and what that one gave. When another one has taken it over, as a replacement with `create_before_destroy`
    /// or a rename without a `moved` block does, or another state that imported it and changed something in it, destroying
    /// the earlier one lets go of it with a warning. Without the tags that is known within one run only: if such a run is
    /// interrupted, look at the plan of the next one for permissions to be granted again. And `-replace` then leaves what was
    /// granted, for nobody to take back.
    ///
    /// What `hashicorp/azuread` has assigned and granted is imported by the application's client id: see the guide
    /// [From azuread](../guides/from-azuread.md).
    pub struct ConsentModel {
        /// Path of the consent, `/servicePrincipals/{object id}/adminConsent`, preceded by `/tenants/{tenant id}` when the
        /// tenant is not the provider's.
        id: Attr<String> => computed().use_state_for_unknown(),

        /// Tenant that consents. Defaults to the provider's `tenant_id`. Naming another tenant replaces the consent;
        /// removing the argument changes nothing.
        tenant_id: Attr<String> =>
            optional().computed().use_state_for_unknown().requires_replace_if_configured().validate(uuid()),

        /// Application (client) id of the application that is given the permissions.
        client_id: Attr<String> => required().requires_replace().validate(uuid()),

        /// Microsoft Graph permissions that act for a signed-in user, by name.
        delegated_permissions: Attr<BTreeSet<String>> => optional(),

        /// Microsoft Graph permissions of the application itself, by name.
        application_permissions: Attr<BTreeSet<String>> => optional(),

        /// Also takes away permissions of Microsoft Graph that were granted by others and are not listed. Defaults to false.
        remove_extra: Attr<bool> => optional().computed().default_value(false),

        /// `grant` (the default), or `verify`: nothing is ever written, not even when it is destroyed, and the apply fails
        /// while something is missing, naming the address at which an administrator can consent.
        mode: Attr<Mode> => optional().computed().default_value(Mode::default()),

        /// Object id of the application's service principal.
        service_principal_object_id: Attr<String> => computed().use_state_for_unknown(),

        /// How long each operation may take.
        timeouts: Attr<Timeouts> => timeouts(),
    }
}

model! {
    /// What identifies a consent.
    pub struct ConsentIdentity {
        /// Tenant that consents.
        tenant_id: Attr<String> => optional_for_import(),
        /// Application (client) id.
        client_id: Attr<String> => required_for_import(),
    }
}
