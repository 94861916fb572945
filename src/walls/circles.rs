//! Modules of one crate that name each other round about.
//!
//! A module is a file. It names another when a path in it leads to something that stands there. Re-exports are seen through:
//! who takes `crate::graph::Application` names the file where that is written, and a file that only passes names on names
//! nothing. What only tests have does not count, nor that a module names what stands in those around it: nesting means that.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, UseTree, Visibility};

use crate::Findings;
use crate::modules::{self, Module};
use crate::workspace::{Kind, Workspace};

/// A known circle: the files in it, and why it is still there.
type Known = (&'static [&'static str], &'static str);

/// The circles that are known. The list only ever gets shorter: a circle may lose files, none may come to it, and one that is
/// open has to go from here.
const KNOWN: &[Known] = &[];

pub(crate) fn check(workspace: &Workspace) -> Findings {
    let mut found = Vec::new();
    for (_, target) in workspace.sources().filter(|(_, target)| target.kind != Kind::Test) {
        for circle in of(&modules::of(&target.file)?) {
            found.push(circle.iter().map(|file| workspace.relative(file).display().to_string()).collect());
        }
    }
    Ok(judge(&found, KNOWN))
}

/// What is wrong with the circles found, when those are known.
fn judge(found: &[Vec<String>], known: &[Known]) -> Vec<String> {
    let is = |circle: &[String], known: &[&str]| circle.iter().all(|file| known.contains(&file.as_str()));
    let new = found.iter().filter(|circle| !known.iter().any(|(files, _)| is(circle, files)));
    let gone = known.iter().filter(|(files, _)| !found.iter().any(|circle| is(circle, files)));
    let new = new.map(|circle| format!("these name each other round about: {}", circle.join(" ")));
    new.chain(
        gone.map(|(files, _)| format!("this circle is open, take it from `KNOWN`: {}", files.join(" "))),
    )
    .collect()
}

/// The circles among the modules of a crate, as the files in them.
fn of(modules: &[Module]) -> Vec<Vec<&std::path::Path>> {
    let modules: Vec<&Module> = modules.iter().filter(|module| !module.only_tests).collect();
    let scopes: BTreeMap<&[String], Scope> =
        modules.iter().map(|module| (module.path.as_slice(), Scope::of(module))).collect();
    let edges: Vec<BTreeSet<usize>> = modules
        .iter()
        .map(|module| {
            let named = names(module).into_iter().filter_map(|path| resolve(&scopes, &module.path, &path, 0));
            let position = |path: Vec<String>| modules.iter().position(|other| other.path == path);
            // What stands in a parent is around its children: that they see it is what nesting means.
            let around = |other: &usize| module.path.starts_with(&modules[*other].path);
            named.filter_map(position).filter(|other| !around(other)).collect()
        })
        .collect();
    let reached: Vec<BTreeSet<usize>> = (0..modules.len()).map(|start| reach(&edges, start)).collect();
    let mut circles = BTreeSet::new();
    for (start, reached_from) in reached.iter().enumerate().filter(|(start, reached)| reached.contains(start))
    {
        let members: BTreeSet<usize> =
            reached_from.iter().copied().filter(|other| reached[*other].contains(&start)).collect();
        circles.insert(members);
    }
    let files = |circle: BTreeSet<usize>| {
        let mut files: Vec<_> = circle.into_iter().map(|member| modules[member].file.as_path()).collect();
        files.sort();
        files
    };
    circles.into_iter().map(files).collect()
}

/// Everything that `start` leads to, itself only by a way around.
fn reach(edges: &[BTreeSet<usize>], start: usize) -> BTreeSet<usize> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![start]);
    while let Some(at) = next.pop() {
        next.extend(edges[at].iter().copied().filter(|to| reached.insert(*to)));
    }
    reached
}

/// What names mean in a module.
struct Scope {
    children: BTreeSet<String>,
    /// What is written here.
    own: BTreeSet<String>,
    /// What is taken from elsewhere, by the name it has here; whether it is passed on.
    taken: BTreeMap<String, (Vec<String>, bool)>,
    /// Where everything is taken from.
    globs: Vec<Vec<String>>,
}

impl Scope {
    fn of(module: &Module) -> Self {
        let mut scope = Self {
            children: BTreeSet::new(),
            own: BTreeSet::new(),
            taken: BTreeMap::new(),
            globs: Vec::new(),
        };
        for item in &module.syntax.items {
            match item {
                Item::Mod(child) if child.content.is_none() => {
                    scope.children.insert(modules::name(child));
                }
                Item::Use(item) => {
                    let passed_on = !matches!(item.vis, Visibility::Inherited);
                    for (name, path) in leaves(&item.tree, &[]) {
                        match name {
                            Some(name) => drop(scope.taken.insert(name, (path, passed_on))),
                            None => scope.globs.push(path),
                        }
                    }
                }
                other => scope.own.extend(declared(other)),
            }
        }
        scope
    }
}

fn declared(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// What a `use` takes: the name it gets, none for everything, and the path to it.
fn leaves(tree: &UseTree, before: &[String]) -> Vec<(Option<String>, Vec<String>)> {
    let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(path.ident.to_string())),
        UseTree::Group(group) => group.items.iter().flat_map(|tree| leaves(tree, before)).collect(),
        UseTree::Glob(_) => vec![(None, before.to_vec())],
        UseTree::Name(name) if name.ident == "self" => vec![(before.last().cloned(), before.to_vec())],
        UseTree::Name(name) => vec![(Some(name.ident.to_string()), with(name.ident.to_string()))],
        UseTree::Rename(name) if name.ident == "self" => {
            vec![(Some(name.rename.to_string()), before.to_vec())]
        }
        UseTree::Rename(name) => vec![(Some(name.rename.to_string()), with(name.ident.to_string()))],
    }
}

