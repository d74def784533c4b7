//! Builds the links of a comment: to a file at its commit, and to an entity's page. Only names of files and entities
//! come from the repository; they are percent-encoded, so that they cannot end a link or lead elsewhere.

use crate::domain::address::percent_encoded;
use crate::domain::finding::Place;
use crate::domain::plan::change::Change;
use crate::report::plan::input::Resolved;
use crate::report::plan::markdown::pieces::code;
use crate::report::plan::words;

/// The entity, with a link to its page if it exists in the catalog.
pub(super) fn entity(resolved: &Resolved<'_>, change: &Change) -> String {
    let name = code(&words::entity(&change.key));
    page(resolved, change).map_or(name.clone(), |page| format!("[{name}]({page})"))
}

/// The URL of the entity's page in Port's web app; `None` if it has no page yet or the app is not known.
pub(super) fn page(resolved: &Resolved<'_>, change: &Change) -> Option<String> {
    let app = resolved.report.links?.app.as_deref().filter(|_| !change.is_new())?;
    let (blueprint, identifier) = (encoded(&change.key.blueprint, false), encoded(&change.key.identifier, false));
    Some(format!("{app}/{blueprint}Entity?identifier={identifier}"))
}

/// Whether the forge shows files at the commit.
pub(super) fn has_files(resolved: &Resolved<'_>) -> bool {
    resolved.report.links.is_some_and(|links| links.files.is_some())
}

/// `path:line`, with a link to that line.
pub(super) fn place(resolved: &Resolved<'_>, place: Place, is_at_base: bool) -> String {
    let name = code(&resolved.location(place));
    let links = resolved.report.links;
    let root = links.and_then(|it| if is_at_base { it.files_at_base.as_deref() } else { it.files.as_deref() });
    match root {
        Some(root) => {
            let line = resolved.extent(place).start.line;
            format!("[{name}]({root}/{}#L{line})", encoded(resolved.path(place), true))
        }
        None => name,
    }
}

/// Percent-encodes everything but letters, digits and `-._~`; `keeps_slashes`: the text is a path.
fn encoded(text: &str, keeps_slashes: bool) -> String {
    percent_encoded(text, |byte| b"-._~".contains(&byte) || keeps_slashes && byte == b'/')
}
