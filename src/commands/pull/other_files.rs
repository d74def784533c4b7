//! The files besides manifests that a pull writes: the snapshot, the rules by which Git merges it, and the schema for editors.
//! They are compared with the disk before the first write, so that a dry run lists what a pull writes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::commands::context::Context;
use crate::commands::pull::merge_attributes::{AttributesEdit, missing_attributes};
use crate::commands::pull::update::{PARTS, SnapshotUpdate};
use crate::commands::schema;
use crate::commands::workspace::snapshot::{self, SnapshotSource};
use crate::error::Error;
use crate::report::pull::{FileDeed, FileLine};
use crate::sources::{self, Part, ReadBuffer, SourceFile};

#[derive(Debug, Default)]
pub(crate) struct OtherFiles {
    /// Empty: the snapshot stays as it is.
    snapshot: Vec<Part>,
    attributes: Option<AttributesEdit>,
    schema: Option<String>,
    /// What changes, by path.
    pub lines: Vec<FileLine>,
}

impl OtherFiles {
    /// `manifests`: the manifests as they will be. `keeps_snapshot`: it is not replaced.
    pub fn plan(
        update: &SnapshotUpdate,
        keeps_snapshot: bool,
        manifests: Vec<SourceFile>,
        context: &mut Context<'_>,
    ) -> Result<Self, Error> {
        let root = &context.settings.root.value;
        let snapshot = if keeps_snapshot { Vec::new() } else { update.parts() };
        let source = if keeps_snapshot { SnapshotSource::Disk } else { update.shelf() };
        let mut lines: Vec<FileLine> = snapshot.iter().flat_map(|part| changed_files(part, root)).collect();
        let schema = schema::refreshed(context.settings, manifests, &source)?;
        lines.extend(schema.as_ref().map(|_| FileLine { path: schema::path(), deed: FileDeed::Rewritten }));
        let attributes = missing_attributes(context);
        lines.extend(attributes.as_ref().map(AttributesEdit::line));
        lines.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self { snapshot, attributes, schema, lines })
    }

    pub fn write(&self, root: &Path) -> Result<(), Error> {
        if !self.snapshot.is_empty() {
            sources::exchange(root, snapshot::FOLDER, &PARTS, &self.snapshot)?;
        }
        if let Some(attributes) = &self.attributes {
            attributes.write(root)?;
        }
        if let Some(schema) = &self.schema {
            sources::write_atomically(root, schema::path().as_ref(), schema.as_bytes())?;
        }
        Ok(())
    }
}

/// The files of a part whose bytes on the disk are others.
fn changed_files(part: &Part, root: &Path) -> Vec<FileLine> {
    let folder = snapshot::FOLDER;
    match part {
        Part::File { name, bytes } => {
            let old = SnapshotSource::Disk.file(root, name).map(|file| content(&file));
            compared(format!("{folder}/{name}"), old, Some(bytes)).into_iter().collect()
        }
        Part::Folder { files, name } => {
            let old = SnapshotSource::Disk.blueprints(root);
            let mut old: BTreeMap<String, Vec<u8>> =
                old.iter().map(|file| (file.path.clone(), content(file))).collect();
            let mut lines = Vec::new();
            for (file, bytes) in files {
                let path = format!("{folder}/{name}/{file}");
                let old = old.remove(&path);
                lines.extend(compared(path, old, Some(bytes)));
            }
            lines.extend(old.into_iter().filter_map(|(path, old)| compared(path, Some(old), None)));
            lines
        }
    }
}

fn compared(path: String, old: Option<Vec<u8>>, new: Option<&Vec<u8>>) -> Option<FileLine> {
    let deed = match (&old, new) {
        (None, _) => FileDeed::New,
        (Some(_), None) => FileDeed::Removed,
        (Some(old), Some(new)) if old == new => return None,
        (Some(_), Some(_)) => FileDeed::Rewritten,
    };
    Some(FileLine { path, deed })
}

/// A file that cannot be read differs from any other.
fn content(file: &SourceFile) -> Vec<u8> {
    let mut buffer = ReadBuffer::default();
    match sources::read_large(file, &mut buffer) {
        Ok(text) => sources::encode(text.text, text.encoding),
        Err(_) => Vec::new(),
    }
}
