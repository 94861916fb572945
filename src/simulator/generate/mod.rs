//! Invented directories and organizations of any size, the same for the same seed.

mod differences;
mod directory;
mod names;
mod story;

use serde_json::Value;

use crate::arguments::Arguments;
use crate::engine;
use crate::essentials::account::{Account, AccountType};
use crate::essentials::organization::Organization;
use crate::essentials::organizations::{admin, from_state};
use crate::essentials::packages;
use crate::state::World;
use crate::state::random::Random;
pub(crate) use directory::member;
pub(crate) use names::person;

/// The partner above every invented customer.
pub(crate) const PARTNER: &str = "partner.example";

/// Fills the tenant's directory and makes its organization. The first tenant, in its default size, tells the story
/// of `story.rs`.
pub(crate) fn populate(world: &mut World, tenant_id: &str, users: usize, groups: usize, random: &mut Random) {
    let now = world.clock.now();
    let usual = Arguments::default();
    let first = world.tenants.first().is_some_and(|tenant| tenant.id == tenant_id);
    let tells_story = first && users == usual.users && groups == usual.groups;
    partner(world);
    let Some(tenant) = world.tenant_mut(tenant_id) else { return };
    if tells_story {
        story::directory(tenant, now, random);
    } else {
        directory::fill(tenant, users, groups, now, random);
    }
    let mut organization = Organization::named(&tenant.display_name, &tenant.domain);
    organization.features = packages::of_package(&organization.package);
    organization.parent = Some(PARTNER.to_owned());
    engine::bring_in_step(&mut organization, tenant, now);
    if tells_story {
        story::differences(&mut organization, tenant);
    } else {
        differences::differences(&mut organization, tenant, random);
    }
    organization.user_licenses = (organization.licences_taken() + 5).next_multiple_of(25);
    let domain = tenant.domain.clone();
    for (name, read_only) in [("admin", false), ("auditor", true)] {
        let account = admin(&format!("{name}@{domain}"), AccountType::OrganizationAdmin, read_only, random);
        world.secrets.extend(account.password.clone());
        organization.insert(account);
    }
    world.organizations.insert(organization);
}

/// Fills a tenant's directory and leaves Proofpoint alone.
pub(crate) fn people(world: &mut World, tenant_id: &str, users: usize, groups: usize, random: &mut Random) {
    let now = world.clock.now();
    if let Some(tenant) = world.tenant_mut(tenant_id) {
        directory::fill(tenant, users, groups, now, random);
    }
}

/// Makes the partner, unless it is there.
pub(crate) fn partner(world: &mut World) {
    if world.organizations.find(PARTNER).is_some() {
        return;
    }
    let mut partner = Organization::named("Example Partner", PARTNER);
    "strategic_partner".clone_into(&mut partner.kind);
    partner.features = packages::of_package(&partner.package);
    let mut random = world.random.branch(PARTNER);
    let account = admin(&format!("admin@{PARTNER}"), AccountType::StrategicPartnerAdmin, false, &mut random);
    world.secrets.extend(account.password.clone());
    partner.insert(account);
    world.organizations.insert(partner);
}

/// Makes the organizations of a state document; one that has no administrator's login gets one.
pub(crate) fn load(world: &mut World, document: &Value) -> Result<(), String> {
    let organizations = match document.get("organizations") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(organizations)) => organizations,
        Some(_) => return Err("`organizations` must be an object".to_owned()),
    };
    let now = world.clock.now();
    for (domain, content) in organizations {
        let mut organization = from_state(domain, content, now)
            .map_err(|problem| format!("organization {domain}: {problem}"))?;
        let mut random = world.random.branch(domain);
        let signs_in = |account: &Account| account.kind.is_admin() && account.password.is_some();
        if !organization.accounts.values().any(signs_in) {
            let address = format!("admin@{domain}");
            organization.insert(admin(&address, AccountType::OrganizationAdmin, false, &mut random));
        }
        world.secrets.extend(organization.accounts.values().filter_map(|account| account.password.clone()));
        world.secrets.extend(organization.settings.iter().map(|settings| settings.ad_key.clone()));
        world.organizations.insert(organization);
    }
    Ok(())
}
