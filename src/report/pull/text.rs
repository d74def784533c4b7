//! Renders the report for terminals: one line about what was done, then the differences, then the entities that no
//! longer match.

use std::collections::BTreeMap;

use crate::domain::blueprint::change::{BlueprintChange, BlueprintChangeKind};
use crate::domain::impact::{ChangeImpact, ImpactTally};
use crate::report::blueprint_change::text::{detail, headline, sign};
use crate::report::escape::clean;
use crate::report::impact::text::losses;
use crate::report::impact::words::{summary, tally as tally_words};
use crate::report::lint::{self, LintFormat};
use crate::report::pull::{FileDeed, ManifestDeed, Mode, Pull};
use crate::report::style::{Role, Style, wrap};
use crate::report::unified_diff::unified;
use crate::text::plural::{count, grouped, list};

/// The number of listed changes; further ones are counted, and JSON lists all.
const MAX_CHANGES_SHOWN: usize = 60;
const MAX_MANIFESTS_SHOWN: usize = 40;
const MAX_FILES_SHOWN: usize = 20;

pub(super) fn render(pull: &Pull<'_>, style: &Style) -> String {
    let mut out = format!("{}\n", first_line(pull, style));
    changes(&mut out, pull, style);
    if let Some(report) = pull.impact.as_ref().filter(|report| report.impact.counts.affected() > 0) {
        out.push_str(&losses(report, style));
        out.push_str(&format!("{}.\n", summary(&report.impact.counts)));
    }
    manifests(&mut out, pull, style);
    files(&mut out, pull, style);
    for note in pull.notes {
        let room = style.prose().saturating_sub(6);
        let lines = wrap(&clean(note), room, room).join("\n      ");
        out.push_str(&format!("{} {lines}\n", style.paint(Role::Help, "note:")));
    }
    let untold = pull.misfits_untold;
    let all = if pull.mode == Mode::Pull { "`portolan lint` shows all" } else { "`--output json` lists all" };
    if !pull.misfits.findings.is_empty() {
        out.push_str(&format!("{}:\n\n", style.paint(Role::Warning, &misfits(pull))));
        out.push_str(&lint::render(pull.misfits, LintFormat::Text, style));
        if untold > 0 {
            out.push_str(&format!("and {} more; {all}\n", grouped(untold)));
        }
    } else if untold > 0 {
        let findings = count(untold, "finding");
        out.push_str(&format!("{}: {findings}; {all}\n", style.paint(Role::Warning, &misfits(pull))));
    }
    out
}

fn first_line(pull: &Pull<'_>, style: &Style) -> String {
    let counts = &pull.counts;
    let (blueprints, known) = (count(counts.blueprints, "blueprint"), count(counts.known, "known entity"));
    let catalog = clean(pull.catalog);
    let since = pull.before.and_then(|before| before.pulled_at.get(..10)).map(|day| format!("since {}", clean(day)));
    let news = match (pull.is_news, &since) {
        (true, _) => String::new(),
        (false, Some(since)) => format!("; nothing changed {since}"),
        (false, None) => "; nothing changed".to_owned(),
    };
    match pull.mode {
        Mode::Pull => style.paint(Role::Good, &format!("Pulled {blueprints} and {known} from {catalog}{news}.")),
        Mode::DryRun => format!("Would pull {blueprints} and {known} from {catalog}{news}."),
        Mode::Check if pull.is_news => {
            if let Some(before) = pull.before.filter(|before| before.catalog != pull.catalog) {
                let other = format!("The snapshot is of {}, and this is {catalog}.", clean(before.catalog));
                return style.paint(Role::Warning, &other);
            }
            let since = since.map(|since| format!(": {catalog} changed {since}")).unwrap_or_default();
            style.paint(Role::Warning, &format!("The snapshot is out of date{since}."))
        }
        Mode::Check => {
            style.paint(Role::Good, &format!("The snapshot is up to date with {catalog}: {blueprints} and {known}."))
        }
    }
}

fn changes(out: &mut String, pull: &Pull<'_>, style: &Style) {
    let mut lines = Vec::new();
    if let Some(before) = pull.before.filter(|before| before.catalog != pull.catalog) {
        lines.push(sign('~', &format!("catalog: {}, was {}", clean(pull.catalog), clean(before.catalog)), style));
    }
    for change in pull.changes {
        let impacts = pull.impact.as_ref().map_or(&[][..], |report| &report.impact.changes);
        let impact = impacts.iter().find(|impact| impact.change.identifier == change.identifier);
        of_blueprint(&mut lines, change, impact, style);
    }
    let more = lines.len().saturating_sub(MAX_CHANGES_SHOWN);
    if more > 1 {
        lines.truncate(MAX_CHANGES_SHOWN);
        lines.push(format!("  and {}; `--output json` lists all", count(more, "more change")));
    }
    let counts = &pull.counts;
    let moved = [('+', counts.known_added), ('-', counts.known_removed)];
    let moved: Vec<String> = moved
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|(sign, number)| format!("{sign}{}", grouped(*number)))
        .collect();
    if !moved.is_empty() {
        lines.push(sign('~', &format!("known entities: {}", moved.join(" ")), style));
    }
    lines.iter().for_each(|line| out.extend([line.as_str(), "\n"]));
}

