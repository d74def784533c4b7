//! Renders the report for terminals: what, where, the source line, and what to do, in that order. A frame contains
//! everything about one finding.

use unicode_width::UnicodeWidthStr;

use crate::domain::document::span::{LineIndex, Span};
use crate::domain::finding::{EntityName, Finding, Fix, Severity};
use crate::report::escape::clean;
use crate::report::lint::frame::{Signs, draw, number_width, role};
use crate::report::lint::report::{Report, Row};
use crate::report::lint::tally::{Tally, left_out, verdict};
use crate::report::lint::window::{Label, Window};
use crate::report::style::{Role, Style, clip, wrap};
use crate::text::plural::count;

/// More marks than this make a frame unreadable.
const MAX_MARKS: usize = 4;
const MAX_NOTES: usize = 4;

pub(super) fn render(report: &Report<'_>, style: &Style) -> String {
    let mut out = String::new();
    for row in report.rows() {
        finding(&mut out, report, &row, style);
        out.push('\n');
    }
    for note in report.lint.notes {
        let room = style.prose();
        let lines = wrap(&clean(note), room.saturating_sub(6), room.saturating_sub(6)).join("\n      ");
        out.push_str(&format!("{} {lines}\n", style.paint(Role::Help, "note:")));
    }
    summary(&mut out, report, style);
    out
}

fn finding(out: &mut String, report: &Report<'_>, row: &Row<'_>, style: &Style) {
    header(out, row, style);
    let signs = Signs::of(style);
    let source = report.places.text(row.finding.place.file);
    let Parts { labels, notes } = parts(report, row);
    let windows = source.map(|(text, lines)| Window::all(text, lines, labels)).unwrap_or_default();
    let width = number_width(&windows);
    place(out, row, width, style);
    if let Some((text, lines)) = source {
        for (at, window) in windows.iter().enumerate() {
            if at > 0 {
                out.push_str(&format!("{}{}\n", " ".repeat(width + 2), style.paint(Role::Dim, signs.gap)));
            }
            for line in
                draw(window, text, lines, report.hidden.of_file(row.finding.place.file), width, row.severity(), style)
            {
                out.push_str(&line);
                out.push('\n');
            }
        }
    }
    let mut items = notes.into_iter().map(|note| ("note", note)).collect::<Vec<_>>();
    // A safe fix is labelled `fix`; one that the user must judge is labelled `try`.
    let is_said = row.finding.help.as_ref().zip(row.finding.fix.as_ref()).is_some_and(|(help, fix)| help.repeats(fix));
    items.extend(row.help.iter().filter(|_| !is_said).map(|help| ("help", help.clone())));
    let label = |fix: &Fix| if fix.safe { "fix" } else { "try" };
    let fix_line = |fix: &Fix| {
        let (text, lines) = source?;
        Some(report.hidden.line(row.finding.place, &fixed_line(fix, row.finding, text, lines)?))
    };
    items.extend(row.finding.fix.iter().map(|fix| (label(fix), fix_words(fix, fix_line(fix), style))));
    write_items(out, &items, width, style);
}

/// `error[rule]: message`, with further lines indented.
fn header(out: &mut String, row: &Row<'_>, style: &Style) {
    let word = row.severity().word();
    let used = word.len() + row.rule().len() + 4;
    let lines = wrap(&row.message, style.prose().saturating_sub(used), style.prose().saturating_sub(2));
    let lines = lines.iter().map(|line| style.paint(Role::Strong, line)).collect::<Vec<_>>();
    let own = role(row.severity(), true);
    let rule = style.link(row.rule(), crate::report::explain::page_address(row.rule()).as_deref());
    out.push_str(&format!("{} {}\n", style.paint(own, &format!("{word}[{rule}]:")), lines.join("\n  ")));
}

fn place(out: &mut String, row: &Row<'_>, width: usize, style: &Style) {
    let signs = Signs::of(style);
    // `-->` points from the gutter, as in compilers.
    let indent = width + if style.unicode { 2 } else { 0 };
    let location = row.location();
    out.push_str(&format!("{}{} {}", " ".repeat(indent), signs.open, style.paint(Role::Path, &location)));
    if let Some(name) = row.finding.entity.as_ref().and_then(entity_words)
        && indent + signs.open.width() + location.width() + name.width() + 2 <= style.columns()
    {
        out.push_str(&format!(" {}", style.paint(Role::Dim, &name)));
    }
    out.push('\n');
}

fn entity_words(entity: &EntityName) -> Option<String> {
    let named = !entity.blueprint.is_empty() && !entity.identifier.is_empty();
    named.then(|| format!("in {}/{}", clean(&entity.blueprint), clean(&entity.identifier)))
}

