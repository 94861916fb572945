//! The whole workspace as one crate.
//!
//! rustc reports what nothing uses only where it sees all uses: a `pub` item of a library may have users elsewhere. Here
//! each crate becomes a module of one program, so that `pub` means no more than `pub(crate)`, and rustc itself says which
//! items, fields, variants and methods are dead. The sources are copied with their paths rewritten; lines stay the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use syn::Item;

use crate::modules;
use crate::rewrite::{self, Names};
use crate::workspace::{Kind, Package, Target, Workspace, cargo};

/// The crate that has been written.
pub(crate) struct Merged {
    /// Its directory.
    pub home: PathBuf,
    /// The variables that cargo sets for integration tests, and that the copies of these want.
    pub variables: Vec<(String, String)>,
}

impl Merged {
    /// Copies the workspace into its target directory.
    pub(crate) fn write(workspace: &Workspace) -> Result<Self, String> {
        let home = workspace.target.join("walls/merged");
        match fs::remove_dir_all(&home) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(told(&home, &error)),
            _ => {}
        }
        let out_dirs = out_dirs(workspace)?;
        let others: BTreeMap<String, String> = workspace
            .packages
            .iter()
            .filter_map(|package| workspace.code_name(package))
            .map(|name| (name.clone(), name))
            .collect();
        let mut root = Root::default();
        for (package, target) in workspace.sources() {
            let module = match target.kind {
                Kind::Library => workspace.code_name(package).unwrap_or_default(),
                _ => format!("{}_{}", kind_word(target.kind), target.name.replace('-', "_")),
            };
            let bare = Names { own: &module, others: &others, out_dir: None };
            let out_dir = match out_dirs.get(&package.name) {
                Some(from) => Some(copy_generated(from, &home.join("out").join(&module), &bare)?),
                None => None,
            };
            let names = Names { out_dir: out_dir.as_deref(), ..bare };
            let files = modules::of(&target.file)?;
            let exported: String =
                files.iter().flat_map(|file| exported_macros(&file.syntax.items)).collect();
            for (index, module) in files.iter().enumerate() {
                let mut text = rewrite::rewrite(&module.text, &module.file, &names)
                    .map_err(|problem| format!("{}: {problem}", module.file.display()))?;
                if index == 0 {
                    text.push_str(&exported);
                }
                write(&home.join(workspace.relative(&module.file)), &text)?;
            }
            if target.kind == Kind::Program {
                let file = home.join(workspace.relative(&target.file));
                let text = fs::read_to_string(&file).map_err(|error| told(&file, &error))?;
                write(&file, &rewrite::with_public_main(&text))?;
            }
            root.add(workspace, target, &module);
        }
        write(&home.join("main.rs"), &root.text())?;
        write(&home.join("Cargo.toml"), &manifest(workspace)?)?;
        let lock = workspace.root.join("Cargo.lock");
        if lock.exists() {
            fs::copy(&lock, home.join("Cargo.lock")).map_err(|error| told(&lock, &error))?;
        }
        Ok(Self { home, variables: variables(workspace) })
    }
}

/// The file with all the modules.
#[derive(Default)]
struct Root {
    modules: String,
    programs: Vec<String>,
}

impl Root {
    fn add(&mut self, workspace: &Workspace, target: &Target, module: &str) {
        let only_tests = if target.kind == Kind::Test { "#[cfg(test)]\n" } else { "" };
        let file = workspace.relative(&target.file).display();
        let _ = writeln!(self.modules, "{only_tests}#[path = \"{file}\"]\nmod {module};");
        if target.kind == Kind::Program {
            self.programs.push(module.to_owned());
        }
    }

    fn text(&self) -> String {
        let calls = self.programs.iter().map(|program| format!("    let _ = {program}::main();\n"));
        format!("{}fn main() {{\n{}}}\n", self.modules, calls.collect::<String>())
    }
}

/// The macros that a crate exports: they are at the root of whatever crate they stand in, and have to be found in the module
/// as well.
fn exported_macros(items: &[Item]) -> impl Iterator<Item = String> {
    items.iter().filter_map(|item| match item {
        Item::Macro(item) if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) => {
            Some(format!("pub use crate::{};\n", item.ident.as_ref()?))
        }
        _ => None,
    })
}

