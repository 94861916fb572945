//! The modules of a crate, found from its first file as the compiler finds them.

use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta};

/// One file of a crate; modules within a file belong to it.
pub(crate) struct Module {
    /// The names from the root of the crate to here.
    pub path: Vec<String>,
    pub file: PathBuf,
    pub text: String,
    pub syntax: syn::File,
    /// Whether only tests have it.
    pub only_tests: bool,
}

/// All files of the crate that begins with this one.
pub(crate) fn of(root: &Path) -> Result<Vec<Module>, String> {
    let mut modules = Vec::new();
    let directory = root.parent().unwrap_or(Path::new("")).to_owned();
    read(root, &[], &directory, false, &mut modules)?;
    Ok(modules)
}

fn read(
    file: &Path,
    path: &[String],
    children: &Path,
    only_tests: bool,
    modules: &mut Vec<Module>,
) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let syntax = syn::parse_file(&text)
        .map_err(|error| format!("{}:{}: {error}", file.display(), error.span().start().line))?;
    let declared = declarations(&syntax.items, &[], only_tests);
    modules.push(Module { path: path.to_vec(), file: file.to_owned(), text, syntax, only_tests });
    for declared in declared {
        let mut path = path.to_vec();
        path.extend(declared.names.iter().cloned());
        let (file, below) = if let Some(given) = &declared.path_attribute {
            let file = file.parent().unwrap_or(Path::new("")).join(given);
            let below = file.parent().unwrap_or(Path::new("")).to_owned();
            (file, below)
        } else {
            let below = declared.names.iter().fold(children.to_owned(), |at, name| at.join(name));
            let flat = below.with_extension("rs");
            (if flat.exists() { flat } else { below.join("mod.rs") }, below)
        };
        read(&file, &path, &below, declared.only_tests, modules)?;
    }
    Ok(())
}

/// `mod name;`
struct Declared {
    /// The modules in the file that it stands in, then its own name.
    names: Vec<String>,
    path_attribute: Option<String>,
    only_tests: bool,
}

fn declarations(items: &[Item], inside: &[String], only_tests: bool) -> Vec<Declared> {
    let mut found = Vec::new();
    for item in items {
        let Item::Mod(module) = item else { continue };
        let names: Vec<String> = inside.iter().cloned().chain([name(module)]).collect();
        let only_tests = only_tests || is_for_tests(&module.attrs);
        match &module.content {
            Some((_, items)) => found.extend(declarations(items, &names, only_tests)),
            None => found.push(Declared { names, path_attribute: path_attribute(&module.attrs), only_tests }),
        }
    }
    found
}

pub(crate) fn name(module: &ItemMod) -> String {
    module.ident.to_string().trim_start_matches("r#").to_owned()
}

/// Whether something is compiled for tests only.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        list.path.is_ident("cfg") && list.tokens.to_string() == "test"
    })
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    })
}