/// The labels in the frame, and the notes below it.
struct Parts {
    labels: Vec<Label>,
    notes: Vec<String>,
}

fn parts(report: &Report<'_>, row: &Row<'_>) -> Parts {
    let finding = row.finding;
    let own = finding.place;
    let shown = report.places.text(own.file).is_some();
    let mut labels = vec![Label { span: own.span, text: clean(&finding.label).into_owned(), primary: true }];
    let mut notes = Vec::new();
    for (place, words) in &finding.related {
        let free = labels.iter().all(|label| apart(label.span, place.span));
        if shown && place.file == own.file && free && labels.len() < MAX_MARKS {
            labels.push(Label { span: place.span, text: clean(words).into_owned(), primary: false });
        } else {
            let start = report.places.extent(*place).start;
            let path = clean(report.lint.files.path(place.file));
            notes.push(format!("{path}:{}:{}: {}", start.line, start.column, clean(words)));
        }
    }
    if notes.len() > MAX_NOTES {
        let more = notes.len() - MAX_NOTES + 1;
        notes.truncate(MAX_NOTES - 1);
        notes.push(format!("and {}", count(more, "more place")));
    }
    Parts { labels, notes }
}

/// Whether the marks do not touch; touching marks would be drawn over one another.
fn apart(one: Span, other: Span) -> bool {
    one.end.max(one.start.saturating_add(1)) <= other.start || other.end.max(other.start.saturating_add(1)) <= one.start
}

/// The title of the fix, and a preview of the line.
fn fix_words(fix: &Fix, preview: Option<String>, style: &Style) -> String {
    let mut words = clean(&fix.title).into_owned();
    if let Some(line) = preview {
        words.push_str(&format!(": `{}`", clip(&line, style.columns() / 2, style.ellipsis())));
    }
    if fix.safe {
        words.push_str(" (`--fix` applies it)");
    }
    words
}

/// The finding's line after the fix, if the fix stays within that line and does not remove all of it.
fn fixed_line(fix: &Fix, finding: &Finding, text: &str, lines: &LineIndex) -> Option<String> {
    const LONG: usize = 400;
    let number = lines.line_of((finding.place.span.start as usize).min(text.len()));
    let line = lines.line_span(number);
    if line.range().len() > LONG || fix.edits.is_empty() {
        return None;
    }
    let mut edits = fix.edits.iter().collect::<Vec<_>>();
    edits.sort_by_key(|edit| edit.span);
    let mut made = String::new();
    let mut at = line.start;
    for edit in edits {
        if edit.span.start < at || edit.span.end > line.end || edit.replacement.contains(['\n', '\r']) {
            return None;
        }
        made.push_str(Span { start: at, end: edit.span.start }.slice(text));
        made.push_str(&edit.replacement);
        at = edit.span.end;
    }
    made.push_str(Span { start: at, end: line.end }.slice(text));
    let made = clean(made.trim()).into_owned();
    (!made.is_empty() && !made.contains('`')).then_some(made)
}

fn write_items(out: &mut String, items: &[(&str, String)], width: usize, style: &Style) {
    let signs = Signs::of(style);
    let indent = " ".repeat(width + 2);
    for (at, (name, words)) in items.iter().enumerate() {
        let last = at + 1 == items.len();
        let (sign, bar) = if last { (signs.close, " ") } else { (signs.item, signs.bar) };
        // Box-drawing lines continue on further lines; a `=` does not.
        let bar = if style.unicode { bar } else { " " };
        let room = style.prose().saturating_sub(width + 5 + sign.width() + name.len());
        let lines = wrap(words, room, room);
        let rest = format!("\n{indent}{bar}{}", " ".repeat(sign.width() + name.len() + 2));
        let painted = style.paint(if *name == "fix" { Role::Good } else { Role::Help }, &format!("{name}:"));
        out.push_str(&format!("{indent}{sign} {painted} {}\n", lines.join(&rest)));
    }
    if items.is_empty() && style.unicode {
        out.push_str(&format!("{indent}{}\n", signs.close));
    }
}

fn summary(out: &mut String, report: &Report<'_>, style: &Style) {
    let lint = report.lint;
    let tally = Tally::of(lint.findings);
    let mut parts = vec![verdict(lint)];
    if tally.fixable > 0 {
        parts.push(format!("{} fixable with `--fix`", tally.fixable));
    }
    parts.extend(left_out(lint));
    // The first of the most severe findings is where a reader begins.
    let worst = lint.findings.iter().map(|finding| finding.severity).max();
    let first = lint.findings.iter().find(|finding| Some(finding.severity) == worst);
    if let Some(first) = first {
        parts.push(format!("see `portolan explain {}`", first.rule.name));
    }
    let role = worst.map_or(Role::Good, |worst: Severity| role(worst, true));
    let lines = fill(&parts, style.prose());
    for (at, line) in lines.iter().enumerate() {
        out.push_str(&if at == 0 { paint_verdict(line, &tally.words(), role, style) } else { line.clone() });
        out.push('\n');
    }
}

