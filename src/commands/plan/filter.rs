//! Resolves `--only` to blueprints and files. A name that is both is the file, because a path is more specific.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::commands::plan::blueprints::CatalogBlueprints;
use crate::commands::workspace::entities::ManifestSet;
use crate::domain::error_class::ExitClass;
use crate::domain::finding::FileId;
use crate::domain::plan::Plan;
use crate::plan::file::ChosenPart;
use crate::plan::{Only, PlanBasis, PulledIn, pulled_in};
use crate::report::escape::clean;
use crate::settings::Settings;
use crate::sources::{is_taken, path_text, tidy};
use crate::text::plural::{count, list};
use crate::text::suggest::closest;

/// The number of dependencies that are listed by name.
const MAX_SHOWN: usize = 5;

/// A name of `--only` that fits nothing.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` is neither a blueprint of {catalog} nor a file with a manifest")]
#[diagnostic(code("nothing-chosen"), help("{help}"))]
pub(crate) struct NothingChosen {
    name: String,
    catalog: String,
    help: String,
}

impl ExitClass for NothingChosen {}

/// `None`: the plan is not limited.
pub(crate) fn resolve_filter(
    names: &[String],
    manifests: &ManifestSet,
    blueprints: &CatalogBlueprints,
    catalog: &str,
    settings: &Settings,
) -> Result<Option<Only>, NothingChosen> {
    let mut only = Only::default();
    for name in names {
        let path = tidy(settings.directory.join(name));
        let path = path.strip_prefix(&settings.root.value).map(path_text).unwrap_or_default();
        let is_in = |file: &str| {
            file == path || path.is_empty() || file.strip_prefix(&path).is_some_and(|rest| rest.starts_with('/'))
        };
        // The root has two spellings: an empty path, and the folder `.` itself.
        let is_path = !path.is_empty() || Path::new(name) == Path::new(".");
        let files = (0..).map(FileId).zip(&manifests.files).filter(|(_, file)| is_path && is_in(&file.path));
        let before = only.files.len();
        only.files.extend(files.map(|(id, _)| id));
        if only.files.len() > before {
            continue;
        }
        match blueprints.all.named(name) {
            Some(_) => drop(only.blueprints.insert(Arc::from(name.as_str()))),
            None => return Err(unknown(name, manifests, blueprints, catalog, settings)),
        }
    }
    Ok((!names.is_empty()).then_some(only))
}

fn unknown(
    name: &str,
    manifests: &ManifestSet,
    blueprints: &CatalogBlueprints,
    catalog: &str,
    settings: &Settings,
) -> NothingChosen {
    let tidied = path_text(&tidy(Path::new(name).to_owned()));
    let meant = manifests.files.iter().find(|file| file.path == tidied).map(|file| spelled(&file.path, settings));
    let meant = meant.or_else(|| {
        let files: Vec<String> = manifests.files.iter().map(|file| spelled(&file.path, settings)).collect();
        let blueprints = blueprints.all.iter().map(|blueprint| blueprint.identifier.as_str());
        closest(name, blueprints.chain(files.iter().map(String::as_str))).map(str::to_owned)
    });
    let mut help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "name blueprints, or manifests relative to the current folder".to_owned(),
    };
    let is_gone = name.ends_with(".yaml") || name.ends_with(".yml");
    if is_gone && !is_taken(&settings.directory.join(name)) {
        help.push_str("; to plan the deletes of a removed file, name its blueprint");
    }
    NothingChosen { name: name.to_owned(), catalog: catalog.to_owned(), help }
}

/// A path below the root as the user would type it, relative to their directory.
pub(crate) fn spelled(path: &str, settings: &Settings) -> String {
    let (there, here) = (settings.root.value.join(path), tidy(settings.directory.clone()));
    let common = there.components().zip(here.components()).take_while(|(one, other)| one == other).count();
    let up = here.components().skip(common).map(|_| "..");
    let down = there.components().skip(common);
    path_text(&up.map(Path::new).chain(down.map(|part| Path::new(part.as_os_str()))).collect::<PathBuf>())
}

/// Names the changes that the plan contains only because selected entities depend on them.
pub(crate) fn describe_pulled_in(plan: &Plan, only: &Only, basis: &PlanBasis<'_>) -> Option<String> {
    let came = pulled_in(plan, only, basis);
    let name = |PulledIn { key, by }: &PulledIn| {
        let (key, by) =
            (format!("{}/{}", key.blueprint, key.identifier), format!("{}/{}", by.blueprint, by.identifier));
        format!("`{}` (`{}` points to it)", clean(&key), clean(&by))
    };
    let mut named: Vec<String> = came.iter().take(MAX_SHOWN).map(name).collect();
    if came.len() > MAX_SHOWN {
        named.push(format!("{} more", came.len() - MAX_SHOWN));
    }
    let what = count(came.len(), "entity");
    (!came.is_empty()).then(|| {
        format!(
            "{what} added to the plan, because selected entities point to them and they must be created: {}.",
            list(&named)
        )
    })
}

/// The part as a plan file records it.
pub(super) fn part_of(only: &Only, manifests: &ManifestSet) -> ChosenPart {
    let path = |FileId(file): &FileId| manifests.files.get(*file as usize).map(|file| file.path.clone());
    let mut files: Vec<String> = only.files.iter().filter_map(path).collect();
    files.sort();
    ChosenPart { blueprints: only.blueprints.iter().map(ToString::to_string).collect(), files }
}

/// The part that a plan file records. A file that no longer exists selects nothing.
pub(super) fn recorded(part: &ChosenPart, manifests: &ManifestSet) -> Only {
    let chosen: HashSet<&str> = part.files.iter().map(String::as_str).collect();
    let files = (0..).map(FileId).zip(&manifests.files).filter(|(_, file)| chosen.contains(file.path.as_str()));
    Only {
        blueprints: part.blueprints.iter().map(|name| name.as_str().into()).collect(),
        files: files.map(|(id, _)| id).collect(),
    }
}
