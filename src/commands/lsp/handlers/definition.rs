//! `textDocument/definition`: of an entity in its manifest, and of a blueprint and its parts in the snapshot.

use lsp_types::{GotoDefinitionParams, GotoDefinitionResponse, Location};

use crate::commands::lsp::convert::{place_of as line_place, range_of};
use crate::commands::lsp::handlers::located::{Located, read};
use crate::commands::lsp::handlers::read_as::read_as;
use crate::commands::lsp::state::State;
use crate::commands::workspace::snapshot::{BLUEPRINTS, place_of, pointer};
use crate::domain::file_name::stem;
use crate::editor::lines::{Lines, without_mark};
use crate::editor::subject::{Subject, subject_at};

pub(in crate::commands::lsp) fn definition(
    state: &mut State<'_>,
    params: &GotoDefinitionParams,
) -> Option<GotoDefinitionResponse> {
    let at = &params.text_document_position_params;
    let (state, document, project) = state.find(&at.text_document.uri)?;
    let (snapshot, declared) = (project.session.snapshot()?, project.session.declared()?);
    let byte = document.lines(state.units).byte(line_place(at.position));
    let found = subject_at(without_mark(&document.text), read_as(document, project), byte, snapshot)?;
    let mut located = Located::new(state, project);
    let locations: Vec<Location> = match &found.subject {
        Subject::Target(name) | Subject::Declaration(name) => {
            let places = declared.declarations(&name.blueprint, &name.identifier);
            places.into_iter().filter_map(|entity| located.location(entity.place)).collect()
        }
        Subject::Blueprint(blueprint) => in_snapshot(&located, state, blueprint, &["identifier"]).into_iter().collect(),
        Subject::Property { blueprint, name } => {
            in_snapshot(&located, state, blueprint, &["schema", "properties", name]).into_iter().collect()
        }
        Subject::Relation { blueprint, name } => {
            in_snapshot(&located, state, blueprint, &["relations", name]).into_iter().collect()
        }
        Subject::Kind | Subject::Field(_) => Vec::new(),
    };
    (!locations.is_empty()).then_some(GotoDefinitionResponse::Array(locations))
}

/// The place of a key in the file of a blueprint.
fn in_snapshot(located: &Located<'_>, state: &State<'_>, blueprint: &str, keys: &[&str]) -> Option<Location> {
    let path = format!("{BLUEPRINTS}/{}.json", stem(blueprint));
    let file = located.snapshot_file(&path)?;
    let text = read(file)?;
    let range = range_of(&Lines::new(&text, state.units), place_of(&text, &pointer(keys)));
    Some(Location { uri: located.uri(&path)?, range })
}
