//! One change in the text: its head line, its fields, and who points to what goes away.

use unicode_width::UnicodeWidthStr;

use crate::domain::change::{Action, Change, Dependent, Standing};
use crate::domain::words::{count, grouped};
use crate::report::escape::clean;
use crate::report::plan::fields::{self, Body, Limits, Line, Shown};
use crate::report::plan::{Sited, sections, words};
use crate::report::style::{Role, Style, clip};

const FOLDED: Limits = Limits { lines: 12, characters: 2_000 };
const FULL: Limits = Limits { lines: usize::MAX, characters: usize::MAX };
const MOST_DEPENDENTS: usize = 5;
const MOST_FIELDS: usize = 40;
/// Where a field's lines begin.
const INDENT: usize = 6;

pub(super) fn sign(action: &Action, style: &Style) -> String {
    style.paint(role(action), &words::sign(action).to_string())
}

fn role(action: &Action) -> Role {
    match action {
        Action::Create => Role::Good,
        Action::Update => Role::Warning,
        Action::Rename { .. } | Action::Adopt => Role::Info,
        Action::Delete => Role::Error,
    }
}

pub(super) fn change(out: &mut String, sited: &Sited<'_>, change: &Change, is_pending: bool, style: &Style) {
    head(out, sited, change, is_pending, style);
    let is_full = sited.report.is_full;
    let is_mixed = sections::is_mixed(sited.report, change);
    let limits = if is_full { FULL } else { FOLDED };
    let most = if is_full || change.fields.len() <= MOST_FIELDS + 1 { usize::MAX } else { MOST_FIELDS };
    for field in change.fields.iter().take(most) {
        self::field(out, &fields::shown(field, is_mixed, limits), change, is_full, style);
    }
    if change.fields.len() > most {
        dim(out, &format!("and {}", count(change.fields.len() - most, "more field")), style);
    }
    dependents(out, &change.dependents, is_full, style);
}

fn head(out: &mut String, sited: &Sited<'_>, change: &Change, is_pending: bool, style: &Style) {
    let mut line = format!("  {} {}", sign(&change.action, style), clean(&change.key.identifier));
    let mut remarks: Vec<String> = words::remark(change).into_iter().collect();
    let tells_writer = is_pending || change.standing == Standing::Foreign || change.action == Action::Delete;
    remarks.extend(change.record.as_ref().filter(|_| tells_writer).and_then(words::written));
    if !remarks.is_empty() {
        let remarks = format!("({})", clean(&remarks.join("; ")));
        line.push_str(&format!(" {}", style.paint(Role::Dim, &remarks)));
    }
    if let Some(location) = sited.location_of(change) {
        line.push_str(&format!("  {}", style.paint(Role::Path, &clean(&location))));
    }
    out.push_str(&line);
    out.push('\n');
}

fn dim(out: &mut String, words: &str, style: &Style) {
    out.push_str(&format!("{}{}\n", " ".repeat(INDENT), style.paint(Role::Dim, words)));
}

fn arrow(style: &Style) -> &'static str {
    if style.unicode { "→" } else { "->" }
}

