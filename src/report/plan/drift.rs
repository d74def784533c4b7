//! The sentences about drift: declared entities that another writer changed in the catalog, and the two ways out.

use crate::domain::plan::change::Change;
use crate::report::plan::input::{DriftCommands, PlanReport};
use crate::report::plan::words;
use crate::text::plural::{count, grouped};

/// The drift of a plan.
pub(in crate::report) struct Drift<'r> {
    pub changes: Vec<&'r Change>,
    pub sentence: String,
    /// What to do, and the command, if there is one.
    pub ways_out: Vec<(String, Option<&'r str>)>,
}

impl<'r> Drift<'r> {
    /// `None`: no entity has drifted, or the report is not about drift.
    pub fn of(report: &PlanReport<'r>) -> Option<Self> {
        let DriftCommands { pull, push } = report.drift?;
        let changes: Vec<&Change> = report.plan.changes.iter().filter(|change| change.has_drifted()).collect();
        if changes.is_empty() {
            return None;
        }
        let others = report.plan.changes.len() - changes.len();
        let (verb, them) = if changes.len() == 1 { ("has", "it") } else { ("have", "them") };
        let entities = count(changes.len(), "declared entity");
        let mut sentence = format!("{entities} {verb} drifted: this scope did not write {them} last.");
        if others > 0 {
            let (verb, it) = if others == 1 { ("is", "it") } else { ("are", "them") };
            let others = match others {
                1 => "The other change".to_owned(),
                others => format!("The other {} changes", grouped(others)),
            };
            sentence.push_str(&format!(" {others} {verb} pending: Git has {it}, the catalog does not."));
        }
        let write_back = match report.exporters() {
            Some(exporters) => (format!("The next resync of {exporters} writes Git's values to the catalog."), None),
            None => ("Write Git's values to the catalog:".to_owned(), Some(push)),
        };
        let ways_out = vec![("Take the catalog's values into Git:".to_owned(), Some(pull)), write_back];
        Some(Self { changes, sentence, ways_out })
    }
}

/// ``service/cart: owned by `ada`; last written by `ada`, 2026-11-02 08:15 UTC``, without the entity.
pub(in crate::report) fn writer(change: &Change, report: &PlanReport<'_>) -> String {
    let written = change.record.as_ref().and_then(words::written);
    let parts: Vec<String> = words::remark(change, report).into_iter().chain(written).collect();
    parts.join("; ")
}
