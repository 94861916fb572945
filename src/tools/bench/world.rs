//! A simulator with a workspace beside it.

use std::error::Error;

use super::Bench;
use super::simulator::Simulator;
use super::workspace::Workspace;

/// Both; a workspace whose provider works on the simulator.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) workspace: Workspace,
}

impl World {
    /// Starts the simulator with `arguments`, its files and those of the workspace in a directory called `name`.
    pub(crate) fn new(bench: &Bench, name: &str, arguments: &[&str]) -> Result<Self, Box<dyn Error>> {
        let directory = bench.scratch.join(name);
        let mut workspace = Workspace::new(directory.clone(), &bench.binaries, &bench.environment, &[])?;
        let simulator = Simulator::start(&directory, &bench.binaries, arguments)?;
        workspace.take_environment()?;
        Ok(Self { simulator, workspace })
    }
}
