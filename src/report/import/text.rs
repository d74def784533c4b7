//! Renders the report for terminals: the manifests, then what was not imported, then what had no place, then the next
//! steps. Similar entries are counted, with their first places.

use std::collections::BTreeMap;

use super::{Import, ImportedManifest};
use crate::domain::import::{ImportPlace, Skipped, Unconverted};
use crate::report::escape::{clean, lines};
use crate::report::init::{File, contents, list as file_list};
use crate::report::lint::{self, LintFormat};
use crate::report::style::{Role, Style, wrap};
use crate::text::plural::{count, grouped, list};

/// The number of listed groups in each part; JSON lists all.
const MAX_GROUPS: usize = 20;
/// The number of places for each group.
const MAX_PLACES: usize = 3;
const MAX_FILES: usize = 60;

pub(super) fn render(import: &Import<'_>, style: &Style) -> String {
    let mut out = String::new();
    if import.is_dry_run && !import.is_quiet {
        out.push_str(&contents(&files(import.manifests), style));
    }
    out.push_str(&headline(import, style));
    manifests(&mut out, import, style);
    if import.is_quiet {
        return lines(out);
    }
    declared(&mut out, import, style);
    unread(&mut out, import, style);
    skipped(&mut out, import, style);
    renamed(&mut out, import, style);
    unconverted(&mut out, import, style);
    findings(&mut out, import, style);
    let numbered = import.next.iter().enumerate().map(|(at, step)| format!("  {}. {}\n", at + 1, clean(step)));
    if !import.next.is_empty() {
        out.push_str(&format!("\nNext:\n{}", numbered.collect::<String>()));
    }
    if import.is_dry_run && !import.manifests.is_empty() {
        out.push_str("Nothing was written (dry run).\n");
    }
    lines(out)
}

fn files<'a>(manifests: &[ImportedManifest<'a>]) -> Vec<File<'a>> {
    let file = |manifest: &ImportedManifest<'a>| File { path: manifest.path, before: None, after: manifest.content };
    manifests.iter().map(file).collect()
}

fn headline(import: &Import<'_>, style: &Style) -> String {
    if import.manifests.is_empty() {
        let why = match (import.declared.len(), import.skipped.len()) {
            (0, 0) => "nothing in the files becomes an entity",
            (0, _) => "no entity could be imported",
            (_, 0) => "this repository declares every entity already",
            (_, _) => "this repository declares every entity already that could be imported",
        };
        return format!("Nothing to write: {why}.\n");
    }
    let mut by_blueprint: BTreeMap<&str, usize> = BTreeMap::new();
    for manifest in import.manifests {
        *by_blueprint.entry(&manifest.key.blueprint).or_default() += 1;
    }
    let parts: Vec<String> =
        by_blueprint.iter().map(|(name, number)| format!("{} `{name}`", grouped(*number))).collect();
    let verb = if import.is_dry_run { "Would write" } else { "Wrote" };
    let written = format!("{verb} {}", count(import.manifests.len(), "manifest"));
    let line = format!("{written} from {}: {}.", count(import.files_read, "file"), list(&parts));
    let role = if import.is_dry_run { Role::Strong } else { Role::Good };
    format!("{}\n", style.paint(role, &clean(&line)))
}

fn manifests(out: &mut String, import: &Import<'_>, style: &Style) {
    let shown = &import.manifests[..import.manifests.len().min(MAX_FILES)];
    out.push_str(&file_list(&files(shown), style));
    let more = import.manifests.len() - shown.len();
    if more > 0 {
        out.push_str(&format!("  and {}; `--output json` lists all\n", count(more, "more file")));
    }
}

fn declared(out: &mut String, import: &Import<'_>, style: &Style) {
    let number = import.declared.len();
    if number == 0 {
        return;
    }
    let heading = format!("Kept: {} that the repository declares already", count(number, "entity"));
    let entries = import.declared.iter().take(MAX_GROUPS).map(|entity| {
        let path = style.paint(Role::Path, &clean(entity.path));
        format!("{path} ({}/{})", clean(&entity.key.blueprint), clean(&entity.key.identifier))
    });
    section(out, &heading, entries.collect(), number, style);
}

fn unread(out: &mut String, import: &Import<'_>, style: &Style) {
    let number = import.unread.len();
    if number == 0 {
        return;
    }
    let entries = import.unread.iter().take(MAX_GROUPS).map(|unread| {
        let by = unread.named_by.as_ref().map(|by| format!(" (named in {})", place(by, style))).unwrap_or_default();
        format!("{}: {}{by}", style.paint(Role::Path, &clean(&unread.path)), clean(&unread.reason))
    });
    section(out, &format!("Not read: {}", count(number, "file")), entries.collect(), number, style);
}

