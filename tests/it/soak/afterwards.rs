//! What happens when everything is settled: one thing alone, so that nothing else sets it right by the way.

use super::configuration::Change;
use super::disturbance::Disturbance;
use super::hands::Hand;
use super::schedule::{Order, Phase};
use super::wire::Fault;
use crate::differential::random::Random;
use crate::support::by_hand;

/// After so long a key that was made for two years has less life than `rotate_before` asks for.
const ALMOST_TWO_YEARS: &str = "715d";

/// Somebody is hired, that is planned, and somebody else is hired before the plan is applied.
pub(super) fn hires(number: usize) -> Vec<Phase> {
    let hired = vec![(number, Disturbance::ByHand(Hand::Hires))];
    vec![Phase { changes: Vec::new(), disturbances: hired, order: Order::Saved }]
}

/// Draws a late part of a life in which a secret for use elsewhere is there or not; its disturbances are counted from a number.
pub(super) fn draw(random: &mut Random, has_secret: bool, number: usize) -> Vec<Phase> {
    let phase = |order, changes: &[Change], disturbance: Option<Disturbance>| Phase {
        changes: changes.to_vec(),
        disturbances: disturbance.map(|one| (number, one)).into_iter().collect(),
        order,
    };
    // The secret is made in the last one.
    let secrets = |random: &mut Random| -> Vec<Phase> {
        let mut lost = || Disturbance::Fault(Fault::lost_answer("**/addPassword", random));
        (0..if has_secret { 2 } else { 1 })
            .map(|_| phase(Order::Apply, &[Change::Secret], Some(lost())))
            .collect()
    };
    let by_hand = |hand| vec![phase(Order::Apply, &[], Some(Disturbance::ByHand(hand)))];
    match random.below(10) {
        0 => vec![phase(Order::Apply, &[], Some(Disturbance::Clock(ALMOST_TWO_YEARS)))],
        1 => by_hand(Hand::RemovesKey),
        2 => by_hand(Hand::DeletesApplication),
        3 => by_hand(Hand::Application(random.below(by_hand::edits_of_application().len()))),
        4 => by_hand(Hand::Settings(random.below(by_hand::edits_of_sync().len()))),
        5 => by_hand(Hand::Consent(random.below(by_hand::edits_of_consent().len()))),
        // Some are exempt for a while.
        6 => [2, 0].map(|exempt| phase(Order::Apply, &[Change::Exempt(exempt)], None)).into(),
        7 => secrets(random),
        8 => {
            let lost = Disturbance::Fault(Fault::lost_answer("/v1.0/applications", random));
            vec![phase(Order::Replace("proofpoint_azure_application.sync"), &[], Some(lost))]
        }
        _ => {
            // Nor can it be removed again.
            let mut phases = secrets(random);
            let refused = Disturbance::Fault(Fault::refused("**/removePassword"));
            for phase in &mut phases {
                phase.disturbances.push((number + 1, refused));
            }
            phases
        }
    }
}
