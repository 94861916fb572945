//! The packages of a workspace, as cargo knows them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

/// A workspace with its packages.
pub(crate) struct Workspace {
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
    pub packages: Vec<Package>,
}

/// A package of the workspace.
pub(crate) struct Package {
    /// How cargo's messages call it.
    pub id: String,
    pub name: String,
    pub directory: PathBuf,
    pub targets: Vec<Target>,
    pub dependencies: Vec<Json>,
}

/// Something that cargo builds of a package.
#[derive(Clone)]
pub(crate) struct Target {
    pub name: String,
    pub kind: Kind,
    /// The file it begins with.
    pub file: PathBuf,
    /// Whether `cargo test` runs tests of it.
    pub test: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Library,
    Program,
    Test,
    BuildScript,
}

impl Workspace {
    /// The workspace that a directory is in.
    pub(crate) fn read(directory: &Path) -> Result<Self, String> {
        let output = cargo(directory).args(["metadata", "--no-deps", "--format-version=1"]).output();
        let output = output.map_err(|error| format!("cargo did not start: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let metadata: Json = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        let packages = metadata["packages"].as_array().into_iter().flatten().map(package);
        Ok(Self {
            root: path(&metadata["workspace_root"]),
            target: path(&metadata["target_directory"]),
            packages: packages.collect(),
        })
    }

    /// A path as a reader of the repository knows it.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    /// Everything that has sources of its own: libraries, programs and integration tests.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&Package, &Target)> {
        let targets = self.packages.iter().flat_map(|p| p.targets.iter().map(move |target| (p, target)));
        targets.filter(|(_, target)| target.kind != Kind::BuildScript)
    }

    /// How code of other packages calls the library of this one.
    pub(crate) fn code_name(&self, package: &Package) -> Option<String> {
        let library = package.library()?;
        let dependencies = self.packages.iter().flat_map(|package| &package.dependencies);
        let mut of_this = dependencies.filter(|dependency| {
            dependency["path"].is_string() && dependency["name"].as_str() == Some(&package.name)
        });
        let rename = of_this.find_map(|dependency| dependency["rename"].as_str());
        Some(rename.unwrap_or(&library.name).replace('-', "_"))
    }
}

impl Package {
    pub(crate) fn library(&self) -> Option<&Target> {
        self.targets.iter().find(|target| target.kind == Kind::Library)
    }
}

/// Cargo, in a directory.
pub(crate) fn cargo(directory: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(directory);
    command
}

fn package(package: &Json) -> Package {
    let targets = package["targets"].as_array().into_iter().flatten().map(|target| Target {
        name: text(&target["name"]),
        kind: match target["kind"][0].as_str() {
            Some("bin") => Kind::Program,
            Some("test") => Kind::Test,
            Some("custom-build") => Kind::BuildScript,
            _ => Kind::Library,
        },
        file: path(&target["src_path"]),
        test: target["test"] == true,
    });
    Package {
        id: text(&package["id"]),
        name: text(&package["name"]),
        directory: path(&package["manifest_path"]).parent().unwrap_or(Path::new("")).to_owned(),
        targets: targets.collect(),
        dependencies: package["dependencies"].as_array().cloned().unwrap_or_default(),
    }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn path(value: &Json) -> PathBuf {
    PathBuf::from(value.as_str().unwrap_or_default())
}
