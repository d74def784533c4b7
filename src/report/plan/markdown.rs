//! The plan as a comment under a pull request. A comment may have 65,536 characters: what is in it is chosen by
//! importance, what is left out is counted, and the numbers, the digest and the commit are never left out. Everything of
//! the user's is escaped: a manifest must not mention a team, link an issue, or end a fence.

mod blocks;
pub(in crate::report) mod budget;

use crate::domain::change::{Action, Change, Standing};
use crate::domain::hazard::Consent;
use crate::domain::words::{count, grouped};
use crate::report::comment::head as comment_head;
use crate::report::escape::{markdown, markdown_code};
use crate::report::plan::fields::cut;
use crate::report::plan::{PlanReport, Sited, marker, mermaid, sections, words};

use budget::{Item, Section};

/// In bytes, which are never fewer than characters, however those are counted.
pub(in crate::report) const LENGTH_MAX: usize = 65_000;
const ELSEWHERE: &str = "\nNot all of it fits here: `portolan diff --output json` has the whole plan.\n";
/// Of a name in the head, which is never cut as a whole.
const NAME_MAX: usize = 120;
const SENTENCE_MAX: usize = 500;
/// Of the sentence with a command in it: half of a command is another one.
const STEP_MAX: usize = 10_000;
/// A plan of so few changes is shown unfolded.
const FEW: usize = 8;

pub(super) fn render(sited: &Sited<'_>) -> String {
    let head = head(sited.report);
    let mut sections = vec![hazards(sited), obstacles(sited), complaints(sited)];
    sections.extend(changes(sited));
    sections.extend([picture(sited.report), notes(sited.report)]);
    let provenance = provenance(sited.report);
    budget::fit(head, &sections, LENGTH_MAX - provenance.len(), ELSEWHERE) + &provenance
}

/// The commits, at the end: beside the digest that approves the plan no other hexadecimal number may be copied.
fn provenance(report: &PlanReport<'_>) -> String {
    let commit = report.revision.and_then(|revision| revision.short_commit());
    let commit = commit.map(|commit| format!("commit {}", code(commit)));
    let base = report.base.map(|base| format!("base {}", code(base.short_commit())));
    let commits: Vec<String> = commit.into_iter().chain(base).collect();
    if commits.is_empty() { String::new() } else { format!("\nMade from {}.\n", commits.join(", ")) }
}

pub(in crate::report) fn code(text: &str) -> String {
    markdown_code(&cut(text.to_owned(), NAME_MAX))
}

/// Where a plan is carried out: an address, or words that end in a path.
pub(in crate::report) fn catalog(name: &str) -> String {
    match name.strip_suffix('`').and_then(|name| name.split_once('`')) {
        Some((words, path)) => format!("{}{}", prose(words), code(path)),
        None => code(name),
    }
}

pub(in crate::report) fn prose(text: &str) -> String {
    markdown(&cut(text.to_owned(), SENTENCE_MAX))
}

fn head(report: &PlanReport<'_>) -> String {
    let plan = report.plan;
    let asks = plan.hazards.iter().any(|hazard| hazard.consent != Consent::Nothing);
    let is_refused = report.complaints.is_some_and(|complaints| !complaints.is_empty());
    let sign = match (is_refused || !plan.obstacles.is_empty(), asks, plan.is_empty()) {
        (true, _, _) => "❌ ",
        (false, true, _) => "⚠️ ",
        (false, false, true) => "✅ ",
        (false, false, false) => "",
    };
    let numbers = words::numbers(&plan.counts.total);
    let mut out = match report.refusal {
        None => {
            let is_empty = plan.is_empty() && plan.hazards.is_empty() && plan.obstacles.is_empty();
            let marks = comment_head(&marker(&plan.scope, report.target), is_empty);
            format!("{marks}### {sign}portolan: {numbers}\n\n")
        }
        Some(refusal) => format!(
            "{}\n### ❌ portolan push: refused, nothing was written\n\n{} Plan: {numbers}.\n\n",
            marker(&plan.scope, report.target),
            prose(refusal.reason)
        ),
    };
    out.push_str(&format!("In {}, scope {}", catalog(report.catalog), code(&plan.scope)));
    if report.revision.is_some_and(|revision| revision.is_dirty) {
        out.push_str(", with uncommitted changes");
    }
    // A pipeline names a commit as the base of a push; it is at the end, with the other commits.
    if let Some(base) = report.base.filter(|base| !base.is_named_by_commit()) {
        out.push_str(&format!(", compared with {}", code(&base.name)));
    }
    out.push_str(".\n");
    let step = match report.refusal {
        Some(refusal) => Some(refusal.help.to_owned()),
        None => words::next_step(report, "below"),
    };
    if let Some(step) = step {
        let kind = if asks || is_refused || report.refusal.is_some() || !plan.obstacles.is_empty() {
            "CAUTION"
        } else {
            "NOTE"
        };
        out.push_str(&format!("\n> [!{kind}]\n> {}\n", markdown(&cut(step, STEP_MAX))));
    }
    out
}

