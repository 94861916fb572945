//! What a user may write in a `proofpoint_azure_application` block and what it answers with.

use std::collections::BTreeSet;

use url::{Host, Url};

use super::is_own_tag;
use framework::attr::Attr;
use framework::model;
use framework::timeouts::Timeouts;
use framework::validators::{each, length, one_of, uuid};
use framework::value::Value;

/// Permissions that Proofpoint's sync guide asks for, for a signed-in administrator
/// (Proofpoint help: Azure AD (Entra ID) Permissions Error).
pub(super) const DELEGATED_PERMISSIONS: [&str; 3] =
    ["Directory.Read.All", "Group.Read.All", "User.ReadBasic.All"];

/// The one permission the unattended sync itself uses (same source).
pub(super) const APPLICATION_PERMISSIONS: [&str; 1] = ["Directory.Read.All"];

/// `uniqueName` of a new application whose configuration names none.
pub(super) const UNIQUE_NAME: &str = "proofpoint-essentials-azure-sync";

/// Who may sign in, as Graph spells it (Graph: resources/application, `signInAudience`). Its other two values let personal
/// accounts in, which have no mailbox to protect and demand tokens of another version.
pub(super) const SIGN_IN_AUDIENCES: [&str; 2] = ["AzureADMyOrg", "AzureADMultipleOrgs"];

model! {
    /// Registers the application through which Proofpoint Essentials reads Microsoft Entra ID, together with its
    /// service principal: what *New registration* does in the Entra portal.
    ///
    /// The permissions are only declared here. They take effect once
    /// [`proofpoint_azure_admin_consent`](azure_admin_consent.md) grants them.
    ///
    /// The application is found by its `unique_name`, never by its display name. An application that an interrupted
    /// run left behind is finished by the next one, and one that was destroyed within the last 30 days is restored. A
    /// replacement in one run (`-replace`) makes a new one: the application that this run has deleted is purged first, since
    /// it would keep the unique name; where the signed-in identity may not purge it, the apply says so.
    ///
    /// A rename needs a `moved` block. Without one Terraform makes the new address while it destroys the old one: the
    /// application is then handed over, with a warning, or made anew where its deletion came first. What else is destroyed in
    /// that run is waited for where it is this provider's; when resources of another provider hold the application up for more
    /// than some seconds, the apply fails, and the next one finishes.
    ///
    /// An `azuread_application` or `azuread_application_registration` is taken over by a `moved` block: see the guide
    /// [From azuread](../guides/from-azuread.md).
    ///
    /// With `create_before_destroy` a replacement fails, since both applications would need the name at once. By then a
    /// consent that hangs on it has been taken back; the next apply grants it again. Only an application that is less than an
    /// hour old and has neither keys nor permissions is taken for an unfinished one, and goes on as its own successor.
    ///
    /// Each application bears a hidden tag that tells whose it is. When another resource has taken it over, destroying the
    /// earlier one lets go of it with a warning. An import writes nothing, so that two states share the application until the
    /// one that imported it changes something in it, or sets up a sync with a managed secret that goes through it and the
    /// other one is destroyed as a whole: then that one lets go of the sync, the consent and the application. Otherwise take
    /// what you imported out of the earlier state (`removed`, or `state rm`) before you destroy that.
    pub struct ApplicationModel {
        /// Path of the application, `/applications/{object id}`, preceded by `/tenants/{tenant id}` when the tenant is
        /// not the provider's.
        id: Attr<String> => computed().use_state_for_unknown(),

        /// Tenant that holds the application. Defaults to the provider's `tenant_id`. Naming another tenant replaces
        /// the application; removing the argument changes nothing.
        tenant_id: Attr<String> => optional().computed().use_state_for_unknown().requires_replace_if_configured().validate(uuid()),

        /// Name shown in the Entra portal, up to 256 characters. It need not be unique.
        display_name: Attr<String> => required().validate(length(1, 256)),

        /// Name by which the application is found again, unique in the tenant. Defaults to
        /// `proofpoint-essentials-azure-sync` when the application is created. An application that has none, because it
        /// was made in the portal, can be given one; changing it afterwards replaces the application.
        unique_name: Attr<String> => optional().computed().validate(length(1, 256)),

        /// Addresses to which Microsoft may return a signed-in user, of any scheme that Entra takes; `http` only for this
        /// machine (loopback). Defaults to the console of the provider's `region` (or to its `endpoint`). A trailing slash
        /// makes no difference.
        redirect_uris: Attr<BTreeSet<String>> => optional().computed().same_if(same_addresses).check(return_addresses),

        /// Accounts that may sign in: those of this tenant, `AzureADMyOrg` (the default, as Proofpoint asks), or those of
        /// any tenant, `AzureADMultipleOrgs`.
        sign_in_audience: Attr<String> =>
            optional().computed().default_value(SIGN_IN_AUDIENCES[0]).validate(one_of(&SIGN_IN_AUDIENCES)),

        /// Microsoft Graph permissions that act for a signed-in user, by name. Defaults to `Directory.Read.All`,
        /// `Group.Read.All` and `User.ReadBasic.All`.
        delegated_permissions: Attr<BTreeSet<String>> => optional().computed().default_value(names(&DELEGATED_PERMISSIONS)),

        /// Microsoft Graph permissions of the application itself, by name. Defaults to `Directory.Read.All`, which the
        /// sync needs.
        application_permissions: Attr<BTreeSet<String>> => optional().computed().default_value(names(&APPLICATION_PERMISSIONS)),

        /// Object ids of the users and service principals that own the application. Left out, the owners are not
        /// managed. Whoever is removed goes after those who are added, and the signed-in identity goes last.
        owners: Attr<BTreeSet<String>> => optional().validate(each(uuid())),

        /// Free text for administrators, up to 1,024 characters.
        notes: Attr<String> => optional().validate(length(1, 1024)),

        /// Tags of the application. The provider's own tags, by which it knows its applications and whose they are, are not
        /// shown.
        tags: Attr<BTreeSet<String>> => optional().validate(each(length(1, 256))).check(without_own_tags),

        /// Refuses to destroy or replace the application while true. Defaults to false.
        deletion_protection: Attr<bool> => optional().computed().default_value(false),

        /// Object id of the application.
        object_id: Attr<String> => computed().use_state_for_unknown(),

        /// Application (client) id: what Proofpoint signs in with.
        client_id: Attr<String> => computed().use_state_for_unknown(),

        /// Object id of the application's service principal in the tenant. One that was deleted is restored while Entra keeps
        /// it (30 days), with what is set at it; else a new one is made.
        service_principal_object_id: Attr<String> => computed(),

        /// Verified domain that Entra shows as the application's publisher.
        publisher_domain: Attr<String> => computed().use_state_for_unknown(),

        /// How long each operation may take.
        timeouts: Attr<Timeouts> => timeouts(),
    }
}

