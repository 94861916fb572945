//! The command line tools that the acceptance tests drive: every Terraform and OpenTofu on this machine.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;

/// Which of the two programs a CLI is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// Of the company that began it.
    Terraform,
    /// Of the foundation that went on with it.
    OpenTofu,
}

/// One CLI on this machine.
#[derive(Debug, Clone)]
pub struct Cli {
    /// Its program.
    pub path: PathBuf,
    /// Which of the two it is.
    pub product: Product,
    /// Major, minor and patch.
    pub version: (u64, u64, u64),
}

impl Cli {
    /// The host under which this CLI looks for a provider whose `source` names none.
    pub fn registry(&self) -> &'static str {
        match self.product {
            Product::Terraform => "registry.terraform.io",
            Product::OpenTofu => "registry.opentofu.org",
        }
    }

    /// Whether it imports by identity (`import { identity = … }`): both products from 1.12 on.
    pub fn imports_by_identity(&self) -> bool {
        (self.version.0, self.version.1) >= (1, 12)
    }

    /// Whether it has write-only attributes: both products from 1.11 on.
    pub fn writes_only(&self) -> bool {
        (self.version.0, self.version.1) >= (1, 11)
    }

    /// Whether it can search for objects that could be imported (`query`): Terraform from 1.14 on.
    pub fn queries(&self) -> bool {
        self.product == Product::Terraform && (self.version.0, self.version.1) >= (1, 14)
    }

    /// Whether it starts actions: Terraform from 1.14 on.
    pub fn invokes(&self) -> bool {
        self.queries()
    }

    /// Asks the program at `path` what it is; none when it is no such CLI.
    fn identify(path: &Path) -> Option<Self> {
        let output = Command::new(path)
            .arg("version")
            .env("CHECKPOINT_DISABLE", "1")
            .env_remove("TF_CLI_CONFIG_FILE")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (name, version) = text.lines().next()?.split_once(" v")?;
        let product = match name {
            "Terraform" => Product::Terraform,
            "OpenTofu" => Product::OpenTofu,
            _ => return None,
        };
        let mut numbers = version.split(['.', '-']).map(str::parse);
        let mut number = || numbers.next()?.ok();
        Some(Self { path: path.to_owned(), product, version: (number()?, number()?, number()?) })
    }
}

impl fmt::Display for Cli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, patch) = self.version;
        write!(f, "{:?} {major}.{minor}.{patch}", self.product)
    }
}

/// Every CLI on this machine, each version once: those that `TF_CLI_PATHS` lists when it is set, else those on
/// `PATH` and those that `make tools` made.
///
/// # Panics
/// When there is none: a suite that drove no CLI has shown nothing.
pub fn all() -> &'static [Cli] {
    static FOUND: LazyLock<Vec<Cli>> = LazyLock::new(|| {
        let mut seen = BTreeSet::new();
        let mut clis: Vec<Cli> = candidates().iter().filter_map(|path| Cli::identify(path)).collect();
        clis.retain(|cli| seen.insert(cli.to_string()));
        clis
    });
    assert!(!FOUND.is_empty(), "no terraform or tofu on PATH, nor in target/tools: run `make tools`");
    &FOUND
}

/// Does `test` with every CLI, all at the same time.
///
/// # Panics
/// When there is no CLI, or when `test` does.
pub fn with_each(test: impl Fn(&'static Cli) + Sync) {
    thread::scope(|scope| {
        for cli in all() {
            let test = &test;
            let play = move || test(cli);
            thread::Builder::new().name(cli.to_string()).spawn_scoped(scope, play).expect("a thread");
        }
    });
}

fn candidates() -> Vec<PathBuf> {
    if let Some(listed) = variable("TF_CLI_PATHS") {
        return env::split_paths(&listed).collect();
    }
    let path = variable("PATH").unwrap_or_default();
    let installed = env::split_paths(&path).flat_map(|dir| ["terraform", "tofu"].map(|name| dir.join(name)));
    let made = [("terraform-", "terraform"), ("opentofu-", "tofu")].into_iter().flat_map(|(prefix, name)| {
        subdirectories(&tools()).filter(move |dir| starts_with(dir, prefix)).map(move |dir| dir.join(name))
    });
    installed.chain(made).filter(|path| path.is_file()).collect()
}

/// A variable of this process: tests ask it only where programs are.
#[expect(clippy::disallowed_methods, reason = "the one place where tests read the environment")]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// `tools` beside the directory of the profile that this test was built in: a test is `target/PROFILE/deps/TEST`.
fn tools() -> PathBuf {
    let test = env::current_exe().expect("the path of this test");
    test.ancestors().nth(3).expect("cargo builds into target/PROFILE/deps").join("tools")
}

fn subdirectories(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut dirs: Vec<PathBuf> =
        dir.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    dirs.sort();
    dirs.into_iter()
}

fn starts_with(path: &Path, prefix: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
}
