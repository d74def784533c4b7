//! `textDocument/codeAction`: the fix of a finding, a comment that silences it, and all safe fixes of a file.

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, Diagnostic, TextEdit, Uri,
    WorkspaceEdit,
};

use crate::commands::lsp::convert::{place_of, range_of};
use crate::commands::lsp::diagnostics::SOURCE;
use crate::commands::lsp::state::State;
use crate::domain::finding::{Edit, Finding};
use crate::editor::actions::{ignore_edit, safe_edits};
use crate::editor::lines::{Lines, without_mark};

/// All safe fixes of a file: what `portolan lint --fix` does.
pub(in crate::commands::lsp) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.portolan");

/// A cursor is at a few of them; for a whole file, there is the action that fixes all.
const MAX_FINDINGS: usize = 50;

pub(in crate::commands::lsp) fn code_actions(
    state: &mut State<'_>,
    params: &CodeActionParams,
) -> Option<CodeActionResponse> {
    let uri = &params.text_document.uri;
    state.refresh_findings(uri);
    let (state, document, project) = state.find(uri)?;
    let (_, path) = document.home.as_ref()?;
    if document.is_dirty && !project.session.lists(path) {
        return None;
    }
    let own = project.session.findings_in(path);
    let lines = document.lines(state.units);
    let text = without_mark(&document.text);
    let (start, end) = (lines.byte(place_of(params.range.start)), lines.byte(place_of(params.range.end)));
    let touches = |finding: &&&Finding| {
        let span = finding.place.span.range();
        span.start <= end.max(start) && start.min(end) <= span.end
    };
    let is_wanted = |kind: &CodeActionKind| match &params.context.only {
        None => true,
        Some(only) => only.iter().any(|wanted| is_kind_of(kind, wanted)),
    };
    let mut actions = Vec::new();
    if is_wanted(&CodeActionKind::QUICKFIX) {
        for finding in own.iter().filter(touches).take(MAX_FINDINGS) {
            let reported = params.context.diagnostics.iter().find(|it| is_about(it, finding, &lines));
            actions.extend(fix(finding, uri, &lines, reported));
            actions.extend(ignore(finding, text, uri, &lines, reported));
        }
    }
    let edits = safe_edits(&own);
    // Only if it is asked for: it is not about the place of the cursor.
    if params.context.only.is_some() && is_wanted(&FIX_ALL) && !edits.is_empty() {
        actions.push(CodeAction {
            title: "Apply all safe fixes of portolan".to_owned(),
            kind: Some(FIX_ALL),
            edit: Some(workspace_edit(uri, &edits, &lines)),
            ..CodeAction::default()
        });
    }
    Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect())
}

/// `source.fixAll.portolan` is a `source.fixAll`, and a `source`.
fn is_kind_of(kind: &CodeActionKind, wanted: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(wanted.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
}

fn is_about(diagnostic: &Diagnostic, finding: &Finding, lines: &Lines<'_>) -> bool {
    let is_its_rule = match &diagnostic.code {
        Some(lsp_types::NumberOrString::String(code)) => code == finding.rule.name,
        Some(lsp_types::NumberOrString::Number(_)) | None => false,
    };
    is_its_rule
        && diagnostic.source.as_deref() == Some(SOURCE)
        && diagnostic.range == range_of(lines, finding.place.span)
}

fn fix(finding: &Finding, uri: &Uri, lines: &Lines<'_>, reported: Option<&Diagnostic>) -> Option<CodeAction> {
    let fix = finding.fix.as_ref()?;
    Some(CodeAction {
        title: with_capital(&fix.title),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: reported.map(|diagnostic| vec![diagnostic.clone()]),
        edit: Some(workspace_edit(uri, &fix.edits, lines)),
        is_preferred: Some(fix.safe),
        ..CodeAction::default()
    })
}

fn ignore(
    finding: &Finding,
    text: &str,
    uri: &Uri,
    lines: &Lines<'_>,
    reported: Option<&Diagnostic>,
) -> Option<CodeAction> {
    let edit = ignore_edit(text, finding)?;
    Some(CodeAction {
        title: format!("Ignore {} here", finding.rule.name),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: reported.map(|diagnostic| vec![diagnostic.clone()]),
        edit: Some(workspace_edit(uri, &[edit], lines)),
        ..CodeAction::default()
    })
}

/// Edits of one file, in the form that every client knows.
#[expect(clippy::mutable_key_type, reason = "the map of the protocol's types")]
fn workspace_edit(uri: &Uri, edits: &[Edit], lines: &Lines<'_>) -> WorkspaceEdit {
    let edit = |edit: &Edit| TextEdit { range: range_of(lines, edit.span), new_text: edit.replacement.clone() };
    let changes = [(uri.clone(), edits.iter().map(edit).collect())].into();
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

fn with_capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
