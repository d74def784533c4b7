//! Renders the plan as a comment on a pull request. The first line says what merging does; hazards and deletes follow,
//! each delete once. A comment may have 65,536 characters: its content is chosen by importance, omitted parts are
//! counted, and the counts, the digest and the commit are never omitted. All text from manifests is escaped, so that it
//! cannot mention a team, link an issue, or end a fence.

mod blocks;
pub(in crate::report) mod budget;
mod delivery;
mod hazards;
mod headline;
mod links;
pub(in crate::report) mod pieces;
mod table;

use std::collections::BTreeMap;

use crate::domain::plan::change::{Action, Change, OwnerStatus};
use crate::report::impact::markdown as impact;
use crate::report::plan::drift::{self, DriftSection};
use crate::report::plan::foreign::foreign_at_rest;
use crate::report::plan::input::{PlanReport, Resolved};
use crate::report::plan::{mermaid, sections, words};
use crate::text::plural::{count, grouped};

use budget::{Item, Section};
use pieces::{MANY, MAX_LENGTH, code, prose};

const ELSEWHERE: &str =
    "\n_Not everything fits here. The JSON report of this job (`--output json=FILE`) has the whole plan._\n";
/// Up to this many changes, their blocks are expanded.
const FEW: usize = 8;
/// The number of creates that are shown of very many.
const SAMPLES: usize = 10;
/// The number of updates that are shown of very many.
const MAX_UPDATES: usize = 50;

pub use headline::Totals;

/// `most`: how long it may be, in bytes. The head is never cut.
pub(super) fn render(resolved: &Resolved<'_>, most: usize) -> String {
    let head = headline::head(resolved.report);
    let mut sections = delivery::sections(resolved.report);
    sections.extend([hazards::section(resolved), obstacles(resolved), complaints(resolved)]);
    sections.extend(drift(resolved));
    sections.extend(resolved.report.impact.iter().flat_map(impact::part));
    sections.push(table::section(resolved.report));
    sections.extend(changes(resolved));
    sections.extend([picture(resolved.report), notes(resolved.report)]);
    let provenance = provenance(resolved.report);
    budget::fit(head, &sections, most.min(MAX_LENGTH).saturating_sub(provenance.len()), ELSEWHERE) + &provenance
}

/// The commits and the run, at the end: near the digest that approves the plan, there must be no other hexadecimal
/// number to copy by mistake.
fn provenance(report: &PlanReport<'_>) -> String {
    let commit = report.revision.and_then(|revision| revision.short_commit());
    let commit = commit.map(|commit| format!("commit {}", code(commit)));
    let base = report.base.map(|base| format!("base {}", code(base.short_commit())));
    let run = report.links.and_then(|links| links.run.as_deref()).map(|run| format!("[this run]({run})"));
    let parts: Vec<String> = commit.into_iter().chain(base).chain(run).collect();
    if parts.is_empty() { String::new() } else { format!("\nMade from {}.\n", parts.join(", ")) }
}

fn obstacles(resolved: &Resolved<'_>) -> Section {
    let items = resolved.report.plan.obstacles.iter().map(|obstacle| {
        let line = format!("- {}.\n", prose(&words::obstacle(obstacle, resolved)));
        Item { importance: 1, rich: line.clone(), brief: line }
    });
    let more = |more| format!("- and {}\n", count(more, "more obstacle"));
    Section::new("\n#### Obstacles\n\n", "", items.collect(), more)
}

fn complaints(resolved: &Resolved<'_>) -> Section {
    let items = resolved.report.complaints.into_iter().flatten().map(|complaint| {
        let change = resolved.report.plan.changes.get(complaint.change);
        let name = change.map_or_else(String::new, |change| format!(" {}", code(&words::entity(&change.key))));
        let place =
            complaint.place.map_or_else(String::new, |place| format!(" in {}", code(&resolved.location(place))));
        let answer = format!("{} {}", complaint.status, code(&complaint.code));
        let brief = format!("-{name}{place}: {answer}\n");
        Item { importance: 2, rich: format!("-{name}{place}: {answer}: {}\n", prose(&complaint.message)), brief }
    });
    let more = |more| format!("- and {} more\n", grouped(more));
    Section::new("\n#### The catalog would reject\n\n", "", items.collect(), more)
}

/// The entities that have drifted, and the ways out.
fn drift(resolved: &Resolved<'_>) -> Option<Section> {
    let report = resolved.report;
    let drift = DriftSection::of(report)?;
    let item = |change: &&Change| {
        let brief = format!("- {}\n", links::entity(resolved, change));
        let rich = format!("- {}: {}\n", links::entity(resolved, change), prose(&drift::writer(change, report)));
        Item { importance: 2, rich, brief }
    };
    let items: Vec<Item> = drift.changes.iter().map(item).collect();
    let mut open = format!("\n#### Drift\n\n{}\n\n", prose(&drift.sentence));
    for (what, command) in &drift.ways_out {
        let command = command.map(|command| format!(" {}", code(command))).unwrap_or_default();
        open.push_str(&format!("- {}{command}\n", prose(what)));
    }
    open.push_str("\nThe entities:\n\n");
    Some(Section::new(&open, "", items, |more| format!("- and {} more\n", grouped(more))))
}

