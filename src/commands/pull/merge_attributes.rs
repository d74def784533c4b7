//! Makes Git merge the snapshot line by line: adds the missing rules to the `.gitattributes` next to `.portolan/`.

use crate::commands::context::Context;
use crate::scaffold::repository::attributes;
use crate::sources::{self, ReadBuffer, WriteError};
use crate::text::merge_conflict::merge_conflicts;

const FILE: &str = ".gitattributes";
/// A file of the snapshot, to check whether Git ignores it. Ignored files are never merged.
const KNOWN: &str = ".portolan/known-entities.txt";

/// Writes nothing outside Git. A file that cannot be changed is left as it is, with a note.
pub(crate) fn add_merge_attributes(context: &mut Context<'_>) -> Result<(), WriteError> {
    let root = &context.settings.root.value;
    let Ok(Some(repository)) = context.git.repository() else { return Ok(()) };
    let Ok(folder) = repository.path_of(root) else { return Ok(()) };
    let known = if folder.is_empty() { KNOWN.to_owned() } else { format!("{folder}/{KNOWN}") };
    if repository.ignores(&known) {
        return Ok(());
    }
    let mut buffer = ReadBuffer::default();
    let Some(file) = sources::find_file(root, FILE) else {
        if sources::is_taken(&root.join(FILE)) {
            say_unchanged(context);
            return Ok(());
        }
        let text = attributes::add("").unwrap_or_default();
        return sources::create_atomically(root, FILE.as_ref(), text.as_bytes());
    };
    let Ok(read) = sources::read(&file, &mut buffer) else {
        say_unchanged(context);
        return Ok(());
    };
    if !merge_conflicts(read.text).is_empty() {
        context.say(&format!(
            "note: `{FILE}` has an unresolved merge conflict, so it was left as it is. Resolve it, then add `{KNOWN} merge=union` \
             if it is missing."
        ));
        return Ok(());
    }
    let Some(after) = attributes::add(read.text) else { return Ok(()) };
    let bytes = sources::encode(&after, read.encoding);
    sources::write_atomically(root, FILE.as_ref(), &bytes)
}

fn say_unchanged(context: &mut Context<'_>) {
    context.say(&format!(
        "note: `{FILE}` cannot be changed; add `{KNOWN} merge=union` to it, so that the snapshots of two branches merge."
    ));
}
