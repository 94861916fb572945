//! Items that are `pub` although only their own crate names them: `pub(crate)` would do, and would say so.
//!
//! rustc can't tell, since it sees one crate at a time. What counts as used outside is a name: an item whose name no file of
//! another crate writes is one that nobody there can mean. A name that means something else elsewhere hides an item; that
//! errs on the side of silence. What a public signature needs has to be public whether named or not, and what an exported
//! macro writes is written wherever that is called.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Fields, ImplItem, Item, Signature, TraitItem, Visibility};

use crate::Findings;
use crate::modules::{self, Module};
use crate::workspace::{Kind, Package, Target, Workspace};

type Names = BTreeSet<String>;

/// What is there for authors of other providers though none here asks for it, each with why.
const MAY_BE_UNASKED: &[(&str, &str)] = &[
    ("modify", "how an attribute gets a rule of its author's own; the framework's rules go through it"),
    ("refuse_combination", "what a block's own check says; the framework's checks go through it"),
];

/// What is public without being named outside. `for_others` tells packages whose tests and documentation speak for their
/// users.
pub(crate) fn check(workspace: &Workspace, for_others: &[&str]) -> Findings {
    let sources: Vec<(&Package, &Target)> = workspace.sources().collect();
    let mut files = Vec::new();
    for (_, target) in &sources {
        files.push(modules::of(&target.file)?);
    }
    let mut found = Vec::new();
    for (at, (package, _)) in
        sources.iter().enumerate().filter(|(_, (_, target))| target.kind == Kind::Library)
    {
        let mut used = Names::new();
        for module in files.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, files)| files)
        {
            words(module.syntax.to_token_stream(), &mut used);
        }
        let own = &files[at];
        for module in own {
            of_macros(&module.syntax.items, &mut used);
        }
        if for_others.contains(&package.name.as_str()) {
            for module in own {
                of_tests_and_documentation(module, &mut used);
            }
        }
        let own = own.iter().filter(|module| !module.only_tests);
        let mut public = Public::default();
        for module in own {
            let file = workspace.relative(&module.file).display().to_string();
            public.read(&file, &module.syntax.items);
        }
        let may_be = if package.name == "tf-provider-framework" { MAY_BE_UNASKED } else { &[] };
        found.extend(judge(public.unused(&used), may_be));
    }
    Ok(found)
}

/// What is wrong with the items found, when some may be.
fn judge(found: Vec<(String, String)>, may_be: &[(&str, &str)]) -> Vec<String> {
    let needless = may_be.iter().filter(|(may, _)| !found.iter().any(|(_, name)| name == may));
    let needless: Vec<String> = needless
        .map(|(may, _)| {
            format!("`{may}` is named by another crate or gone: take it off the list in reach.rs")
        })
        .collect();
    let told = found.into_iter().filter(|(_, name)| !may_be.iter().any(|(may, _)| may == name));
    let told = told.map(|(place, name)| {
        format!("{place}: `{name}` is public, and no other crate names it: make it `pub(crate)`")
    });
    told.chain(needless).collect()
}

/// The public items of a crate.
#[derive(Default)]
struct Public {
    items: Vec<Declared>,
    /// What signatures and fields of public items name: these have to be public too.
    needed: Names,
}

struct Declared {
    place: String,
    name: String,
    /// Names that speak for it: a trait is used by who calls its methods.
    methods: Vec<String>,
    is_type: bool,
}

impl Public {
    /// Place and name of each that is not used.
    fn unused(&self, used: &Names) -> Vec<(String, String)> {
        let is_used = |item: &&Declared| {
            used.contains(&item.name)
                || item.methods.iter().any(|method| used.contains(method))
                || (item.is_type && self.needed.contains(&item.name))
        };
        let unused = self.items.iter().filter(|item| !is_used(item));
        unused.map(|item| (item.place.clone(), item.name.clone())).collect()
    }

    fn add(&mut self, file: &str, name: &proc_macro2::Ident, is_type: bool) {
        let place = format!("{file}:{}", name.span().start().line);
        self.items.push(Declared { place, name: plain(name), methods: Vec::new(), is_type });
    }