/// The kinds of changes, in order of importance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Delete,
    Rename,
    Foreign,
    Update,
    Create,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Delete, Self::Rename, Self::Foreign, Self::Update, Self::Create];

    fn of(change: &Change) -> Self {
        match (&change.action, change.ownership) {
            (Action::Delete, _) => Self::Delete,
            (Action::Rename { .. }, _) => Self::Rename,
            (Action::Adopt, _) | (Action::Update | Action::Create, OwnerStatus::Foreign) => Self::Foreign,
            (Action::Update, OwnerStatus::New | OwnerStatus::Ours) => Self::Update,
            (Action::Create, OwnerStatus::New | OwnerStatus::Ours) => Self::Create,
        }
    }

    /// The heading of a section. The number of deletes is only in the headline.
    fn heading(self, number: usize, are_some_above: bool) -> String {
        match self {
            Self::Delete if are_some_above => "Other deletes".to_owned(),
            Self::Delete => "Deletes".to_owned(),
            Self::Rename => format!("Renames ({})", grouped(number)),
            Self::Foreign => format!("Owned by others ({})", grouped(number)),
            Self::Update => format!("Updates ({})", grouped(number)),
            Self::Create => format!("Creates ({})", grouped(number)),
        }
    }

    fn nouns(self) -> &'static str {
        match self {
            Self::Delete => "deletes",
            Self::Rename => "renames",
            Self::Foreign => "entities owned by others",
            Self::Update => "updates",
            Self::Create => "creates",
        }
    }

    /// The maximum number of shown changes, out of `number`.
    fn most(self, number: usize) -> usize {
        match self {
            Self::Create if number > MANY => SAMPLES,
            Self::Foreign | Self::Update => MAX_UPDATES,
            // Deletes are listed by name while there is space.
            Self::Delete | Self::Rename | Self::Create => usize::MAX,
        }
    }
}

fn changes(resolved: &Resolved<'_>) -> Vec<Section> {
    let report = resolved.report;
    let is_open = report.plan.changes.len() <= FEW;
    let above = hazards::deletes(report);
    let listed = |change: &&Change| !(change.action == Action::Delete && above.contains(&change.key));
    let (pending, own): (Vec<&Change>, Vec<&Change>) =
        report.plan.changes.iter().filter(listed).partition(|change| sections::is_pending(report, change));
    let mut all: Vec<Section> = Vec::new();
    for (at, kind) in (4_u8..).zip(Kind::ALL) {
        let changes: Vec<&Change> = own.iter().filter(|change| Kind::of(change) == kind).copied().collect();
        let number = changes.len();
        let shown = samples(changes, kind.most(number));
        let whose = if report.base.is_some() { ", by this branch" } else { "" };
        let heading = kind.heading(number, !above.is_empty());
        let mut open = format!("\n#### {heading}{whose}\n\n");
        let is_folded = kind == Kind::Delete && number > MANY;
        if is_folded {
            open.push_str("<details><summary>All of them</summary>\n\n");
        }
        let items: Vec<Item> = shown.iter().map(|change| blocks::item(resolved, change, at, is_open)).collect();
        let omitted = number - items.len();
        let close = if is_folded { "\n</details>\n" } else { "" };
        all.push(Section::new(&open, close, items, move |more| left(more, kind.nouns())).omitting(omitted));
    }
    all.push(self::pending(resolved, pending));
    all
}

fn pending(resolved: &Resolved<'_>, mut pending: Vec<&Change>) -> Section {
    let number = pending.len();
    let open =
        format!("\n<details><summary>{} already pending, before this branch</summary>\n\n", count(number, "change"));
    pending.sort_by_key(|change| sections::rank(&change.action));
    // Deletes are listed by name while there is space.
    let deletes = pending.iter().take_while(|change| change.action == Action::Delete).count();
    pending.truncate(deletes.max(MAX_UPDATES));
    let items: Vec<Item> = pending.iter().map(|change| blocks::item(resolved, change, 10, false)).collect();
    let omitted = number - items.len();
    Section::new(&open, "\n</details>\n", items, |more| left(more, "pending changes")).omitting(omitted)
}

/// A sample of the changes: some of each blueprint, in order.
fn samples(changes: Vec<&Change>, most: usize) -> Vec<&Change> {
    if changes.len() <= most {
        return changes;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, usize)> = Vec::with_capacity(changes.len());
    for (at, change) in changes.iter().enumerate() {
        let of_blueprint = seen.entry(&change.key.blueprint).or_default();
        ranked.push((*of_blueprint, at));
        *of_blueprint += 1;
    }
    ranked.sort_unstable();
    let mut chosen: Vec<usize> = ranked.into_iter().take(most).map(|(_, at)| at).collect();
    chosen.sort_unstable();
    chosen.into_iter().filter_map(|at| changes.get(at).copied()).collect()
}

fn left(more: usize, nouns: &str) -> String {
    format!("\n_… and {} more {nouns}._\n", grouped(more))
}

fn picture(report: &PlanReport<'_>) -> Section {
    let item = mermaid::draw(report.plan, report.blueprints);
    let items = item.into_iter().map(|rich| Item { importance: 11, rich, brief: String::new() });
    let open = "\n<details><summary>Affected entities</summary>\n\n";
    Section::new(open, "\n</details>\n", items.collect(), |_| String::new())
}

fn notes(report: &PlanReport<'_>) -> Section {
    let plan = report.plan;
    let cycles = plan.cycles.iter().map(|cycle| format!("{}.", words::cycle(cycle)));
    let asked = report.complaints.is_some_and(<[_]>::is_empty) && !plan.is_empty();
    let asked = asked.then(|| "Verified: the catalog accepts every change.".to_owned());
    let foreign = foreign_at_rest(report);
    let sentences = asked.into_iter().chain(foreign).chain(report.notes.iter().cloned()).chain(cycles);
    let items = sentences.map(|sentence| {
        let line = format!("> {}\n\n", prose(&sentence));
        Item { importance: 9, rich: line.clone(), brief: line }
    });
    Section::new("\n", "", items.collect(), |more| format!("> and {}\n", count(more, "more note")))
}
