//! Blueprint impact as a comment on a pull request, or as a section of a plan's comment: the broken entities first. Its content
//! is chosen by importance, and omitted parts are counted.

use crate::domain::blueprint::change::BlueprintChangeKind;
use crate::domain::impact::{ChangeImpact, EntityImpact, ImpactTally, Verdict};
use crate::report::blueprint_change::text::detail_words;
use crate::report::comment;
use crate::report::impact::input::ImpactReport;
use crate::report::impact::words;
use crate::report::plan::markdown::budget::{Item, Section, fit};
use crate::report::plan::markdown::pieces::{MAX_LENGTH, code, prose};
use crate::report::plan::words::entity as entity_name;
use crate::report::positions::Places;
use crate::text::plural::{count, grouped};

const ELSEWHERE: &str = "\n_Not everything fits here. The JSON report (`--output json=FILE`) has the whole impact._\n";
/// The number of shown entities of one verdict.
const MAX_ENTITIES: usize = 50;
const MAX_EFFECTS: usize = 5;

pub(super) fn render(report: &ImpactReport<'_>) -> String {
    let is_empty = report.impact.changes.is_empty();
    let marker = comment::marker("impact", report.scope, report.target);
    let mut head = comment::head(&marker, is_empty);
    head.push_str(&format!("### {}\n\n", headline(&report.impact.counts)));
    head.push_str(&format!("Old {}, new {}.\n", prose(report.old), prose(report.new)));
    let mut sections = sections(report);
    sections.push(notes(report));
    fit(head, &sections, MAX_LENGTH, ELSEWHERE)
}

/// What the change of blueprints does, in one line.
pub(in crate::report) fn headline(counts: &ImpactTally) -> String {
    let affected = words::tally(&ImpactTally { safe: 0, ..*counts });
    let of = count(counts.affected() + counts.safe, "entity");
    match (counts.broken + counts.newly_required, counts.lossy) {
        (0, 0) => "✅ Blueprint impact: no entity is affected".to_owned(),
        (0, _) => format!("⚠️ Blueprint impact: {affected} of {of}"),
        (_, _) => format!("❌ Blueprint impact: {affected} of {of}"),
    }
}

pub(super) fn section(report: &ImpactReport<'_>, most: usize) -> String {
    fit(String::new(), &part(report), most, ELSEWHERE)
}

/// The sections of a comment that is about more than the impact, under one heading.
pub(in crate::report) fn part(report: &ImpactReport<'_>) -> Vec<Section> {
    let title = format!(
        "\n#### {}\n\nOld {}, new {}.\n",
        headline(&report.impact.counts),
        prose(report.old),
        prose(report.new)
    );
    let heading = Item { importance: 1, rich: title.clone(), brief: title };
    let mut all = vec![Section::new("", "", vec![heading], |_| String::new())];
    all.extend(sections(report));
    all
}

fn sections(report: &ImpactReport<'_>) -> Vec<Section> {
    let places = report.places();
    let mut sections = vec![faults(report, &places)];
    for (verdict, importance) in [(Verdict::Broken, 1), (Verdict::NewlyRequired, 2), (Verdict::Lossy, 2)] {
        sections.push(entities(report, &places, verdict, importance));
    }
    sections.extend([changes(report), unjudged(report)]);
    sections
}

fn faults(report: &ImpactReport<'_>, places: &Places<'_>) -> Section {
    let items = report.impact.faults.iter().map(|fault| {
        let (path, extent) = report.at(fault.place, places);
        let at = code(&format!("{path}:{}", extent.start.line));
        Item { importance: 1, rich: format!("- {at}: {}\n", prose(&fault.message)), brief: format!("- {at}\n") }
    });
    let more = |more| format!("- and {} more\n", grouped(more));
    Section::new("\n**The catalog would refuse these blueprints**\n\n", "", items.collect(), more)
}

fn entities(report: &ImpactReport<'_>, places: &Places<'_>, verdict: Verdict, importance: u8) -> Section {
    let of_verdict: Vec<&EntityImpact> =
        report.impact.entities.iter().filter(|entity| entity.verdict() == verdict).collect();
    let omitted = of_verdict.len().saturating_sub(MAX_ENTITIES);
    let items = of_verdict.iter().take(MAX_ENTITIES).map(|entity| {
        let name = code(&entity_name(&entity.key));
        let place = if entity.is_declared { "" } else { " (only in the catalog)" };
        let effects = entity.effects.iter().take(MAX_EFFECTS).map(|effect| {
            let position = report.position(effect, places);
            let at = position.map(|(path, extent)| format!("{}: ", code(&format!("{path}:{}", extent.start.line))));
            format!("  - {}{}\n", at.unwrap_or_default(), prose(&words::effect(effect)))
        });
        let effects: String = effects.collect();
        let more = entity.effects.len().saturating_sub(MAX_EFFECTS);
        let more = if more > 0 { format!("  - and {} more\n", grouped(more)) } else { String::new() };
        Item { importance, rich: format!("- {name}{place}\n{effects}{more}"), brief: format!("- {name}{place}\n") }
    });
    let number = count(of_verdict.len(), "entity");
    let open = format!("\n**{}**: {number}, {}\n\n", capital(words::verdict(verdict)), words::meaning(verdict));
    let more = |more| format!("- and {}\n", count(more, "more entity"));
    Section::new(&open, "", items.collect(), more).omitting(omitted)
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str()))
}

fn changes(report: &ImpactReport<'_>) -> Section {
    let items = report.impact.changes.iter().map(|impact| {
        let brief = change(impact);
        let details: String = match &impact.change.kind {
            BlueprintChangeKind::Added | BlueprintChangeKind::Removed => String::new(),
            BlueprintChangeKind::Changed(details) => {
                let lines = details.iter().zip(&impact.details).map(|(detail, tally)| {
                    let (sign, words) = detail_words(detail);
                    format!("  - {} {}{}\n", code(&sign.to_string()), prose(&words), in_numbers(tally))
                });
                lines.collect()
            }
        };
        Item { importance: 3, rich: format!("{brief}{details}"), brief }
    });
    let more = |more| format!("- and {}\n", count(more, "more blueprint"));
    let open = "\n<details><summary>Changed blueprints</summary>\n\n";
    Section::new(open, "\n</details>\n", items.collect(), more)
}

fn change(impact: &ChangeImpact) -> String {
    let kind = match &impact.change.kind {
        BlueprintChangeKind::Added => "added",
        BlueprintChangeKind::Removed => "removed",
        BlueprintChangeKind::Changed(_) => "changed",
    };
    format!("- {} {kind}{}\n", code(&impact.change.identifier), in_numbers(&impact.entities))
}

fn in_numbers(tally: &ImpactTally) -> String {
    let words = words::tally(tally);
    if words.is_empty() { words } else { format!(": {words}") }
}

fn unjudged(report: &ImpactReport<'_>) -> Section {
    let items = report.impact.unjudged.iter().map(|one| {
        let line = format!("- {}\n", prose(&words::unjudged(one)));
        Item { importance: 4, rich: line.clone(), brief: line }
    });
    Section::new("\n**Not judged**\n\n", "", items.collect(), |more| format!("- and {} more\n", grouped(more)))
}

fn notes(report: &ImpactReport<'_>) -> Section {
    let items = report.notes.iter().map(|note| {
        let line = format!("- {}\n", prose(note));
        Item { importance: 5, rich: line.clone(), brief: line }
    });
    Section::new("\n**Notes**\n\n", "", items.collect(), |more| format!("- and {} more\n", grouped(more)))
}
