//! `textDocument/hover`.

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};

use crate::commands::lsp::convert::{place_of, range_of};
use crate::commands::lsp::handlers::located::Located;
use crate::commands::lsp::server::Server;
use crate::domain::document::span::LineIndex;
use crate::domain::finding::Place;
use crate::editor::hover::{TargetFacts, describe};
use crate::editor::lines::without_mark;
use crate::editor::subject::{subject_at, title_at};

/// The most declarations that are named; more than one is an error already.
const MAX_DECLARATIONS: usize = 5;

pub(in crate::commands::lsp) fn hover(server: &mut Server<'_>, params: &HoverParams) -> Option<Hover> {
    let at = &params.text_document_position_params;
    let (server, document, project) = server.find(&at.text_document.uri)?;
    let (snapshot, declared) = (project.session.snapshot()?, project.session.declared()?);
    let lines = document.lines(server.units);
    let byte = lines.byte(place_of(at.position));
    let found = subject_at(without_mark(&document.text), document.file_name(), byte, snapshot)?;
    let facts = |places: &[Place]| target_facts(&mut Located::new(server, project), places);
    let text = describe(&found.subject, snapshot, declared, &facts)?;
    let value = project.mask.text(&text).into_owned();
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
        range: Some(range_of(&lines, found.span)),
    })
}

fn target_facts(located: &mut Located<'_>, places: &[Place]) -> TargetFacts {
    let mut facts = TargetFacts::default();
    for place in places.iter().take(MAX_DECLARATIONS) {
        let Some(path) = located.file(place.file).map(|file| file.path.clone()) else { continue };
        let name = path.rsplit('/').next().unwrap_or(&path);
        let Some(text) = located.text(place.file) else { continue };
        let line = LineIndex::new(text).line_of(place.span.start as usize);
        if facts.title.is_none() {
            facts.title = title_at(text, name, place.span);
        }
        facts.declared_at.push(format!("{path}:{line}"));
    }
    facts
}
