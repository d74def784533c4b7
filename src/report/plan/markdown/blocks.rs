//! Renders one change in a comment. Values are in a fence that they cannot end, without links, mentions or markup;
//! GitHub and GitLab colour it as a diff.

use crate::domain::plan::change::{Action, Change};
use crate::report::escape::{clean, fence, html_code, neutralise};
use crate::report::plan::fields::{self, Body, Limits, Line, Shown};
use crate::report::plan::inline::cut;
use crate::report::plan::input::Resolved;
use crate::report::plan::markdown::budget::Item;
use crate::report::plan::markdown::links;
use crate::report::plan::markdown::pieces::{MAX_NAME, code, prose};
use crate::report::plan::{sections, words};
use crate::text::plural::{count, grouped};

const LIMITS: Limits = Limits { lines: 20, characters: 300 };
const MAX_DEPENDENTS: usize = 5;
const MAX_ITEMS: usize = 10;
/// The maximum size of one change, so that a single one cannot fill the comment.
const MAX_BLOCK: usize = 6_000;

pub(super) fn item(resolved: &Resolved<'_>, change: &Change, importance: u8, is_open: bool) -> Item {
    let name = links::entity(resolved, change);
    let brief = match &change.action {
        Action::Rename { from, .. } => format!("- {name}, was {}\n", code(from)),
        Action::Create | Action::Update | Action::Adopt | Action::Delete => format!("- {name}\n"),
    };
    let rich = if change.fields.is_empty() { line(resolved, change) } else { block(resolved, change, is_open) };
    Item { importance, rich, brief }
}

/// The remarks on a change, apart from its name and fields.
fn remarks(resolved: &Resolved<'_>, change: &Change) -> Vec<String> {
    let mut remarks: Vec<String> = words::remark(change, resolved.report).into_iter().collect();
    let tells_writer = change.action == Action::Delete
        || sections::is_pending(resolved.report, change)
        || change.ownership == crate::domain::plan::change::OwnerStatus::Foreign;
    remarks.extend(change.record.as_ref().filter(|_| tells_writer).and_then(words::written));
    remarks
}

fn line(resolved: &Resolved<'_>, change: &Change) -> String {
    delete(resolved, change, &links::entity(resolved, change))
}

/// One line for a change without fields, which begins with `what`, and the entities that point to it.
pub(super) fn delete(resolved: &Resolved<'_>, change: &Change, what: &str) -> String {
    let mut parts = vec![what.to_owned()];
    parts.extend(remarks(resolved, change).iter().map(|remark| prose(remark)));
    parts.extend(change.place.map(|place| links::place(resolved, place, false)));
    let at_base = resolved.place_at_base(&change.key);
    parts.extend(at_base.map(|place| format!("was in {}", links::place(resolved, place, true))));
    let out = format!("- {}\n", parts.join(" · "));
    out + &inner_list(&dependents(change))
}

fn dependents(change: &Change) -> Vec<String> {
    let dependents = &change.dependents;
    let line = |dependent| format!("pointed to from {}", words::dependent(dependent, change.action.kind()));
    let mut lines: Vec<String> = dependents.iter().take(MAX_DEPENDENTS).map(line).collect();
    if dependents.len() > MAX_DEPENDENTS {
        lines.push(format!("and {}", count(dependents.len() - MAX_DEPENDENTS, "more relation")));
    }
    lines
}

/// Nested list items.
pub(super) fn inner_list(items: &[String]) -> String {
    let mut out = String::new();
    let shown = if items.len() <= MAX_ITEMS + 1 { items.len() } else { MAX_ITEMS };
    for item in items.iter().take(shown) {
        out.push_str(&format!("  - {}\n", prose(item)));
    }
    if items.len() > shown {
        out.push_str(&format!("  - and {} more\n", grouped(items.len() - shown)));
    }
    out
}

