//! Renders the plan for a terminal. Hazards come first, the next step last, and between them the changes by blueprint.
//! A long plan is abbreviated: some changes in full, more by name, the rest counted.

mod pieces;

use crate::domain::plan::change::{Action, Change};
use crate::domain::plan::hazard::{Consent, Hazard};
use crate::report::escape::clean;
use crate::report::impact::text::paragraph;
use crate::report::plan::delivery::{DeliveringCluster, NotArriving};
use crate::report::plan::drift::{self, DriftSection};
use crate::report::plan::foreign::foreign_at_rest;
use crate::report::plan::input::{Complaint, Resolved};
use crate::report::plan::sections::{self, Section};
use crate::report::plan::words;
use crate::report::style::{Role, Style, wrap};
use crate::text::plural::{count, grouped};

use pieces::Pen;

/// Limits for one blueprint and one kind of change.
const MAX_IN_FULL: usize = 20;
const MAX_BY_NAME: usize = 60;
/// Deletes are listed by name up to a higher limit, because they matter most.
const MAX_DELETES_BY_NAME: usize = 400;
/// The limit for a whole plan, however many blueprints it has.
const MAX_IN_FULL_OF_ALL: usize = 120;
/// If a plan creates more entities, they are listed only by name, because the manifests show the rest.
const MAX_CREATED_IN_FULL: usize = 24;
const MAX_BY_NAME_OF_ALL: usize = 1_000;
const MAX_HAZARDS: usize = 20;
const MAX_ITEMS: usize = 5;
const MAX_NOTES: usize = 20;
const MAX_NOT_ARRIVING: usize = 20;
const MAX_DRIFTED: usize = 20;

pub(super) fn render(resolved: &Resolved<'_>, style: &Style) -> String {
    let pen = Pen { out: String::new(), resolved, style, is_folded: false };
    let mut page = Page { resolved, style, pen, full_left: MAX_IN_FULL_OF_ALL, names_left: MAX_BY_NAME_OF_ALL };
    if resolved.report.is_full {
        (page.full_left, page.names_left) = (usize::MAX, usize::MAX);
    }
    page.subject();
    page.hazards();
    page.obstacles();
    page.changes();
    page.complaints();
    page.delivery();
    page.impact();
    page.drift();
    page.notes();
    page.end();
    page.pen.out
}

struct Page<'p, 'r> {
    resolved: &'p Resolved<'r>,
    style: &'p Style,
    pen: Pen<'p, 'r>,
    full_left: usize,
    names_left: usize,
}

impl Page<'_, '_> {
    fn line(&mut self, line: &str) {
        self.pen.out.push_str(line.trim_end());
        self.pen.out.push('\n');
    }

    fn gap(&mut self) {
        if !self.pen.out.is_empty() && !self.pen.out.ends_with("\n\n") {
            self.pen.out.push('\n');
        }
    }

    /// `label: sentence`, wrapped, with further lines aligned with the sentence.
    fn sentence(&mut self, role: Role, label: &str, sentence: &str) {
        let indent = label.len() + 2;
        let room = self.style.prose().saturating_sub(indent);
        let lines = wrap(&clean(sentence), room, room).join(&format!("\n{}", " ".repeat(indent)));
        self.line(&format!("{} {lines}", self.style.paint(role, &format!("{label}:"))));
    }

    fn most(&self, most: usize) -> usize {
        if self.resolved.report.is_full { usize::MAX } else { most }
    }

    /// Items below a sentence, one per line, limited to `most`.
    fn items(&mut self, items: &[String], most: usize) {
        let most = self.most(most);
        let shown = if items.len() <= most.saturating_add(1) { items.len() } else { most };
        for item in items.iter().take(shown) {
            self.line(&format!("    {}", clean(item)));
        }
        if items.len() > shown {
            self.line(&format!("    and {} more", grouped(items.len() - shown)));
            self.pen.is_folded = true;
        }
    }

    fn subject(&mut self) {
        // A plan without changes is a single line.
        if !self.resolved.report.plan.is_empty() {
            let subject = clean(&words::subject(self.resolved.report)).into_owned();
            self.line(&self.style.paint(Role::Dim, &subject));
            self.gap();
        }
    }

    fn hazards(&mut self) {
        let hazards = &self.resolved.report.plan.hazards;
        let shown = hazards.len().min(self.most(MAX_HAZARDS));
        for hazard in hazards.iter().take(shown) {
            self.hazard(hazard);
        }
        if hazards.len() > shown {
            self.line(&format!("and {}", count(hazards.len() - shown, "more hazard")));
        }
    }

