//! Checks that a push does not go back to an older commit, by the outcome of the last push. A missing record means a
//! first push; a record that does not belong to this push is refused.

use std::path::Path;

use crate::commands::catalog::address::catalog_name;
use crate::commands::context::Context;
use crate::commands::push::error::PushError;
use crate::commands::workspace::open::Workspace;
use crate::domain::entity::Owner;
use crate::error::Error;
use crate::report::outcome::record::Record;
use crate::sources::git::Repository;
use crate::sources::{self, PathKind};
use crate::text::plural::as_sentence;

/// The record to compare a push with.
pub(crate) struct Since<'a> {
    /// The path as the user typed it.
    pub file: &'a Path,
    /// Whether the push may go back to an older commit.
    pub may_go_back: bool,
}

/// Checks the push against the record; returns a note for the user, if any.
pub(crate) fn require_descendant(
    wanted: &Since<'_>,
    owner: &Owner,
    workspace: &Workspace<'_>,
    context: &Context<'_>,
) -> Result<Option<String>, Error> {
    const FLAG: &str = "--since-outcome";
    let settings = context.settings;
    let path = wanted.file.display().to_string();
    let repository = context.git.required(FLAG)?;
    let commit = match workspace.commit() {
        Some(commit) => Some(commit),
        None => repository.head_commit()?,
    };
    let Some(commit) = commit else { return Err(PushError::NoCommit { flag: FLAG }.into()) };
    let text = sources::read_input_if_there(&settings.boundary, &settings.directory.join(wanted.file))
        .map_err(|error| error.named(&settings.directory, wanted.file))?;
    let Some(text) = text else {
        let near = sources::did_you_mean(&settings.directory, wanted.file, Some(PathKind::File));
        let near = near.map(|near| format!(" {}", as_sentence(&near))).unwrap_or_default();
        return Ok(Some(format!(
            "No `{path}`, so this counts as the first push: no earlier commit to compare with.{near}"
        )));
    };
    let record = Record::parse(&path, &text)?;
    let catalog = catalog_name(settings);
    for (what, was, now) in [
        ("platform", &*record.platform, settings.platform.value.name),
        ("scope", &*record.scope, &*owner.scope),
        ("catalog", &*record.catalog, &*catalog),
    ] {
        if was != now {
            let (was, now) = (was.to_owned(), now.to_owned());
            return Err(PushError::OtherRecord { path, what, was, now }.into());
        }
    }
    let (Some(old), false) = (record.commit, wanted.may_go_back) else {
        return match wanted.may_go_back {
            true => Ok(None),
            false => Err(PushError::NoCommitInRecord { path }.into()),
        };
    };
    let (old_short, now) = (shortened(&old), shortened(&commit.to_string()));
    match repository.is_ancestor(&old, commit)? {
        Some(true) => Ok(None),
        Some(false) => {
            let is_older = repository.known_commit(&old).map(|old| repository.is_ancestor(&commit.to_string(), old));
            let how = match is_older.transpose()?.flatten() {
                Some(true) => "is older than",
                Some(false) | None => "is not a descendant of",
            };
            Err(PushError::GoesBack { now, how, old: old_short, path }.into())
        }
        None => Err(PushError::UnknownOrder { now, old: old_short, path, help: to_know(repository, &old) }.into()),
    }
}

fn to_know(repository: &Repository, old: &str) -> String {
    let fetch = if repository.is_shallow() {
        "this clone is shallow: run `git fetch --unshallow` (in GitHub Actions: `fetch-depth: 0` of `actions/checkout`; in \
         GitLab CI: the variable `GIT_DEPTH: 0`)"
            .to_owned()
    } else {
        format!("this clone does not have it: run `git fetch origin {old}`")
    };
    format!("{fetch}; if history was rewritten on purpose, add `--rollback`")
}

fn shortened(commit: &str) -> String {
    commit.chars().take(10).collect()
}
