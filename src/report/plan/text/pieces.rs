//! Renders one change in the text: its head line, its fields, and the entities that point to a deleted one.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::domain::plan::change::{Action, Change, OwnerStatus};
use crate::report::escape::clean;
use crate::report::plan::fields::{self, Body, Limits, Line, Shown};
use crate::report::plan::input::Resolved;
use crate::report::plan::{sections, words};
use crate::report::style::{Role, Style, clip};
use crate::text::plural::{count, grouped};

const FOLDED: Limits = Limits { lines: 12, characters: 2_000 };
const FULL: Limits = Limits { lines: usize::MAX, characters: usize::MAX };
const MAX_DEPENDENTS: usize = 5;
const MAX_FIELDS: usize = 40;
/// The indentation of a field's lines.
const INDENT: &str = "      ";

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

/// Writes one change.
pub(super) struct Pen<'p, 'r> {
    pub out: String,
    pub resolved: &'p Resolved<'r>,
    pub style: &'p Style,
    /// Something was omitted or truncated.
    pub is_folded: bool,
}

impl Pen<'_, '_> {
    pub fn change(&mut self, change: &Change, is_pending: bool) {
        self.head(change, is_pending);
        let is_full = self.resolved.report.is_full;
        let is_mixed = sections::is_mixed(self.resolved.report, change);
        let limits = if is_full { FULL } else { FOLDED };
        let most = if is_full || change.fields.len() <= MAX_FIELDS + 1 { usize::MAX } else { MAX_FIELDS };
        for field in change.fields.iter().take(most) {
            self.field(&fields::shown(field, is_mixed, limits), change.action == Action::Create);
        }
        self.folded(change.fields.len().saturating_sub(most), "more field");
        self.dependents(change);
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn head(&mut self, change: &Change, is_pending: bool) {
        let style = self.style;
        let mut line = format!("  {} {}", sign(&change.action, style), clean(&change.key.identifier));
        let mut remarks: Vec<String> = words::remark(change, self.resolved.report).into_iter().collect();
        let tells_writer = is_pending || change.ownership == OwnerStatus::Foreign || change.action == Action::Delete;
        remarks.extend(change.record.as_ref().filter(|_| tells_writer).and_then(words::written));
        if !remarks.is_empty() {
            let remarks = format!("({})", clean(&remarks.join("; ")));
            line.push_str(&format!(" {}", style.paint(Role::Dim, &remarks)));
        }
        if let Some(location) = self.resolved.location_of(change) {
            line.push_str(&format!("  {}", style.paint(Role::Path, &clean(&location))));
        } else if let Some(place) = self.resolved.place_at_base(&change.key) {
            line.push_str(&format!("  was in {}", style.paint(Role::Path, &clean(&self.resolved.location(place)))));
        }
        self.line(&line);
    }

    fn dim(&mut self, words: &str) {
        self.line(&format!("{INDENT}{}", self.style.paint(Role::Dim, words)));
    }

    fn folded(&mut self, more: usize, noun: &str) {
        if more > 0 {
            self.dim(&format!("{} {}", self.style.ellipsis(), count(more, noun)));
            self.is_folded = true;
        }
    }

    fn field(&mut self, shown: &Shown, is_new: bool) {
        let name = clean(&shown.name).into_owned();
        let notes = match shown.notes.as_slice() {
            [] => String::new(),
            notes => format!(" {}", self.style.paint(Role::Dim, &format!("({})", notes.join("; ")))),
        };
        match &shown.body {
            Body::Pair(None, Some(after)) if is_new => {
                let room = self.room(name.width() + 2).max(20);
                let after = self.clip(&clean(after), room);
                self.line(&format!("{INDENT}{name}: {after}{notes}"));
            }
            Body::Pair(before, after) => self.pair(&name, (before.as_deref(), after.as_deref()), &notes),
            Body::Paths { paths, more } => {
                for (path, before, after) in paths {
                    let name = format!("{name}.{}", clean(path));
                    self.pair(&name, (before.as_deref(), after.as_deref()), &notes);
                }
                self.folded(*more, "more difference");
            }
            Body::Items { gone, come, more, stay } => {
                let stay = if *stay > 0 { format!(" ({} unchanged)", grouped(*stay)) } else { String::new() };
                self.line(&format!("{INDENT}{name}:{stay}{notes}"));
                gone.iter().for_each(|item| self.sided('-', item));
                come.iter().for_each(|item| self.sided('+', item));
                self.folded(*more, "more target");
            }
            Body::Lines { lines, more } => {
                self.line(&format!("{INDENT}{name}:{notes}"));
                lines.iter().for_each(|line| self.compared(line));
                self.folded(*more, "more line");
            }
        }
    }

    fn compared(&mut self, line: &Line) {
        match line {
            Line::Same(text) => self.sided(' ', text),
            Line::Gone(text) => self.sided('-', text),
            Line::Come(text) => self.sided('+', text),
            Line::Skipped(number) => {
                self.dim(&format!("  {} {}", self.style.ellipsis(), count(*number, "equal line")));
            }
        }
    }

    fn room(&self, used: usize) -> usize {
        if self.resolved.report.is_full {
            return usize::MAX;
        }
        self.style.columns().saturating_sub(INDENT.len() + used)
    }

    fn clip(&mut self, text: &str, room: usize) -> String {
        let clipped = clip(text, room, self.style.ellipsis());
        self.is_folded |= clipped.len() != text.len();
        clipped
    }

    /// A line of the old or the new value.
    fn sided(&mut self, side: char, text: &str) {
        self.sided_by(side, text, false);
    }

    fn sided_by(&mut self, side: char, text: &str, is_whole: bool) {
        let text = clean(text);
        let room = if is_whole { usize::MAX } else { self.room(4) };
        let line = format!("{side} {}", self.clip(&text, room));
        let role = match side {
            '-' => Role::Error,
            '+' => Role::Good,
            _ => Role::Dim,
        };
        self.line(&format!("{INDENT}  {}", self.style.paint(role, line.trim_end())));
    }

    /// `name: before -> after`; on two lines if it does not fit into one.
    fn pair(&mut self, name: &str, (before, after): (Option<&str>, Option<&str>), notes: &str) {
        let side = |side: Option<&str>| match side {
            Some(text) => clean(text).into_owned(),
            None => self.style.paint(Role::Dim, "unset"),
        };
        let (old, new) = (side(before), side(after));
        let width = |text: Option<&str>| text.map_or(5, |text| Cow::as_ref(&clean(text)).width());
        if name.width() + width(before) + width(after) + 6 <= self.room(0) {
            let arrow = self.style.paint(Role::Dim, if self.style.unicode { "→" } else { "->" });
            return self.line(&format!("{INDENT}{name}: {old} {arrow} {new}{notes}"));
        }
        self.line(&format!("{INDENT}{name}:{notes}"));
        let (before, after) = (before.unwrap_or("unset"), after.unwrap_or("unset"));
        let clipped = |text: &str| clip(&clean(text), self.room(4), self.style.ellipsis());
        // The truncated values would look equal.
        let is_whole = clipped(before) == clipped(after);
        self.sided_by('-', before, is_whole);
        self.sided_by('+', after, is_whole);
    }

    fn dependents(&mut self, change: &Change) {
        let dependents = &change.dependents;
        let is_full = self.resolved.report.is_full;
        let most = if is_full || dependents.len() <= MAX_DEPENDENTS + 1 { usize::MAX } else { MAX_DEPENDENTS };
        for dependent in dependents.iter().take(most) {
            let words = format!("pointed to from {}", words::dependent(dependent, change.action.kind()));
            self.line(&format!("{INDENT}{}", clean(&words)));
        }
        self.folded(dependents.len().saturating_sub(most), "more relation");
    }
}
