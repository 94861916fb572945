//! A word means one thing: no two crates declare public types of one name.

use std::collections::BTreeMap;

use syn::{Ident, Item, Visibility};

use crate::Findings;
use crate::modules;
use crate::workspace::{Kind, Workspace};

/// Names that may stand in several crates, each with why.
const MAY_REPEAT: &[(&str, &str)] = &[
    ("Error", "what can go wrong in the module that it stands in, as everywhere in Rust"),
    ("Action", "the framework's is Terraform's word; the report's is what happens to an account"),
    ("Arguments", "what a function, a provider block or a program was given, each in its own crate"),
    ("Block", "the framework's is Terraform's word; the report's is why adding or updating would fail"),
    ("Change", "the framework's is one of an attribute; the report's is one of an account"),
    (
        "Evidence",
        "the simulator's says how sure a mood's default is; the report's, why an account counts as deleted",
    ),
    ("Host", "the program that starts a provider, as each of the two ends sees it"),
    ("Missing", "what is not there, of a permission and of a configuration"),
    ("Refusal", "what a service, or the plugin's handshake, says no with"),
    ("Resource", "the trait that is implemented, and the handle by which a test drives it"),
    ("Severity", "how bad a diagnostic or a finding is"),
];

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
    Ok(judge(&declared))
}

/// What is declared in more than one package, from name, package and place of each declaration.
fn judge(declared: &[(String, String, String)]) -> Vec<String> {
    let mut by_name: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (name, package, place) in declared {
        by_name.entry(name).or_default().push((package, place));
    }
    let may_repeat = |name: &str| MAY_REPEAT.iter().any(|(may, _)| *may == name);
    let repeated = by_name.into_iter().filter(|(name, places)| {
        !may_repeat(name) && places.iter().any(|(package, _)| *package != places[0].0)
    });
    let told = repeated.map(|(name, places)| {
        let places: Vec<&str> = places.into_iter().map(|(_, place)| place).collect();
        format!("`{name}` means several things: {}", places.join(", "))
    });
    told.collect()
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
        let found = judge(&[
            declared("Account", "a", "a.rs:1"),
            declared("Account", "b", "b.rs:2"),
            declared("Place", "a", "a.rs:3"),
            declared("Place", "a", "c.rs:4"),
            declared("Error", "a", "a.rs:5"),
            declared("Error", "b", "b.rs:5"),
        ]);
        assert_eq!(found, ["`Account` means several things: a.rs:1, b.rs:2"]);
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
