//! What is said of organizations.

use super::fixed;
use super::model::OrganizationModel;
use clients::essentials::{self, Customer, Organization};
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::path::Path;

/// What taking over an organization means: a warning, or what stands in the way.
pub(super) fn taking_over(model: &OrganizationModel, present: &Customer) -> Diagnostics {
    let refused = fixed::contradictions(model, present);
    if refused.has_errors() {
        return refused;
    }
    let shown = fixed::shown(model, present);
    let changes: Vec<&str> = [
        (
            model.licensing_package.is_known() && model.licensing_package != shown.licensing_package,
            "`licensing_package`",
        ),
        (model.user_licenses != shown.user_licenses, "`user_licenses`"),
        (model.active != shown.active, "`active`"),
    ]
    .into_iter()
    .filter_map(|(changes, name)| changes.then_some(name))
    .collect();
    let changes = match changes.as_slice() {
        [] => "Nothing of it changes.".to_owned(),
        names => format!("What changes: {}.", names.join(", ")),
    };
    Diagnostic::warning(
        format!("The partner has `{}` already", present.primary_domain),
        format!(
            "The organization was made elsewhere, or by an apply that was interrupted, and is managed here from now on. {changes} \
             `trial`, `admin_user` and `domain` are not sent. `on_destroy` says what becomes of it in the end."
        ),
    )
    .at(OrganizationModel::primary_domain())
    .into()
}

pub(super) fn taken(parent: &Organization, primary_domain: &str, refusal: &essentials::Error) -> Diagnostic {
    Diagnostic::error(
        format!("The organization `{primary_domain}` exists elsewhere"),
        format!(
            "{refusal}\n\nThe list of the organizations below `{}` does not have it: the domain, or one of `domain`, most likely \
             belongs to another partner's customer. Set `parent` if it is below another partner of yours, or ask Proofpoint's \
             support. If it was made here a moment ago, apply again.",
            parent.domain()
        ),
    )
    .at(OrganizationModel::primary_domain())
}

/// No organization can be made of another one's domain. At apply it would be too late: where a customer got another key, the sync
/// under the old one would be gone.
pub(super) fn domain_of(domain: &str, owner: &str) -> Diagnostic {
    Diagnostic::error(
        format!("`{domain}` is a domain of the organization `{owner}`"),
        format!(
            "Proofpoint has each domain once, so that no organization of this name can be made. An organization goes by its primary \
             domain: write `primary_domain = \"{owner}\"`. Where a line of a file or the key of a `for_each` names the customer, keep \
             that name, since another one destroys what the old one has made. For an organization of its own, take the domain out of \
             `{owner}` first, in an apply of its own."
        ),
    )
    .at(OrganizationModel::primary_domain())
}

pub(super) fn without_admin() -> Diagnostic {
    Diagnostic::error(
        "A new organization needs an administrator",
        "Proofpoint makes no organization without one. Write `admin_user = { email = \"...\" }`.",
    )
    .at(OrganizationModel::admin_user())
}

pub(super) fn own_parent() -> Diagnostic {
    Diagnostic::error(
        "An organization is not below itself",
        "`parent` is the partner that the organization belongs to, by default that of the account which signs in: a partner's \
         administrator makes and manages customers. An existing organization of your own can be imported.",
    )
    .at(OrganizationModel::parent())
}

pub(super) fn another_name(given: &str, primary_domain: &str) -> Diagnostic {
    Diagnostic::error(
        format!("`{given}` is not the primary domain of its organization"),
        format!("The organization is known by `{primary_domain}`: import `/orgs/{primary_domain}`."),
    )
    .at(OrganizationModel::primary_domain())
}

pub(super) fn protected(primary_domain: &str) -> Diagnostic {
    Diagnostic::error(
        format!("The organization `{primary_domain}` is protected"),
        "`on_destroy` says that destroying the resource ends the filtering of its mail, and `deletion_protection` refuses that. \
         Set `deletion_protection` to false and apply first; or set `on_destroy` to `keep`, and the organization stays.",
    )
    .at(OrganizationModel::deletion_protection())
}

pub(super) fn ends(primary_domain: &str, what: &str, at: Path) -> Diagnostic {
    Diagnostic::warning(
        format!("The mail of `{primary_domain}` will not be filtered any more"),
        format!(
            "The organization will be {what}. Mail to its people is not taken by Proofpoint from then on: change the MX records of \
             its domains first."
        ),
    )
    .at(at)
}

/// A plan counts it among what is destroyed.
pub(super) fn stays(primary_domain: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("The organization `{primary_domain}` stays at Proofpoint"),
        "`on_destroy` is `keep`: the state forgets it, and that is all. Its accounts stay, and so do its domains unless their own \
         `on_destroy` says otherwise; mail goes on.",
    )
    .at(OrganizationModel::on_destroy())
}

/// A deletion that was accepted and has not happened as far as anybody sees.
pub(super) fn still_shown(primary_domain: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Proofpoint still shows `{primary_domain}`"),
        "Its deletion was accepted. An organization of this name that is made before it is gone would be taken for it, and vanish.",
    )
    .at(OrganizationModel::on_destroy())
}
