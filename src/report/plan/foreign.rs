//! The sentences about entities of other owners: who owns them, and what takes them over.

use std::collections::BTreeMap;

use crate::domain::entity::EntityKey;
use crate::domain::plan::hazard::Consent;
use crate::report::plan::adoption::{AdoptionFlags, adoption_flags};
use crate::report::plan::input::PlanReport;
use crate::report::plan::names::{MAX_NAMES, names, quoted, tick};
use crate::text::plural::{count, grouped};

/// The owner, if the catalog does not reveal it.
const ANOTHER_OWNER: &str = "another owner";
/// The number of owners in one sentence.
const MAX_OWNERS: usize = 3;

/// The owner in the form that follows "owned by".
pub(super) fn owner(key: &EntityKey, report: &PlanReport<'_>) -> String {
    report.owner_of(key).map_or_else(|| ANOTHER_OWNER.to_owned(), ToString::to_string)
}

/// The owners of these entities, by descending number of entities: ``scope `acme/other` (3) and another owner (1)``.
fn owners<'k>(keys: impl Iterator<Item = &'k EntityKey>, report: &PlanReport<'_>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    keys.for_each(|key| *counts.entry(owner(key, report)).or_default() += 1);
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    match counts.as_slice() {
        [] => ANOTHER_OWNER.to_owned(),
        [(owner, _)] => owner.clone(),
        several => {
            let named = several.iter().map(|(owner, count)| format!("{owner} ({})", grouped(*count)));
            names(named, MAX_OWNERS)
        }
    }
}

/// The owners of the foreign entities, and what takes them over.
pub(super) fn foreign(keys: &[EntityKey], report: &PlanReport<'_>) -> String {
    let (written, at_rest) = (keys.len(), report.plan.foreign_unchanged.len());
    let owners = owners(keys.iter().chain(&report.plan.foreign_unchanged), report);
    let them = |number: usize| if number == 1 { "it" } else { "them" };
    let are = |number: usize| if number == 1 { "is" } else { "are" };
    let all = written + at_rest;
    if let Some(exporters) = report.exporters() {
        let (entities, them) = (count(all, "declared entity"), them(all));
        return format!(
            "{entities} {} owned by {owners}: {exporters} will take {them} over, and may delete {them} later",
            are(all)
        );
    }
    let takes = match report.adoption_flags {
        AdoptionFlags::Hidden => format!("a push that is allowed to take {} over writes {}", them(all), them(written)),
        AdoptionFlags::Any | AdoptionFlags::AdoptOnly => {
            let flags = adoption_flags(report.plan, report.owners, report.adoption_flags);
            format!("{} writes {}", tick(&flags), them(written))
        }
    };
    let more = match at_rest {
        0 => String::new(),
        _ => format!(", and takes over {} more that {} as declared", grouped(at_rest), are(at_rest)),
    };
    let belong = match all {
        1 => "it belongs".to_owned(),
        2 => "both belong".to_owned(),
        both => format!("all {} belong", grouped(both)),
    };
    let (entities, scope) = (count(written, "entity"), tick(&report.plan.scope));
    format!(
        "{entities} {} owned by {owners}: {takes}{more}; from then on {belong} to {scope}, which may delete {}",
        are(written),
        them(all)
    )
}

/// Foreign entities that are already as declared; `None` also if a hazard reports them.
pub(in crate::report) fn foreign_at_rest(report: &PlanReport<'_>) -> Option<String> {
    let plan = report.plan;
    let keys = &plan.foreign_unchanged;
    if keys.is_empty() || plan.hazards.iter().any(|hazard| hazard.consent == Consent::Adoption) {
        return None;
    }
    let (is, it) = if keys.len() == 1 { ("is", "it") } else { ("are", "them") };
    let (entities, owners) = (count(keys.len(), "declared entity"), owners(keys.iter(), report));
    let names = names(keys.iter().map(quoted), MAX_NAMES);
    let sentence = format!("{entities} {is} owned by {owners}, and already as declared: {names}");
    if let Some(exporters) = report.exporters() {
        return Some(format!("{sentence}; {exporters} will take {it} over."));
    }
    let flags = tick(&adoption_flags(plan, report.owners, report.adoption_flags));
    Some(match report.adoption_flags {
        AdoptionFlags::Hidden => format!("{sentence}."),
        AdoptionFlags::Any | AdoptionFlags::AdoptOnly => format!("{sentence}. {flags} takes {it} over."),
    })
}
