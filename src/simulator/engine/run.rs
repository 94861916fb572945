//! One run: sign in, read the directory, check that the run may go on, reconcile.

use jiff::Timestamp;

use super::rules::{self, Object, Scope};
use super::{Ending, Run, reconcile};
use crate::entra;
use crate::essentials::organization::Organization;
use crate::essentials::settings::Settings;
use crate::state::World;
use crate::state::table::View;
use crate::state::tenant::Tenant;

/// The permission that a sync needs.
const NEEDED: &str = "Directory.Read.All";

/// Performs a run at `time`, by which the world's clock stands. With `quiet`, an earlier run on the same directory
/// that changed nothing, only the signing in is repeated.
pub(super) fn perform(world: &mut World, domain: &str, time: Timestamp, quiet: Option<&Run>) -> Run {
    let version = world.moods.sync_version;
    let start = Run { time, version: version.into(), ..Run::default() };
    if let Some(settings) = world.organizations.find(domain).and_then(|one| one.settings.clone()) {
        let Settings { primary_domain, application_id, ad_key, .. } = &settings;
        entra::note_sign_in(world, primary_domain, application_id, ad_key);
    }
    let read = prepare(world, domain, time, quiet.is_none());
    let failed = |error: String| Run { outcome: Ending::Failed, error: Some(error), ..start.clone() };
    match (read, quiet) {
        (Err(error), _) => failed(error),
        (Ok(_), Some(quiet)) => Run { time, ..quiet.clone() },
        (Ok(objects), None) => {
            let capped = world.moods.user_capping;
            match world.organizations.find_mut(domain) {
                Some(organization) => reconcile::apply(organization, objects, version, capped, start),
                None => failed(format!("there is no organization {domain}")),
            }
        }
    }
}

/// Everything up to the first change; reading is left out where nobody wants it.
fn prepare(world: &World, domain: &str, time: Timestamp, reading: bool) -> Result<Vec<Object>, String> {
    let organization = world.organizations.find(domain).ok_or("there is no organization")?;
    let settings = organization.settings.as_ref().ok_or("the sync is not configured")?;
    let caller = entra::sign_in(world, &settings.primary_domain, &settings.application_id, &settings.ad_key)
        .map_err(|error| format!("[{}] {error}", error.split(':').next().unwrap_or_default()))?;
    if !caller.roles.contains(NEEDED) {
        return Err(
            "[Authorization_RequestDenied] Insufficient privileges to complete the operation.".to_owned()
        );
    }
    let tenant = world.tenant(&caller.tenant).ok_or("the tenant is gone")?;
    let unknown = unknown_domains(tenant, organization);
    if !unknown.is_empty() {
        return Err(format!(
            "The following domain(s) '{}' has been found that is not currently associated with your customer account. All domains associated with your Azure AD directory must be added in order to perform a sync.",
            unknown.join(", ")
        ));
    }
    Ok(if reading { read(world, tenant, organization, settings, time) } else { Vec::new() })
}

/// Verified domains of the directory that the organization lacks.
pub(super) fn unknown_domains(tenant: &Tenant, organization: &Organization) -> Vec<String> {
    tenant
        .domains
        .iter()
        .filter(|domain| domain.is_verified && !rules::is_initial_domain(&domain.id))
        .filter(|domain| organization.domain(&domain.id).is_none())
        .map(|domain| domain.id.clone())
        .collect()
}

fn read(
    world: &World,
    tenant: &Tenant,
    organization: &Organization,
    settings: &Settings,
    time: Timestamp,
) -> Vec<Object> {
    let scope = Scope::of(organization, settings, world.moods.sync_version);
    let view = View { now: time, coin: None };
    let users = tenant.users.seen_after(None, view).map(|user| rules::person(user, &scope));
    let groups = tenant.groups.seen_after(None, view).map(|group| rules::group(group, &scope));
    users.chain(groups).collect()
}
