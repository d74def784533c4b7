//! Makes Git merge the snapshot line by line: adds the missing rules to the `.gitattributes` next to `.portolan/`.

use std::path::Path;

use crate::commands::context::Context;
use crate::report::pull::{FileDeed, FileLine};
use crate::scaffold::repository::attributes;
use crate::sources::{self, ReadBuffer, WriteError};
use crate::text::merge_conflict::merge_conflicts;

const FILE: &str = ".gitattributes";
/// A file of the snapshot, to check whether Git ignores it. Ignored files are never merged.
const KNOWN: &str = ".portolan/known-entities.txt";

/// The file with the rules.
#[derive(Debug)]
pub(crate) struct AttributesEdit {
    is_new: bool,
    bytes: Vec<u8>,
}

impl AttributesEdit {
    pub fn line(&self) -> FileLine {
        FileLine { path: FILE.to_owned(), deed: if self.is_new { FileDeed::New } else { FileDeed::Rewritten } }
    }

    pub fn write(&self, root: &Path) -> Result<(), WriteError> {
        match self.is_new {
            true => sources::create_atomically(root, FILE.as_ref(), &self.bytes),
            false => sources::write_atomically(root, FILE.as_ref(), &self.bytes),
        }
    }
}

/// The rules that are missing; `None` outside Git. A file that cannot be changed is left as it is, with a note.
pub(crate) fn missing_attributes(context: &mut Context<'_>) -> Option<AttributesEdit> {
    let root = &context.settings.root.value;
    let repository = context.git.repository().ok()??;
    let folder = repository.path_of(root).ok()?;
    let known = if folder.is_empty() { KNOWN.to_owned() } else { format!("{folder}/{KNOWN}") };
    if repository.ignores(&known) {
        return None;
    }
    let mut buffer = ReadBuffer::default();
    let Some(file) = sources::find_file(root, FILE) else {
        if sources::is_taken(&root.join(FILE)) {
            say_unchanged(context);
            return None;
        }
        let text = attributes::add("").unwrap_or_default();
        return Some(AttributesEdit { is_new: true, bytes: text.into_bytes() });
    };
    let Ok(read) = sources::read(&file, &mut buffer) else {
        say_unchanged(context);
        return None;
    };
    if !merge_conflicts(read.text).is_empty() {
        context.say(&format!(
            "note: `{FILE}` has an unresolved merge conflict, so it was left as it is. Resolve it, then add `{KNOWN} merge=union` \
             if it is missing."
        ));
        return None;
    }
    let after = attributes::add(read.text)?;
    Some(AttributesEdit { is_new: false, bytes: sources::encode(&after, read.encoding) })
}

fn say_unchanged(context: &mut Context<'_>) {
    context.say(&format!(
        "note: `{FILE}` cannot be changed; add `{KNOWN} merge=union` to it, so that the snapshots of two branches merge."
    ));
}