/// Equal entries with their places.
struct Group<'a> {
    words: String,
    /// Up to a few different values.
    values: Vec<&'a str>,
    places: Vec<&'a ImportPlace>,
}

/// Groups in the order of their size, then of their first place.
fn grouped_by<'a, T>(
    all: &'a [T],
    words: impl Fn(&T) -> String,
    value: impl Fn(&'a T) -> &'a str,
    place: impl Fn(&'a T) -> &'a ImportPlace,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for entry in all {
        let words = words(entry);
        let at = *known.entry(words.clone()).or_insert_with(|| {
            groups.push(Group { words, values: Vec::new(), places: Vec::new() });
            groups.len() - 1
        });
        let Some(group) = groups.get_mut(at) else { continue };
        group.places.push(place(entry));
        let value = value(entry);
        if !value.is_empty() && !group.values.contains(&value) && group.values.len() <= MAX_PLACES {
            group.values.push(value);
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.places.len()));
    groups
}

fn group_lines(groups: &[Group<'_>], style: &Style) -> Vec<String> {
    let line = |group: &Group<'_>| {
        let values: Vec<String> =
            group.values.iter().take(MAX_PLACES).map(|value| format!("`{}`", clean(value))).collect();
        let more = if group.values.len() > MAX_PLACES { format!(", {}", style.ellipsis()) } else { String::new() };
        let values = if values.is_empty() { String::new() } else { format!(": {}{more}", values.join(", ")) };
        let places: Vec<String> = group.places.iter().take(MAX_PLACES).map(|it| place(it, style)).collect();
        let rest = group.places.len() - places.len();
        let more = if rest > 0 { format!(" and {} more", grouped(rest)) } else { String::new() };
        format!("{}{values}\n{}{more}", clean(&group.words), places.join(", "))
    };
    groups.iter().take(MAX_GROUPS).map(line).collect()
}

fn skipped(out: &mut String, import: &Import<'_>, style: &Style) {
    if import.skipped.is_empty() {
        return;
    }
    let words = |skipped: &Skipped| format!("{}: {}", skipped.kind, skipped.reason);
    let groups = grouped_by(import.skipped, words, |skipped| &skipped.name, |skipped| &skipped.place);
    let heading = format!("Not imported: {}", count(import.skipped.len(), "entity"));
    section(out, &heading, group_lines(&groups, style), groups.len(), style);
}

fn renamed(out: &mut String, import: &Import<'_>, style: &Style) {
    let number = import.renamed.len();
    if number == 0 {
        return;
    }
    let entries = import.renamed.iter().take(MAX_GROUPS).map(|renamed| {
        let (kind, name, identifier) = (clean(&renamed.kind), clean(&renamed.name), clean(&renamed.identifier));
        format!("{kind} `{name}` is `{identifier}`: {}\n{}", clean(&renamed.reason), place(&renamed.place, style))
    });
    section(out, &format!("Other identifiers: {}", count(number, "entity")), entries.collect(), number, style);
}

fn unconverted(out: &mut String, import: &Import<'_>, style: &Style) {
    if import.unconverted.is_empty() {
        return;
    }
    let words =
        |unconverted: &Unconverted| format!("{} `{}`: {}", unconverted.kind, unconverted.field, unconverted.reason);
    let groups =
        grouped_by(import.unconverted, words, |unconverted| &unconverted.value, |unconverted| &unconverted.place);
    let heading = format!("Not converted: {}", count(import.unconverted.len(), "value"));
    section(out, &heading, group_lines(&groups, style), groups.len(), style);
}

fn findings(out: &mut String, import: &Import<'_>, style: &Style) {
    let number = import.lint.findings.len();
    if number > 0 {
        let heading = format!("Lint: {} in the new manifests", count(number, "finding"));
        out.push_str(&format!("\n{}\n", style.paint(Role::Warning, &heading)));
        out.push_str(&lint::render(import.lint, LintFormat::Concise, style));
    }
}

/// A heading with entries. The first line of an entry is wrapped; the second one holds its places.
fn section(out: &mut String, heading: &str, entries: Vec<String>, number: usize, style: &Style) {
    out.push_str(&format!("\n{}\n", style.paint(Role::Strong, heading)));
    let more = number.saturating_sub(entries.len());
    for entry in entries {
        let (words, places) = entry.split_once('\n').unwrap_or((&entry, ""));
        let room = style.prose().saturating_sub(4);
        out.push_str(&format!("  {}\n", wrap(words, room, room).join("\n    ")));
        if !places.is_empty() {
            out.push_str(&format!("    {places}\n"));
        }
    }
    if more > 0 {
        out.push_str(&format!("  and {} more; `--output json` lists all\n", grouped(more)));
    }
}

fn place(place: &ImportPlace, style: &Style) -> String {
    style.paint(Role::Path, &clean(&format!("{}:{}", place.path, place.line)))
}
