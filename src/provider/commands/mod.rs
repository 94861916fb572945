//! What the program does at a terminal, besides serving Terraform and OpenTofu.

mod doctor;
mod domain;
mod import_blocks;
mod new_file;
mod word;

use framework::subcommand::Subcommand;

/// All of it, as `--help` lists it.
pub(crate) const ALL: &[Subcommand] = &[doctor::SUBCOMMAND, import_blocks::SUBCOMMAND];
