//! What fails a `diff`: the kinds of differences, and a verdict on each that says whether it is drift or pending work.

use crate::domain::plan::Plan;
use crate::domain::plan::change::{Action, Change};
use crate::domain::plan::drift::Drift;
use crate::text::plural::{count, grouped};

/// A kind of difference that fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    Hazard,
    Missing,
    Extra,
    Changed,
    Drift,
    Broken,
    Lossy,
    Required,
}

impl FailOn {
    /// Whether it is about the impact of changed blueprints, and not about the plan.
    pub fn is_of_impact(self) -> bool {
        match self {
            Self::Hazard | Self::Missing | Self::Extra | Self::Changed | Self::Drift => false,
            Self::Broken | Self::Lossy | Self::Required => true,
        }
    }

    /// Whether it is about a difference of catalog and manifests.
    pub fn is_of_difference(self) -> bool {
        match self {
            Self::Missing | Self::Extra | Self::Changed | Self::Drift => true,
            Self::Hazard | Self::Broken | Self::Lossy | Self::Required => false,
        }
    }
}

/// The number of entities that differ in this way.
pub(super) fn found(fail_on: FailOn, plan: &Plan, drift: &Drift) -> usize {
    let total = &plan.counts.total;
    match fail_on {
        FailOn::Missing => total.create,
        FailOn::Extra => total.delete + total.kept,
        FailOn::Changed => total.update + total.rename + total.adopt,
        FailOn::Drift => drifted(plan, drift, |_| true),
        FailOn::Hazard | FailOn::Broken | FailOn::Lossy | FailOn::Required => 0,
    }
}

fn drifted(plan: &Plan, drift: &Drift, is_counted: impl Fn(&Change) -> bool) -> usize {
    plan.changes.iter().filter(|change| drift.is_drift(change) && is_counted(change)).count()
}

/// For each kind that fails the run: the number of entities, and whether they have drifted or are pending work.
pub(super) fn verdicts(fail_on: &[FailOn], plan: &Plan, drift: &Drift) -> Vec<String> {
    let is_missing = |change: &Change| change.action == Action::Create;
    let split = |drifted: usize, number: usize| {
        format!("{} drifted, {} pending", grouped(drifted), grouped(number.saturating_sub(drifted)))
    };
    let mut verdicts = Vec::new();
    for kind in fail_on {
        let number = found(*kind, plan, drift);
        if number == 0 {
            continue;
        }
        let (name, why) = match kind {
            FailOn::Missing => ("missing", split(drifted(plan, drift, is_missing), number)),
            FailOn::Extra => ("extra", "pending: this scope wrote them last, and no manifest declares them".to_owned()),
            FailOn::Changed => ("changed", split(drifted(plan, drift, |change| !is_missing(change)), number)),
            FailOn::Drift => ("drift", "changed or deleted in the catalog, not in Git".to_owned()),
            FailOn::Hazard | FailOn::Broken | FailOn::Lossy | FailOn::Required => continue,
        };
        verdicts.push(format!("`--fail-on {name}`: {} ({why}).", count(number, "entity")));
    }
    verdicts
}
