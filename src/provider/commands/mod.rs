//! What the program does at a terminal, besides serving Terraform and OpenTofu.

mod import_blocks;

use framework::subcommand::Subcommand;

/// All of it, as `--help` lists it.
pub(crate) const ALL: &[Subcommand] = &[import_blocks::SUBCOMMAND];
