//! Finds manifests that `manifests.include` and `manifests.exclude` no longer select. An entity whose manifest still
//! exists was not removed, so a change of the patterns must not delete it.

use std::path::Path;

use foldhash::HashSet;

use crate::commands::context::Context;
use crate::commands::rule_names;
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::open::Workspace;
use crate::domain::entity::EntityKey;
use crate::error::Error;
use crate::manifest;
use crate::settings::{CONFIG_NAMES, Environment, Settings};
use crate::sources::git::{CommitId, Repository};
use crate::sources::{self, Pattern, ReadBuffer, SourceFile, Unreadable};

/// The manifests that an earlier config selected and the current one does not, of entities that the catalog has and
/// that no other manifest declares.
pub(crate) fn excluded_manifests(
    manifests: &ManifestSet,
    owned: &[EntityKey],
    workspace: &Workspace<'_>,
    context: &Context<'_>,
) -> Result<Vec<Unreadable>, Error> {
    let settings = context.settings;
    let declared: HashSet<&EntityKey> = manifests.entities.iter().map(|entity| &entity.key).collect();
    let undeclared: HashSet<(&str, &str)> =
        owned.iter().filter(|key| !declared.contains(key)).map(|key| (&*key.blueprint, &*key.identifier)).collect();
    if undeclared.is_empty() {
        return Ok(Vec::new());
    }
    let mut files = workspace.files(&Pattern::default())?;
    files.retain(|file| !workspace.pattern.matches(Path::new(&file.path)) && declares_any(file, &undeclared));
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let Some(repository) = context.git.repository()? else { return Ok(Vec::new()) };
    let history = History { repository, settings, environment: context.environment };
    let start = workspace.commit();
    let (commits, is_complete) = repository.versions(&settings.root.value, start, &CONFIG_NAMES);
    let was_chosen = |file: &SourceFile| commits.iter().any(|commit| history.chooses(*commit, &file.path));
    files.retain(|file| !is_complete || was_chosen(file));
    Ok(files.into_iter().map(|file| left_out(file.path)).collect())
}

fn declares_any(file: &SourceFile, keys: &HashSet<(&str, &str)>) -> bool {
    let mut buffer = ReadBuffer::default();
    let Ok(text) = sources::read(file, &mut buffer) else { return false };
    manifest::claims_ours(text.text)
        && manifest::salvage(text.text)
            .iter()
            .any(|name| keys.contains(&(name.blueprint.as_str(), name.identifier.as_str())))
}

fn left_out(path: String) -> Unreadable {
    let why = "the patterns of `manifests` chose it before and do not any more, and it declares an entity that would be \
               deleted";
    let help = "correct `manifests.include` and `manifests.exclude`, or remove the manifest to delete its entity";
    Unreadable { help, ..Unreadable::new(path, "read", why) }
}

struct History<'h> {
    repository: &'h Repository,
    settings: &'h Settings,
    environment: &'h Environment,
}

impl History<'_> {
    /// Whether the file existed at this commit and its config selected it.
    fn chooses(&self, commit: CommitId, path: &str) -> bool {
        let root = &self.settings.root.value;
        let file_at = |path: &str| self.repository.file_at(root, path, commit).ok().flatten();
        if file_at(path).is_none() {
            return false;
        }
        let Some(config) = CONFIG_NAMES.into_iter().find_map(file_at) else {
            return Pattern::default().matches(Path::new(path));
        };
        let mut buffer = ReadBuffer::default();
        let Ok(text) = sources::read(&config, &mut buffer) else { return false };
        let then = self.settings.as_of(&config.path, text.text, self.environment, &rule_names());
        let pattern = then.ok().and_then(|then| then.pattern().ok());
        pattern.is_some_and(|pattern| pattern.matches(Path::new(path)))
    }
}