/// The paths in a module, but for what it merely passes on.
fn names(module: &Module) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for item in &module.syntax.items {
        match item {
            Item::Use(item) if modules::is_for_tests(&item.attrs) => {}
            Item::Use(item) if !matches!(item.vis, Visibility::Inherited) => {}
            Item::Use(item) => paths.extend(leaves(&item.tree, &[]).into_iter().map(|(_, path)| path)),
            Item::Mod(item) if item.content.is_none() || modules::is_for_tests(&item.attrs) => {}
            other => in_tokens(other.to_token_stream(), &mut paths),
        }
    }
    paths
}

/// Every `a::b::c`, and every word alone, which may be something that a re-export has brought.
fn in_tokens(stream: TokenStream, paths: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for tree in stream {
        match tree {
            TokenTree::Ident(word) => {
                if colons != 2 && !path.is_empty() {
                    paths.push(std::mem::take(&mut path));
                }
                path.push(word.to_string());
                colons = 0;
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                // `use a::{b, c}` inside of a function: what is before the bracket is the module.
                paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
                colons = 0;
                in_tokens(group.stream(), paths);
            }
            _ => {
                paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
                colons = 0;
            }
        }
    }
    paths.extend((!path.is_empty()).then_some(path));
}

/// The module in which what a path names is written; none when that is another crate's or a local name.
fn resolve(
    scopes: &BTreeMap<&[String], Scope>,
    from: &[String],
    path: &[String],
    depth: u8,
) -> Option<Vec<String>> {
    let mut at = from.to_vec();
    let mut rest = path;
    let mut anchored = false;
    while let Some((first, further)) = rest.split_first() {
        match first.as_str() {
            "crate" => at = Vec::new(),
            "self" => {}
            "super" => drop(at.pop()),
            _ => break,
        }
        anchored = true;
        rest = further;
    }
    for (index, name) in rest.iter().enumerate() {
        let scope = scopes.get(at.as_slice())?;
        if scope.children.contains(name) {
            at.push(name.clone());
        } else if scope.own.contains(name) {
            return Some(at);
        } else if let Some((target, _)) = scope.taken.get(name).filter(|_| depth < 8) {
            let whole: Vec<String> = target.iter().chain(&rest[index + 1..]).cloned().collect();
            return resolve(scopes, &at, &whole, depth + 1);
        } else {
            let beyond = scope.globs.iter().filter(|_| depth < 8).find_map(|glob| {
                let whole: Vec<String> = glob.iter().chain(&rest[index..]).cloned().collect();
                resolve(scopes, &at, &whole, depth + 1).filter(|found| *found != at)
            });
            return beyond.or_else(|| (anchored || index > 0).then_some(at));
        }
    }
    (anchored || !rest.is_empty()).then_some(at)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    /// A crate of these files.
    fn krate(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = home.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let root = home.path().join("lib.rs");
        (home, root)
    }

    fn circles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let (home, root) = krate(files);
        let name = |file: &Path| file.strip_prefix(home.path()).unwrap().display().to_string();
        let modules = modules::of(&root).unwrap();
        of(&modules).into_iter().map(|circle| circle.into_iter().map(name).collect()).collect()
    }

    #[test]
    fn a_planted_circle_is_found_through_re_exports_and_bare_paths() {
        let found = circles(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b/mod.rs", "mod inner; pub use inner::B;"),
            ("b/inner.rs", "pub struct B; fn f() { crate::c::g() }"),
            ("c.rs", "pub fn g() -> Option<super::a::A> { None }"),
        ]);
        assert_eq!(found, [["a.rs", "b/inner.rs", "c.rs"]]);
    }

    #[test]
    fn a_child_that_uses_what_stands_around_it_is_no_circle() {
        let found = circles(&[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod b; pub struct A; fn f() { b::g() }"),
            ("a/b.rs", "use super::A; pub fn g() -> A { A }"),
        ]);
        assert_eq!(found, Vec::<Vec<String>>::new());
    }

    #[test]
    fn two_folders_that_name_each_other_are_a_circle() {
        let found = circles(&[
            ("lib.rs", "mod a; mod c;"),
            ("a/mod.rs", "mod b; pub struct A; fn f() { b::g() }"),
            ("a/b.rs", "pub fn g() { crate::c::h() }"),
            ("c.rs", "pub fn h() -> Option<crate::a::A> { None }"),
        ]);
        assert_eq!(found, [["a/b.rs", "a/mod.rs", "c.rs"]]);
    }

    #[test]
    fn what_points_one_way_is_no_circle() {
        let found = circles(&[
            ("lib.rs", "mod a; mod b; pub use a::A;"),
            ("a.rs", "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }"),
            ("b.rs", "use crate::A; pub struct B(A);"),
        ]);
        assert_eq!(found, Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_known_circle_passes_until_it_is_open() {
        let found = [vec!["a.rs".to_owned(), "b.rs".to_owned()]];
        let known: &[Known] = &[(&["a.rs", "b.rs", "c.rs"], "a reason")];
        assert_eq!(judge(&found, known), Vec::<String>::new());
        assert_eq!(judge(&found, &[]).len(), 1);
        assert_eq!(judge(&[], known).len(), 1);
        let larger = [["a.rs", "b.rs", "d.rs"].map(str::to_owned).to_vec()];
        assert_eq!(judge(&larger, known).len(), 2);
    }
}
