//! The examples of the documentation, each a configuration of its own, and the pages made from them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::cli::with_each;
use crate::support::workspace::{Install, repository, requirement, workspace};

/// Examples of several files, each a configuration as a whole.
const WHOLE: [&str; 1] = ["examples/msp"];

#[test]
fn every_example_is_a_valid_configuration() {
    with_each(|cli| {
        // Each example becomes a module of one configuration, so that the CLI needs to start but once.
        let workspace = workspace(cli, Install::Mirror, &BTreeMap::new());
        let mut root = String::new();
        for (number, directory) in WHOLE.iter().enumerate() {
            workspace.copy_into(&format!("modules/whole-{number}"), directory);
            let required = workspace.read(&format!("modules/whole-{number}/main.tf"));
            let mut arguments = String::new();
            for name in required_variables(&required) {
                writeln!(arguments, "  {name} = null").expect("writing to a string");
            }
            write!(root, "# {directory}\nmodule \"whole_{number}\" {{\n  source = \"./modules/whole-{number}\"\n{arguments}}}\n")
                .expect("writing to a string");
        }
        for (number, example) in examples().iter().filter(|example| !is_import(example)).enumerate() {
            let text = fs::read_to_string(example).expect("an example");
            let text = if example.ends_with("README.md") { block_of(&text) } else { &text };
            workspace.write(&format!("modules/{number}/main.tf"), text);
            if !text.contains("required_providers") {
                workspace.write(&format!("modules/{number}/versions.tf"), &requirement());
            }
            let mut arguments = String::new();
            for name in required_variables(text) {
                writeln!(arguments, "  {name} = null").expect("writing to a string");
            }
            writeln!(root, "# {}", example.display()).expect("writing to a string");
            write!(root, "module \"m{number}\" {{\n  source = \"./modules/{number}\"\n{arguments}}}\n")
                .expect("writing to a string");
        }
        workspace.write("main.tf", &root);
        workspace.init();
        workspace.validate().succeeds();
    });
}

#[test]
fn every_import_example_is_valid_beside_its_resource() {
    with_each(|cli| {
        for example in examples().iter().filter(|example| is_import(example)) {
            if named(example, "import-by-identity.tf") && !cli.imports_by_identity() {
                continue;
            }
            let workspace = workspace(cli, Install::Override, &BTreeMap::new());
            let read = |path: &Path| fs::read_to_string(path).expect("an example");
            workspace.write("import.tf", &read(example));
            workspace.write("resource.tf", &read(&example.with_file_name("resource.tf")));
            workspace.validate().succeeds();
        }
    });
}

#[test]
fn every_resource_shows_how_it_is_imported() {
    let resources = files_below("examples/resources", "tf");
    for resource in resources.iter().filter(|file| named(file, "resource.tf")) {
        for way in ["import.sh", "import-by-string-id.tf"] {
            assert!(resource.with_file_name(way).exists(), "{}: no {way} beside it", resource.display());
        }
    }
}

#[test]
fn every_link_to_a_file_leads_to_one() {
    let pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"]
        .map(|name| repository().join(name));
    let mut dead = Vec::new();
    for page in pages.into_iter().chain(files_below("docs", "md")) {
        let text = fs::read_to_string(&page).expect("a page");
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(['#', ')']).next());
        let files = targets.filter(|target| !target.is_empty() && !target.contains("://"));
        let missing = files.filter(|file| !page.with_file_name(file).exists());
        dead.extend(missing.map(|file| format!("{}: {file}", page.display())));
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// The first block of a page.
fn block_of(page: &str) -> &str {
    page.split("```hcl\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block of HCL")
}

/// The README, and every Terraform file below `examples/`.
fn examples() -> Vec<PathBuf> {
    let mut found = files_below("examples", "tf");
    // Another provider's are its own tests' affair, and actions those of the CLIs that know them.
    let apart = ["examples/another-provider", "examples/actions"].map(|place| repository().join(place));
    found.retain(|file| !apart.iter().any(|place| file.starts_with(place)));
    found.retain(|file| !WHOLE.iter().any(|directory| file.starts_with(repository().join(directory))));
    found.push(repository().join("README.md"));
    found
}

fn files_below(directory: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![repository().join(directory)];
    while let Some(directory) = directories.pop() {
        for entry in directory.read_dir().expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|other| other == ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "nothing below {directory}");
    found.sort();
    found
}

fn is_import(example: &Path) -> bool {
    named(example, "import-by-identity.tf") || named(example, "import-by-string-id.tf")
}

fn named(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|file| file == name)
}

/// The variables without a default that a configuration declares.
fn required_variables(source: &str) -> impl Iterator<Item = &str> {
    source.split("\nvariable \"").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once('"')?;
        let body = rest.split("\n}").next()?;
        (!body.contains("default ")).then_some(name)
    })
}
