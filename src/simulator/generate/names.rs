//! Names of invented people and groups.

use crate::state::random::Random;

const GIVEN: [&str; 32] = [
    "Ada", "Bruno", "Chloe", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Liam",
    "Mona", "Nils", "Olga", "Pablo", "Quinn", "Rosa", "Sven", "Tara", "Umar", "Vera", "Wanda", "Xavier",
    "Yuki", "Zoe", "Amir", "Bella", "Carl", "Dana", "Emil", "Fiona",
];

const SURNAMES: [&str; 32] = [
    "Abbott", "Becker", "Castro", "Dubois", "Eriksen", "Fischer", "Garcia", "Hansen", "Ivanova", "Jansen",
    "Kowalski", "Laurent", "Moreau", "Nakamura", "Okafor", "Petrov", "Quist", "Rossi", "Schmidt", "Tanaka",
    "Ueda", "Varga", "Weber", "Xu", "Young", "Zimmer", "Almeida", "Brandt", "Conti", "Diaz", "Engel",
    "Flores",
];

const TEAMS: [&str; 12] = [
    "Sales",
    "Support",
    "Finance",
    "Legal",
    "Engineering",
    "Marketing",
    "Facilities",
    "Research",
    "Purchasing",
    "Logistics",
    "Training",
    "Quality",
];

/// Given name, surname and mailbox name of person number `number`; mailbox names never repeat.
pub(crate) fn person(number: usize, random: &mut Random) -> (&'static str, &'static str, String) {
    let (given, surname) = (pick(&GIVEN, random), pick(&SURNAMES, random));
    (given, surname, format!("{}.{}{number}", given.to_lowercase(), surname.to_lowercase()))
}

/// The name of team number `number`.
pub(super) fn team(number: usize, random: &mut Random) -> String {
    format!("{} {}", pick(&TEAMS, random), number + 1)
}

fn pick(names: &[&'static str], random: &mut Random) -> &'static str {
    let index = usize::try_from(random.below(names.len() as u64)).unwrap_or_default();
    names.get(index).copied().unwrap_or("Alex")
}
