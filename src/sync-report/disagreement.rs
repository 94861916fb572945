//! Rows that were approved under other switches than those that hold: nothing has changed in the directory then, but two
//! parts of a configuration say different things.

use std::collections::BTreeMap;

use super::changes::Verb;
use super::estimate::Estimate;
use super::input::Input;
use super::roster::Exemptions;
use super::rows::Row;
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

/// Why approved rows no longer hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// No setting explains it: people, groups or accounts have changed.
    Changed,
    /// Under these settings they hold, and there are rows among them that no directory could have brought about under those
    /// that hold now.
    Settings(Vec<Disagreement>),
    /// Under these settings some of them hold. Either they were made with these settings, or something has changed that looks
    /// so, or both.
    Either(Vec<Disagreement>),
}

/// How many arguments may differ at once.
const MOST: usize = 3;

/// Looks for settings under which the approved rows hold. The input is as before afterwards.
pub fn explain(input: &mut Input, approved: &BTreeMap<String, String>) -> Explanation {
    let mut undo: Vec<(usize, Flipped)> = Vec::new();
    let mut best = Fit::of(input, approved);
    while best.misfits > 0 && undo.len() < MOST {
        let free: Vec<usize> =
            (0..CHANGES).filter(|change| undo.iter().all(|(done, _)| done != change)).collect();
        // What is synced and what is done about it may only count together.
        let pairs =
            free.iter().flat_map(|one| free.iter().filter(move |two| one < *two).map(|two| vec![*one, *two]));
        let found = better(input, approved, &best, free.iter().map(|change| vec![*change]));
        let found = found.or_else(|| better(input, approved, &best, pairs));
        let Some((fit, changes)) = found.filter(|(_, changes)| undo.len() + changes.len() <= MOST) else {
            break;
        };
        for change in changes {
            undo.extend(flip(input, approved, change).map(|flipped| (change, flipped)));
        }
        best = fit;
    }
    let mut settings = Vec::new();
    while let Some((change, flipped)) = undo.pop() {
        flip_back(input, approved, change, &flipped);
        settings.insert(0, flipped.told);
    }
    match (settings.is_empty(), best.misfits) {
        (true, _) => Explanation::Changed,
        (false, 0) if settings.iter().all(|one| is_proven(one, input, approved)) => {
            Explanation::Settings(settings)
        }
        (false, _) => Explanation::Either(settings),
    }
}

/// Whether there is a row that cannot be under what holds now, whatever is in the directory.
fn is_proven(one: &Disagreement, input: &Input, approved: &BTreeMap<String, String>) -> bool {
    let needed = |name: &str| approved.values().any(|line| needs(line).contains(&name));
    match one.name {
        Disagreement::VERSION => false,
        Disagreement::EXEMPTIONS => approved.keys().any(|address| input.exemptions.contains(address)),
        Disagreement::DEFAULT_ROLE => {
            let begin = format!("{} {}: ", Verb::Add, one.approved);
            approved.values().any(|line| line.starts_with(&begin))
        }
        "what.distribution_groups" | "what.security_groups" => {
            let what = input.switches.what;
            !what.distribution_groups && !what.security_groups && needed(GROUPS)
        }
        name => one.holds == "false" && needed(name),
    }
}

/// Stands for either kind of group.
const GROUPS: &str = "what.distribution_groups or what.security_groups";

