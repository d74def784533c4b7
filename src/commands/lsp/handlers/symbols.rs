//! `textDocument/documentSymbol` and `workspace/symbol`.

use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, SymbolInformation, SymbolKind, WorkspaceSymbolParams,
};

use crate::commands::lsp::convert::range_of;
use crate::commands::lsp::handlers::located::Located;
use crate::commands::lsp::projects::ProjectKey;
use crate::commands::lsp::state::State;
use crate::domain::finding::Place;
use crate::domain::git_host::GitHost;
use crate::editor::lines::{Lines, without_mark};
use crate::editor::symbols::{self, Symbol};
use crate::manifest::ReadAs;

pub(in crate::commands::lsp) fn document_symbols(
    state: &mut State<'_>,
    params: &DocumentSymbolParams,
) -> Option<DocumentSymbolResponse> {
    let document = state.documents.get(params.text_document.uri.as_str())?;
    let project = document.home.as_ref().and_then(|(key, _)| state.projects.get(key));
    // A file outside of every repository has no host.
    let git_host = project.map_or(GitHost::Unknown, |project| project.session.settings().git_host.value);
    let lines = document.lines(state.units);
    let file = ReadAs { file_name: document.file_name(), git_host };
    let symbols = symbols::symbols(without_mark(&document.text), file);
    Some(DocumentSymbolResponse::Nested(symbols.into_iter().map(|symbol| converted(symbol, &lines)).collect()))
}

#[expect(deprecated, reason = "the type has a field that is deprecated")]
fn converted(symbol: Symbol, lines: &Lines<'_>) -> DocumentSymbol {
    let Symbol { name, detail, kind, span, name_span, children } = symbol;
    DocumentSymbol {
        name,
        detail: Some(detail).filter(|detail| !detail.is_empty()),
        kind: match kind {
            symbols::SymbolKind::Entity => SymbolKind::CLASS,
            symbols::SymbolKind::Field => SymbolKind::FIELD,
            symbols::SymbolKind::Property => SymbolKind::PROPERTY,
            symbols::SymbolKind::Relation => SymbolKind::INTERFACE,
        },
        tags: None,
        deprecated: None,
        range: range_of(lines, span),
        selection_range: range_of(lines, name_span),
        children: Some(children.into_iter().map(|child| converted(child, lines)).collect()),
    }
}

/// An editor asks again after each character.
const MAX_SYMBOLS: usize = 128;

/// The entities of all open repositories, or of those of the workspace folders, whose names contain the query.
pub(in crate::commands::lsp) fn workspace_symbols(
    state: &mut State<'_>,
    params: &WorkspaceSymbolParams,
) -> Vec<SymbolInformation> {
    let folders = state.folders.clone();
    let mut keys: Vec<ProjectKey> = folders.iter().filter_map(|folder| state.projects.find_folder(folder)).collect();
    keys.extend(state.projects.keys());
    keys.sort();
    keys.dedup();
    let query = params.query.to_lowercase();
    let mut found = Vec::new();
    for key in keys {
        state.refresh_facts(&key);
        symbols_of(state, &key, &query, &mut found);
    }
    found
}

#[expect(deprecated, reason = "the type has a field that is deprecated")]
fn symbols_of(state: &State<'_>, key: &ProjectKey, query: &str, found: &mut Vec<SymbolInformation>) {
    let Some(project) = state.projects.get(key) else { return };
    let Some(declared) = project.session.declared() else { return };
    let fits = |blueprint: &str, identifier: &str| format!("{blueprint}/{identifier}").to_lowercase().contains(query);
    let entities = declared.all().filter(|entity| fits(entity.blueprint, entity.identifier));
    let mut entities: Vec<(&str, &str, Place)> =
        entities.map(|entity| (entity.identifier, entity.blueprint, entity.place)).collect();
    // The shortest names are the most similar to the query.
    entities.sort_by_key(|(identifier, blueprint, place)| (identifier.len(), *identifier, *blueprint, *place));
    let mut located = Located::new(state, project);
    let room = MAX_SYMBOLS.saturating_sub(found.len());
    for (identifier, blueprint, place) in entities.into_iter().take(room) {
        found.extend(located.location(place).map(|location| SymbolInformation {
            name: identifier.to_owned(),
            kind: SymbolKind::CLASS,
            tags: None,
            deprecated: None,
            location,
            container_name: Some(blueprint.to_owned()),
        }));
    }
}
