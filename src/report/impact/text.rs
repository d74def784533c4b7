//! Blueprint impact for terminals: which blueprints are compared, what changes in them and for how many entities, then the
//! affected entities, the worst first.

use crate::domain::blueprint::change::BlueprintChangeKind;
use crate::domain::impact::{ChangeImpact, EntityImpact, ImpactTally, Verdict};
use crate::report::blueprint_change::text::{detail, headline};
use crate::report::escape::clean;
use crate::report::impact::input::ImpactReport;
use crate::report::impact::words;
use crate::report::plan::words::entity as entity_name;
use crate::report::positions::Places;
use crate::report::style::{Role, Style, wrap};
use crate::text::plural::count;

/// The number of lines about changed blueprints; JSON has all.
const MAX_CHANGES: usize = 60;
/// The number of entities below each verdict.
const MAX_ENTITIES: usize = 20;
const MAX_EFFECTS: usize = 6;

const VERDICTS: [Verdict; 3] = [Verdict::Broken, Verdict::NewlyRequired, Verdict::Lossy];

pub(super) fn render(report: &ImpactReport<'_>, style: &Style) -> String {
    let names = format!("Blueprints: old {}, new {}.", clean(report.old), clean(report.new));
    let mut out = format!("{}\n\n", style.paint(Role::Strong, &names));
    out.push_str(&body(report, style));
    for note in report.notes {
        sentence(&mut out, Role::Help, "note", note, style);
    }
    if !report.notes.is_empty() {
        out.push('\n');
    }
    let counts = &report.impact.counts;
    let role = if counts.affected() == 0 { Role::Good } else { Role::Strong };
    let summary = words::summary(counts);
    out.push_str(&format!("{}.\n", style.paint(role, &summary)));
    out
}

/// The report without notes, for reports of which it is a part. It ends in an empty line.
pub(in crate::report) fn paragraph(report: &ImpactReport<'_>, style: &Style) -> String {
    let names = format!("Changed blueprints: old {}, new {}.", clean(report.old), clean(report.new));
    let summary = words::summary(&report.impact.counts);
    format!("{}\n\n{}{summary}.\n\n", style.paint(Role::Strong, &names), body(report, style))
}

/// The entities that only lose values, for reports that show the others by the findings of lint.
pub(in crate::report) fn losses(report: &ImpactReport<'_>, style: &Style) -> String {
    let mut page = Page { report, style, places: report.places(), out: String::new(), is_cut: false };
    page.entities(Verdict::Lossy);
    page.out
}

fn body(report: &ImpactReport<'_>, style: &Style) -> String {
    let mut page = Page { report, style, places: report.places(), out: String::new(), is_cut: false };
    page.changes();
    page.faults();
    for verdict in VERDICTS {
        page.entities(verdict);
    }
    page.unjudged();
    if page.is_cut {
        page.line(&style.paint(Role::Dim, "Some entities are not shown; `--full` shows them."));
        page.line("");
    }
    page.out
}

fn sentence(out: &mut String, role: Role, label: &str, sentence: &str, style: &Style) {
    let indent = label.len() + 2;
    let room = style.prose().saturating_sub(indent);
    let lines = wrap(&clean(sentence), room, room).join(&format!("\n{}", " ".repeat(indent)));
    out.push_str(&format!("{} {lines}\n", style.paint(role, &format!("{label}:"))));
}

