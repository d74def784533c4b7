//! The flags that all imports have.

use std::path::PathBuf;

use crate::commands::pull::Output;

#[derive(Debug, Clone, clap::Args)]
pub struct ImportOptions {
    /// Mapping of kinds and fields; default: `.portolan/import-SOURCE.yaml`, if it exists
    ///
    /// It replaces parts of the built-in mapping, which `--show-mapping` prints.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub mapping: Option<PathBuf>,
    /// Print the built-in mapping, and import nothing
    #[arg(long, conflicts_with_all = ["mapping", "dry_run", "folder", "only", "incomplete", "output"])]
    pub show_mapping: bool,
    /// Show the manifests, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Folder for new manifests; default: that of the blueprint's other manifests
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    /// Limit to a blueprint or an entity (`service`, `service/cart`) and those that it names; repeatable
    #[arg(long, value_name = "NAME", value_hint = clap::ValueHint::Other)]
    pub only: Vec<String>,
    /// Also write entities that lack required values, with blanks to fill in
    #[arg(long)]
    pub incomplete: bool,
    /// Report format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Output::Text)]
    pub output: Output,
}
