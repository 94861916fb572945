//! How the world begins: invented from a seed, or read from a document.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::arguments::{Arguments, Customer, read_json};
use crate::directory::machine::Machine;
use crate::directory::tenant::Tenant;
use crate::entra::jwt::Signer;
use crate::essentials::organizations::Organizations;
use crate::identities::Audience;
use crate::state::World;
use crate::state::clock::{self, Clock};
use crate::state::faults::Faults;
use crate::state::log::RequestLog;
use crate::state::meters::Meters;
use crate::state::random::Random;
use crate::state_document;
use crate::{generate, identities};

/// The world as it is at the start and after a reset.
pub(crate) fn world(arguments: &Arguments, signer: Arc<Signer>) -> Result<World, String> {
    let random = Random::seeded(arguments.seed);
    let faults = match &arguments.faults {
        Some(path) => serde_json::from_value(read_json(path)?)
            .map_err(|error| format!("{} is not a list of faults: {error}", path.display()))?,
        None => Vec::new(),
    };
    let mut world = World {
        clock: Clock::starting_at(clock::machine_time(), arguments.time_scale),
        random: random.branch("world"),
        tenants: Vec::new(),
        organizations: Organizations::default(),
        log: RequestLog::default(),
        faults: Faults::new(faults)?,
        moods: arguments.moods()?,
        signer,
        machine: Machine::invented(random.branch("machine")),
        turn: false,
        meters: Meters::default(),
        purged: jiff::Timestamp::MIN,
        secrets: BTreeSet::new(),
    };
    match &arguments.data {
        Some(path) => {
            let document = read_json(path)?;
            let named = |problem: String| format!("{}: {problem}", path.display());
            world.tenants = state_document::read(&document, &random).map_err(named)?;
            let ids: Vec<String> = world.tenants.iter().map(|tenant| tenant.id.clone()).collect();
            for id in ids {
                identities::establish(&mut world, &id, Audience::Nobody, &mut random.branch(&id));
            }
            generate::load(&mut world, &document).map_err(named)?;
        }
        None if !arguments.customers.is_empty() => partner_of(&mut world, arguments, &random),
        None => {
            for index in 0..arguments.tenants {
                let mut branch = random.branch(&format!("tenant {index}"));
                let tenant = Tenant::invented(index, &mut branch);
                let id = tenant.id.clone();
                world.tenants.push(tenant);
                identities::establish(&mut world, &id, Audience::Nobody, &mut branch);
                generate::populate(&mut world, &id, arguments.users, arguments.groups, &mut branch);
            }
        }
    }
    Ok(world)
}

/// A partner with an application for many tenants, and its customers, who have consented to it and have no organization yet.
fn partner_of(world: &mut World, arguments: &Arguments, random: &Random) {
    let mut branch = random.branch("partner");
    let home = branch.guid();
    world.tenants.push(Tenant::named(&home, "partner", generate::PARTNER, &mut branch));
    identities::establish(world, &home, Audience::Others, &mut branch);
    generate::partner(world);
    for Customer { domain, tenant_id } in &arguments.customers {
        let mut branch = random.branch(domain);
        let company = domain.split('.').next().unwrap_or(domain);
        world.tenants.push(Tenant::named(tenant_id, company, domain, &mut branch));
        identities::establish(world, tenant_id, Audience::Nobody, &mut branch);
        identities::consent(world, &home, tenant_id, &mut branch);
        generate::people(world, tenant_id, arguments.users, arguments.groups, &mut branch);
    }
}
