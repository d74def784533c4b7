//! `import`: creates manifests from what other tools know about the repository. Each source has a file below `import/`; the
//! logic is in `scaffold/import`.

pub(crate) mod backstage;
pub(crate) mod codeowners;
mod documents;
mod error;
mod location;
mod mapping_file;
mod options;
mod run;

use clap::Subcommand;

use crate::commands::verb::{Needs, Process, Verb};
use crate::error::Error;
use crate::exit::Exit;

/// Create manifests from CODEOWNERS or Backstage files
///
/// Existing manifests are kept, so a second run adds only what is new. What cannot be converted is reported.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  portolan import codeowners --dry-run
  portolan import backstage
  portolan import backstage services/ --only service
  portolan import backstage --show-mapping")]
pub struct ImportArgs {
    #[command(subcommand)]
    pub verb: ImportVerbs,
}

#[derive(Debug, Subcommand)]
pub enum ImportVerbs {
    Backstage(backstage::BackstageArgs),
    Codeowners(codeowners::CodeownersArgs),
}

impl Verb for ImportArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        let options = match &self.verb {
            ImportVerbs::Backstage(args) => &args.options,
            ImportVerbs::Codeowners(args) => &args.options,
        };
        let needs = if options.show_mapping { Needs::default() } else { Needs::repository() };
        process.in_repository(needs, |context| match &self.verb {
            ImportVerbs::Backstage(args) => backstage::run(args, context),
            ImportVerbs::Codeowners(args) => codeowners::run(args, context),
        })
    }
}
