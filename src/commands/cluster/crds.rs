//! `cluster crds`: writes the CustomResourceDefinitions of Entity and ClusterEntity, as published or extended.

use std::path::PathBuf;

use super::generated_file::GeneratedFile;
use crate::commands::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::scaffold::{DefinitionForm, definitions};

/// Write the CRDs of Entity and ClusterEntity
///
/// They are those that the platform publishes. With `--extended`, an object may also have `title`, `icon` and `team`,
/// which a mapping can then read, and an empty `properties:` or `relations:` is accepted in every way of applying.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan cluster crds --out platform/crds.yaml
  portolan cluster crds --extended --out platform/crds.yaml --check
  portolan cluster crds | kubectl apply -f -")]
pub struct CrdsArgs {
    /// Add `title`, `icon` and `team`
    #[arg(long)]
    pub extended: bool,
    /// Write to this file instead of the output
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Write nothing; exit 2 if `--out` is not what would be written
    #[arg(long, requires = "out")]
    pub check: bool,
}

pub(crate) fn run(args: &CrdsArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let form = if args.extended { DefinitionForm::Extended } else { DefinitionForm::Published };
    let text = definitions(context.settings.platform.value, form);
    GeneratedFile { path: args.out.as_deref(), text }.write_or_check(args.check, context)
}