    fn read(&mut self, file: &str, items: &[Item]) {
        for item in items {
            match item {
                Item::Fn(item) if is_public(&item.vis) => {
                    self.add(file, &item.sig.ident, false);
                    self.signature(&item.sig);
                }
                Item::Const(item) if is_public(&item.vis) => {
                    self.add(file, &item.ident, false);
                    words(item.ty.to_token_stream(), &mut self.needed);
                }
                Item::Static(item) if is_public(&item.vis) => {
                    self.add(file, &item.ident, false);
                    words(item.ty.to_token_stream(), &mut self.needed);
                }
                Item::Struct(item) if is_public(&item.vis) => {
                    self.add(file, &item.ident, true);
                    words(item.generics.to_token_stream(), &mut self.needed);
                    self.fields(&item.fields, false);
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    self.add(file, &item.ident, true);
                    words(item.generics.to_token_stream(), &mut self.needed);
                    item.variants.iter().for_each(|variant| self.fields(&variant.fields, true));
                }
                Item::Type(item) if is_public(&item.vis) => {
                    self.add(file, &item.ident, true);
                    words(item.ty.to_token_stream(), &mut self.needed);
                }
                Item::Trait(item) if is_public(&item.vis) => {
                    self.add(file, &item.ident, true);
                    let methods = item.items.iter().filter_map(|item| match item {
                        TraitItem::Fn(method) => Some(plain(&method.sig.ident)),
                        _ => None,
                    });
                    if let Some(declared) = self.items.last_mut() {
                        declared.methods = methods.collect();
                    }
                    words(item.generics.to_token_stream(), &mut self.needed);
                    words(item.supertraits.to_token_stream(), &mut self.needed);
                    for item in &item.items {
                        match item {
                            TraitItem::Fn(method) => self.signature(&method.sig),
                            other => words(other.to_token_stream(), &mut self.needed),
                        }
                    }
                }
                Item::Impl(item) => {
                    let of_trait = item.trait_.is_some();
                    words(item.generics.to_token_stream(), &mut self.needed);
                    if let Some((_, path, _)) = &item.trait_ {
                        words(
                            path.segments
                                .last()
                                .map(|last| last.arguments.to_token_stream())
                                .into_token_stream(),
                            &mut self.needed,
                        );
                    }
                    for item in &item.items {
                        match item {
                            ImplItem::Type(item) if of_trait => {
                                words(item.ty.to_token_stream(), &mut self.needed);
                            }
                            ImplItem::Fn(item) if is_public(&item.vis) => {
                                self.add(file, &item.sig.ident, false);
                                self.signature(&item.sig);
                            }
                            ImplItem::Const(item) if is_public(&item.vis) => {
                                self.add(file, &item.ident, false);
                                words(item.ty.to_token_stream(), &mut self.needed);
                            }
                            _ => {}
                        }
                    }
                }
                // What it makes of its words nobody knows here.
                Item::Macro(item) if item.ident.is_none() => words(item.mac.tokens.clone(), &mut self.needed),
                Item::Mod(item) if !modules::is_for_tests(&item.attrs) => {
                    if let Some((_, items)) = &item.content {
                        self.read(file, items);
                    }
                }
                _ => {}
            }
        }
    }

    fn signature(&mut self, signature: &Signature) {
        words(signature.generics.to_token_stream(), &mut self.needed);
        words(signature.generics.where_clause.to_token_stream(), &mut self.needed);
        words(signature.inputs.to_token_stream(), &mut self.needed);
        words(signature.output.to_token_stream(), &mut self.needed);
    }

