//! Refuses a run whose globs match no file: a typing error in a glob would otherwise look like a clean repository. The
//! extra walks happen only after (almost) nothing was found.

use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::read::declared_names;
use crate::domain::error_class::ExitClass;
use crate::error::Error;
use crate::settings::Origin;
use crate::sources::Pattern;
use crate::text::plural::count;

/// The globs of the config leave no file.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("no files to lint: `manifests.{key}` ({place}) {what}")]
#[diagnostic(code("nothing-to-lint"), help("correct the globs: they are relative to the repository root"))]
pub(crate) struct Emptied {
    key: &'static str,
    place: String,
    what: String,
}

impl ExitClass for Emptied {}

/// Checks whether includes or excludes of the config leave no file although there are YAML files.
pub(crate) fn reject_unmatched_globs(workspace: &Workspace<'_>) -> Result<(), Error> {
    let settings = &*workspace.settings;
    let (include, exclude) = (&settings.include, &settings.exclude);
    let is_said = |globs: &[String], origin: &Origin| !globs.is_empty() && *origin != Origin::Default;
    let (includes, excludes) = (is_said(&include.value, &include.origin), is_said(&exclude.value, &exclude.origin));
    if !includes && !excludes {
        return Ok(());
    }
    // The config is a YAML file too, but never a manifest.
    let config = settings.config_name();
    let all = workspace.files(&Pattern::default())?;
    let here = all.iter().filter(|file| file.path != config).count();
    if here == 0 || found(workspace, &workspace.pattern, &config)? > 0 {
        return Ok(());
    }
    // A repository without manifests is valid, as one that only has workflows and charts so far.
    if declared_names(&all, settings.git_host.value).is_empty() {
        return Ok(());
    }
    let files = count(here, "YAML file");
    let Ok(only_included) = Pattern::new(&include.value, &[]) else { return Ok(()) };
    let left = if includes { found(workspace, &only_included, &config)? } else { here };
    let (key, origin, what) = match (left, here) {
        (0, 1) => ("include", &include.origin, "does not match the only YAML file here".to_owned()),
        (0, _) => ("include", &include.origin, format!("matches none of the {files} here")),
        (_, 1) => ("exclude", &exclude.origin, "excludes the only YAML file here".to_owned()),
        (left, _) if left == here => ("exclude", &exclude.origin, format!("excludes all {files} here")),
        (_, _) => ("exclude", &exclude.origin, "excludes every file that `manifests.include` matches".to_owned()),
    };
    Err(Emptied { key, place: origin.words(&config), what }.into())
}

fn found(workspace: &Workspace<'_>, pattern: &Pattern, config: &str) -> Result<usize, Error> {
    let files = workspace.files(pattern)?;
    Ok(files.iter().filter(|file| file.path != config).count())
}
