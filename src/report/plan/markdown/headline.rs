//! Renders the head of a comment: what merging does, where, and whether it must be approved.

use crate::domain::plan::Tally;
use crate::report::comment;
use crate::report::escape::markdown;
use crate::report::plan::delivery::{ClusterDelivery, DeliveringCluster};
use crate::report::plan::inline::cut;
use crate::report::plan::input::{PlanReport, marker};
use crate::report::plan::markdown::pieces::{catalog, code, prose};
use crate::report::plan::words;
use crate::text::plural::{count, grouped, list};

/// The maximum length of a sentence with a command, large because a truncated command would be a different one.
const MAX_STEP: usize = 10_000;

pub(super) fn head(report: &PlanReport<'_>) -> String {
    let plan = report.plan;
    let arrives = report.delivery.is_none_or(|delivery| !delivery.has_problems());
    let is_empty =
        arrives && report.impact.is_none() && plan.is_empty() && plan.hazards.is_empty() && plan.obstacles.is_empty();
    let mut out = comment::head(&marker(&plan.scope, report.target), is_empty);
    match report.refusal {
        None => out.push_str(&format!("### {}\n\n", Totals::of(report).headline())),
        Some(refusal) => out.push_str(&format!(
            "### ❌ portolan push: refused, nothing was written\n\n{} {}.\n\n",
            prose(refusal.reason),
            effect("The plan", &plan.counts.total)
        )),
    }
    out.push_str(&format!("In {}, scope {}", catalog(report.catalog), code(&plan.scope)));
    if report.revision.is_some_and(|revision| revision.is_dirty) {
        out.push_str(", with uncommitted changes");
    }
    // For a push, CI names the base by a commit; it is shown at the end, with the other commits.
    if let Some(base) = report.base.filter(|base| !base.is_named_by_commit()) {
        out.push_str(&format!(", compared with {}", code(&base.name)));
    }
    out.push_str(&format!(". {}.\n", rest(&plan.counts.total)));
    if let Some(step) = step(report) {
        let kind = if words::asking(report.plan) > 0 || is_stuck(report) || report.refusal.is_some() {
            "CAUTION"
        } else {
            "NOTE"
        };
        out.push_str(&format!("\n> [!{kind}]\n> {}\n", markdown(&cut(step, MAX_STEP))));
    }
    out
}

/// What the headline of a comment is made of: of one plan, or of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub tally: Tally,
    /// Hazards that need approval.
    pub asking: usize,
    /// Policies that refuse the plan.
    pub refusals: usize,
    pub obstacles: usize,
    pub complaints: usize,
    /// Objects that a cluster does not bring to the catalog.
    pub not_arriving: usize,
    /// The exporters of clusters write, and no push.
    pub is_by_exporters: bool,
    /// Without a base this is no pull request, as far as anybody knows.
    pub is_pull_request: bool,
}

impl Totals {
    pub fn of(report: &PlanReport<'_>) -> Self {
        Self {
            tally: report.plan.counts.total,
            asking: words::asking(report.plan),
            refusals: report.plan.refusals(),
            obstacles: report.plan.obstacles.len(),
            complaints: report.complaints.map_or(0, <[_]>::len),
            not_arriving: report.delivery.map_or(0, ClusterDelivery::not_arriving),
            is_by_exporters: report.delivery.is_some(),
            is_pull_request: report.base.is_some(),
        }
    }

