//! `textDocument/hover`.

use std::cell::RefCell;

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};

use crate::commands::lsp::convert::{place_of, range_of};
use crate::commands::lsp::handlers::located::Located;
use crate::commands::lsp::handlers::read_as::read_as;
use crate::commands::lsp::state::State;
use crate::domain::finding::Place;
use crate::editor::hover::describe;
use crate::editor::lines::without_mark;
use crate::editor::subject::subject_at;

pub(in crate::commands::lsp) fn hover(state: &mut State<'_>, params: &HoverParams) -> Option<Hover> {
    let at = &params.text_document_position_params;
    let (state, document, project) = state.find(&at.text_document.uri)?;
    let (snapshot, declared) = (project.session.snapshot()?, project.session.declared()?);
    let lines = document.lines(state.units);
    let byte = lines.byte(place_of(at.position));
    let found = subject_at(without_mark(&document.text), read_as(document, project), byte, snapshot)?;
    let located = RefCell::new(Located::new(state, project));
    let place = |place: Place| located.borrow_mut().line(place);
    let text = describe(&found.subject, snapshot, declared, &place)?;
    let value = project.mask.text(&text).into_owned();
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
        range: Some(range_of(&lines, found.span)),
    })
}
