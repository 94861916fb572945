//! All that the simulated services know.

pub(crate) mod clock;
pub(crate) mod faults;
mod identities;
pub(crate) mod late;
pub(crate) mod log;
pub(crate) mod random;
pub(crate) mod table;
pub(crate) mod tenant;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::arguments::{Arguments, read_json};
use crate::control::state_document;
use crate::entra::jwt::Signer;
use crate::essentials::Organizations;
use crate::generate;
use crate::graph::throttling::Meters;
use crate::moods::Moods;
use clock::Clock;
use faults::Faults;
use log::RequestLog;
use random::Random;
use tenant::Tenant;

/// The whole simulated world; one lock guards it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    /// In the order of the ready line.
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) organizations: Organizations,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    pub(crate) moods: Moods,
    /// The token service's key; a reset keeps it.
    pub(crate) signer: Arc<Signer>,
    /// Switches at every read that flaps.
    pub(crate) turn: bool,
    /// Graph's budgets.
    pub(crate) meters: Meters,
    /// When deleted items were last looked through for expired ones.
    pub(crate) purged: jiff::Timestamp,
    /// Every secret value ever issued or accepted, for leak tests.
    pub(crate) secrets: BTreeSet<String>,
}

impl World {
    /// The world as it is at the start and after a reset.
    pub(crate) fn new(arguments: &Arguments, signer: Arc<Signer>) -> Result<Self, String> {
        let random = Random::seeded(arguments.seed);
        let faults = match &arguments.faults {
            Some(path) => serde_json::from_value(read_json(path)?)
                .map_err(|error| format!("{} is no list of faults: {error}", path.display()))?,
            None => Vec::new(),
        };
        let mut world = Self {
            clock: Clock::starting_at(clock::machine_time(), arguments.time_scale),
            random: random.branch("world"),
            tenants: Vec::new(),
            organizations: Organizations::default(),
            log: RequestLog::default(),
            faults: Faults::new(faults),
            moods: arguments.moods()?,
            signer,
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
                    identities::establish(&mut world, &id, &mut random.branch(&id));
                }
                generate::load(&mut world, &document).map_err(named)?;
            }
            None => {
                for index in 0..arguments.tenants {
                    let mut branch = random.branch(&format!("tenant {index}"));
                    let tenant = Tenant::invented(index, &mut branch);
                    let id = tenant.id.clone();
                    world.tenants.push(tenant);
                    identities::establish(&mut world, &id, &mut branch);
                    generate::populate(&mut world, &id, arguments.users, arguments.groups, &mut branch);
                }
            }
        }
        Ok(world)
    }

    /// The tenant with this id, or with this verified domain, as the token endpoint takes either.
    pub(crate) fn tenant(&self, name: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.is_called(name))
    }

    pub(crate) fn tenant_mut(&mut self, name: &str) -> Option<&mut Tenant> {
        self.tenants.iter_mut().find(|tenant| tenant.is_called(name))
    }
}
