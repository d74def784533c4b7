//! Orders the changes of a report: this branch's before pending ones, and dangerous ones first. A change is in exactly
//! one section.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::plan::change::{Action, Change, Origin};
use crate::report::plan::input::PlanReport;

/// Changes under one heading.
pub(in crate::report) struct Section<'a> {
    pub is_pending: bool,
    /// By blueprint; within it, by rank and key.
    pub groups: Vec<(&'a Arc<str>, Vec<&'a Change>)>,
}

/// The order of actions: deletes first, creates last.
pub(in crate::report) fn rank(action: &Action) -> u8 {
    match action {
        Action::Delete => 0,
        Action::Rename { .. } => 1,
        Action::Adopt => 2,
        Action::Update => 3,
        Action::Create => 4,
    }
}

/// Whether a change is only pending. Without a base, all changes are in one section.
pub(in crate::report) fn is_pending(report: &PlanReport<'_>, change: &Change) -> bool {
    report.base.is_some() && change.is_only_pending()
}

/// Whether only some of its fields are changed by this branch.
pub(in crate::report) fn is_mixed(report: &PlanReport<'_>, change: &Change) -> bool {
    let has_pending = change.fields.iter().any(|field| field.origin == Origin::AlreadyPending);
    report.base.is_some() && has_pending && !change.is_only_pending()
}

pub(in crate::report) fn sections<'a>(report: &PlanReport<'a>) -> Vec<Section<'a>> {
    let section = |wanted: bool| {
        let mut groups: BTreeMap<&Arc<str>, Vec<&Change>> = BTreeMap::new();
        for change in report.plan.changes.iter().filter(|change| is_pending(report, change) == wanted) {
            groups.entry(&change.key.blueprint).or_default().push(change);
        }
        groups.values_mut().for_each(|changes| changes.sort_by_key(|change| rank(&change.action)));
        Section { is_pending: wanted, groups: groups.into_iter().collect() }
    };
    [section(false), section(true)].into_iter().filter(|section| !section.groups.is_empty()).collect()
}