struct Page<'p> {
    report: &'p ImpactReport<'p>,
    style: &'p Style,
    places: Places<'p>,
    out: String,
    is_cut: bool,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn most(&self, most: usize) -> usize {
        if self.report.is_full { usize::MAX } else { most }
    }

    fn changes(&mut self) {
        let changes = &self.report.impact.changes;
        if changes.is_empty() {
            return self.line("The blueprints are the same.\n");
        }
        let mut lines = Vec::new();
        for change in changes {
            self.change(change, &mut lines);
        }
        let most = self.most(MAX_CHANGES);
        let more = lines.len().saturating_sub(most);
        if more > 1 {
            lines.truncate(most);
            lines.push(format!("  and {}; `--output json` lists all", count(more, "more change")));
        }
        lines.iter().for_each(|line| self.line(line));
        self.line("");
    }

    fn change(&self, impact: &ChangeImpact, lines: &mut Vec<String>) {
        lines.push(self.with_tally(headline(&impact.change, self.style), &impact.entities));
        let BlueprintChangeKind::Changed(details) = &impact.change.kind else { return };
        for (change, tally) in details.iter().zip(&impact.details) {
            lines.push(format!("    {}", self.with_tally(detail(change, self.style), tally)));
        }
    }

    fn with_tally(&self, line: String, tally: &ImpactTally) -> String {
        let words = words::tally(tally);
        if words.is_empty() { line } else { format!("{line}: {}", self.style.paint(role_of(tally), &words)) }
    }

    fn faults(&mut self) {
        let faults = &self.report.impact.faults;
        if faults.is_empty() {
            return;
        }
        self.line(&self.style.paint(Role::Error, "The catalog would refuse these blueprints:"));
        for fault in faults {
            let (path, extent) = self.report.at(fault.place, &self.places);
            let at = format!("{}:{}:{}", clean(path), extent.start.line, extent.start.column);
            self.effect(Some(&at), &fault.message);
        }
        self.line("");
    }

    fn entities(&mut self, verdict: Verdict) {
        let entities = &self.report.impact.entities;
        let of_verdict: Vec<&EntityImpact> = entities.iter().filter(|entity| entity.verdict() == verdict).collect();
        if of_verdict.is_empty() {
            return;
        }
        let role = if verdict == Verdict::Broken { Role::Error } else { Role::Warning };
        let number = count(of_verdict.len(), "entity");
        let label = self.style.paint(role, &format!("{}:", words::verdict(verdict)));
        self.line(&format!("{label} {number}, {}", words::meaning(verdict)));
        let most = self.most(MAX_ENTITIES);
        let shown = if of_verdict.len() <= most.saturating_add(1) { of_verdict.len() } else { most };
        of_verdict.iter().take(shown).for_each(|entity| self.entity(entity));
        if of_verdict.len() > shown {
            self.line(&format!("  and {}", count(of_verdict.len() - shown, "more entity")));
            self.is_cut = true;
        }
        self.line("");
    }

    fn entity(&mut self, entity: &EntityImpact) {
        let place = if entity.is_declared { "" } else { " (only in the catalog)" };
        self.line(&format!("  {}{place}", self.style.paint(Role::Strong, &clean(&entity_name(&entity.key)))));
        let most = self.most(MAX_EFFECTS);
        for effect in entity.effects.iter().take(most) {
            let position = self.report.position(effect, &self.places);
            let at =
                position.map(|(path, extent)| format!("{}:{}:{}", clean(path), extent.start.line, extent.start.column));
            self.effect(at.as_deref(), &words::effect(effect));
        }
        if entity.effects.len() > most {
            self.line(&format!("    and {} more", entity.effects.len() - most));
            self.is_cut = true;
        }
    }

    /// The position on a line of its own, which terminals make clickable, and the sentences below.
    fn effect(&mut self, at: Option<&str>, sentences: &str) {
        if let Some(at) = at {
            self.line(&format!("    {}", self.style.paint(Role::Path, at)));
        }
        let room = self.style.prose().saturating_sub(6);
        for line in wrap(&clean(sentences), room, room) {
            self.line(&format!("      {line}"));
        }
    }

    fn unjudged(&mut self) {
        let unjudged = &self.report.impact.unjudged;
        for one in unjudged {
            sentence(&mut self.out, Role::Help, "not judged", &words::unjudged(one), self.style);
        }
        if !unjudged.is_empty() {
            self.line("");
        }
    }
}

fn role_of(tally: &ImpactTally) -> Role {
    match (tally.broken, tally.affected()) {
        (0, 0) => Role::Good,
        (0, _) => Role::Warning,
        (_, _) => Role::Error,
    }
}