    fn hazard(&mut self, hazard: &Hazard) {
        let hazard_text = words::hazard(hazard, self.resolved);
        let (role, label) = match hazard.consent {
            Consent::Refused => (Role::Error, "refusal"),
            Consent::Approval | Consent::Adoption => (Role::Error, "hazard"),
            Consent::Nothing => (Role::Warning, "warning"),
        };
        self.sentence(role, label, &format!("{}.", hazard_text.sentence));
        self.items(&hazard_text.items, MAX_ITEMS);
    }

    fn obstacles(&mut self) {
        let obstacles = &self.resolved.report.plan.obstacles;
        let shown = obstacles.len().min(self.most(MAX_HAZARDS));
        for obstacle in obstacles.iter().take(shown) {
            self.sentence(Role::Error, "obstacle", &format!("{}.", words::obstacle(obstacle, self.resolved)));
        }
        if obstacles.len() > shown {
            self.line(&format!("and {}", count(obstacles.len() - shown, "more obstacle")));
        }
    }

    fn changes(&mut self) {
        let report = self.resolved.report;
        let all = sections::sections(report);
        // Headings are needed only if there are two kinds of changes.
        let has_base = report.base.is_some();
        for section in &all {
            self.gap();
            if has_base {
                let heading = match section.is_pending {
                    false => "This branch:",
                    true => "Already pending before this branch:",
                };
                self.line(&self.style.paint(Role::Strong, heading));
                self.gap();
            }
            self.section(section);
        }
    }

    fn section(&mut self, section: &Section<'_>) {
        for (blueprint, changes) in &section.groups {
            self.gap();
            self.line(&self.style.paint(Role::Strong, &clean(blueprint)));
            for kind in changes.chunk_by(|one, other| sections::rank(&one.action) == sections::rank(&other.action)) {
                self.kind(kind, section.is_pending);
            }
        }
    }

    /// Changes of one blueprint and one kind.
    fn kind(&mut self, changes: &[&Change], is_pending: bool) {
        let mut full = changes.len().min(self.most(MAX_IN_FULL)).min(self.full_left);
        if full + 1 == changes.len() {
            full += 1;
        }
        let created = self.resolved.report.plan.counts.total.create;
        if changes.first().is_some_and(|it| it.action == Action::Create) && created > self.most(MAX_CREATED_IN_FULL) {
            full = 0;
        }
        self.full_left = self.full_left.saturating_sub(full);
        for change in changes.iter().take(full) {
            self.pen.change(change, is_pending);
        }
        let rest = changes.get(full..).unwrap_or_default();
        let Some(first) = rest.first() else { return };
        self.pen.is_folded = true;
        let is_delete = matches!(first.action, Action::Delete);
        let most = if is_delete { MAX_DELETES_BY_NAME } else { MAX_BY_NAME.min(self.names_left) };
        let named = rest.len().min(most);
        if !is_delete {
            self.names_left = self.names_left.saturating_sub(named);
        }
        let sign = pieces::sign(&first.action, self.style);
        let mut names: Vec<String> =
            rest.iter().take(named).map(|change| clean(&change.key.identifier).into_owned()).collect();
        let more = rest.len() - named;
        if more > 0 {
            let noun = if named == 0 { "" } else { "more " };
            names.push(format!("and {} {noun}to {}", grouped(more), words::action(&first.action)));
        }
        let room = self.style.prose().saturating_sub(4);
        // Names contain no spaces, so lines break only between them.
        let lines = wrap(&names.join(", "), room, room).join("\n    ");
        self.line(&format!("  {sign} {lines}"));
    }

    fn complaints(&mut self) {
        let Some(complaints) = self.resolved.report.complaints else { return };
        self.gap();
        if complaints.is_empty() {
            return self.line("Verified: the catalog accepts every change.");
        }
        for complaint in complaints {
            self.complaint(complaint);
        }
    }

    fn complaint(&mut self, complaint: &Complaint) {
        let change = self.resolved.report.plan.changes.get(complaint.change);
        let name = change.map_or_else(String::new, |change| words::quoted(&change.key));
        let Complaint { status, code, message, .. } = complaint;
        self.sentence(Role::Error, "refused", &format!("{name}, with {status} `{code}`: {message}"));
        if let Some(place) = complaint.place {
            let location = clean(&self.resolved.location(place)).into_owned();
            self.line(&format!("    {}", self.style.paint(Role::Path, &location)));
        }
    }

