//! `textDocument/references`: the relations, teams and properties that name an entity.

use lsp_types::{Location, ReferenceParams};

use crate::commands::lsp::convert::place_of;
use crate::commands::lsp::handlers::located::Located;
use crate::commands::lsp::handlers::read_as::read_as;
use crate::commands::lsp::state::State;
use crate::editor::lines::without_mark;
use crate::editor::subject::{Subject, subject_at};

pub(in crate::commands::lsp) fn references(state: &mut State<'_>, params: &ReferenceParams) -> Option<Vec<Location>> {
    let at = &params.text_document_position;
    let (state, document, project) = state.find(&at.text_document.uri)?;
    let (snapshot, declared) = (project.session.snapshot()?, project.session.declared()?);
    let byte = document.lines(state.units).byte(place_of(at.position));
    let found = subject_at(without_mark(&document.text), read_as(document, project), byte, snapshot)?;
    let (Subject::Target(name) | Subject::Declaration(name)) = found.subject else { return None };
    let mut places = declared.references(&name.blueprint, &name.identifier);
    if params.context.include_declaration {
        let declarations = declared.declarations(&name.blueprint, &name.identifier);
        places.extend(declarations.into_iter().map(|entity| entity.place));
        places.sort();
    }
    let mut located = Located::new(state, project);
    Some(places.into_iter().filter_map(|place| located.location(place)).collect())
}
