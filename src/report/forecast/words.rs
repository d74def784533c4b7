//! The sentences of a forecast. Names are in backticks and unescaped; each format cleans what it writes.

use crate::domain::blueprint::property_validator::{NumberLimit, SizeLimit, SizeUnit, Violation};
use crate::domain::blueprint::required::Lack;
use crate::domain::evaluation::ProblemClass;
use crate::domain::forecast::{
    BlockerKind, CausePlace, Danger, DangerKind, ForecastOutcome, RefusalReason, StaleCause, StaleEffect,
    StayingReason, UndecidedReason,
};
use crate::report::plan::words::{names, quoted, tick};
use crate::report::style::Role;
use crate::text::plural::{count, grouped};

/// The number of names in one sentence.
const MAX_NAMES: usize = 5;

pub(super) fn outcome(outcome: ForecastOutcome) -> (Role, &'static str) {
    match outcome {
        ForecastOutcome::Complete => {
            (Role::Good, "the exporter sends all entities and deletes the owned ones that it does not send")
        }
        ForecastOutcome::OrderDecides => (
            Role::Warning,
            "new entities point to new ones, and the exporter sends them in random order: what comes before its target is refused, and then nothing is deleted in this resync",
        ),
        ForecastOutcome::NoDeletion => (
            Role::Error,
            "something fails or is refused, so the exporter deletes nothing, in this resync and all later ones",
        ),
        ForecastOutcome::StartFailed => {
            (Role::Error, "the exporter does not start with this mapping, so nothing is written")
        }
        ForecastOutcome::Crash => (Role::Error, "the exporter crashes, and does so again at every start"),
    }
}

/// What happened, as a clause.
pub(super) fn danger(danger: &Danger) -> String {
    let is_of_object = matches!(danger.place, CausePlace::Object(_));
    let by = if is_of_object { "of a changed manifest " } else { "" };
    let after = danger.after.as_deref().map(tick).unwrap_or_default();
    let before = danger.before.as_deref().map(tick).unwrap_or_default();
    match danger.kind {
        DangerKind::ConfigNull => "the config is null, so the exporter maps nothing".to_owned(),
        DangerKind::MapsNothing => "the mapping has no entries, so the exporter maps nothing".to_owned(),
        DangerKind::EntryRemoved => format!("the entry of the kind {before} maps nothing any longer"),
        DangerKind::MappingRemoved => format!("a mapping of the kind {before} is gone"),
        DangerKind::KindUnresolved => {
            let was = if before.is_empty() { String::new() } else { format!(" (was {before})") };
            format!("the kind {after}{was} does not resolve")
        }
        DangerKind::SelectorFalse => format!("the selector {by}is no longer true"),
        DangerKind::ItemsGone => format!("`itemsToParse` {by}yields fewer items"),
        DangerKind::IdentifierChanged => format!("the identifier {by}is different now"),
        DangerKind::BlueprintChanged => format!("the blueprint {by}is different now"),
        DangerKind::StateKeyRenamed => {
            let now = if after.is_empty() { "is removed".to_owned() } else { format!("is now {after}") };
            format!("the state key {now} (was {before}), and this cluster does not send what the new one owns")
        }
        DangerKind::DelivererRemoved => {
            format!("{before} is removed, and the cluster deletes what it delivered")
        }
        DangerKind::ApplicationRemoved => {
            let set = if after.is_empty() { String::new() } else { format!(" {after}") };
            format!("the ApplicationSet{set} no longer makes {before}, whose finalizer deletes all of its objects")
        }
        DangerKind::DelivererPathChanged => format!(
            "the path of a deliverer is now {after} (was {before}), and it deletes what it no longer finds there"
        ),
        DangerKind::ManifestLeftOut => {
            format!("{before} no longer takes manifests that are still in the repository, and deletes their objects")
        }
        DangerKind::BuildFails => format!(
            "the build of {before} fails ({}): it deletes nothing, but nothing that changes arrives until that is fixed",
            danger.after.as_deref().unwrap_or_default()
        ),
        DangerKind::DelivererSuspended => {
            format!("{before} {}: it deletes nothing, but nothing that changes arrives", idle(danger))
        }
        DangerKind::PruneOn => format!(
            "{before} prunes from now on: it deletes at once what was removed from the repository while it did not"
        ),
        DangerKind::PruneOff => format!(
            "{before} no longer prunes: what is removed from the repository stays in the cluster and in the catalog"
        ),
        DangerKind::ObjectsReplaced => format!(
            "objects have other names or namespaces (first: {before}, now {after}): the old ones are deleted and new ones created, and an entity may be gone in between"
        ),
    }
}

