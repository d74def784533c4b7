//! `textDocument/rename` and `textDocument/prepareRename`: the identifier of an entity and every value that points to it, as
//! `portolan rename` changes them.

use std::collections::BTreeMap;

use lsp_types::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams, TextEdit, WorkspaceEdit};

use crate::commands::lsp::convert::{place_of, range_of};
use crate::commands::lsp::documents::Document;
use crate::commands::lsp::handlers::located::Located;
use crate::commands::lsp::handlers::read_as::read_as;
use crate::commands::lsp::projects::Project;
use crate::commands::lsp::state::State;
use crate::commands::rename::error::RenameError;
use crate::commands::rename::former::former_identifier;
use crate::commands::rename::names::NewName;
use crate::commands::workspace::git::Git;
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::finding::{Edit, EntityName, FileId};
use crate::editor::lines::{Lines, without_mark};
use crate::editor::rename::{Annotation, TextRename, rename as rename_text, renamed_from};
use crate::editor::subject::{Found, Subject, subject_at};
use crate::manifest::ReadAs;

/// The text that a rename would replace; `None` where nothing can be renamed.
pub(in crate::commands::lsp) fn prepare_rename(
    state: &mut State<'_>,
    params: &TextDocumentPositionParams,
) -> Option<PrepareRenameResponse> {
    let (state, document, project) = state.find(&params.text_document.uri)?;
    let lines = document.lines(state.units);
    let (name, found) = entity_at(document, project, lines.byte(place_of(params.position)))?;
    let placeholder = name.identifier;
    Some(PrepareRenameResponse::RangeWithPlaceholder { range: range_of(&lines, found.span), placeholder })
}

/// The edits in all files. The error is a message for the user.
pub(in crate::commands::lsp) fn rename(
    state: &mut State<'_>,
    params: &RenameParams,
) -> Result<Option<WorkspaceEdit>, String> {
    let at = &params.text_document_position;
    let Some((state, document, project)) = state.find(&at.text_document.uri) else { return Ok(None) };
    let byte = document.lines(state.units).byte(place_of(at.position));
    let Some((name, _)) = entity_at(document, project, byte) else { return Ok(None) };
    let edits = edits(state, project, &name, &params.new_name).map_err(|error| error.to_string())?;
    Ok(Some(edits))
}

fn entity_at(document: &Document, project: &Project, byte: usize) -> Option<(EntityName, Found)> {
    let snapshot = project.session.snapshot()?;
    let found = subject_at(without_mark(&document.text), read_as(document, project), byte, snapshot)?;
    match &found.subject {
        Subject::Target(name) | Subject::Declaration(name) => Some((name.clone(), found)),
        Subject::Kind
        | Subject::Field(_)
        | Subject::Blueprint(_)
        | Subject::Property { .. }
        | Subject::Relation { .. } => None,
    }
}

/// The spans of one file: of identifiers, and of references.
type Spans = (Vec<Span>, Vec<Span>);

#[expect(clippy::mutable_key_type, reason = "the map of the protocol's types")]
fn edits(state: &State<'_>, project: &Project, name: &EntityName, to: &str) -> Result<WorkspaceEdit, RenameError> {
    let EntityName { blueprint, identifier } = name;
    check(state, project, name, to)?;
    let Some(declared) = project.session.declared() else { return Ok(WorkspaceEdit::default()) };
    let mut spans: BTreeMap<FileId, Spans> = BTreeMap::new();
    for entity in declared.declarations(blueprint, identifier) {
        spans.entry(entity.place.file).or_default().0.push(entity.place.span);
    }
    for place in declared.references(blueprint, identifier) {
        spans.entry(place.file).or_default().1.push(place.span);
    }
    let settings = project.session.settings();
    let git = Git::new(settings, state.projects.environment());
    let mut located = Located::new(state, project);
    let mut changes = std::collections::HashMap::new();
    for (id, (identifiers, references)) in spans {
        let Some(file) = located.file(id) else { continue };
        let (path, uri) = (file.path.clone(), located.uri(&file.path));
        let Some((uri, text)) = uri.zip(located.text(id)) else { continue };
        let file_name = path.rsplit('/').next().unwrap_or(&path);
        let own = without_mark(&text);
        let earlier = if identifiers.is_empty() { None } else { renamed_from(file_name, own, identifier) };
        // An exporter knows no renames.
        let former = match settings.clusters.is_empty() {
            true => former_identifier(identifier, to, earlier.as_deref(), &path, settings, &git),
            false => None,
        };
        let wanted = TextRename {
            from: identifier,
            to,
            identifiers: &identifiers,
            references: &references,
            annotation: Annotation::of(former.as_deref(), to),
            resource_name: None,
        };
        let file = ReadAs { file_name, git_host: settings.git_host.value };
        let edits = rename_text(file, own, &wanted).map_err(|obstacle| {
            let line = LineIndex::new(own).line_of(obstacle.span.start as usize);
            RenameError::Obstacle { path: path.clone(), line, reason: obstacle.reason }
        })?;
        let lines = Lines::new(&text, state.units);
        let edit = |edit: Edit| TextEdit { range: range_of(&lines, edit.span), new_text: edit.replacement };
        changes.insert(uri, edits.into_iter().map(edit).collect());
    }
    Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

fn check(state: &State<'_>, project: &Project, name: &EntityName, to: &str) -> Result<(), RenameError> {
    let session = &project.session;
    let Some((snapshot, declared)) = session.snapshot().zip(session.declared()) else { return Ok(()) };
    let mut located = Located::new(state, project);
    let mut lines = |identifier: &str| -> Vec<String> {
        let places = declared.declarations(&name.blueprint, identifier);
        places.into_iter().filter_map(|entity| located.line(entity.place)).collect()
    };
    let (own, taken) = (lines(&name.identifier), lines(to).into_iter().next());
    let earlier = declared.declarations(&name.blueprint, &name.identifier).into_iter().find_map(|entity| {
        let (text, path) = (located.text(entity.place.file)?, located.file(entity.place.file)?.path.as_str());
        renamed_from(path.rsplit('/').next().unwrap_or(path), without_mark(&text), &name.identifier)
    });
    let pointing = declared.references(&name.blueprint, &name.identifier).len();
    let names = NewName { name, to, declared: own, taken, pointing, earlier: earlier.as_deref() };
    names.check_identifier(snapshot)?;
    names.check_places(snapshot)
}