fn of_blueprint(lines: &mut Vec<String>, change: &BlueprintChange, impact: Option<&ChangeImpact>, style: &Style) {
    // Where nothing is affected, the numbers would only be noise.
    let impact = impact.filter(|impact| impact.entities.affected() > 0);
    let numbers = |tally: Option<&ImpactTally>| tally.map(tally_words).filter(|words| !words.is_empty());
    let with = |line: String, numbers: Option<String>| match numbers {
        Some(numbers) => format!("{line}: {numbers}"),
        None => line,
    };
    lines.push(with(headline(change, style), numbers(impact.map(|impact| &impact.entities))));
    let BlueprintChangeKind::Changed(details) = &change.kind else { return };
    for (at, it) in details.iter().enumerate() {
        let numbers = numbers(impact.and_then(|impact| impact.details.get(at)));
        lines.push(format!("    {}", with(detail(it, style), numbers)));
    }
}

fn manifests(out: &mut String, pull: &Pull<'_>, style: &Style) {
    let is_written = pull.mode == Mode::Pull;
    let (mut lines, mut kept, mut unchanged) = (Vec::new(), 0, 0);
    for manifest in pull.manifests {
        let path = style.paint(Role::Path, &clean(manifest.path));
        let entity = format!("{}/{}", clean(manifest.blueprint), clean(manifest.identifier));
        match manifest.deed {
            ManifestDeed::New => lines.push(sign('+', &format!("{path} ({entity})"), style)),
            ManifestDeed::Rewritten => lines.push(sign('~', &format!("{path} ({entity})"), style)),
            ManifestDeed::Merged => {
                let fields = clean(&manifest.fields.join(", ")).into_owned();
                lines.push(sign('~', &format!("{path} ({entity}): {fields}"), style));
            }
            ManifestDeed::Unchanged => unchanged += 1,
            ManifestDeed::Kept(None) => kept += 1,
            ManifestDeed::Kept(Some(why)) => {
                lines.push(format!("    {entity} in {path} was not changed: {why}"));
            }
        }
    }
    if pull.manifests.is_empty() {
        return;
    }
    edits(out, pull, style);
    let is_made = |deed| matches!(deed, ManifestDeed::New | ManifestDeed::Rewritten | ManifestDeed::Merged);
    let made = pull.manifests.iter().filter(|it| is_made(it.deed)).count();
    let mut parts = vec![format!("{} {}", if is_written { "wrote" } else { "would write" }, count(made, "manifest"))];
    parts.extend((kept > 0).then(|| format!("{} already in the repository", grouped(kept))));
    parts.extend((unchanged > 0).then(|| format!("{} already as in the catalog", grouped(unchanged))));
    let mut words = parts.join("; ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    out.push_str(&format!("{words}.\n"));
    let more = lines.len().saturating_sub(MAX_MANIFESTS_SHOWN);
    if more > 1 {
        lines.truncate(MAX_MANIFESTS_SHOWN);
        lines.push(format!("  and {}; `--output json` lists all", grouped(more)));
    }
    lines.iter().for_each(|line| out.extend([line.as_str(), "\n"]));
}

/// The other files. Those of one folder of the snapshot are counted, because the list of blueprints names them.
fn files(out: &mut String, pull: &Pull<'_>, style: &Style) {
    let mut folders: BTreeMap<&str, Vec<FileDeed>> = BTreeMap::new();
    for file in pull.files {
        let folder = file.path.match_indices('/').nth(1).and_then(|(at, _)| file.path.get(..at));
        folders.entry(folder.unwrap_or(&file.path)).or_default().push(file.deed);
    }
    if folders.is_empty() {
        return;
    }
    let names: Vec<String> =
        folders.iter().map(|(path, deeds)| format!("{} ({})", clean(path), counted(deeds))).collect();
    let verb = if pull.mode == Mode::Pull { "Wrote" } else { "Would write" };
    let room = style.prose();
    out.push_str(&format!("{}\n", wrap(&format!("{verb} {}.", list(&names)), room, room).join("\n  ")));
}

/// `new`, `2 new, 1 changed`
fn counted(deeds: &[FileDeed]) -> String {
    let kinds = [(FileDeed::New, "new"), (FileDeed::Rewritten, "changed"), (FileDeed::Removed, "removed")];
    let number = |wanted: FileDeed| deeds.iter().filter(|deed| **deed == wanted).count();
    let found = kinds.iter().map(|(deed, word)| (number(*deed), *word)).filter(|(number, _)| *number > 0);
    let words = found.map(|(number, word)| match deeds.len() {
        1 => word.to_owned(),
        _ => format!("{} {word}", grouped(number)),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What changes in existing files, as diffs.
fn edits(out: &mut String, pull: &Pull<'_>, style: &Style) {
    for edit in pull.edits.iter().take(MAX_FILES_SHOWN) {
        out.push_str(&unified(&edit.path, &edit.before, &edit.after, style));
    }
    let more = pull.edits.len().saturating_sub(MAX_FILES_SHOWN);
    if more > 0 {
        out.push_str(&format!("The diffs of {} are not shown.\n", count(more, "more file")));
    }
}

fn misfits(pull: &Pull<'_>) -> String {
    let entities = match pull.counts.misfits {
        0 => return "lint reports more than before".to_owned(),
        1 => "1 entity of this repository".to_owned(),
        number => format!("{} entities of this repository", grouped(number)),
    };
    match (pull.before.is_some(), pull.counts.misfits) {
        (true, 1) => format!("{entities} no longer fits the blueprints of the catalog"),
        (true, _) => format!("{entities} no longer fit the blueprints of the catalog"),
        (false, 1) => format!("{entities} does not fit the blueprints of the catalog"),
        (false, _) => format!("{entities} do not fit the blueprints of the catalog"),
    }
}