/// Where the build scripts of packages wrote, by the package's name.
fn out_dirs(workspace: &Workspace) -> Result<BTreeMap<String, PathBuf>, String> {
    let scripted = |package: &Package| package.targets.iter().any(|target| target.kind == Kind::BuildScript);
    if !workspace.packages.iter().any(scripted) {
        return Ok(BTreeMap::new());
    }
    let mut command = cargo(&workspace.root);
    // All targets: with the features of dependencies that lints and tests build, which then are there already.
    command.args(["check", "--workspace", "--all-targets", "--quiet", "--message-format=json"]);
    let output = command.output().map_err(|error| format!("cargo did not start: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let ran = messages.filter(|message| message["reason"] == "build-script-executed");
    let mut directories = BTreeMap::new();
    for message in ran {
        let id = message["package_id"].as_str().unwrap_or_default();
        let of = |package: &&Package| package.id == id;
        if let (Some(package), Some(directory)) =
            (workspace.packages.iter().find(of), message["out_dir"].as_str())
        {
            directories.insert(package.name.clone(), PathBuf::from(directory));
        }
    }
    Ok(directories)
}

/// Copies what a build script wrote, and says where to.
fn copy_generated(from: &Path, to: &Path, names: &Names<'_>) -> Result<String, String> {
    for entry in from.read_dir().map_err(|error| told(from, &error))?.flatten() {
        let file = entry.path();
        if file.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&file).map_err(|error| told(&file, &error))?;
            write(&to.join(entry.file_name()), &rewrite::rewrite(&text, &file, names)?)?;
        } else if file.is_file() {
            // Data, as it is.
            fs::create_dir_all(to).map_err(|error| told(to, &error))?;
            let copy = to.join(entry.file_name());
            fs::copy(&file, &copy).map_err(|error| told(&copy, &error))?;
        }
    }
    Ok(to.display().to_string())
}

/// The manifest: what any package depends on, with every feature that one of them wants.
fn manifest(workspace: &Workspace) -> Result<String, String> {
    let mut all: BTreeMap<(String, String), Dependency> = BTreeMap::new();
    let dependencies = workspace.packages.iter().flat_map(|package| &package.dependencies);
    for dependency in dependencies.filter(|d| d["path"].is_null() && d["kind"] != "build") {
        let text = |key: &str| dependency[key].as_str().unwrap_or_default().to_owned();
        let name = dependency["rename"].as_str().map_or_else(|| text("name"), str::to_owned);
        let entry = all.entry((text("target"), name)).or_default();
        entry.package = text("name");
        entry.requirement = text("req");
        entry.default_features |= dependency["uses_default_features"] == true;
        let features = dependency["features"].as_array().into_iter().flatten();
        entry.features.extend(features.filter_map(Json::as_str).map(str::to_owned));
    }
    let mut manifest =
        "[package]\nname = \"merged\"\nversion = \"0.0.0\"\nedition = \"2024\"\nautotests = false\nautoexamples = false\n\n[workspace]\n\n\
                        [[bin]]\nname = \"merged\"\npath = \"main.rs\"\n"
            .to_owned();
    for ((target, name), dependency) in all {
        let table = if target.is_empty() { String::new() } else { format!("target.{target:?}.") };
        let Dependency { package, requirement, default_features, features } = dependency;
        let _ = writeln!(
            manifest,
            "\n[{table}dependencies.{name}]\npackage = {package:?}\nversion = {requirement:?}\n\
             default-features = {default_features}\nfeatures = {:?}",
            features.iter().collect::<Vec<_>>()
        );
    }
    // The same profiles, so that what is compiled of dependencies serves here as well.
    let file = workspace.root.join("Cargo.toml");
    let own = fs::read_to_string(&file).map_err(|error| told(&file, &error))?;
    let mut in_profile = false;
    for line in own.lines() {
        if line.starts_with('[') {
            in_profile = line.starts_with("[profile.");
        }
        if in_profile {
            manifest.push_str(line);
            manifest.push('\n');
        }
    }
    Ok(manifest)
}

/// What packages want of one dependency.
#[derive(Default)]
struct Dependency {
    package: String,
    requirement: String,
    default_features: bool,
    features: BTreeSet<String>,
}

/// What cargo sets for integration tests: where the programs are.
fn variables(workspace: &Workspace) -> Vec<(String, String)> {
    let programs = workspace.sources().filter(|(_, target)| target.kind == Kind::Program);
    let temporary = ("CARGO_TARGET_TMPDIR".to_owned(), "/nowhere".to_owned());
    programs
        .map(|(_, target)| (format!("CARGO_BIN_EXE_{}", target.name), "/nowhere".to_owned()))
        .chain([temporary])
        .collect()
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Library => "library",
        Kind::Program => "program",
        Kind::Test => "test",
        Kind::BuildScript => "build",
    }
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| told(parent, &error))?;
    }
    fs::write(path, text).map_err(|error| told(path, &error))
}
