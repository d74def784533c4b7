//! The arguments of `init`.

use crate::domain::cluster::Deliverer;
use crate::domain::platform::PLATFORMS;
use crate::scaffold::repository::CiSystem;

/// Set up this repository: config, pre-commit hook, pipeline, first snapshot
///
/// On a terminal, asks for what it cannot detect, and asks before it writes. Existing files are extended without changing
/// their content, or left alone. A second run changes nothing. The end of the output lists the files and the next steps.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct InitArgs {
    /// Write the files without asking
    #[arg(short, long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Show every file in full and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// CI system; default: detected from the remote `origin` and existing files
    #[arg(long, value_name = "CI", value_enum)]
    pub ci: Option<Pipelines>,
    /// Also write scheduled jobs (GitHub, GitLab, Azure, Jenkins): one fails if catalog and manifests differ, one proposes a new snapshot
    #[arg(long)]
    pub drift: bool,
    /// Set up delivery to a cluster by this tool: CRDs, the exporter's mapping, and the tool's objects
    ///
    /// `--cluster NAME` names the cluster; default: `production`. The pipeline then lints, and shows what the exporter will
    /// do; it pushes nothing.
    #[arg(long, value_name = "DELIVERER", value_enum)]
    pub delivery: Option<DelivererName>,
    /// Add the pre-commit hook, even outside a Git repository
    #[arg(long, overrides_with = "no_pre_commit")]
    pub pre_commit: bool,
    /// Do not add the pre-commit hook
    #[arg(long)]
    pub no_pre_commit: bool,
    /// Ownership scope; default: owner and name of the remote `origin`
    #[arg(long, value_name = "SCOPE", value_hint = clap::ValueHint::Other)]
    pub scope: Option<String>,
    /// Catalog product; default: detected from existing manifests or credentials
    #[arg(long, value_name = "PLATFORM", value_parser = ["port", "glint"])]
    pub platform: Option<String>,
    /// Region of the account; default: asked on a terminal, otherwise the first region of the product
    #[arg(long, value_name = "REGION", value_parser = regions())]
    pub region: Option<String>,
    /// Write a manifest for every entity in the catalog
    #[arg(long, conflicts_with = "example")]
    pub from_catalog: bool,
    /// Add two example blueprints and manifests
    #[arg(long)]
    pub example: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Pipelines {
    Github,
    Gitlab,
    Azure,
    Bitbucket,
    Circleci,
    Codefresh,
    Jenkins,
    None,
}

impl Pipelines {
    pub fn ci(self) -> CiSystem {
        match self {
            Self::Github => CiSystem::Github,
            Self::Gitlab => CiSystem::Gitlab,
            Self::Azure => CiSystem::Azure,
            Self::Bitbucket => CiSystem::Bitbucket,
            Self::Circleci => CiSystem::Circleci,
            Self::Codefresh => CiSystem::Codefresh,
            Self::Jenkins => CiSystem::Jenkins,
            Self::None => CiSystem::Other,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DelivererName {
    Flux,
    Argocd,
}

impl DelivererName {
    pub fn deliverer(self) -> Deliverer {
        match self {
            Self::Flux => Deliverer::Flux,
            Self::Argocd => Deliverer::ArgoCd,
        }
    }
}

/// The regions of all platforms. Whether the platform has the region is checked once the platform is known.
fn regions() -> clap::builder::PossibleValuesParser {
    let mut names: Vec<&'static str> = Vec::new();
    for (name, _) in PLATFORMS.iter().flat_map(|platform| platform.regions) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names.into()
}

const EXAMPLES: &str = "\
Examples:
  portolan init                                 ask, then write the files
  portolan init --dry-run                       show every file, write nothing
  portolan init --yes --ci github --region us
  portolan init --yes --drift                   add the scheduled jobs that look for drift
  portolan init --yes --delivery flux           deliver to a cluster, with Flux
  portolan init --yes --example                 add examples to try it without a catalog
  portolan init --yes --from-catalog            write a manifest for every entity in the catalog";
