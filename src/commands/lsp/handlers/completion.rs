//! `textDocument/completion`.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionTextEdit, Documentation,
    InsertTextMode, MarkupContent, MarkupKind, Range, TextEdit,
};

use crate::commands::lsp::convert::{place_of, range_of};
use crate::commands::lsp::handlers::read_as::read_as;
use crate::commands::lsp::state::State;
use crate::editor::completion::{Completions, Knowledge, Suggestion, SuggestionKind, complete};
use crate::editor::lines::without_mark;

pub(in crate::commands::lsp) fn completion(state: &mut State<'_>, params: &CompletionParams) -> Option<CompletionList> {
    let at = &params.text_document_position;
    let (state, document, project) = state.find(&at.text_document.uri)?;
    let knowledge = Knowledge {
        snapshot: project.session.snapshot()?,
        declared: project.session.declared()?,
        platform: project.session.settings().platform.value,
    };
    let lines = document.lines(state.units);
    let text = without_mark(&document.text);
    let byte = lines.byte(place_of(at.position));
    let Completions { word, suggestions, has_more } = complete(text, read_as(document, project), byte, knowledge)?;
    let range = range_of(&lines, word);
    // An editor compares what it shows with what is written, quotes included.
    let quote = word.slice(text).chars().next().filter(|c| matches!(c, '"' | '\''));
    let items = suggestions.into_iter().enumerate();
    let masked = |suggestion: Suggestion| {
        let hidden = |text: String| project.mask.text(&text).into_owned();
        let (detail, documentation) = (hidden(suggestion.detail), suggestion.documentation.map(hidden));
        Suggestion { detail, documentation, ..suggestion }
    };
    let items = items.map(|(number, suggestion)| item(masked(suggestion), number, range, quote)).collect();
    Some(CompletionList { is_incomplete: has_more, items })
}

fn item(suggestion: Suggestion, number: usize, range: Range, quote: Option<char>) -> CompletionItem {
    let Suggestion { label, kind, detail, documentation, insert, is_required } = suggestion;
    let kind = match kind {
        SuggestionKind::Field => CompletionItemKind::FIELD,
        SuggestionKind::Property => CompletionItemKind::PROPERTY,
        SuggestionKind::Relation | SuggestionKind::Entity => CompletionItemKind::REFERENCE,
        SuggestionKind::Blueprint => CompletionItemKind::CLASS,
        SuggestionKind::Choice => CompletionItemKind::ENUM_MEMBER,
    };
    let documentation =
        documentation.map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
    CompletionItem {
        filter_text: quote.map(|quote| format!("{quote}{label}")),
        sort_text: Some(format!("{}{number:05}", u8::from(!is_required))),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: insert })),
        // The text has its indentation already.
        insert_text_mode: Some(InsertTextMode::AS_IS),
        label,
        kind: Some(kind),
        detail: Some(detail).filter(|detail| !detail.is_empty()),
        documentation,
        ..CompletionItem::default()
    }
}
