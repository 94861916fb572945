//! What Proofpoint's API can't change of an organization: refused where it is planned, and where one is taken over.

use super::model::{AdminUser, FirstDomain, OrganizationModel};
use clients::essentials::Customer;
use framework::attr::Attr;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::path::Path;

/// What of a plan would have to be another one than it is. Unknown values get the benefit of the doubt: whoever applies asks
/// again.
pub(super) fn changes(prior: &OrganizationModel, planned: &OrganizationModel) -> Diagnostics {
    let mut refused = Diagnostics::new();
    for (now, wanted, path) in pairs(prior, planned) {
        if let (Some(now), Some(wanted)) = (now.known(), wanted.known())
            && now != wanted
        {
            let known_by = prior.primary_domain.text();
            refused.push(
                Diagnostic::error(
                    format!("`{path}` of the organization `{known_by}` can't be changed"),
                    format!(
                        "`{path}` is `{now}`, the configuration says `{wanted}`, and Proofpoint's API can't change it. Nothing is replaced because of it. Change it in the Proofpoint console and plan again, or write \
                         `{now}`."
                    ),
                )
                .at(path),
            );
        }
    }
    for (differs, path) in [
        (differ(&prior.trial, &planned.trial), OrganizationModel::trial()),
        (admin_differs(&prior.admin_user, &planned.admin_user), OrganizationModel::admin_user()),
        (domain_differs(&prior.domain, &planned.domain), OrganizationModel::domain()),
    ] {
        if differs {
            refused.push(
                Diagnostic::error(
                    format!("`{path}` is sent only when an organization is made"),
                    format!(
                        "Another value would change nothing at Proofpoint. Write what was written before, or leave `{path}` out. \
                         Administrators are changed in the console, domains as `proofpoint_domain`."
                    ),
                )
                .at(path),
            );
        }
    }
    refused
}

/// What of a new resource contradicts the organization that is there.
pub(super) fn contradictions(model: &OrganizationModel, present: &Customer) -> Diagnostics {
    changes(&shown(model, present), model)
}

/// Whether what can be changed is as it was written. The rest can't have been late.
pub(super) fn is_as_written(known: &OrganizationModel, seen: &OrganizationModel) -> bool {
    known.active == seen.active
        && known.user_licenses == seen.user_licenses
        && (known.licensing_package.is_null() || known.licensing_package == seen.licensing_package)
}

/// The state as Proofpoint shows the organization; what it does not show is as it was known.
pub(super) fn shown(known: &OrganizationModel, customer: &Customer) -> OrganizationModel {
    let text = |shown: &Option<String>| -> Attr<String> { shown.clone().into() };
    let mut model = OrganizationModel {
        primary_domain: customer.primary_domain.clone().into(),
        www: text(&customer.www),
        address: text(&customer.address),
        postcode: text(&customer.postcode),
        state: text(&customer.stateprov),
        phone: text(&customer.phone),
        external_id: text(&customer.external_id),
        ..known.clone()
    };
    // Whoever shows no name has one all the same.
    if !customer.name.is_empty() {
        model.name = customer.name.clone().into();
    }
    let country = customer.country.as_deref();
    if !country.is_some_and(|country| country.eq_ignore_ascii_case(known.country.text())) {
        model.country = country.map(str::to_owned).into();
    }
    if let Some(active) = customer.is_active {
        model.active = active.into();
    }
    if let Some(licences) = customer.user_licenses {
        model.user_licenses = licences.into();
    }
    if let Some(package) = &customer.licensing_package
        && !package.eq_ignore_ascii_case(known.licensing_package.text())
    {
        model.licensing_package = package.as_str().into();
    }
    if customer.eid.is_some() {
        model.eid = customer.eid.into();
    }
    model
}

fn pairs<'m>(
    prior: &'m OrganizationModel,
    planned: &'m OrganizationModel,
) -> [(&'m Attr<String>, &'m Attr<String>, Path); 10] {
    // Every argument is here: one that is added does not compile until somebody has decided whether it can be changed.
    let OrganizationModel {
        primary_domain,
        name,
        parent,
        www,
        address,
        postcode,
        state,
        country,
        phone,
        external_id,
        // Changed in place.
        user_licenses: _,
        licensing_package: _,
        active: _,
        // Compared above.
        trial: _,
        admin_user: _,
        domain: _,
        // The provider's own.
        id: _,
        eid: _,
        eula_confirmed: _,
        on_destroy: _,
        deletion_protection: _,
        timeouts: _,
    } = planned;
    [
        (&prior.primary_domain, primary_domain, OrganizationModel::primary_domain()),
        (&prior.name, name, OrganizationModel::name()),
        (&prior.parent, parent, OrganizationModel::parent()),
        (&prior.www, www, OrganizationModel::www()),
        (&prior.address, address, OrganizationModel::address()),
        (&prior.postcode, postcode, OrganizationModel::postcode()),
        (&prior.state, state, OrganizationModel::state()),
        (&prior.country, country, OrganizationModel::country()),
        (&prior.phone, phone, OrganizationModel::phone()),
        (&prior.external_id, external_id, OrganizationModel::external_id()),
    ]
}

/// Both are known, and others. What was not known before, as after an import, is taken from the configuration.
fn differ<T: PartialEq>(prior: &Attr<T>, planned: &Attr<T>) -> bool {
    matches!((prior, planned), (Attr::Known(prior), Attr::Known(planned)) if prior != planned)
}

fn admin_differs(prior: &Attr<AdminUser>, planned: &Attr<AdminUser>) -> bool {
    prior.known().zip(planned.known()).is_some_and(|(prior, planned)| {
        differ(&prior.email, &planned.email)
            || differ(&prior.first_name, &planned.first_name)
            || differ(&prior.last_name, &planned.last_name)
    })
}

fn domain_differs(prior: &Attr<FirstDomain>, planned: &Attr<FirstDomain>) -> bool {
    prior.known().zip(planned.known()).is_some_and(|(prior, planned)| {
        differ(&prior.destination, &planned.destination)
            || differ(&prior.failovers, &planned.failovers)
            || differ(&prior.relay, &planned.relay)
            || differ(&prior.active, &planned.active)
    })
}
