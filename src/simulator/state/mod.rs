//! All that the simulated services know.

pub(crate) mod clock;
pub(crate) mod faults;
pub(crate) mod lags;
pub(crate) mod late;
pub(crate) mod log;
pub(crate) mod meters;
pub(crate) mod random;
pub(crate) mod table;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::directory::machine::Machine;
use crate::directory::tenant::Tenant;
use crate::entra::jwt::Signer;
use crate::essentials::organizations::Organizations;
use crate::moods::Moods;
use crate::state::meters::Meters;
use clock::Clock;
use faults::Faults;
use log::RequestLog;
use random::Random;

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
    /// The machine that has managed identities.
    pub(crate) machine: Machine,
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
    /// A copy to try things in: nobody has asked it anything yet, and nothing that happens there is seen here.
    pub(crate) fn copied(&self) -> Self {
        Self {
            clock: self.clock.clone(),
            random: self.random.clone(),
            tenants: self.tenants.clone(),
            organizations: self.organizations.clone(),
            log: RequestLog::default(),
            faults: Faults::default(),
            moods: self.moods.clone(),
            signer: self.signer.clone(),
            machine: self.machine.clone(),
            turn: self.turn,
            meters: Meters::default(),
            purged: self.purged,
            secrets: BTreeSet::new(),
        }
    }

    /// The tenant with this id, or with this verified domain, as the token endpoint takes either.
    pub(crate) fn tenant(&self, name: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.is_called(name))
    }

    pub(crate) fn tenant_mut(&mut self, name: &str) -> Option<&mut Tenant> {
        self.tenants.iter_mut().find(|tenant| tenant.is_called(name))
    }
}
