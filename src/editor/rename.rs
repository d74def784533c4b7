//! Renames an entity in one text: its identifier, the values that point to it, and the annotation with its former
//! identifier. Every other byte stays as it is. The result is read again, so that nothing else has changed its meaning.

mod annotation;
mod comparison;
mod scalar;

use crate::domain::document::manifest::{Form, Manifest};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, NodeId, Value, View};
use crate::domain::entity::desired::RENAMED_FROM;
use crate::domain::finding::Edit;
use crate::manifest::{Document, Limits, ReadAs, Reader, decode, edit};

use self::comparison::Outline;
use self::scalar::replaced;

/// What to rename in one text.
#[derive(Debug, Clone, Copy)]
pub struct TextRename<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// The identifiers of the manifests that declare the entity.
    pub identifiers: &'a [Span],
    /// The values that point to the entity.
    pub references: &'a [Span],
    /// What becomes of the annotation of each such manifest.
    pub annotation: Annotation<'a>,
    /// The new `metadata.name` of each such manifest; `None` keeps it.
    pub resource_name: Option<&'a str>,
}

/// The annotation with the former identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Annotation<'a> {
    Keep,
    Write(&'a str),
    /// The entity has its former identifier again.
    Remove,
}

impl<'a> Annotation<'a> {
    /// `former`: the identifier that the catalog has; `None` where nothing reads the annotation.
    pub fn of(former: Option<&'a str>, to: &str) -> Self {
        match former {
            None => Self::Keep,
            Some(former) if former == to => Self::Remove,
            Some(former) => Self::Write(former),
        }
    }
}

/// A value that cannot be renamed without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    pub span: Span,
    /// A clause: "it is written through a YAML alias".
    pub reason: String,
}

/// The edits of the text, in order. They do not overlap.
pub fn rename(file: ReadAs<'_>, text: &str, rename: &TextRename<'_>) -> Result<Vec<Edit>, Obstacle> {
    let mut renames =
        Renames { file_name: file.file_name, rename, edits: Vec::new(), obstacle: None, outlines: Vec::new() };
    Reader::new(Limits::default())
        .with_git_host(file.git_host)
        .read_all(text, &mut |document| renames.document(document));
    let Renames { mut edits, obstacle, outlines, .. } = renames;
    if let Some(obstacle) = obstacle {
        return Err(obstacle);
    }
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    let places = rename.identifiers.iter().chain(rename.references);
    for span in places {
        if !edits.iter().any(|edit| edit.span == *span) {
            let reason = "it is not where it was: the file has changed, or a mapping computes it".to_owned();
            return Err(Obstacle { span: *span, reason });
        }
    }
    check(text, file, &edits, &outlines, rename)?;
    Ok(edits)
}

/// The former identifier that the annotation of a manifest names. Only Kubernetes resources have annotations.
pub fn renamed_from(file_name: &str, text: &str, identifier: &str) -> Option<String> {
    let mut found = None;
    let mut manifests = Vec::new();
    Reader::new(Limits::default()).read(text, &mut |document| {
        manifests.clear();
        decode(document.view, file_name, &mut manifests);
        for manifest in manifests.iter().filter(|it| it.identifier_text(document.view) == Some(identifier)) {
            let metadata = manifest.metadata.map(|id| document.view.value(id));
            let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
            let former = annotations.and_then(|annotations| annotations.get(RENAMED_FROM)?.as_str());
            found = former.map(str::to_owned).or(found.take());
        }
    });
    found
}

/// Reads the new text: it must have the same documents, with the new identifier where it was asked for.
fn check(
    text: &str,
    file: ReadAs<'_>,
    edits: &[Edit],
    expected: &[Outline],
    rename: &TextRename<'_>,
) -> Result<(), Obstacle> {
    let (after, applied) = edit::apply(text, edits);
    let mut found = Vec::new();
    Reader::new(Limits::default()).with_git_host(file.git_host).read_all(&after, &mut |document| {
        found.push(Outline::of(document.view, &|_| None));
    });
    if applied == edits.len() && found == *expected {
        return Ok(());
    }
    let span = rename.identifiers.iter().chain(rename.references).next().copied().unwrap_or_default();
    Err(Obstacle { span, reason: "the change would also change other parts of the file".to_owned() })
}

struct Renames<'r> {
    file_name: &'r str,
    rename: &'r TextRename<'r>,
    edits: Vec<Edit>,
    obstacle: Option<Obstacle>,
    /// The documents as they should read afterwards.
    outlines: Vec<Outline>,
}

impl Renames<'_> {
    fn document(&mut self, document: &Document<'_>) {
        let view = document.view;
        let mut changed: Vec<(NodeId, String)> = Vec::new();
        for value in self.values(view) {
            if value.as_str() != Some(self.rename.from) {
                self.stop(value.span(), "the value is not the identifier itself");
                continue;
            }
            match replaced(value, self.rename.to) {
                Ok(edit) => {
                    self.edits.push(edit);
                    changed.push((value.id(), self.rename.to.to_owned()));
                }
                Err(reason) => self.stop(value.span(), reason),
            }
        }
        let mut manifests = Vec::new();
        decode(view, self.file_name, &mut manifests);
        for manifest in &manifests {
            let identifier = manifest.identifier.map(|id| view.value(id).span());
            let is_resource = matches!(manifest.form, Form::Resource(_));
            if is_resource && identifier.is_some_and(|span| self.rename.identifiers.contains(&span)) {
                self.manifest(manifest, view, &mut changed);
            }
        }
        self.outlines.push(Outline::of(view, &|value| {
            changed.iter().find(|(id, _)| *id == value.id()).map(|(_, text)| text.as_str())
        }));
    }

    /// The scalars at the positions.
    fn values<'v>(&self, view: View<'v>) -> Vec<Value<'v>> {
        let mut found = Vec::new();
        let mut pending: Vec<Value<'v>> = view.root().into_iter().collect();
        while let Some(value) = pending.pop() {
            pending.extend(value.items());
            pending.extend(value.entries().map(|(_, value)| value));
            let span = value.span();
            let is_meant = || self.rename.identifiers.contains(&span) || self.rename.references.contains(&span);
            if !matches!(value.kind(), Kind::List | Kind::Map) && is_meant() {
                found.push(value);
            }
        }
        found
    }

    /// The resource name and the annotation of a manifest that declares the entity.
    fn manifest(&mut self, manifest: &Manifest, view: View<'_>, changed: &mut Vec<(NodeId, String)>) {
        if let Some((name, to)) = manifest.name.map(|id| view.value(id)).zip(self.rename.resource_name)
            && name.as_str() != Some(to)
        {
            match replaced(name, to) {
                Ok(edit) => {
                    self.edits.push(edit);
                    changed.push((name.id(), to.to_owned()));
                }
                Err(reason) => self.stop(name.span(), reason),
            }
        }
        let metadata = manifest.metadata.map(|id| view.value(id));
        let Some(metadata) = metadata else { return };
        let edit = match self.rename.annotation {
            Annotation::Keep => Ok(None),
            Annotation::Write(former) => annotation::edit(metadata, former),
            Annotation::Remove => annotation::removal(metadata),
        };
        match edit {
            Ok(edit) => self.edits.extend(edit),
            Err(reason) => self.stop(metadata.span(), reason),
        }
    }

    fn stop(&mut self, span: Span, reason: &str) {
        self.obstacle.get_or_insert(Obstacle { span, reason: reason.to_owned() });
    }
}

#[cfg(test)]
mod tests;
