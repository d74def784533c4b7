//! `version`: prints the version of portolan.

use crate::commands::verb::{Process, Verb};
use crate::domain::build::Build;
use crate::error::Error;
use crate::exit::Exit;

/// Print the version, and whether it is a published release or was built from source
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  portolan version")]
pub struct VersionArgs {}

impl Verb for VersionArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        let version = (process.command)().render_version();
        process.streams.show(&format!("{version}{}\n", Build::current().description()))?;
        Ok(Exit::Success)
    }
}