fn block(resolved: &Resolved<'_>, change: &Change, is_open: bool) -> String {
    let short = |text: &str| html_code(&cut(text.to_owned(), MAX_NAME));
    let mut parts = vec![format!("{} {}", words::sign(&change.action), short(&words::entity(&change.key)))];
    parts.push(match &change.action {
        Action::Rename { from, .. } => format!("was {}", short(from)),
        Action::Create | Action::Update | Action::Adopt | Action::Delete => count(change.fields.len(), "field"),
    });
    parts.extend(resolved.location_of(change).map(|location| short(&location)));
    // A summary does not interpret Markdown, so the links are below it.
    let entity = links::page(resolved, change).map(|_| links::entity(resolved, change));
    let place = change.place.filter(|_| links::has_files(resolved)).map(|place| links::place(resolved, place, false));
    let leads = entity.into_iter().chain(place).collect::<Vec<_>>().join(" · ");
    let open = if is_open { " open" } else { "" };
    let mut out = format!("<details{open}><summary>{}</summary>\n\n", parts.join(" · "));
    if !leads.is_empty() {
        out.push_str(&format!("{leads}\n\n"));
    }
    for remark in remarks(resolved, change) {
        out.push_str(&format!("{}\n\n", prose(&remark)));
    }
    let text = difference(resolved, change);
    let fence = fence(&text);
    out.push_str(&format!("{fence}diff\n{text}{fence}\n\n"));
    let dependents = inner_list(&dependents(change));
    out.push_str(&dependents.replace("  - ", "- "));
    if !dependents.is_empty() {
        out.push('\n');
    }
    // Without a blank line, the following Markdown would be treated as HTML.
    out.push_str("</details>\n\n");
    out
}

/// The fields as diff lines.
fn difference(resolved: &Resolved<'_>, change: &Change) -> String {
    let is_mixed = sections::is_mixed(resolved.report, change);
    let mut out = String::new();
    for (at, field) in change.fields.iter().enumerate() {
        let lines = lines(&fields::shown(field, is_mixed, LIMITS));
        for line in &lines {
            if out.len() > MAX_BLOCK {
                let rest = change.fields.len() - at;
                out.push_str(&format!("@@ {} from here on @@\n", count(rest, "field")));
                return out;
            }
            out.push_str(neutralise(&clean(line)).trim_end());
            out.push('\n');
        }
    }
    out
}

fn lines(shown: &Shown) -> Vec<String> {
    let name = &shown.name;
    let mut lines: Vec<String> = shown.notes.iter().map(|note| format!("# {name}: {note}")).collect();
    let pair = |lines: &mut Vec<String>, name: &str, before: &Option<String>, after: &Option<String>| {
        lines.extend(before.iter().map(|before| format!("- {name}: {before}")));
        lines.extend(after.iter().map(|after| format!("+ {name}: {after}")));
    };
    let folded = |lines: &mut Vec<String>, more: usize, noun: &str| {
        lines.extend((more > 0).then(|| format!("@@ {} @@", count(more, noun))));
    };
    match &shown.body {
        Body::Pair(before, after) => pair(&mut lines, name, before, after),
        Body::Paths { paths, more } => {
            for (path, before, after) in paths {
                pair(&mut lines, &format!("{name}.{path}"), before, after);
            }
            folded(&mut lines, *more, "more difference");
        }
        Body::Items { gone, come, more, stay } => {
            let stay = if *stay > 0 { format!(" ({} unchanged)", grouped(*stay)) } else { String::new() };
            lines.push(format!("  {name}:{stay}"));
            lines.extend(gone.iter().map(|item| format!("-   {item}")));
            lines.extend(come.iter().map(|item| format!("+   {item}")));
            folded(&mut lines, *more, "more target");
        }
        Body::Lines { lines: all, more } => {
            lines.push(format!("  {name}:"));
            lines.extend(all.iter().map(|line| match line {
                Line::Same(text) => format!("    {text}"),
                Line::Gone(text) => format!("-   {text}"),
                Line::Come(text) => format!("+   {text}"),
                Line::Skipped(number) => format!("@@ {} @@", count(*number, "equal line")),
            }));
            folded(&mut lines, *more, "more line");
        }
    }
    lines
}