/// The switches without which there is no such row.
fn needs(line: &str) -> &'static [&'static str] {
    let Some((verb, row)) =
        Verb::of_line(line).and_then(|verb| Some((verb, Row::from(line.split_once(' ')?.1))))
    else {
        return &[];
    };
    let of_user = ["end_user", "silent_user"].contains(&row.kind.as_str());
    // What decides about the kind of an account stands behind it.
    let because = row.text.split_once(": ").map_or("", |(_, because)| because);
    match verb {
        Verb::Delete if of_user => &["users.remove_deleted", "what.active_users"],
        Verb::Delete => &["groups.remove_deleted", GROUPS],
        Verb::Add if row.text.starts_with("new user in Entra") => &["users.add", "what.active_users"],
        Verb::Add if row.text.starts_with("for group") => &["groups.add", GROUPS],
        Verb::Convert if because.starts_with("sign-in is") => &["users.update", "what.active_users"],
        Verb::Convert if because.starts_with("for group") => &["groups.update", GROUPS],
        Verb::Update | Verb::Deactivate if of_user => &["users.update", "what.active_users"],
        _ => &[],
    }
}

/// How far approved rows hold.
struct Fit {
    misfits: usize,
    unapproved: usize,
}

impl Fit {
    fn of(input: &Input, approved: &BTreeMap<String, String>) -> Self {
        let held = Estimate::of(input).hold(approved);
        Self { misfits: held.broken.len() + held.left.len(), unapproved: held.unapproved.len() }
    }
}

/// Of these changes, those under which most rows hold, if they are more than before.
fn better(
    input: &mut Input,
    approved: &BTreeMap<String, String>,
    before: &Fit,
    candidates: impl Iterator<Item = Vec<usize>>,
) -> Option<(Fit, Vec<usize>)> {
    let tried = candidates.filter_map(|changes| {
        let mut done = Vec::new();
        for change in &changes {
            done.extend(flip(input, approved, *change).map(|flipped| (*change, flipped)));
        }
        let fit = (done.len() == changes.len()).then(|| Fit::of(input, approved));
        while let Some((change, flipped)) = done.pop() {
            flip_back(input, approved, change, &flipped);
        }
        Some((fit?, changes))
    });
    let best = tried.min_by_key(|(fit, changes)| (fit.misfits, fit.unapproved, changes.clone()))?;
    (best.0.misfits < before.misfits).then_some(best)
}

/// Nine flags, the role, the version and the exemptions.
const CHANGES: usize = 12;

/// Something that was set otherwise.
struct Flipped {
    told: Disagreement,
    exemptions: Option<Exemptions>,
}

/// Sets one thing otherwise; nothing where it cannot be.
fn flip(input: &mut Input, approved: &BTreeMap<String, String>, change: usize) -> Option<Flipped> {
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
            // Whoever has a row was not exempt when it was made.
            let rest = input.exemptions.iter().filter(|address| !approved.contains_key(*address));
            let rest = Exemptions::new(rest.collect::<Vec<_>>());
            if rest == input.exemptions {
                return None;
            }
            let told = told(Disagreement::EXEMPTIONS, &listed(&input.exemptions), &listed(&rest));
            exemptions = Some(std::mem::replace(&mut input.exemptions, rest));
            told
        }
    };
    Some(Flipped { told, exemptions })
}

fn flip_back(input: &mut Input, approved: &BTreeMap<String, String>, change: usize, flipped: &Flipped) {
    match &flipped.exemptions {
        Some(exemptions) => input.exemptions = exemptions.clone(),
        None => drop(flip(input, approved, change)),
    }
}

