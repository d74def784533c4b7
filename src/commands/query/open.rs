//! Opens the index of the repository for a query, with the cache of lint.

use crate::commands::context::Context;
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::index::RepositoryIndex;
use crate::commands::lint::request::Request;
use crate::commands::workspace::cache::CacheFolder;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::unmatched_globs::reject_unmatched_globs;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;

/// Reads the index; what `lint` read before is not read again.
pub(crate) fn open_index(context: &mut Context<'_>) -> Result<RepositoryIndex, Error> {
    let workspace = Workspace::open(None, context)?;
    let config = LintConfig::of(&workspace, context.environment);
    let cache = if context.no_cache { None } else { CacheFolder::of(context.environment) };
    let request = Request { cache: cache.as_ref(), ..config.whole() };
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let repository = RepositoryIndex::of(&request, progress)?;
    if repository.index.entities().next().is_none() {
        reject_unmatched_globs(&workspace)?;
    }
    Ok(repository)
}