    fn delivery(&mut self) {
        let Some(delivery) = self.resolved.report.delivery else { return };
        if self.resolved.report.plan.is_empty() && !delivery.has_problems() {
            return;
        }
        self.gap();
        self.sentence(Role::Help, "delivery", &delivery.sentence());
        for cluster in &delivery.clusters {
            for sentence in cluster.deliverer_sentences() {
                self.sentence(Role::Help, "delivery", &sentence);
            }
            if let Some(problem) = cluster.problem() {
                self.sentence(Role::Error, "delivery", &problem);
            }
            for danger in cluster.dangers.iter().take(self.most(MAX_HAZARDS)) {
                let place = danger.location().map(|place| format!(" (`{place}`)")).unwrap_or_default();
                self.sentence(Role::Error, "danger", &format!("{}: {}{place}.", danger.kind, danger.what));
            }
        }
        let of_clusters = delivery.clusters.iter().flat_map(|cluster| &cluster.not_arriving);
        let lines: Vec<String> = delivery.not_delivered.iter().chain(of_clusters).map(not_arriving).collect();
        if !lines.is_empty() {
            self.sentence(Role::Error, "delivery", &format!("{}:", DeliveringCluster::heading(lines.len())));
            self.items(&lines, MAX_NOT_ARRIVING);
        }
        let kept = delivery.clusters.iter().flat_map(|cluster| &cluster.kept);
        let kept: Vec<String> = kept.map(|(key, why)| format!("{}: {why}", words::entity(key))).collect();
        if !kept.is_empty() {
            let entities = count(kept.len(), "entity");
            let them = if kept.len() == 1 { "it" } else { "them" };
            let sentence = format!("{entities} kept, although no manifest declares {them}:");
            self.sentence(Role::Warning, "delivery", &sentence);
            self.items(&kept, MAX_NOT_ARRIVING);
        }
    }

    fn drift(&mut self) {
        let report = self.resolved.report;
        let Some(drift) = DriftSection::of(report) else { return };
        self.gap();
        self.sentence(Role::Warning, "drift", &drift.sentence);
        let item = |change: &&Change| format!("{}: {}", words::entity(&change.key), drift::writer(change, report));
        let items: Vec<String> = drift.changes.iter().map(item).collect();
        self.items(&items, MAX_DRIFTED);
        for (what, command) in &drift.ways_out {
            // A command is not wrapped, because it is there to be copied.
            self.line(&format!("  {}", clean(what)));
            if let Some(command) = command {
                self.line(&format!("    {}", clean(command)));
            }
        }
    }

    fn impact(&mut self) {
        if let Some(report) = &self.resolved.report.impact {
            self.gap();
            self.pen.out.push_str(&paragraph(report, self.style));
        }
    }

    fn notes(&mut self) {
        let plan = self.resolved.report.plan;
        let mut notes: Vec<String> =
            plan.cycles.iter().take(MAX_NOTES).map(|cycle| format!("{}.", words::cycle(cycle))).collect();
        if plan.cycles.len() > MAX_NOTES {
            notes.push(format!("{} not shown.", count(plan.cycles.len() - MAX_NOTES, "more circle")));
        }
        if let Some(sentence) = foreign_at_rest(self.resolved.report) {
            notes.push(sentence);
        }
        notes.extend(self.resolved.report.notes.iter().cloned());
        if !notes.is_empty() {
            self.gap();
        }
        notes.iter().for_each(|note| self.sentence(Role::Help, "note", note));
    }

    fn end(&mut self) {
        let report = self.resolved.report;
        self.gap();
        if self.pen.is_folded {
            // After a push, `portolan diff` would no longer show these changes.
            let is_pushed = !report.says_next_step && report.refusal.is_none();
            // Only a push has a `diff` that shows the same plan, by the same flags.
            let flags = report.push.strip_prefix("portolan push").filter(|flags| !flags.contains("--plan"));
            let more = match flags.filter(|_| !is_pushed) {
                Some(flags) => format!("; `portolan diff{flags} --full` shows them"),
                None => String::new(),
            };
            self.line(&self.style.paint(Role::Dim, &format!("Some changes are abbreviated{more}.")));
        }
        let numbers = words::numbers(report);
        let role = if report.plan.is_empty() && report.given_back == 0 { Role::Good } else { Role::Strong };
        self.line(&format!("{} {numbers}.", self.style.paint(role, "Plan:")));
        // For a refused push, the head already shows the next step.
        let step = words::next_step(report, "above").filter(|_| report.refusal.is_none());
        if let Some(step) = step {
            let is_stuck = !report.plan.obstacles.is_empty() || report.complaints.is_some_and(|it| !it.is_empty());
            let is_asking = !words::consent_flags(report).is_empty() || is_stuck || report.plan.refusals() > 0;
            // The line is not wrapped, because it contains a command to copy.
            let step = clean(&step).into_owned();
            self.line(&if is_asking { self.style.paint(Role::Warning, &step) } else { step });
        }
    }
}

/// ``Entity shop/cart (catalog/cart.yaml:1): unknown field `spec.title` ``
fn not_arriving(one: &NotArriving) -> String {
    let subject = match (&one.name, one.location()) {
        (Some(name), Some(place)) => format!("{name} ({place})"),
        (Some(one), None) => one.clone(),
        (None, Some(place)) => place,
        (None, None) => "the mapping".to_owned(),
    };
    format!("{subject}: {}", one.reason)
}
