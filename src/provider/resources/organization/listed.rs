//! An organization that nobody manages yet, as an import of it begins.

use clients::essentials::Customer;

use super::model::OrganizationModel;
use super::{fixed, id};

/// What only a state knows, as an import begins with it.
pub(super) fn complete(model: &mut OrganizationModel, primary_domain: &str) {
    model.id = id(primary_domain).into();
    model.on_destroy = model.on_destroy.unwrap_or_default().into();
    model.deletion_protection = model.deletion_protection.unwrap_or(true).into();
}

/// An organization as an import would read it, from what the list of its partner says.
pub(crate) fn listed(customer: &Customer, parent: &str) -> OrganizationModel {
    let primary_domain = customer.primary_domain.as_str();
    let known = OrganizationModel { primary_domain: primary_domain.into(), ..OrganizationModel::default() };
    let mut model = fixed::shown(&known, customer);
    model.parent = parent.into();
    complete(&mut model, primary_domain);
    model
}
