//! The words of blueprint impact, which all formats share.

use crate::domain::finding::EntityPart;
use crate::domain::impact::{Effect, ImpactTally, Loss, Unjudged, Verdict};
use crate::text::plural::{count, grouped};

/// `broken`
pub(in crate::report) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Broken => "broken",
        Verdict::Lossy => "lossy",
        Verdict::NewlyRequired => "newly required",
        Verdict::Safe => "safe",
    }
}

/// What the verdict means for entities, in a few words.
pub(in crate::report) fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Broken => "refused after the change",
        Verdict::Lossy => "accepted, but with a stored value that is dropped, hidden or recomputed",
        Verdict::NewlyRequired => "refused after the change, until a required value is added",
        Verdict::Safe => "accepted as before",
    }
}

/// `2 broken, 1 lossy, 14 safe`; empty if no entity was judged.
pub(in crate::report) fn tally(tally: &ImpactTally) -> String {
    let ImpactTally { broken, newly_required, lossy, safe } = *tally;
    let parts = [(broken, "broken"), (newly_required, "newly required"), (lossy, "lossy"), (safe, "safe")];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    parts.map(|(number, word)| format!("{} {word}", grouped(number))).collect::<Vec<_>>().join(", ")
}

/// `Impact: 2 broken, 0 newly required, 1 lossy, 14 safe`: scripts find every number.
pub(in crate::report) fn summary(tally: &ImpactTally) -> String {
    let ImpactTally { broken, newly_required, lossy, safe } = *tally;
    let [broken, newly_required, lossy, safe] = [broken, newly_required, lossy, safe].map(grouped);
    format!("Impact: {broken} broken, {newly_required} newly required, {lossy} lossy, {safe} safe")
}

/// What happens, as sentences: why the entity is refused, and what becomes of its value.
pub(in crate::report) fn effect(effect: &Effect) -> String {
    match (&effect.finding, &effect.loss) {
        (Some(finding), Some(loss)) => format!("{} {}", finding.message, remark(loss)).trim_end().to_owned(),
        (Some(finding), None) => finding.message.clone(),
        (None, Some(loss)) => sentence(effect.parts.first(), loss),
        (None, None) => String::new(),
    }
}

/// The help of lint, if there is one.
pub(in crate::report) fn help(effect: &Effect) -> Option<String> {
    effect.finding.as_ref()?.help.as_ref().map(ToString::to_string)
}

fn sentence(of: Option<&EntityPart>, loss: &Loss) -> String {
    let name = match of {
        Some(EntityPart::Property(name)) => format!("Property `{name}`"),
        Some(EntityPart::Relation(name)) => format!("Relation `{name}`"),
        Some(EntityPart::Team) | None => "The team".to_owned(),
    };
    let remark = remark(loss);
    match loss {
        Loss::PropertyRemoved | Loss::RelationRemoved => format!("{name} is removed. {remark}"),
        Loss::Computed(kind) => format!("{name} becomes a {} property. {remark}", kind.word()),
        Loss::TypeChanged { from, to } => {
            format!("{name} changes its type from `{from}` to `{to}`, which only a new property can do. {remark}")
        }
        Loss::Retargeted { from, to } => format!("{name} leads to `{to}` instead of `{from}`. {remark}"),
        Loss::SingleTarget => format!("{name} leads to one entity only. {remark}"),
        Loss::TargetRemoved { blueprint } => {
            format!("{name} leads to the blueprint `{blueprint}`, which is removed. {remark}")
        }
        Loss::TeamInherited { path } => format!("{name} is inherited through `{path}` instead. {remark}"),
        Loss::TeamNotInherited { path } => format!("{name} is no longer inherited through `{path}`. {remark}"),
        Loss::BlueprintRemoved => "The blueprint is removed: the catalog would refuse the entity.".to_owned(),
    }
}

/// What becomes of the stored value.
fn remark(loss: &Loss) -> &'static str {
    match loss {
        Loss::PropertyRemoved => "The catalog drops or hides the stored value.",
        Loss::Computed(_) => "The catalog computes the value and no longer shows the stored one.",
        Loss::TypeChanged { .. } => "The stored value is lost.",
        Loss::RelationRemoved | Loss::Retargeted { .. } | Loss::TargetRemoved { .. } => "The stored targets are lost.",
        Loss::SingleTarget => "The other stored targets are lost.",
        Loss::TeamInherited { .. } => "The entity gets the team of another entity.",
        Loss::TeamNotInherited { .. } => "The entity loses its team.",
        Loss::BlueprintRemoved => "",
    }
}

/// A sentence about what was not judged, with the reason.
pub(in crate::report) fn unjudged(unjudged: &Unjudged) -> String {
    match unjudged {
        Unjudged::NoEntity { blueprint } => {
            format!("The blueprint `{blueprint}`: no manifest declares an entity of it.")
        }
        Unjudged::CatalogNotRead => {
            "Entities that only the catalog has, which was not read (`diff --blueprints ... --live` reads it)."
                .to_owned()
        }
        Unjudged::Incomplete { blueprint, reason } => {
            format!("Some entities of the blueprint `{blueprint}`: {reason}.")
        }
        Unjudged::Unreadable { manifests: 1 } => "The entities of 1 manifest that cannot be read.".to_owned(),
        Unjudged::Unreadable { manifests } => {
            format!("The entities of {} manifests that cannot be read.", grouped(*manifests))
        }
        Unjudged::Silenced { findings } => {
            format!("{} that ignore comments silence.", count(*findings, "finding"))
        }
    }
}
