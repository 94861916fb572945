//! Proofpoint's sync engine, both versions: reads the directory of a tenant and brings an organization's
//! accounts in step with it, at the times its settings name.
//!
//! Where Proofpoint does not say what its sync does, one rule here says what this one does:
//!
//! | question | rule | what happens |
//! |---|---|---|
//! | which address is primary | `primary_address` | `mail` if set, else the user principal name, in lower case, composed (NFC) |
//! | `*.onmicrosoft.com` | `is_initial_domain` | no account; the domain need not be in the organization |
//! | domains of the directory | `unknown_domains` | every other verified one must be in the organization, or the run fails |
//! | guests | `person` | `userType` `Guest` is out of scope |
//! | address outside the organization | `person`, `group` | by user principal name: out of scope; by `mail`: blocked |
//! | licence | `has_mailbox` | a plan with a mailbox, by its id, with status `Enabled` or `Warning` |
//! | `accountEnabled` null | `person` | counts as enabled |
//! | enabled, no licence | `person` | version 1: a user; version 2: nothing, and out of scope |
//! | blocked | `person` | version 1: inactive user; version 2: active functional account, licence or not |
//! | names | `name`, `fields` | given name and surname, composed (NFC); one that there is none of is left as it is |
//! | groups | `group` | Microsoft 365 groups count as distribution groups; groups without mail are out of scope; members are not read |
//! | names of groups | `fields` | first name = display name, given once, when the account is made |
//! | aliases | `aliases` | `smtp:` proxy addresses on domains of the organization, in lower case, without the primary |
//! | two objects, one address | `claim` | the first by object id has it; the other is blocked; an alias that is taken is left out |
//! | an address that an untouched account holds | `reconcile` | a new account is blocked; an alias is left out |
//! | which account belongs to an object | `reconcile` | the one with its primary address, whatever made it; a changed primary address is a removal and an addition |
//! | type of a user's account | `fields` | `end_user` and `silent_user` stay; anything else becomes the default role |
//! | change of type | `reconcile` | version 1 makes the account anew: new number, no sender lists; version 2 keeps them |
//! | what an update sets | `fields` | names, aliases, active, type |
//! | removal | `is_gone` | only accounts that a run made or took for an object, whose address no object in scope has any more; the flag is that of the object's kind, which must be switched on |
//! | kind switched off | `is_gone` | its accounts are left alone |
//! | exemptions | `reconcile` | by primary address, both ways |
//! | administrators | `reconcile` | never touched |
//! | licence count | `reconcile` | no limit, unless the switch `user_capping` is on |
//! | first run | `Settings::schedule` | one frequency after the settings were saved |

pub(crate) mod outlook;
mod reconcile;
mod rules;
mod run;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::directory::tenant::Tenant;
use crate::essentials::account::AccountType;
use crate::essentials::organization::Organization;
use crate::essentials::run::Run;
use crate::essentials::settings::Settings;
use crate::moods::{LastRunMoves, SyncVersion};
use crate::state::World;
use crate::state::clock::Clock;

/// Runs that are kept for the state document.
const KEPT_RUNS: usize = 200;

/// Runs every sync that is due by the world's clock; called before each request and whenever the clock moved. Whether
/// there was any.
pub(crate) fn run_due(world: &mut World) -> bool {
    let now = world.clock.now();
    let due: Vec<String> = world
        .organizations
        .iter()
        .filter(|organization| {
            let settings = organization.settings.as_ref();
            settings.and_then(|settings| settings.next_run).is_some_and(|next| next <= now)
        })
        .map(|organization| organization.primary_domain.clone())
        .collect();
    for domain in &due {
        catch_up(world, domain, now);
    }
    !due.is_empty()
}

/// Runs that were missed while the clock leapt, each at its own time. The directory did not change meanwhile,
/// so after a run that changed nothing only signing in can turn out differently.
fn catch_up(world: &mut World, domain: &str, now: Timestamp) {
    let mut quiet: Option<Run> = None;
    while let Some(due) = next_run(world, domain).filter(|due| *due <= now) {
        let present = std::mem::replace(&mut world.clock, Clock::starting_at(due, f64::MIN_POSITIVE));
        let run = run::perform(world, domain, due, quiet.as_ref());
        world.clock = present;
        let succeeded = run.error.is_none();
        quiet = (succeeded && run.changed_nothing()).then(|| run.clone());
        record(world, domain, run);
        let Some(organization) = world.organizations.find_mut(domain) else { return };
        let Some(settings) = &mut organization.settings else { return };
        settings.next_run = settings.following(due);
    }
}

fn next_run(world: &World, domain: &str) -> Option<Timestamp> {
    world.organizations.find(domain)?.settings.as_ref()?.next_run
}

/// Runs the sync of one organization now; `None` when there is no such organization or no sync.
pub(crate) fn run_now(world: &mut World, domain: &str) -> Option<Value> {
    world.organizations.find(domain)?.settings.as_ref()?;
    let run = run::perform(world, domain, world.clock.now(), None);
    let shown = json!(run);
    record(world, domain, run);
    Some(shown)
}

fn record(world: &mut World, domain: &str, run: Run) {
    let every = world.moods.last_run_moves == LastRunMoves::OnEveryRun;
    let Some(organization) = world.organizations.find_mut(domain) else { return };
    if (run.error.is_none() || every)
        && let Some(settings) = &mut organization.settings
    {
        settings.last_successful_sync = Some(run.time);
    }
    if organization.runs.len() >= KEPT_RUNS {
        organization.runs.remove(0);
    }
    organization.runs.push(run);
}

/// Leaves the organization as an earlier sync of this directory would have, with active users and distribution
/// groups; no settings remain. That is how invented organizations begin.
pub(crate) fn bring_in_step(organization: &mut Organization, tenant: &Tenant, now: Timestamp) {
    let version = SyncVersion::default();
    let settings = Settings {
        primary_domain: tenant.domain.clone(),
        default_user_role_name: AccountType::EndUser,
        sync_active_users: true,
        sync_distribution_groups: true,
        add_users: true,
        update_users: true,
        add_groups: true,
        update_groups: true,
        ..Settings::default()
    };
    let scope = rules::Scope::of(organization, &settings, version);
    let users = tenant.users.iter().map(|user| rules::person(user, &scope));
    let objects = users.chain(tenant.groups.iter().map(|group| rules::group(group, &scope))).collect();
    organization.settings = Some(settings);
    let start = Run { time: now, version: version.into(), ..Run::default() };
    reconcile::apply(organization, objects, version, false, start);
    organization.settings = None;
}
