//! Invented directories and organizations of any size.

use serde_json::Value;

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

/// Makes the organizations of a state document.
pub(crate) fn load(world: &mut World, document: &Value) -> Result<(), String> {
    let organizations = match document.get("organizations") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(organizations)) => organizations,
        Some(_) => return Err("`organizations` must be an object".to_owned()),
    };
    for domain in organizations.keys() {
        let mut random = world.random.branch(domain);
        let password = random.text(20, b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789");
        world.secrets.insert(password.clone());
        world.organizations.add(domain, Credentials { username: format!("admin@{domain}"), password });
    }
    Ok(())
}
