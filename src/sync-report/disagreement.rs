//! Rows that were approved under other switches than those that hold: nothing has changed in the directory then, but two
//! parts of a configuration say different things.

use std::collections::BTreeMap;

use super::estimate::Estimate;
use super::input::Input;
use super::roster::Exemptions;
use super::switches::Role;

/// Something under which approved rows would hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The argument, such as `users.remove_deleted`.
    pub name: &'static str,
    /// What holds now.
    pub holds: String,
    /// What the rows were made with.
    pub approved: String,
}

impl Disagreement {
    /// The argument that says which version of the sync is assumed.
    pub const VERSION: &'static str = "sync_version";
    /// The argument that lists the addresses that are left alone.
    pub const EXEMPTIONS: &'static str = "exemptions";
    /// The argument for the role of new users.
    pub const DEFAULT_ROLE: &'static str = "default_role";
}

/// How many arguments may differ at once.
const MOST: usize = 3;

/// What would have to be set otherwise for every approved row to hold; nothing where no setting explains it. The input is as
/// before afterwards.
pub fn disagreements(input: &mut Input, approved: &BTreeMap<String, String>) -> Vec<Disagreement> {
    let mut found = Vec::new();
    let mut undo = Vec::new();
    let mut misfits = count(input, approved);
    while misfits > 0 && found.len() < MOST {
        let tried = (0..CHANGES).filter(|change| !undo.contains(change)).map(|change| {
            let told = flip(input, change);
            let rest = told.as_ref().map_or(usize::MAX, |_| count(input, approved));
            flip_back(input, change, told.as_ref());
            (rest, change)
        });
        let Some((rest, best)) = tried.min().filter(|(rest, _)| *rest < misfits) else { break };
        let Some(told) = flip(input, best) else { break };
        undo.push(best);
        found.push(told);
        misfits = rest;
    }
    for (change, told) in undo.into_iter().zip(&found) {
        flip_back(input, change, Some(told));
    }
    if misfits == 0 { found.into_iter().map(|flipped| flipped.told).collect() } else { Vec::new() }
}

fn count(input: &Input, approved: &BTreeMap<String, String>) -> usize {
    let held = Estimate::of(input).hold(approved);
    held.broken.len() + held.left.len()
}

/// Nine flags, the role, the version and the exemptions.
const CHANGES: usize = 12;

/// Something that was set otherwise.
struct Flipped {
    told: Disagreement,
    exemptions: Option<Exemptions>,
}

/// Sets one thing otherwise; nothing where it cannot be.
fn flip(input: &mut Input, change: usize) -> Option<Flipped> {
    let told = |name, holds: &dyn ToString, approved: &dyn ToString| Disagreement {
        name,
        holds: holds.to_string(),
        approved: approved.to_string(),
    };
    let mut exemptions = None;
    let told = match change {
        0..9 => {
            let mut flags = input.switches.flags_mut();
            let (name, flag) = flags.get_mut(change)?;
            **flag = !**flag;
            told(*name, &!**flag, flag)
        }
        9 => {
            let before = input.switches.default_role;
            input.switches.default_role = other_role(before);
            told(Disagreement::DEFAULT_ROLE, &before.name(), &input.switches.default_role.name())
        }
        10 => {
            let before = input.version;
            input.version = before.other();
            told(Disagreement::VERSION, &before.number(), &input.version.number())
        }
        _ => {
            let addresses = input.exemptions.iter().collect::<Vec<_>>().join(", ");
            if addresses.is_empty() {
                return None;
            }
            let told = told(Disagreement::EXEMPTIONS, &format!("[{addresses}]"), &"[]");
            exemptions = Some(std::mem::take(&mut input.exemptions));
            told
        }
    };
    Some(Flipped { told, exemptions })
}

fn flip_back(input: &mut Input, change: usize, flipped: Option<&Flipped>) {
    let Some(flipped) = flipped else { return };
    match &flipped.exemptions {
        Some(exemptions) => input.exemptions = exemptions.clone(),
        None => drop(flip(input, change)),
    }
}

fn other_role(role: Role) -> Role {
    match role {
        Role::EndUser => Role::SilentUser,
        Role::SilentUser => Role::EndUser,
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::samples::*;
    use super::super::*;
    use super::*;

    /// Ann is new, Bob was deleted.
    fn story() -> Input {
        let mut input = input(vec![user(1, facts(ANN))], vec![account(BOB, AccountType::EndUser)]);
        let deleted = vec![DeletedItem::user(Some(BOB), "", None)];
        input.directory = Directory::new(input.directory.objects().to_vec(), deleted, []);
        input
    }

    fn lines(input: &Input) -> BTreeMap<String, String> {
        let estimate = Estimate::of(input);
        estimate.changes(Reach::Everything).map(|change| (change.address.clone(), change.line())).collect()
    }

    #[test]
    fn what_the_rows_were_made_with_is_found_and_everything_is_as_before() {
        let approved = lines(&story());
        assert_eq!(disagreements(&mut story(), &approved), []);
        let mut input = story();
        input.switches.users.remove_deleted = false;
        input.switches.default_role = Role::SilentUser;
        let before = input.switches;
        let found = disagreements(&mut input, &approved);
        let mut named: Vec<_> =
            found.iter().map(|one| (one.name, one.holds.as_str(), one.approved.as_str())).collect();
        named.sort_unstable();
        assert_eq!(
            named,
            [("default_role", "silent_user", "end_user"), ("users.remove_deleted", "false", "true")]
        );
        assert_eq!(input.switches, before);
        let mut input = story();
        input.exemptions = Exemptions::new([BOB]);
        assert_eq!(disagreements(&mut input, &approved)[0].name, "exemptions");
        assert!(input.exemptions.contains(BOB));
    }

    #[test]
    fn what_has_changed_in_the_directory_is_no_disagreement() {
        let approved = lines(&story());
        let mut input = story();
        input.directory = Directory::new(vec![user(1, facts(ANN)), user(2, facts(BOB))], vec![], []);
        assert_eq!(disagreements(&mut input, &approved), []);
    }
}