/// Whether `before` and `after` are the text that changed, and not named in the sentence alone.
pub(super) fn shows_texts(kind: DangerKind) -> bool {
    match kind {
        DangerKind::DelivererRemoved
        | DangerKind::ApplicationRemoved
        | DangerKind::ManifestLeftOut
        | DangerKind::BuildFails
        | DangerKind::DelivererSuspended
        | DangerKind::PruneOn
        | DangerKind::PruneOff => false,
        DangerKind::ConfigNull
        | DangerKind::MapsNothing
        | DangerKind::EntryRemoved
        | DangerKind::MappingRemoved
        | DangerKind::KindUnresolved
        | DangerKind::SelectorFalse
        | DangerKind::ItemsGone
        | DangerKind::IdentifierChanged
        | DangerKind::BlueprintChanged
        | DangerKind::StateKeyRenamed
        | DangerKind::DelivererPathChanged
        | DangerKind::ObjectsReplaced => true,
    }
}

/// How a deliverer waits.
fn idle(danger: &Danger) -> &'static str {
    match danger.before.as_deref().is_some_and(|title| title.starts_with("Application")) {
        true => "waits until a person syncs it",
        false => "is suspended",
    }
}

/// What to do about a danger.
pub(super) fn help(kind: DangerKind) -> &'static str {
    match kind {
        DangerKind::ConfigNull | DangerKind::MapsNothing => "restore the entries of the mapping",
        DangerKind::EntryRemoved | DangerKind::MappingRemoved => "restore it, unless its entities should go",
        DangerKind::KindUnresolved => "correct the kind; if the cluster has it, add its CRD to this repository",
        DangerKind::SelectorFalse | DangerKind::ItemsGone => "correct the expression, unless these entities should go",
        DangerKind::IdentifierChanged | DangerKind::BlueprintChanged => {
            "keep it; the catalog does not rename entities: the old ones go, with everything that others wrote to them"
        }
        DangerKind::StateKeyRenamed => "keep the state key; each exporter needs one of its own",
        DangerKind::DelivererRemoved => {
            "restore it, unless all of this should go; to move its manifests, let the new deliverer take over first and turn `prune` off here before"
        }
        DangerKind::ApplicationRemoved => {
            "restore the row, or set `syncPolicy.preserveResourcesOnDeletion: true` in the ApplicationSet first"
        }
        DangerKind::DelivererPathChanged => "correct the path, or move the manifests there in the same change",
        DangerKind::ManifestLeftOut => "list them in a kustomization again, or remove the manifests",
        DangerKind::BuildFails => "correct what ends the build; `portolan lint` shows the place",
        DangerKind::DelivererSuspended => "resume it, if that was not the intention",
        DangerKind::PruneOn => {
            "compare the cluster with the repository first: `flux diff kustomization`, `argocd app diff`"
        }
        DangerKind::PruneOff => "keep `prune: true` for entities; only CRDs should stay",
        DangerKind::ObjectsReplaced => "keep names and namespaces, if nothing depends on the new ones",
    }
}

