//! `import backstage`: creates manifests from the catalog files of Backstage.

use std::path::{Path, PathBuf};

use super::documents::{Collected, Collector};
use super::error::ImportError;
use super::options::ImportOptions;
use super::run::{ImportRun, show_mapping};
use crate::commands::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::scaffold::import::ImportKind;
use crate::sources::git::Repository;
use crate::sources::{self, Listings, PathKind, RepositoryFile, path_text};

/// Create manifests from Backstage's catalog files
///
/// Reads `catalog-info.yaml` files, and the files of this repository that their locations name. Properties, relations and
/// teams are filled as far as the blueprints in `.portolan` have them; the rest is reported.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan import backstage --dry-run                   all catalog-info.yaml files
  portolan import backstage services/ org/teams.yaml    these files, and all YAML files of these folders
  portolan import backstage --only service/cart         this entity, and those that it names
  portolan import backstage --show-mapping              what is mapped to what")]
pub struct BackstageArgs {
    /// Files, or folders whose YAML files are read; default: every `catalog-info.yaml`
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub options: ImportOptions,
}

/// The name that Backstage recommends for its files.
pub(crate) const FILE_NAMES: [&str; 2] = ["catalog-info.yaml", "catalog-info.yml"];

pub(super) fn run(args: &BackstageArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    if args.options.show_mapping {
        return show_mapping(ImportKind::Backstage, context);
    }
    let run = ImportRun::new(ImportKind::Backstage, &args.options, context)?;
    let top = context.settings.boundary.root().to_owned();
    let yaml_files: Vec<String> = sources::work_tree_files(&top, &Listings::new())
        .iter()
        .filter_map(RepositoryFile::yaml)
        .map(|file| file.path.clone())
        .collect();
    let paths = match args.paths.as_slice() {
        [] => default_files(&yaml_files, &top, context)?,
        paths => named_files(paths, &yaml_files, &top, context)?,
    };
    let mut collected = Collector::new(&top, &yaml_files).read(paths);
    if let Some(url) = context.git.repository()?.and_then(Repository::origin_page) {
        collected.sources.iter_mut().for_each(|source| source.add_fact("repository.url", url.clone().into()));
    }
    let Collected { sources, skipped, unread, files_read } = collected;
    if sources.is_empty() && skipped.is_empty() && unread.is_empty() {
        let what = "the files hold no document of `backstage.io`".to_owned();
        return Err(ImportError::NoBackstageFiles { what }.into());
    }
    run.finish(sources, skipped, unread, Vec::new(), files_read, context)
}

/// Every file with the usual name below the root.
fn default_files(yaml_files: &[String], top: &Path, context: &Context<'_>) -> Result<Vec<String>, ImportError> {
    let root = sources::real_path(&context.settings.root.value);
    let folder = root.as_deref().and_then(|root| root.strip_prefix(top).ok()).map(path_text).unwrap_or_default();
    let is_below = |path: &str| folder.is_empty() || path.starts_with(&format!("{folder}/"));
    let has_name = |path: &str| FILE_NAMES.contains(&path.rsplit('/').next().unwrap_or(path));
    let found: Vec<String> = yaml_files.iter().filter(|path| has_name(path) && is_below(path)).cloned().collect();
    if found.is_empty() {
        let what = format!("no file is called `{}`", FILE_NAMES[0]);
        return Err(ImportError::NoBackstageFiles { what });
    }
    Ok(found)
}

fn named_files(
    paths: &[PathBuf],
    yaml_files: &[String],
    top: &Path,
    context: &Context<'_>,
) -> Result<Vec<String>, ImportError> {
    let directory = &context.settings.directory;
    let mut files = Vec::new();
    for given in paths {
        let shown = given.display().to_string();
        let place = sources::tidy(directory.join(given));
        let Some(kind) = sources::path_kind(&place) else {
            let help = sources::did_you_mean(directory, given, None);
            let help = help.unwrap_or_else(|| "name files and folders relative to the current folder".to_owned());
            return Err(ImportError::NoSuchPath { path: shown, help });
        };
        // A link may lead into the repository, or out of it.
        let real = sources::real_path(&place).unwrap_or(place);
        let Ok(relative) = real.strip_prefix(top).map(path_text) else {
            return Err(ImportError::Outside { path: shown, top: top.display().to_string() });
        };
        if kind == PathKind::File {
            files.push(relative);
            continue;
        }
        let before = files.len();
        let is_below = |path: &&String| relative.is_empty() || path.starts_with(&format!("{relative}/"));
        files.extend(yaml_files.iter().filter(is_below).cloned());
        if files.len() == before {
            return Err(ImportError::NoBackstageFiles { what: format!("`{shown}` has no YAML file") });
        }
    }
    Ok(files)
}