    /// Of both plans together.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            tally: self.tally.plus(&other.tally),
            asking: self.asking + other.asking,
            refusals: self.refusals + other.refusals,
            obstacles: self.obstacles + other.obstacles,
            complaints: self.complaints + other.complaints,
            not_arriving: self.not_arriving + other.not_arriving,
            is_by_exporters: self.is_by_exporters || other.is_by_exporters,
            is_pull_request: self.is_pull_request || other.is_pull_request,
        }
    }

    /// No changes, and nothing to approve or to fix.
    pub fn is_empty(&self) -> bool {
        self.tally.changes() + self.asking + self.refusals + self.obstacles + self.complaints + self.not_arriving == 0
    }

    pub fn headline(&self) -> String {
        let sentence = self.effect();
        if self.obstacles > 0 {
            return format!("❌ {} in the way. {sentence}", count(self.obstacles, "obstacle"));
        }
        if self.complaints > 0 {
            return format!("❌ The catalog would reject {}. {sentence}", count(self.complaints, "change"));
        }
        if self.refusals > 0 {
            let (policies, verb) =
                (count(self.refusals, "policy"), if self.refusals == 1 { "forbids" } else { "forbid" });
            return format!("❌ {policies} {verb} this. {sentence}");
        }
        let (sign, more) = match (self.asking + self.not_arriving > 0, self.tally.changes() == 0) {
            (true, _) if self.not_arriving > 0 => {
                ("⚠️ ", format!("; {}", DeliveringCluster::heading(self.not_arriving)))
            }
            (true, _) => ("⚠️ ", String::new()),
            (false, true) => ("✅ ", String::new()),
            (false, false) => ("", String::new()),
        };
        format!("{sign}{sentence}{more}")
    }

    /// `Merging deletes 2 entities, updates 1 and creates 6,000`.
    pub fn effect(&self) -> String {
        let subject = match (self.is_pull_request, self.is_by_exporters) {
            (true, _) => "Merging",
            (false, true) => "The exporter",
            (false, false) => "A push",
        };
        effect(subject, &self.tally)
    }
}

/// `Merging deletes 2 entities, updates 1 and creates 6,000`.
fn effect(subject: &str, tally: &Tally) -> String {
    let verbs = [
        ("deletes", tally.delete),
        ("renames", tally.rename),
        ("adopts", tally.adopt),
        ("updates", tally.update),
        ("creates", tally.create),
    ];
    let mut parts: Vec<String> = Vec::new();
    for (verb, number) in verbs.into_iter().filter(|(_, number)| *number > 0) {
        let noun = if parts.is_empty() { count(number, "entity") } else { grouped(number) };
        parts.push(format!("{verb} {noun}"));
    }
    if parts.is_empty() {
        return format!("{subject} changes nothing in the catalog");
    }
    format!("{subject} {}", list(&parts))
}

/// The other counts: unchanged, kept and left-out entities, and changes that are pending or foreign.
fn rest(tally: &Tally) -> String {
    let some = |number: usize, words: &str| (number > 0).then(|| format!("{} {words}", grouped(number)));
    let of_these = [some(tally.pending, "already pending before this branch"), some(tally.foreign, "owned by others")];
    let of_these: Vec<String> = of_these.into_iter().flatten().collect();
    let mut parts = vec![format!("{} unchanged", grouped(tally.unchanged))];
    parts.extend(some(tally.kept, "no longer declared and kept"));
    parts.extend(some(tally.left_out, "left out"));
    let of_these =
        if of_these.is_empty() { String::new() } else { format!("Of these changes: {}. ", of_these.join(", ")) };
    format!("{of_these}Entities: {}", parts.join(", "))
}

fn is_stuck(report: &PlanReport<'_>) -> bool {
    !report.plan.obstacles.is_empty()
        || report.plan.refusals() > 0
        || report.complaints.is_some_and(|complaints| !complaints.is_empty())
}

/// What a reviewer has to do. It is never a command: the reader of a comment merges, and the pipeline pushes.
fn step(report: &PlanReport<'_>) -> Option<String> {
    if let Some(refusal) = report.refusal {
        return Some(refusal.help.to_owned());
    }
    if is_stuck(report) || report.is_only_branch {
        return words::next_step(report, "below");
    }
    let asking = words::asking(report.plan);
    if !report.says_next_step || asking == 0 {
        return None;
    }
    let (need, them) = if asking == 1 { ("needs", "it") } else { ("need", "them") };
    if let Some(exporters) = report.exporters() {
        return Some(format!(
            "{} (listed below). Review {them} before the merge, because {exporters} will not ask. This check accepts {them} with {}.",
            count(asking, "hazard"),
            words::tick(&words::consent_flags(report))
        ));
    }
    let push = if report.base.is_some() { "the push after the merge" } else { "the push" };
    Some(format!(
        "{} {need} approval (listed below). Review {them}; {push} must then be given {}.",
        count(asking, "hazard"),
        words::tick(&words::consent_flags(report))
    ))
}
