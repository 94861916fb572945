//! What disturbs a life, but for what the configuration says.

use std::fmt;

use super::hands::Hand;
use super::meanwhile::Meanwhile;
use super::wire::{Fatal, Fault};
use crate::differential::random::Random;

/// How a command ends before its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Death {
    /// The provider is killed (`kill -9`), the CLI goes on.
    Provider,
    /// The CLI is killed (`kill -9`), the provider finds out.
    Cli,
    /// Somebody presses Ctrl-C once: the CLI is asked to end.
    Interrupted,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Disturbance {
    /// Trouble on the wire while the command runs.
    Fault(Fault),
    /// The command dies at a request.
    Kill(Death, Fatal),
    /// Somebody does something by hand before the command.
    ByHand(Hand),
    /// The clock of both services jumps before the command.
    Clock(&'static str),
    /// Another state takes the same organization while the command runs, and gives it back later.
    SecondState,
    /// Something stands in the way of the command, and is set right after it.
    Meanwhile(Meanwhile),
}

impl Disturbance {
    pub(super) fn draw(random: &mut Random) -> Self {
        match random.below(20) {
            0..=6 => Self::Fault(Fault::draw(random)),
            7..=11 => {
                let death = *random.pick(&[Death::Provider, Death::Cli, Death::Interrupted]);
                Self::Kill(death, Fatal::draw(random))
            }
            12..=15 => Self::ByHand(Hand::draw(random)),
            16 | 17 => Self::Clock(random.pick::<&str>(&["90s", "90m", "49h", "705d", "800d"])),
            _ => Self::SecondState,
        }
    }

    /// One of those that lives learned of later. They have draws of their own, so that a number means what it meant.
    pub(super) fn draw_more(random: &mut Random) -> Self {
        match random.below(6) {
            0 => Self::ByHand(Hand::RestoresApplication),
            1..=3 => Self::ByHand(Hand::RemovesOldKey),
            4 => Self::Meanwhile(Meanwhile::ForbidsKeys),
            _ => Self::Meanwhile(Meanwhile::DisablesSignIn),
        }
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write!(f, "{fault}"),
            Self::Kill(death, fatal) => write!(f, "{death:?} killed {fatal}"),
            Self::ByHand(hand) => write!(f, "by hand: {hand:?}"),
            Self::Clock(by) => write!(f, "{by} later"),
            Self::Meanwhile(what) => write!(f, "meanwhile: {what:?}"),
            Self::SecondState => f.write_str("a second state for the organization"),
        }
    }
}
