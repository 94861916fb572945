//! `import-blocks` at a terminal: how it is interrupted. What it writes is shown with real CLIs.

mod interrupted;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::protocol::onboarding::as_partner;
use crate::support::hand_built::{Customer, HandBuilt, hand_built};
use crate::support::simulator::Simulator;
use crate::support::workspace::provider;

/// Customers that people set up by hand, and the environment of their partner.
struct World {
    simulator: Simulator,
    environment: BTreeMap<String, String>,
    customers: Vec<Customer>,
    dir: TempDir,
}

fn world(customers: usize) -> World {
    let HandBuilt { customers, document } = hand_built(customers);
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("state.json");
    fs::write(&file, document.to_string()).expect("the state document");
    let simulator = Simulator::within(&["--data", file.to_str().expect("a path in UTF-8")]);
    fs::remove_file(file).expect("it is read");
    let environment = as_partner(&simulator);
    World { simulator, environment, customers, dir }
}

impl World {
    /// The program in its own directory.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(provider());
        command.arg("import-blocks").args(arguments).env_clear().envs(&self.environment);
        command.current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// What is in the directory.
    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.dir.path()).expect("a directory");
        names.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect()
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }
}