fn listed(exemptions: &Exemptions) -> String {
    format!("[{}]", exemptions.iter().collect::<Vec<_>>().join(", "))
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

    fn named(settings: &[Disagreement]) -> Vec<(&str, &str, &str)> {
        let mut named: Vec<_> =
            settings.iter().map(|one| (one.name, one.holds.as_str(), one.approved.as_str())).collect();
        named.sort_unstable();
        named
    }

    /// The settings that certainly explain it.
    #[track_caller]
    fn settings(input: &mut Input, approved: &BTreeMap<String, String>) -> Vec<Disagreement> {
        match explain(input, approved) {
            Explanation::Settings(settings) => settings,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_rows_were_made_with_is_found_and_everything_is_as_before() {
        let approved = lines(&story());
        assert_eq!(explain(&mut story(), &approved), Explanation::Changed);
        let mut input = story();
        input.switches.users.remove_deleted = false;
        input.switches.default_role = Role::SilentUser;
        let before = input.switches;
        let found = settings(&mut input, &approved);
        assert_eq!(
            named(&found),
            [("default_role", "silent_user", "end_user"), ("users.remove_deleted", "false", "true")]
        );
        assert_eq!(input.switches, before);
        let mut input = story();
        input.exemptions = Exemptions::new([BOB, "carl@contoso.com"]);
        let found = settings(&mut input, &approved);
        assert_eq!(
            named(&found),
            [("exemptions", "[bob@contoso.com, carl@contoso.com]", "[carl@contoso.com]")]
        );
        assert!(input.exemptions.contains(BOB));
    }

    #[test]
    fn settings_that_count_only_together_are_found() {
        let sales = GroupFacts {
            mail: Some("sales@contoso.com"),
            display_name: "Sales",
            mail_enabled: true,
            security_enabled: true,
            unified: false,
        };
        let mut input = input(vec![DirectoryObject::group(id(7), &sales, [])], vec![]);
        let approved = lines(&input);
        assert_eq!(approved.len(), 1);
        input.switches.what.security_groups = false;
        input.switches.what.distribution_groups = false;
        input.switches.groups.add = false;
        let found = settings(&mut input, &approved);
        assert_eq!(
            named(&found),
            [("groups.add", "false", "true"), ("what.security_groups", "false", "true")]
        );
    }

    #[test]
    fn what_has_changed_in_the_directory_is_no_disagreement() {
        let approved = lines(&story());
        let mut input = story();
        input.directory = Directory::new(vec![user(1, facts(ANN)), user(2, facts(BOB))], vec![], []);
        assert_eq!(explain(&mut input, &approved), Explanation::Changed);
    }

    #[test]
    fn a_change_of_the_directory_that_a_setting_would_make_up_for_is_not_taken_for_a_disagreement() {
        // Since the plan a list has got the address of somebody who left. If groups were updated, it would get it in the same
        // run, and the deletion would hold.
        let mut input = story();
        input.switches.groups.update = false;
        let approved = lines(&input);
        assert!(approved[BOB].starts_with("delete "));
        let facts = GroupFacts {
            mail: Some("sales@contoso.com"),
            display_name: "Sales",
            mail_enabled: true,
            ..GroupFacts::default()
        };
        let sales = DirectoryObject::group(id(7), &facts, [&*format!("smtp:{BOB}")]);
        let mut accounts = input.roster.accounts().to_vec();
        accounts.push(Account::new(
            &AccountFacts {
                first_name: "Sales",
                surname: "",
                ..account_facts("sales@contoso.com", AccountType::FunctionalAccount)
            },
            [],
        ));
        input.roster = Roster::new(accounts, ["contoso.com"], None);
        let mut objects = input.directory.objects().to_vec();
        objects.push(sales);
        input.directory = Directory::new(objects, vec![DeletedItem::user(Some(BOB), "", None)], []);
        assert!(Estimate::of(&input).hold(&approved).broken.contains_key(BOB));
        let Explanation::Either(settings) = explain(&mut input, &approved) else {
            panic!("it is told for certain")
        };
        assert_eq!(named(&settings), [("groups.update", "false", "true")]);
    }

    #[test]
    fn a_change_of_the_directory_beside_a_disagreement_is_told_as_both() {
        let approved = lines(&story());
        let mut input = story();
        input.switches.users.remove_deleted = false;
        let ann = UserFacts { surname: Some("Other"), ..facts(ANN) };
        input.directory =
            Directory::new(vec![user(1, ann)], vec![DeletedItem::user(Some(BOB), "", None)], []);
        let Explanation::Either(settings) = explain(&mut input, &approved) else {
            panic!("one of both is hidden")
        };
        assert_eq!(named(&settings), [("users.remove_deleted", "false", "true")]);
    }
}