/// Why nothing is deleted, as a clause about the entity or object.
pub(super) fn blocker(kind: &BlockerKind) -> String {
    match kind {
        BlockerKind::StartFailed { field, message } => named(field, message),
        BlockerKind::Crash { class: ProblemClass::NullInList, field, .. } => {
            format!("{} is null inside a list, which crashes the exporter at every start", tick(field))
        }
        BlockerKind::Crash { field, message, .. } => format!("the exporter crashes: {}", named(field, message)),
        BlockerKind::ObjectFails { field, message, .. } => format!("fails to map: {}", named(field, message)),
        BlockerKind::RelationCycle { members } => {
            let shown: Vec<String> = members.iter().take(MAX_NAMES).map(quoted).collect();
            let more = members.len().saturating_sub(shown.len());
            let more = if more > 0 { format!(" -> {} more", grouped(more)) } else { String::new() };
            let first = members.first().map(quoted).unwrap_or_default();
            format!("never arrives: relations form a circle: {}{more} -> {first}", shown.join(" -> "))
        }
        BlockerKind::MissingTarget { relation, target, is_required } => {
            let required = if *is_required { "required " } else { "" };
            let (relation, target) = (tick(relation), quoted(target));
            format!(
                "never arrives: the target {target} of the {required}relation {relation} is not in the catalog, and no object yields it"
            )
        }
        BlockerKind::TargetRefused { relation, target } => {
            format!("never arrives: the target {} of the relation {} does not arrive", quoted(target), tick(relation))
        }
        BlockerKind::Refused(reason) => format!("the catalog refuses it: {}", refusal(reason)),
        BlockerKind::TargetDeleted { relation, target } => format!(
            "is refused from the resync after this one on: this one deletes {}, the target of its relation {}",
            quoted(target),
            tick(relation)
        ),
    }
}

fn named(field: &str, message: &str) -> String {
    if field.is_empty() { message.to_owned() } else { format!("{}: {message}", tick(field)) }
}

fn lack(lack: Lack) -> &'static str {
    match lack {
        Lack::Absent => "is missing",
        Lack::Null => "is null",
    }
}

pub(super) fn refusal(reason: &RefusalReason) -> String {
    match reason {
        RefusalReason::UnknownBlueprint => "there is no such blueprint".to_owned(),
        RefusalReason::ProtectedBlueprint => "only the platform writes entities of this blueprint".to_owned(),
        RefusalReason::Identifier => "the identifier is not valid".to_owned(),
        RefusalReason::UnknownProperty { name } if &**name == "*" => {
            "the expression of `*` yields no object; write `// {}` after it".to_owned()
        }
        RefusalReason::UnknownProperty { name } => format!("the blueprint has no property {}", tick(name)),
        RefusalReason::Value { name, path, violation } => {
            format!("{} {}", tick(&format!("properties.{name}{path}")), self::violation(violation))
        }
        RefusalReason::MissingProperty { name, lack: how } => {
            format!("the required property {} {}", tick(name), lack(*how))
        }
        RefusalReason::UnknownRelation { name } if &**name == "*" => {
            "the expression of `*` yields no object; write `// {}` after it".to_owned()
        }
        RefusalReason::UnknownRelation { name } => format!("the blueprint has no relation {}", tick(name)),
        RefusalReason::RelationForm { name, many: true } => {
            format!("the relation {} must be a list of identifiers", tick(name))
        }
        RefusalReason::RelationForm { name, many: false } => {
            format!("the relation {} must be one identifier", tick(name))
        }
        RefusalReason::TargetIdentifier { name, target } => {
            format!("the relation {} has the invalid identifier {}", tick(name), tick(target))
        }
        RefusalReason::MissingRelation { name, lack: how } => {
            format!("the required relation {} {}", tick(name), lack(*how))
        }
        RefusalReason::InheritedTeam => "the blueprint inherits the team, so it cannot be set".to_owned(),
        RefusalReason::ProtectedTarget { name, target } => format!(
            "the target {} of the relation {} is missing, and the catalog creates none of its blueprint",
            quoted(target),
            tick(name)
        ),
    }
}