fn hazards(sited: &Sited<'_>) -> Section {
    let items = sited.report.plan.hazards.iter().map(|hazard| {
        let told = words::hazard(hazard, sited);
        let label = match hazard.consent {
            Consent::Approval | Consent::Adoption => "**Hazard:**",
            Consent::Nothing => "**Warning:**",
        };
        let brief = format!("- {label} {}.\n", prose(&told.sentence));
        let rich = brief.clone() + &blocks::inner_list(&told.items);
        let asks = hazard.consent != Consent::Nothing;
        Item { importance: if asks { 0 } else { 3 }, rich, brief }
    });
    Section::new("\n#### Hazards\n\n", "", items.collect(), |more| format!("- and {}\n", count(more, "more hazard")))
}

fn obstacles(sited: &Sited<'_>) -> Section {
    let items = sited.report.plan.obstacles.iter().map(|obstacle| {
        let line = format!("- {}.\n", prose(&words::obstacle(obstacle, sited)));
        Item { importance: 1, rich: line.clone(), brief: line }
    });
    let more = |more| format!("- and {}\n", count(more, "more obstacle"));
    Section::new("\n#### Obstacles\n\n", "", items.collect(), more)
}

fn complaints(sited: &Sited<'_>) -> Section {
    let items = sited.report.complaints.into_iter().flatten().map(|complaint| {
        let change = sited.report.plan.changes.get(complaint.change);
        let name = change.map_or_else(String::new, |change| format!(" {}", code(&words::entity(&change.key))));
        let place = complaint.place.map_or_else(String::new, |place| format!(" in {}", code(&sited.location(place))));
        let answer = format!("{} {}", complaint.status, code(&complaint.code));
        let brief = format!("-{name}{place}: {answer}\n");
        Item { importance: 2, rich: format!("-{name}{place}: {answer}: {}\n", prose(&complaint.message)), brief }
    });
    let more = |more| format!("- and {} more\n", grouped(more));
    Section::new("\n#### The catalog would reject\n\n", "", items.collect(), more)
}

/// The kinds of changes, as they are headed and as they matter.
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
        match (&change.action, change.standing) {
            (Action::Delete, _) => Self::Delete,
            (Action::Rename { .. }, _) => Self::Rename,
            (Action::Adopt, _) | (Action::Update | Action::Create, Standing::Foreign) => Self::Foreign,
            (Action::Update, Standing::New | Standing::Ours) => Self::Update,
            (Action::Create, Standing::New | Standing::Ours) => Self::Create,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Delete => "to delete",
            Self::Rename => "to rename",
            Self::Foreign => "to take over from other owners",
            Self::Update => "to update",
            Self::Create => "to create",
        }
    }
}

fn changes(sited: &Sited<'_>) -> Vec<Section> {
    let report = sited.report;
    let is_open = report.plan.changes.len() <= FEW;
    let (pending, own): (Vec<&Change>, Vec<&Change>) =
        report.plan.changes.iter().partition(|change| sections::is_pending(report, change));
    let mut all: Vec<Section> = Vec::new();
    for (at, kind) in (4_u8..).zip(Kind::ALL) {
        let changes: Vec<&Change> = own.iter().filter(|change| Kind::of(change) == kind).copied().collect();
        let whose = if report.base.is_some() { ", by this branch" } else { "" };
        let open = format!("\n#### {} {}{whose}\n\n", grouped(changes.len()), kind.words());
        let items = changes.iter().map(|change| blocks::item(sited, change, at, is_open));
        all.push(Section::new(&open, "", items.collect(), move |more| left(more, kind.words())));
    }
    let open = format!(
        "\n<details><summary>{} already pending, before this branch</summary>\n\n",
        count(pending.len(), "change")
    );
    let mut pending = pending;
    pending.sort_by_key(|change| sections::rank(&change.action));
    let items = pending.iter().map(|change| blocks::item(sited, change, 10, false));
    all.push(Section::new(&open, "\n</details>\n", items.collect(), |more| left(more, "already pending")));
    all
}

fn left(more: usize, words: &str) -> String {
    format!("\n_{} more {words} not shown._\n", grouped(more))
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
    let foreign = words::foreign_at_rest(report);
    let sentences = asked.into_iter().chain(foreign).chain(report.notes.iter().cloned()).chain(cycles);
    let items = sentences.map(|sentence| {
        let line = format!("> {}\n\n", prose(&sentence));
        Item { importance: 9, rich: line.clone(), brief: line }
    });
    Section::new("\n", "", items.collect(), |more| format!("> and {}\n", count(more, "more note")))
}
