//! `import codeowners`: creates manifests of teams and components from a CODEOWNERS file.

use std::path::{Path, PathBuf};

use super::error::ImportError;
use super::options::ImportOptions;
use super::run::{ImportRun, show_mapping};
use crate::commands::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::scaffold::import::{
    ComponentSearch, Dialect, ImportKind, OwnedComponents, dialect_of_path, find_components, parse_codeowners,
};
use crate::sources::git::Repository;
use crate::sources::{self, Listings, ReadBuffer, path_text};
use crate::text::plural::list;

/// Create manifests of teams and components from CODEOWNERS
///
/// Each team gets an entity, and so does each folder that a rule names and that looks like a component; without any, the
/// whole repository gets one. The last rule that covers a folder decides who owns it. Users are reported.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan import codeowners --dry-run
  portolan import codeowners .gitlab/CODEOWNERS
  portolan import codeowners --only _team               only the teams
  portolan import codeowners --incomplete               with blanks for required properties")]
pub struct CodeownersArgs {
    /// CODEOWNERS file; default: where GitHub, GitLab and Bitbucket look for it
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub options: ImportOptions,
}

pub(super) fn run(args: &CodeownersArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    if args.options.show_mapping {
        return show_mapping(ImportKind::Codeowners, context);
    }
    let run = ImportRun::new(ImportKind::Codeowners, &args.options, context)?;
    let top = context.settings.boundary.root().to_owned();
    let repository = context.git.repository()?;
    let host = repository.and_then(dialect_of_host);
    let path = match &args.file {
        Some(file) => named_file(file, &top, context)?,
        None => {
            let places = found_places(&top, host);
            let Some(first) = places.first() else {
                let places: Vec<String> = all_places(host).iter().map(|place| format!("`{place}`")).collect();
                return Err(ImportError::NoCodeowners { places: list(&places) }.into());
            };
            for other in places.iter().skip(1) {
                context.say(&format!("note: `{other}` is not read: `{first}` comes first."));
            }
            (*first).to_owned()
        }
    };
    let text = read(&top, &path)?;
    let dialect = dialect_of_path(&path).or(host).unwrap_or_else(|| dialect_of_text(&text));
    let codeowners = parse_codeowners(&text, dialect);
    let files = sources::work_tree_files(&top, &Listings::new());
    let files: Vec<&str> = files.iter().map(sources::RepositoryFile::path).collect();
    let url = repository.and_then(Repository::origin_page);
    let OwnedComponents { sources, unconverted } = find_components(&ComponentSearch {
        codeowners: &codeowners,
        dialect,
        path: &path,
        files: &files,
        mapping: run.mapping(),
        repository: &repository_name(repository, &top),
        repository_url: url.as_deref(),
        is_known: &|blueprint, identifier| run.is_known(blueprint, identifier),
    });
    run.finish(sources, Vec::new(), Vec::new(), unconverted, 1, context)
}

fn dialect_of_host(repository: &Repository) -> Option<Dialect> {
    let host = repository.origin_host()?;
    let is_named = |name: &str| host.contains(name);
    match host {
        _ if is_named("gitlab") => Some(Dialect::GitLab),
        _ if is_named("bitbucket") => Some(Dialect::Bitbucket),
        _ if is_named("github") => Some(Dialect::GitHub),
        _ => None,
    }
}

/// Only GitLab has sections; elsewhere such a line is an error.
fn dialect_of_text(text: &str) -> Dialect {
    let is_heading = |line: &str| line.strip_prefix('^').unwrap_or(line).starts_with('[') && line.contains(']');
    if text.lines().any(is_heading) { Dialect::GitLab } else { Dialect::GitHub }
}

/// Where hosts look for the file: the repository's own host first.
fn all_places(host: Option<Dialect>) -> Vec<&'static str> {
    let mut places = Vec::new();
    for dialect in host.into_iter().chain(Dialect::ALL) {
        for place in dialect.places() {
            if !places.contains(place) {
                places.push(*place);
            }
        }
    }
    places
}

/// The file that GitHub, GitLab or Bitbucket finds.
pub(crate) fn find(top: &Path) -> Option<&'static str> {
    found_places(top, None).first().copied()
}

fn found_places(top: &Path, host: Option<Dialect>) -> Vec<&'static str> {
    let mut places = all_places(host);
    places.retain(|place| sources::find_file(top, place).is_some());
    places
}

fn named_file(given: &Path, top: &Path, context: &Context<'_>) -> Result<String, ImportError> {
    let directory = &context.settings.directory;
    let place = sources::tidy(directory.join(given));
    let shown = given.display().to_string();
    if !sources::exists(&place) {
        let help = sources::did_you_mean(directory, given, None);
        let help = help.unwrap_or_else(|| "name the file relative to the current folder".to_owned());
        return Err(ImportError::NoSuchPath { path: shown, help });
    }
    let real = sources::real_path(&place).unwrap_or(place);
    match real.strip_prefix(top) {
        Ok(relative) => Ok(path_text(relative)),
        Err(_) => Err(ImportError::Outside { path: shown, top: top.display().to_string() }),
    }
}

fn read(top: &Path, path: &str) -> Result<String, ImportError> {
    let unreadable = |reason: String| ImportError::UnreadableCodeowners { path: path.to_owned(), reason };
    let file = sources::find_file(top, path).ok_or_else(|| unreadable("it is not a file".to_owned()))?;
    let mut buffer = ReadBuffer::default();
    match sources::read(&file, &mut buffer) {
        Ok(text) => Ok(text.text.to_owned()),
        Err(problem) => Err(unreadable(problem.reason())),
    }
}

/// The name on the host, or that of the folder.
fn repository_name(repository: Option<&Repository>, top: &Path) -> String {
    let origin = repository.and_then(Repository::origin);
    let name = origin.as_deref().and_then(|origin| origin.rsplit('/').next()).map(str::to_owned);
    let folder = || top.file_name().map(|name| name.to_string_lossy().into_owned());
    name.or_else(folder).unwrap_or_else(|| "repository".to_owned())
}