/// Joins parts with `; `. Lines break only between parts, so that a command stays on one line.
fn fill(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.width() + part.width() + 3 <= width => {
                line.push_str("; ");
                line.push_str(part);
            }
            Some(_) | None => lines.push(part.clone()),
        }
    }
    lines
}

/// Colours the counts with which the verdict begins, or the whole line if there are no findings.
fn paint_verdict(line: &str, counts: &str, role: Role, style: &Style) -> String {
    match line.strip_prefix(counts) {
        Some(rest) if role != Role::Good => format!("{}{rest}", style.paint(role, counts)),
        Some(_) | None => style.paint(role, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::{Edit, Help};
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    const UNICODE: Style = Style { color: false, unicode: true, width: 80, links: false };

    #[test]
    fn a_reader_sees_line_cause_and_cure() {
        insta::assert_snapshot!(Run::sample().render(LintFormat::Text, &UNICODE));
    }

    #[test]
    fn a_dumb_terminal_gets_ascii() {
        let text = Run::sample().plain(LintFormat::Text);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn colours_are_only_added() {
        let run = Run::sample();
        let colored = run.render(LintFormat::Text, &Style { color: true, ..UNICODE });
        assert!(colored.contains("\u{1b}[1;31merror[dangling-relation]:"), "{colored}");
        let stripped = colored.lines().map(|line| clean(line).into_owned() + "\n").collect::<String>();
        assert_eq!(stripped, run.render(LintFormat::Text, &UNICODE));
    }

    #[test]
    fn hostile_text_cannot_reach_the_terminal() {
        for style in [UNICODE, Style::PLAIN] {
            let text = Run::hostile().render(LintFormat::Text, &style);
            assert!(!text.chars().any(|c| c != '\n' && crate::report::escape::is_unsafe(c)), "{text:?}");
        }
        insta::assert_snapshot!(Run::hostile().render(LintFormat::Text, &UNICODE));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in 50..130 {
            for unicode in [false, true] {
                let style = Style { unicode, width, ..UNICODE };
                for run in [Run::wide(), Run::sample()] {
                    // The verdict is not wrapped, because it may contain a command to copy.
                    let text = run.render(LintFormat::Text, &style);
                    for line in text.lines().filter(|line| width >= 80 || line.starts_with(' ')) {
                        assert!(line.width() <= width, "{} > {width}: {line}", line.width());
                    }
                }
            }
        }
    }

    #[test]
    fn a_help_that_only_repeats_the_repair_is_left_out() {
        let shown = |help: Help, replacement: &str| {
            let mut run = Run::of(&[("a.yaml", "kind: x\n")]);
            let mut finding = run.find(&crate::report::lint::fixtures::AMBIGUOUS, 0, "kind", 4, "this is wrong");
            let edits = vec![Edit { span: finding.place.span, replacement: replacement.to_owned() }];
            finding.help = Some(help);
            finding.fix = Some(Fix { title: "rename it".to_owned(), safe: false, edits });
            run.findings.push(finding);
            run.render(LintFormat::Text, &UNICODE).contains("help:")
        };
        for help in [Help::write("tier"), Help::did_you_mean("tier")] {
            assert!(!shown(help.clone(), "tier"), "{help}");
            assert!(shown(help.clone(), "level"), "{help}");
        }
        assert!(!shown("rename it".into(), "tier"));
        assert!(shown("the blueprint has no `tier`".into(), "tier"));
    }

    #[test]
    fn long_lines_tabs_and_wide_characters_align() {
        insta::assert_snapshot!(Run::wide().render(LintFormat::Text, &UNICODE));
    }

    #[test]
    fn far_places_share_a_frame_and_a_crowd_does_not() {
        insta::assert_snapshot!(Run::far().render(LintFormat::Text, &UNICODE));
    }

    #[test]
    fn nothing_to_report_is_one_line() {
        let text = Run::empty().render(LintFormat::Text, &UNICODE);
        assert_eq!(text, format!("{}\n", verdict(&Run::empty().lint())));
    }

    #[test]
    fn a_file_that_is_gone_still_has_its_say() {
        insta::assert_snapshot!(Run::gone().render(LintFormat::Text, &UNICODE));
    }
}
