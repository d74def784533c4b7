//! Notes on configs and variables that have no effect, although somebody put them there.

use std::path::{Path, PathBuf};

use super::configs_below::NAMES;
use super::env::{Environment, VARIABLES};
use super::value::{Origin, Sourced};
use crate::sources::{PathKind, path_kind, path_text};
use crate::text::suggest::closest;

/// Two configs in one folder: one of them has no effect.
pub(super) fn second_config(root: &Path, config: Option<&Sourced<PathBuf>>) -> Option<String> {
    let config = config.filter(|config| matches!(config.origin, Origin::Repository(_)))?;
    let mut others = NAMES.into_iter().filter(|name| config.value != Path::new(name));
    let other = others.find(|name| path_kind(&root.join(name)) == Some(PathKind::File))?;
    Some(format!("`{other}` has no effect, because `{}` is the config; remove one of them.", path_text(&config.value)))
}

/// Variables that look like ours.
pub(super) fn notes(environment: &Environment) -> Vec<String> {
    let known = VARIABLES.iter().map(|variable| variable.name);
    let note = |name: &String| match closest(name, known.clone()) {
        Some(meant) => format!("The environment variable `{name}` has no effect; did you mean `{meant}`?"),
        None => format!("The environment variable `{name}` has no effect."),
    };
    let mut notes: Vec<String> = environment.unknown().iter().map(note).collect();
    for (name, meant) in environment.misspelled_credentials() {
        notes.push(format!("The environment variable `{name}` has no effect; did you mean `{meant}`?"));
    }
    notes
}
