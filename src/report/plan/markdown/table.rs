//! Renders a table of many changes: a row for each blueprint, and a column for each kind of change that occurs.

use crate::domain::plan::Tally;
use crate::report::plan::input::PlanReport;
use crate::report::plan::markdown::budget::{Item, Section};
use crate::report::plan::markdown::pieces::{MANY, code};
use crate::text::plural::grouped;

const MAX_ROWS: usize = 40;
/// The heading of a column, and its count.
type Column = (&'static str, fn(&Tally) -> usize);

const COLUMNS: [Column; 5] = [
    ("Delete", |tally| tally.delete),
    ("Rename", |tally| tally.rename),
    ("Adopt", |tally| tally.adopt),
    ("Update", |tally| tally.update),
    ("Create", |tally| tally.create),
];

pub(super) fn section(report: &PlanReport<'_>) -> Section {
    let plan = report.plan;
    let counts: Vec<(&str, &Tally)> = plan.counts.by_blueprint.iter().map(|(name, tally)| (&**name, tally)).collect();
    let mut rows: Vec<(&str, &Tally)> = counts.into_iter().filter(|(_, tally)| tally.changes() > 0).collect();
    if plan.changes.len() <= MANY {
        return Section::new("", "", Vec::new(), |_| String::new());
    }
    rows.sort_by_key(|(_, tally)| (std::cmp::Reverse(tally.delete), std::cmp::Reverse(tally.changes())));
    let columns: Vec<_> = COLUMNS.iter().filter(|(_, number)| number(&plan.counts.total) > 0).collect();
    let line = |name: &str, number: &dyn Fn(fn(&Tally) -> usize) -> usize| {
        let cells = columns.iter().map(|(_, of)| format!(" {} |", grouped(number(*of))));
        format!("| {name} |{}\n", cells.collect::<String>())
    };
    let heads: String = columns.iter().map(|(name, _)| format!(" {name} |")).collect();
    let mut text = format!("| Blueprint |{heads}\n|---|{}\n", "---:|".repeat(columns.len()));
    for (name, tally) in rows.iter().take(MAX_ROWS) {
        text.push_str(&line(&code(name), &|of| of(tally)));
    }
    let more = rows.get(MAX_ROWS..).unwrap_or_default();
    if !more.is_empty() {
        let name = format!("{} more", grouped(more.len()));
        text.push_str(&line(&name, &|of| more.iter().map(|(_, tally)| of(tally)).sum()));
    }
    let item = Item { importance: 1, rich: text.clone(), brief: text };
    Section::new("\n", "", vec![item], |_| String::new())
}