fn field(out: &mut String, shown: &Shown, change: &Change, is_full: bool, style: &Style) {
    let name = clean(&shown.name).into_owned();
    let notes = match shown.notes.as_slice() {
        [] => String::new(),
        notes => format!(" {}", style.paint(Role::Dim, &format!("({})", notes.join("; ")))),
    };
    match &shown.body {
        Body::Pair(before, after) => {
            let is_new = change.action == Action::Create;
            pair(out, &name, (before.as_deref(), after.as_deref()), &notes, is_new, is_full, style);
        }
        Body::Paths { paths, more } => {
            for (path, before, after) in paths {
                let name = format!("{name}.{}", clean(path));
                pair(out, &name, (before.as_deref(), after.as_deref()), &notes, false, is_full, style);
            }
            folded(out, *more, "more difference", style);
        }
        Body::Items { gone, come, more, stay } => {
            let stay = if *stay > 0 { format!(" ({} stay)", grouped(*stay)) } else { String::new() };
            out.push_str(&format!("{}{name}:{stay}{notes}\n", " ".repeat(INDENT)));
            gone.iter().for_each(|item| sided(out, '-', item, is_full, style));
            come.iter().for_each(|item| sided(out, '+', item, is_full, style));
            folded(out, *more, "more target", style);
        }
        Body::Lines { lines, more } => {
            out.push_str(&format!("{}{name}:{notes}\n", " ".repeat(INDENT)));
            for line in lines {
                match line {
                    Line::Same(text) => sided(out, ' ', text, is_full, style),
                    Line::Gone(text) => sided(out, '-', text, is_full, style),
                    Line::Come(text) => sided(out, '+', text, is_full, style),
                    Line::Skipped(number) => {
                        dim(out, &format!("  {} {}", style.ellipsis(), count(*number, "equal line")), style);
                    }
                }
            }
            folded(out, *more, "more line", style);
        }
    }
}

fn folded(out: &mut String, more: usize, noun: &str, style: &Style) {
    if more > 0 {
        dim(out, &format!("  {} {}", style.ellipsis(), count(more, noun)), style);
    }
}

/// A line of what was or of what is.
fn sided(out: &mut String, side: char, text: &str, is_full: bool, style: &Style) {
    let text = clean(text);
    let room = if is_full { usize::MAX } else { style.columns().saturating_sub(INDENT + 4) };
    let line = format!("{side} {}", clip(&text, room, style.ellipsis()));
    let painted = match side {
        '-' => style.paint(Role::Error, &line),
        '+' => style.paint(Role::Good, &line),
        _ => style.paint(Role::Dim, &line),
    };
    out.push_str(format!("{}{painted}", " ".repeat(INDENT + 2)).trim_end());
    out.push('\n');
}

/// `name: before -> after`; on two lines where it does not fit in one.
fn pair(
    out: &mut String,
    name: &str,
    (before, after): (Option<&str>, Option<&str>),
    notes: &str,
    is_new: bool,
    is_full: bool,
    style: &Style,
) {
    let indent = " ".repeat(INDENT);
    let (old, new) = (before.map(clean), after.map(clean));
    let unset = || style.paint(Role::Dim, "unset");
    if let (None, Some(new), true) = (&old, &new, is_new) {
        let room = if is_full { usize::MAX } else { style.columns().saturating_sub(INDENT + name.width() + 2).max(20) };
        out.push_str(&format!("{indent}{name}: {}{notes}\n", clip(new, room, style.ellipsis())));
        return;
    }
    let width = |side: &Option<std::borrow::Cow<'_, str>>| side.as_ref().map_or("unset".len(), |text| text.width());
    if INDENT + name.width() + width(&old) + width(&new) + 6 <= style.columns() {
        let side = |side: Option<std::borrow::Cow<'_, str>>| side.map_or_else(unset, |text| text.into_owned());
        let arrow = style.paint(Role::Dim, arrow(style));
        out.push_str(&format!("{indent}{name}: {} {arrow} {}{notes}\n", side(old), side(new)));
        return;
    }
    out.push_str(&format!("{indent}{name}:{notes}\n"));
    sided(out, '-', before.unwrap_or("unset"), is_full, style);
    sided(out, '+', after.unwrap_or("unset"), is_full, style);
}

fn dependents(out: &mut String, dependents: &[Dependent], is_full: bool, style: &Style) {
    let most = if is_full || dependents.len() <= MOST_DEPENDENTS + 1 { usize::MAX } else { MOST_DEPENDENTS };
    for dependent in dependents.iter().take(most) {
        let words = format!("pointed to from {}", words::dependent(dependent));
        out.push_str(&format!("{}{}\n", " ".repeat(INDENT), clean(&words)));
    }
    if dependents.len() > most {
        dim(out, &format!("and {}", count(dependents.len() - most, "more relation")), style);
    }
}
