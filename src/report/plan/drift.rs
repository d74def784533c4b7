//! The sentences about drift: declared entities that another writer changed or deleted in the catalog, and the ways out.

use crate::domain::plan::change::{Action, Change};
use crate::domain::plan::drift::ChangedBy;
use crate::report::plan::adoption::adoption_flags;
use crate::report::plan::input::{DriftCommands, PlanReport};
use crate::report::plan::words;
use crate::text::plural::{count, grouped};

/// The part of a report about drift.
pub(in crate::report) struct DriftSection<'r> {
    pub changes: Vec<&'r Change>,
    pub sentence: String,
    /// What to do, and the command, if there is one.
    pub ways_out: Vec<(String, Option<&'r str>)>,
}

/// The number of names in a list of fields.
const MAX_FIELDS: usize = 8;

impl<'r> DriftSection<'r> {
    /// `None`: no entity has drifted, or the report is not about drift.
    pub fn of(report: &PlanReport<'r>) -> Option<Self> {
        let commands = report.drift?;
        let changes: Vec<&Change> =
            report.plan.changes.iter().filter(|change| report.drifted.is_drift(change)).collect();
        if changes.is_empty() {
            return None;
        }
        let missing = changes.iter().filter(|change| change.action == Action::Create).count();
        let others = report.plan.changes.len() - changes.len();
        let sentences = [
            changed_sentence(changes.len() - missing),
            missing_sentence(missing),
            conflict_sentence(&changes, report),
            unknown_sentence(&changes, report),
            pending_sentence(others),
        ];
        let sentence = sentences.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Some(Self { ways_out: ways_out(commands, missing, report), changes, sentence })
    }
}

fn changed_sentence(changed: usize) -> Option<String> {
    let (verb, them) = if changed == 1 { ("has", "it") } else { ("have", "them") };
    let entities = count(changed, "declared entity");
    (changed > 0).then(|| format!("{entities} {verb} drifted: this scope did not write {them} last."))
}

/// The catalog keeps no record of what was deleted, so this is all that is known.
fn missing_sentence(missing: usize) -> Option<String> {
    let (verb, manifests) = if missing == 1 { ("is", "its manifest was") } else { ("are", "their manifests were") };
    let entities = count(missing, "declared entity");
    (missing > 0).then(|| {
        format!(
            "{entities} {verb} missing, although this scope wrote to the catalog after {manifests} committed: deleted there, \
             or left out of that push."
        )
    })
}

fn conflict_sentence(changes: &[&Change], report: &PlanReport<'_>) -> Option<String> {
    let conflicts = fields_by(ChangedBy::Both, changes, report) + fields_by(ChangedBy::Ambiguous, changes, report);
    let (verb, them) = if conflicts == 1 { ("was", "it") } else { ("were", "them") };
    let fields = count(conflicts, "field");
    (conflicts > 0).then(|| {
        format!(
            "{fields} {verb} changed in Git too: `pull --entities --drifted` leaves {them}, `--only` replaces {them}."
        )
    })
}

fn unknown_sentence(changes: &[&Change], report: &PlanReport<'_>) -> Option<String> {
    let unknown = fields_by(ChangedBy::Unknown, changes, report);
    if unknown == 0 {
        return None;
    }
    let fields = count(unknown, "field");
    let fetch = match report.drifted.is_shallow {
        true => ": this clone does not have the whole history (`git fetch --unshallow`)",
        false => ", because Git has no history of the manifests",
    };
    Some(format!("Which side changed {fields} last is not known{fetch}."))
}

fn pending_sentence(others: usize) -> Option<String> {
    match others {
        0 => None,
        1 => Some("The other change is pending: no push has brought it to the catalog.".to_owned()),
        others => {
            Some(format!("The other {} changes are pending: no push has brought them to the catalog.", grouped(others)))
        }
    }
}

fn fields_by(side: ChangedBy, changes: &[&Change], report: &PlanReport<'_>) -> usize {
    changes.iter().map(|change| report.drifted.fields_by(&change.key, side).count()).sum()
}

fn ways_out<'r>(
    commands: DriftCommands<'r>,
    missing: usize,
    report: &PlanReport<'r>,
) -> Vec<(String, Option<&'r str>)> {
    let mut ways_out = Vec::new();
    let exporters = report.exporters();
    if let Some(pull) = commands.pull {
        let take = match exporters {
            Some(_) => "Take the catalog's values into Git:".to_owned(),
            None => {
                let adoption = adoption_flags(report.plan, report.owners, report.adoption_flags);
                format!("Take the catalog's values into Git (the owner stays the same until `push {adoption}`):")
            }
        };
        ways_out.push((take, Some(pull)));
    }
    if missing > 0 {
        let manifests = if missing == 1 { "its manifest" } else { "their manifests" };
        ways_out.push((format!("If a deletion in the catalog was right, delete {manifests} in Git."), None));
    }
    ways_out.push(match exporters {
        Some(exporters) => (format!("The next resync of {exporters} writes Git's values to the catalog."), None),
        None => ("Write Git's values to the catalog:".to_owned(), Some(commands.push)),
    });
    ways_out
}

/// ``service/cart: owned by `ada`; last written by `ada`, 2026-11-02 08:15 UTC; changed in Git too: `title` ``, without the
/// entity.
pub(in crate::report) fn writer(change: &Change, report: &PlanReport<'_>) -> String {
    if change.action == Action::Create {
        return "not in the catalog".to_owned();
    }
    let written = change.record.as_ref().and_then(words::written);
    let mut parts: Vec<String> = words::remark(change, report).into_iter().chain(written).collect();
    for (side, what) in [
        (ChangedBy::Both, "changed in Git after that too"),
        (ChangedBy::Ambiguous, "Git had the catalog's value before"),
    ] {
        let fields: Vec<String> =
            report.drifted.fields_by(&change.key, side).map(|field| words::tick(&field.path())).collect();
        if !fields.is_empty() {
            parts.push(format!("{what}: {}", words::names(fields.into_iter(), MAX_FIELDS)));
        }
    }
    parts.join("; ")
}
