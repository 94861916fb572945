//! What one number stands for.

use std::fmt;

use super::afterwards;
use super::configuration::{Change, Configuration};
use super::disturbance::Disturbance;
use super::wire::Fault;
use crate::differential::random::Random;
use crate::moods;

/// What the command of a phase is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Order {
    Apply,
    /// A plan that is saved, somebody who is hired meanwhile, and `apply` of that plan.
    Saved,
    /// `apply -replace` of an address.
    Replace(&'static str),
    Destroy,
}

/// A part of a life: the configuration changes, the world is disturbed, one command runs.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    pub(super) changes: Vec<Change>,
    /// Each with its number in the whole schedule.
    pub(super) disturbances: Vec<(usize, Disturbance)>,
    pub(super) order: Order,
}

/// A life, with everything that happens in it.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    pub(super) seed: u64,
    /// `name=value` each.
    pub(super) moods: Vec<String>,
    pub(super) first: Configuration,
    pub(super) phases: Vec<Phase>,
    /// What happens once more when all that is settled.
    pub(super) afterwards: Vec<Phase>,
}

impl Schedule {
    /// Draws the life of a number; the same one every time.
    pub(super) fn of(seed: u64, domain: &str) -> Self {
        let mut random = Random::new(seed ^ 0x5eed_0000);
        // Whether a stack that forces a setting is one on which an apply may go on depends on the knobs; `moods` lives with those.
        let mut values = moods::values();
        values.retain(|word| !word.starts_with("forced_setting"));
        let mut drawn: Vec<String> = Vec::new();
        for _ in 0..random.below(3) {
            let value = random.pick(&values).clone();
            let name = |word: &str| word.split('=').next().unwrap_or_default().to_owned();
            // One of the addresses that configurations exempt is nobody's: a stack that refuses it refuses them for good.
            let is_lasting = value == "exemptions_put=known_only";
            if !is_lasting && drawn.iter().all(|other| name(other) != name(&value)) {
                drawn.push(value);
            }
            if !moods::converge(&drawn) {
                drawn.pop();
            }
        }
        let first = Configuration::draw(&mut random, domain);
        let (mut phases, mut number) = (Vec::new(), 0);
        for index in 0..2 + random.below(3) {
            let changes = if index == 0 { 0 } else { 1 + random.below(2) };
            let changes = (0..changes).map(|_| Change::draw(&mut random)).collect();
            let disturbances: Vec<Disturbance> =
                (0..random.below(3)).map(|_| Disturbance::draw(&mut random)).collect();
            let disturbances: Vec<(usize, Disturbance)> = (number..).zip(disturbances).collect();
            number += disturbances.len();
            let order = match random.below(12) {
                0 if index > 0 => Order::Destroy,
                1 if index > 0 => Order::Replace("proofpoint_azure_application.sync"),
                2 if index > 0 => Order::Replace("proofpoint_azure_sync.this"),
                3 | 4 if index > 0 => Order::Saved,
                _ => Order::Apply,
            };
            phases.push(Phase { changes, disturbances, order });
        }
        let mut more = Random::new(seed ^ 0x3a0e_0000);
        if more.chance(30) {
            let phase = more.below(phases.len());
            let more = Disturbance::draw_more(&mut more);
            // Of one that is taken away nobody could set anything right.
            let is_apply = matches!(phases[phase].order, Order::Apply | Order::Saved);
            if is_apply || !matches!(more, Disturbance::Meanwhile(_)) {
                phases[phase].disturbances.push((number, more));
            }
        }
        let mut outages = Random::new(seed ^ 0x07a6_0000);
        if outages.chance(20) {
            let phase = outages.below(phases.len());
            let outage = Disturbance::Fault(Fault::draw_outage(&mut outages));
            phases[phase].disturbances.push((number + 1, outage));
        }
        let mut unset = Random::new(seed ^ 0x5e77_0000);
        if unset.chance(8) {
            let phase = unset.below(phases.len());
            phases[phase].disturbances.push((number + 2, Disturbance::Fault(Fault::unset())));
        }
        let mut first_answer = Random::new(seed ^ 0xf125_0000);
        if first_answer.chance(6) {
            let lost = Fault::lost_answer("/v1.0/applications", &mut first_answer);
            phases[0].disturbances.push((number + 5, Disturbance::Fault(lost)));
        }
        let mut late = Random::new(seed ^ 0x01d0_0000);
        let mut last = first.clone();
        phases.iter().flat_map(|phase| &phase.changes).for_each(|change| last.change(*change));
        let afterwards = if late.chance(40) {
            afterwards::draw(&mut late, last.secret, number + 3)
        } else if last.reviewed && late.chance(40) {
            afterwards::hires(number + 3)
        } else {
            Vec::new()
        };
        Self { seed, moods: drawn, first, phases, afterwards }
    }

    /// Whether Proofpoint does what it is told at once, and shows it.
    pub(super) fn has_plain_settings(&self) -> bool {
        const OF_ENTRA: [&str; 12] = [
            "lag_of_",
            "replica",
            "token_",
            "fresh_",
            "concurrency",
            "key_flapping",
            "duplicate",
            "principal_",
            "scope_",
            "empty_scope",
            "deleted_items",
            "owners_",
        ];
        self.moods.iter().all(|mood| OF_ENTRA.iter().any(|prefix| mood.starts_with(prefix)))
    }

    /// The numbers of its disturbances.
    pub(super) fn disturbances(&self) -> Vec<usize> {
        let phases = self.phases.iter().chain(&self.afterwards);
        let mut numbers: Vec<usize> =
            phases.flat_map(|phase| phase.disturbances.iter().map(|(number, _)| *number)).collect();
        // Two parts may have one.
        numbers.dedup();
        numbers
    }

    /// The same life with these disturbances only.
    pub(super) fn with_only(&self, numbers: &[usize]) -> Self {
        let mut schedule = self.clone();
        for phase in schedule.phases.iter_mut().chain(&mut schedule.afterwards) {
            phase.disturbances.retain(|(number, _)| numbers.contains(number));
        }
        schedule
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, moods {:?}, first {:?}", self.seed, self.moods, self.first)?;
        for (title, phases) in [("", &self.phases), ("afterwards ", &self.afterwards)] {
            for Phase { changes, disturbances, order } in phases {
                writeln!(f, "  {title}{order:?} after {changes:?}")?;
                for (number, disturbance) in disturbances {
                    writeln!(f, "    {number}: {disturbance}")?;
                }
            }
        }
        Ok(())
    }
}
