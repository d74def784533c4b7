//! Renders the hazards of a comment. A delete that is itself a hazard is listed here with all its details, and not
//! again among the deletes; a hazard about many deletes refers to that list.

use std::collections::BTreeSet;

use crate::domain::entity::EntityKey;
use crate::domain::plan::hazard::{Consent, Hazard, HazardKind};
use crate::report::plan::input::{PlanReport, Resolved};
use crate::report::plan::markdown::budget::{Item, Section};
use crate::report::plan::markdown::pieces::prose;
use crate::report::plan::markdown::{blocks, links};
use crate::report::plan::words;
use crate::text::plural::{count, list};

/// The deletes that [`section`] lists.
pub(super) fn deletes<'r>(report: &PlanReport<'r>) -> BTreeSet<&'r EntityKey> {
    report.plan.hazards.iter().filter_map(|hazard| deleted(report, hazard)).collect()
}

/// The entity whose delete is the hazard.
fn deleted<'r>(report: &PlanReport<'r>, hazard: &'r Hazard) -> Option<&'r EntityKey> {
    let HazardKind::DeleteWithDependents { key, .. } = &hazard.kind else { return None };
    report.plan.changes.binary_search_by(|change| change.key.cmp(key)).ok().map(|_| key)
}

pub(super) fn section(resolved: &Resolved<'_>) -> Section {
    let items = resolved.report.plan.hazards.iter().map(|hazard| item(resolved, hazard));
    Section::new("\n#### Hazards\n\n", "", items.collect(), |more| format!("- and {}\n", count(more, "more hazard")))
}

fn item(resolved: &Resolved<'_>, hazard: &Hazard) -> Item {
    let label = match hazard.consent {
        Consent::Refused => "**Refusal:**",
        Consent::Approval | Consent::Adoption => "**Hazard:**",
        Consent::Nothing => "**Warning:**",
    };
    let importance = if hazard.consent == Consent::Nothing { 3 } else { 0 };
    let hazard_text = words::hazard(hazard, resolved);
    if let HazardKind::ManyDeletes { blueprint, owned, over_max, over_max_percent, .. } = &hazard.kind {
        let whose = blueprint.as_ref().map_or(String::new(), |blueprint| format!(" of {}", words::tick(blueprint)));
        let over = over_max.map(|max| format!("`prune.max` ({max})"));
        let percent = over_max_percent.map(|max| {
            let owned = count(*owned, "entity");
            let owned = match resolved.report.exporters() {
                Some(exporters) => format!("{owned} owned by {exporters}"),
                None => format!("{owned} that this scope owns"),
            };
            format!("`prune.max-percent` ({max} % of the {owned})")
        });
        let limits: Vec<String> = over.into_iter().chain(percent).collect();
        let line = format!("- {label} {}.\n", prose(&format!("the deletes{whose} exceed {}", list(&limits))));
        return Item { importance, rich: line.clone(), brief: line };
    }
    let brief = format!("- {label} {}.\n", prose(&hazard_text.sentence));
    let change = deleted(resolved.report, hazard)
        .and_then(|key| resolved.report.plan.changes.binary_search_by(|change| change.key.cmp(key)).ok())
        .and_then(|at| resolved.report.plan.changes.get(at));
    let rich = match change {
        Some(change) => {
            let page =
                links::page(resolved, change).map(|page| format!(" · [entity page]({page})")).unwrap_or_default();
            blocks::delete(resolved, change, &format!("{label} {}{page}", prose(&hazard_text.sentence)))
        }
        None => brief.clone() + &blocks::inner_list(&hazard_text.items),
    };
    Item { importance, rich, brief }
}