    fn fields(&mut self, fields: &Fields, of_variant: bool) {
        for field in fields.iter().filter(|field| of_variant || is_public(&field.vis)) {
            words(field.ty.to_token_stream(), &mut self.needed);
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn plain(name: &proc_macro2::Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// Every word of some code.
fn words(stream: TokenStream, found: &mut Names) {
    for tree in stream {
        match tree {
            TokenTree::Ident(word) => drop(found.insert(plain(&word))),
            TokenTree::Group(group) => words(group.stream(), found),
            _ => {}
        }
    }
}

/// The words of the macros that a crate exports.
fn of_macros(items: &[Item], found: &mut Names) {
    for item in items {
        if let Item::Macro(item) = item
            && item.attrs.iter().any(|attribute: &Attribute| attribute.path().is_ident("macro_export"))
        {
            words(item.mac.tokens.clone(), found);
        }
    }
}

/// The words of a file's tests, and of the examples in its doc comments.
fn of_tests_and_documentation(module: &Module, found: &mut Names) {
    if module.only_tests {
        return words(module.syntax.to_token_stream(), found);
    }
    for item in &module.syntax.items {
        if let Item::Mod(item) = item
            && modules::is_for_tests(&item.attrs)
        {
            words(item.to_token_stream(), found);
        }
    }
    let mut in_example = false;
    for line in module.text.lines().map(str::trim_start) {
        let Some(line) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            in_example = false;
            continue;
        };
        if line.trim_start().starts_with("```") {
            in_example = !in_example;
        } else if in_example {
            let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            found.extend(words.map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unused(library: &str, elsewhere: &str) -> Vec<(String, String)> {
        let file = syn::parse_file(library).unwrap();
        let mut used = Names::new();
        words(elsewhere.parse().unwrap(), &mut used);
        of_macros(&file.items, &mut used);
        let mut public = Public::default();
        public.read("lib.rs", &file.items);
        public.unused(&used)
    }

    #[test]
    fn a_planted_public_item_that_only_its_crate_uses_is_found() {
        let library = "pub struct Shelf;\nimpl Shelf {\n    pub fn asked(&self) {}\n    pub fn indoors(&self) {}\n    \
             pub const SIZE: u8 = 1;\n}\npub fn alone() {}\npub(crate) fn own() {}\npub enum Word { One }\n";
        let told = |line: u8, name: &str| (format!("lib.rs:{line}"), name.to_owned());
        assert_eq!(
            unused(library, "fn f(shelf: &Shelf) { shelf.asked(); }"),
            [told(4, "indoors"), told(5, "SIZE"), told(7, "alone"), told(9, "Word")]
        );
    }

    #[test]
    fn what_signatures_fields_and_exported_macros_need_stays_public() {
        let library = "pub struct Answer { pub part: Part }\npub struct Part;\npub enum Kind { One(Cause) }\n\
             pub struct Cause;\npub fn ask() -> Answer { loop {} }\npub trait Way { type Out; fn go(&self); }\n\
             impl Way for Answer { type Out = Gone; fn go(&self) {} }\npub struct Gone;\npub fn written() {}\n\
             #[macro_export]\nmacro_rules! write { () => { $crate::written() }; }\n";
        assert_eq!(unused(library, "ask().go(); Kind"), []);
    }

    #[test]
    fn what_may_be_unasked_passes_until_it_is_asked() {
        let found = || vec![("a.rs:1".to_owned(), "modify".to_owned())];
        assert_eq!(judge(found(), &[("modify", "for authors")]), Vec::<String>::new());
        assert_eq!(judge(found(), &[]).len(), 1);
        assert_eq!(judge(Vec::new(), &[("modify", "for authors")]).len(), 1);
    }

    #[test]
    fn tests_and_examples_speak_for_users_who_are_not_here() {
        let text = "/// Not `named`.\n/// ```\n/// shown();\n/// ```\npub fn shown() {}\n#[cfg(test)]\nmod tests { fn t() { tried() } }\n";
        let syntax = syn::parse_file(text).unwrap();
        let module = Module {
            path: Vec::new(),
            file: "lib.rs".into(),
            text: text.to_owned(),
            syntax,
            only_tests: false,
        };
        let mut found = Names::new();
        of_tests_and_documentation(&module, &mut found);
        assert!(found.contains("shown") && found.contains("tried") && !found.contains("named"));
    }
}