fn violation(violation: &Violation) -> String {
    match violation {
        Violation::Type { expected } => format!("must be of the type {}", expected.join(" or ")),
        Violation::Choice { .. } => "is not one of the allowed values".to_owned(),
        Violation::Constant { .. } => "is not the allowed value".to_owned(),
        Violation::Format { format } => format!("does not have the format {}", tick(format)),
        Violation::Pattern { pattern } => format!("does not match the pattern {}", tick(pattern)),
        Violation::CostlyPattern { pattern } => {
            format!("cannot be compared with the pattern {} in reasonable time", tick(pattern))
        }
        Violation::Number { limit, bound } => match limit {
            NumberLimit::AtLeast => format!("must be at least {bound}"),
            NumberLimit::AtMost => format!("must be at most {bound}"),
            NumberLimit::GreaterThan => format!("must be greater than {bound}"),
            NumberLimit::LessThan => format!("must be less than {bound}"),
            NumberLimit::MultipleOf => format!("must be a multiple of {bound}"),
        },
        Violation::Size { limit, unit, bound } => {
            let limit = match limit {
                SizeLimit::AtLeast => "at least",
                SizeLimit::AtMost => "at most",
            };
            let noun = match unit {
                SizeUnit::Characters => "character",
                SizeUnit::Items => "item",
                SizeUnit::Keys => "key",
            };
            format!("must have {limit} {}", count(usize::try_from(*bound).unwrap_or(usize::MAX), noun))
        }
        Violation::RepeatedItem => "has an item twice".to_owned(),
        Violation::MissingKey { key } => format!("lacks the key {}", tick(key)),
        Violation::ExtraKeys { keys } => {
            format!("has keys that are not allowed: {}", names(keys.iter().map(|key| tick(key)), MAX_NAMES))
        }
        // The message of the validator may contain the value.
        Violation::Other { .. } => "does not match its schema".to_owned(),
    }
}

/// Why an owned entity is not sent.
pub(super) fn stale_cause(cause: StaleCause, dangers: &[Danger]) -> String {
    match cause {
        StaleCause::ObjectRemoved => "its manifest was removed".to_owned(),
        StaleCause::ItemRemoved => "its item was removed from the manifest".to_owned(),
        StaleCause::Undeclared => "no object of this repository yields it".to_owned(),
        StaleCause::Danger(at) => dangers.get(at).map(|danger| danger.kind.name().to_owned()).unwrap_or_default(),
    }
}

/// What becomes of an entity that is not deleted.
pub(super) fn stale_effect(effect: &StaleEffect) -> Option<String> {
    match effect {
        StaleEffect::Deleted => None,
        StaleEffect::Blocked => Some("as soon as deletion is not blocked".to_owned()),
        StaleEffect::Required { by } => {
            let by = names(by.iter().map(quoted), MAX_NAMES);
            Some(format!("stays, because it is required by {by}"))
        }
    }
}

pub(super) fn undecided(reason: UndecidedReason) -> &'static str {
    match reason {
        UndecidedReason::SearchQuery => "a search query may find it",
        UndecidedReason::ObjectsElsewhere => "an object outside of this repository may yield it",
        UndecidedReason::ObjectFails => "its object fails to map, which keeps it for now",
        UndecidedReason::ObjectUndelivered => {
            "its manifest cannot be delivered, so the cluster keeps the object as it was"
        }
        UndecidedReason::ObjectNotPruned => "its deliverer does not prune, so the cluster keeps the object",
        UndecidedReason::DelivererStays => {
            "its deliverer was removed from this repository, but nothing removes it from the cluster"
        }
    }
}

pub(super) fn staying(reason: StayingReason) -> &'static str {
    match reason {
        StayingReason::NotOwned => "another owner wrote it last",
        StayingReason::StateKeyRenamed => "the old state key owns it, and no exporter deletes it any longer",
    }
}
