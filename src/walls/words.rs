//! A word means one thing: no two crates declare public types of one name.

use std::collections::BTreeMap;

use syn::{Ident, Item, Visibility};

use crate::Findings;
use crate::modules;
use crate::workspace::{Kind, Workspace};

/// Names that may stand in several crates, each with why.
const MAY_REPEAT: &[(&str, &str)] =
    &[("Error", "what can go wrong in the module that it stands in, as everywhere in Rust")];

pub(crate) fn check(workspace: &Workspace) -> Findings {
    let mut declared: Vec<(String, String, String)> = Vec::new();
    for (package, target) in workspace.sources().filter(|(_, target)| target.kind == Kind::Library) {
        for module in modules::of(&target.file)?.iter().filter(|module| !module.only_tests) {
            for (name, line) in public_types(&module.syntax.items) {
                let place = format!("{}:{line}", workspace.relative(&module.file).display());
                declared.push((name, package.name.clone(), place));
            }
        }
    }
    Ok(judge(&declared, MAY_REPEAT))
}

/// What is declared in more than one package, from name, package and place of each declaration, and what may be and is not.
fn judge(declared: &[(String, String, String)], may_repeat: &[(&str, &str)]) -> Vec<String> {
    let mut by_name: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (name, package, place) in declared {
        by_name.entry(name).or_default().push((package, place));
    }
    by_name.retain(|_, places| places.iter().any(|(package, _)| *package != places[0].0));
    let needless = may_repeat.iter().filter(|(name, _)| !by_name.contains_key(name));
    let needless: Vec<String> = needless
        .map(|(name, _)| format!("`{name}` does not repeat: take it off the list in words.rs"))
        .collect();
    let repeated = by_name.iter().filter(|(name, _)| !may_repeat.iter().any(|(may, _)| may == *name));
    let told = repeated.map(|(name, places)| {
        let places: Vec<&str> = places.iter().map(|(_, place)| *place).collect();
        format!("`{name}` means several things: {}", places.join(", "))
    });
    told.chain(needless).collect()
}

fn public_types(items: &[Item]) -> Vec<(String, usize)> {
    let public = |visibility: &Visibility, name: &Ident| {
        matches!(visibility, Visibility::Public(_)).then(|| (name.to_string(), name.span().start().line))
    };
    items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => public(&item.vis, &item.ident),
            Item::Enum(item) => public(&item.vis, &item.ident),
            Item::Trait(item) => public(&item.vis, &item.ident),
            Item::Type(item) => public(&item.vis, &item.ident),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_of_two_crates_is_found_and_two_of_one_crate_are_its_own_affair() {
        let declared =
            |name: &str, package: &str, place: &str| (name.to_owned(), package.to_owned(), place.to_owned());
        let found = judge(
            &[
                declared("Account", "a", "a.rs:1"),
                declared("Account", "b", "b.rs:2"),
                declared("Place", "a", "a.rs:3"),
                declared("Place", "a", "c.rs:4"),
                declared("Error", "a", "a.rs:5"),
                declared("Error", "b", "b.rs:5"),
            ],
            &[("Error", "as everywhere"), ("Place", "in two crates once")],
        );
        assert_eq!(
            found,
            [
                "`Account` means several things: a.rs:1, b.rs:2",
                "`Place` does not repeat: take it off the list in words.rs"
            ]
        );
    }

    #[test]
    fn only_public_types_count() {
        let file =
            syn::parse_file("pub struct A; struct B; pub(crate) enum C {} pub trait D {} pub fn e() {}")
                .unwrap();
        let names: Vec<String> = public_types(&file.items).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["A", "D"]);
    }
}