fn names(permissions: &[&str]) -> Value {
    Value::set(permissions.iter().map(|name| Value::from(*name)))
}

/// The provider adds its own tags and hides them: configured as well, every plan would show a change.
fn without_own_tags(tags: &BTreeSet<String>) -> Result<(), String> {
    match tags.iter().find(|tag| is_own_tag(tag)) {
        Some(tag) => Err(format!(
            "`{tag}` is one of the provider's own tags, which every application of it has: leave it out."
        )),
        None => Ok(()),
    }
}

/// Entra takes any scheme, and `http` for this machine only.
fn return_addresses(addresses: &BTreeSet<String>) -> Result<(), String> {
    for address in addresses {
        let parsed = Url::parse(address)
            .map_err(|error| format!("`{address}` is not an absolute address: {error}."))?;
        if parsed.scheme() == "http" && !is_this_machine(&parsed) {
            return Err(format!(
                "`{address}`: an `https` address is required; `http` is allowed only for this machine (loopback)."
            ));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() || parsed.fragment().is_some() {
            return Err(format!("`{address}` must not contain a user name, a password or a fragment (`#`)."));
        }
        if address.chars().count() > LONGEST_ADDRESS {
            return Err(format!("Entra keeps addresses of at most {LONGEST_ADDRESS} characters."));
        }
    }
    Ok(())
}

/// Entra: redirect URI restrictions.
const LONGEST_ADDRESS: usize = 256;

fn is_this_machine(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Redirect addresses are compared without a slash at their end: Entra and the portal are not consistent about it.
fn same_addresses(a: &Value, b: &Value) -> bool {
    let addresses = |value: &Value| -> Option<BTreeSet<String>> {
        let elements = value.as_elements()?.iter();
        elements.map(|element| Some(element.as_str()?.trim_end_matches('/').to_owned())).collect()
    };
    addresses(a).is_some_and(|known| Some(known) == addresses(b))
}

model! {
    /// What identifies an application.
    pub struct ApplicationIdentity {
        /// Tenant that holds the application.
        tenant_id: Attr<String> => optional_for_import(),
        /// Object id of the application.
        object_id: Attr<String> => required_for_import(),
    }
}
