//! The sentences about a plan, shared by all formats. Names are in backticks and unescaped; each renderer cleans and
//! escapes what it writes.

use crate::domain::entity::fields::TextField;
use crate::domain::entity::{EntityKey, Record};
use crate::domain::plan::change::{
    Action, ActionKind, Cause, Change, Dependent, Field, FieldChange, OwnerStatus, RelationEffect, RenamedBy,
};
use crate::domain::plan::hazard::{Blocker, Consent, Hazard, HazardKind};
use crate::domain::plan::policy::{PolicyMatch, PolicyVerdict};
use crate::domain::plan::{Cycle, Obstacle, Plan, StepKind, Tally};
use crate::domain::value::Value;
use crate::report::plan::adoption::{AdoptionFlags, adoption_flags};
use crate::report::plan::foreign::{foreign, owner};
use crate::report::plan::inline::inline;
use crate::report::plan::input::{PlanReport, Resolved};
use crate::report::plan::names::MAX_NAMES;
pub(in crate::report) use crate::report::plan::names::{entity, names, quoted, tick};
use crate::text::plural::{count, grouped};

/// The number of characters of a value beside a name.
const MAX_VALUE: usize = 60;

pub(in crate::report) fn sign(action: &Action) -> char {
    match action {
        Action::Create => '+',
        Action::Update => '~',
        Action::Rename { .. } => '>',
        Action::Adopt => '=',
        Action::Delete => '-',
    }
}

pub(in crate::report) fn action(action: &Action) -> &'static str {
    action.kind().word()
}

/// The name of a field, unique within its entity.
pub(in crate::report) fn field(field: &Field) -> String {
    match field {
        Field::Text(field) => field.key().to_owned(),
        Field::Team => "team".to_owned(),
        Field::Property(name) if name.as_ref() == "team" || TextField::of_key(name).is_some() => {
            format!("properties.{name}")
        }
        Field::Property(name) => name.to_string(),
        Field::Relation(name) => format!("relations.{name}"),
    }
}

/// What characterises a change apart from its fields.
pub(in crate::report) fn remark(change: &Change, report: &PlanReport<'_>) -> Option<String> {
    let by = |by: RenamedBy| match by {
        RenamedBy::Annotation => "annotation in its manifest",
        RenamedBy::Move => "file moved",
        RenamedBy::Place => "same file",
        RenamedBy::Content => "same content",
        RenamedBy::Restore => "the push renamed it",
    };
    match (&change.action, change.ownership) {
        (Action::Rename { from, by: why }, _) => Some(format!("renamed from {}: {}", tick(from), by(*why))),
        (Action::Adopt, _) => Some(format!("owner only: adopted unchanged from {}", owner(&change.key, report))),
        (Action::Create | Action::Update | Action::Delete, OwnerStatus::Foreign) => {
            Some(format!("owned by {}", owner(&change.key, report)))
        }
        (Action::Create | Action::Update | Action::Delete, OwnerStatus::New | OwnerStatus::Ours) => None,
    }
}

/// Why a field changes that the manifest does not name. A value that is set without being named is the blueprint's
/// default.
pub(in crate::report) fn cause(change: &FieldChange) -> Option<&'static str> {
    match (change.cause, change.after.is_null()) {
        (Cause::Named, _) => None,
        (Cause::Dropped, true) => Some("set at the merge base, no longer in the manifest"),
        (Cause::Dropped, false) => Some("set at the merge base, no longer in the manifest: the blueprint's default"),
        (Cause::LeftOut, true) => Some("not in the manifest, `write: replace`"),
        (Cause::LeftOut, false) => Some("not in the manifest, `write: replace`: the blueprint's default"),
    }
}

/// `last written by ada, 2026-11-02 08:15 UTC`.
pub(in crate::report) fn written(record: &Record) -> Option<String> {
    let who = record.updated_by.as_deref().or(record.created_by.as_deref());
    let when = record.updated_at.or(record.created_at).map(|moment| {
        let text = moment.to_string();
        text.get(..16).map_or(text.clone(), |minute| format!("{} UTC", minute.replace('T', " ")))
    });
    match (who, when) {
        (Some(who), Some(when)) => Some(format!("last written by {}, {when}", tick(who))),
        (Some(who), None) => Some(format!("last written by {}", tick(who))),
        (None, Some(when)) => Some(format!("last written {when}")),
        (None, None) => None,
    }
}

/// An entity that points to a deleted or renamed one. `action`: what happens to the latter.
pub(in crate::report) fn dependent(dependent: &Dependent, action: ActionKind) -> String {
    let required = if dependent.required { ", which it requires" } else { "" };
    let after = match dependent.after {
        RelationEffect::Left => "",
        RelationEffect::Unnamed => "; its manifest does not set that relation",
        // A renamed entity must have its new identifier before others can point to it.
        RelationEffect::Relinked if action == ActionKind::Rename => "; updated by this plan",
        RelationEffect::Relinked => "; updated first by this plan",
        RelationEffect::Declared => "; its manifest sets that relation",
    };
    format!("{} by {}{required}{after}", quoted(&dependent.key), tick(&dependent.relation))
}

/// A hazard as a sentence, and the items that it is about.
pub(in crate::report) struct HazardText {
    pub sentence: String,
    pub items: Vec<String>,
}

pub(in crate::report) fn hazard(hazard: &Hazard, resolved: &Resolved<'_>) -> HazardText {
    let hazard_text = |sentence: String, items: Vec<String>| HazardText { sentence, items };
    let all = |keys: &[EntityKey]| keys.iter().map(quoted).collect();
    let pointing = |dependents: &[Dependent], action| dependents.iter().map(|it| dependent(it, action)).collect();
    match &hazard.kind {
        HazardKind::Policy { policy, message, verdict, is_of_base, changes } => {
            let named = policy_name(policy, *is_of_base);
            let applies = format!("applies to {}", count(changes.len(), "change"));
            let sentence = match (message, verdict) {
                (Some(message), _) => format!("policy {named}: {}", message.trim_end_matches('.')),
                (None, PolicyVerdict::Refuse) => format!("policy {named} {applies}, and forbids this plan"),
                (None, PolicyVerdict::Hazard) => format!("policy {named} {applies}"),
            };
            hazard_text(sentence, changes.iter().map(policy_match).collect())
        }
        HazardKind::ManyDeletes { blueprint, keys, owned, over_max, over_max_percent } => {
            let whose = blueprint.as_ref().map_or(String::new(), |blueprint| format!(" of {}", tick(blueprint)));
            let over = over_max.map(|max| format!("`prune.max` ({max})"));
            let percent = over_max_percent.map(|max| format!("`prune.max-percent` ({max})"));
            let limits: Vec<String> = over.into_iter().chain(percent).collect();
            let (gone, owned) = (grouped(keys.len()), count(*owned, "entity"));
            let owner = resolved.report.exporters().unwrap_or_else(|| tick(&resolved.report.plan.scope));
            let limits = limits.join(" or ");
            let sentence =
                format!("this plan removes {gone} of {owned}{whose} owned by {owner}; the limit is {limits}");
            hazard_text(sentence, all(keys))
        }
        HazardKind::DeleteWithDependents { key, dependents } => {
            let (points, way_out) = (points(dependents), way_out(dependents, resolved.report));
            let sentence = format!("{} is deleted, but {points} to it{way_out}", quoted(key));
            hazard_text(sentence, pointing(dependents, ActionKind::Delete))
        }
        HazardKind::RenameWithDependents { key, from, dependents } => {
            let points = points(dependents);
            let unnamed = dependents.iter().find(|dependent| dependent.after == RelationEffect::Unnamed);
            let way_out = unnamed.map(|dependent| {
                format!("; a manifest keeps what it does not set, so set {} in it", tick(&dependent.relation))
            });
            let sentence = format!(
                "{} is renamed from {}, but {points} to the old identifier{}",
                quoted(key),
                tick(from),
                way_out.unwrap_or_default()
            );
            hazard_text(sentence, pointing(dependents, ActionKind::Rename))
        }
        HazardKind::Foreign { keys } => {
            let at_rest = &resolved.report.plan.foreign_unchanged;
            let as_it_is = at_rest.iter().map(|key| format!("{} (unchanged)", quoted(key)));
            hazard_text(foreign(keys, resolved.report), keys.iter().map(quoted).chain(as_it_is).collect())
        }
        HazardKind::ChangedSincePush { keys } => {
            let (entities, verb) = (count(keys.len(), "entity"), if keys.len() == 1 { "was" } else { "were" });
            let sentence = format!(
                "{entities} {verb} changed after the push; this plan overwrites or deletes what was written since"
            );
            hazard_text(sentence, all(keys))
        }
        HazardKind::Unseen { blueprint, why, keys } => {
            let read = why.as_ref().map_or("was not read".to_owned(), |why| format!("was read only in part ({why})"));
            let blueprint = tick(blueprint);
            let (entities, they) = (count(keys.len(), "entity"), if keys.len() == 1 { "it" } else { "they" });
            let verb = if keys.len() == 1 { "is" } else { "are" };
            let sentence = format!(
                "{entities} of {blueprint} {verb} to be created, but {blueprint} {read}: {they} may exist with another owner"
            );
            hazard_text(sentence, all(keys))
        }
        HazardKind::UnseenDependents { blueprint, unread } => {
            let unread = names(unread.iter().map(|name| tick(name)), MAX_NAMES);
            hazard_text(
                format!(
                    "entities of {unread} were not read, and may point to entities of {} that this plan deletes or renames",
                    tick(blueprint)
                ),
                vec![],
            )
        }
        HazardKind::StillNeeded { key, by } => {
            let points = points(by);
            hazard_text(
                format!("{} is no longer declared, but is kept, because {points} to it", quoted(key)),
                pointing(by, ActionKind::Delete),
            )
        }
        HazardKind::PruneBlocked { by, keys } => {
            let why: Vec<String> = by.iter().take(MAX_NAMES).map(|blocker| self::blocker(blocker, resolved)).collect();
            let more = by.len() - why.len();
            let more = if more > 0 { format!(", and {} more reasons", grouped(more)) } else { String::new() };
            let stay = match keys.len() {
                0 => String::new(),
                1 => "; 1 entity is no longer declared and is kept".to_owned(),
                number => format!("; {} entities are no longer declared and are kept", grouped(number)),
            };
            hazard_text(format!("nothing is deleted: {}{more}{stay}", why.join(", ")), all(keys))
        }
    }
}

fn policy_name(policy: &str, is_of_base: bool) -> String {
    let where_from = if is_of_base { " (as at the merge base)" } else { "" };
    format!("{}{where_from}", tick(policy))
}

/// ``delete `service/cart` (tier: 1)``
fn policy_match(found: &PolicyMatch) -> String {
    let PolicyMatch { key, action, renamed_from, field, before, after } = found;
    let from = renamed_from.as_ref().map(|from| format!(" from {}", tick(from))).unwrap_or_default();
    let value = |value: &Value| match value {
        Value::Null => "unset".to_owned(),
        set => inline(set, MAX_VALUE),
    };
    let field = field.as_ref().map(|field| {
        let values = match (before, after) {
            (before, Value::Null) if *action == ActionKind::Delete => value(before),
            (Value::Null, after) if *action == ActionKind::Create => value(after),
            (before, after) if before == after => value(before),
            (before, after) => format!("{} → {}", value(before), value(after)),
        };
        format!(" ({}: {values})", self::field(field))
    });
    format!("{} {}{from}{}", action.word(), quoted(key), field.unwrap_or_default())
}

/// The policies that refuse the plan, by name.
pub(in crate::report) fn refusing(plan: &Plan) -> Vec<String> {
    let mut names = Vec::new();
    for hazard in plan.hazards.iter().filter(|hazard| hazard.consent == Consent::Refused) {
        if let HazardKind::Policy { policy, is_of_base, .. } = &hazard.kind {
            names.push(policy_name(policy, *is_of_base));
        }
    }
    names
}

/// ``the policies `a` and `b` forbid it``; `None`: no policy refuses the plan.
pub(in crate::report) fn refusal_by_policy(plan: &Plan) -> Option<String> {
    let refusing = refusing(plan);
    let named = names(refusing.iter().cloned(), MAX_NAMES);
    match refusing.len() {
        0 => None,
        1 => Some(format!("the policy {named} forbids it")),
        _ => Some(format!("the policies {named} forbid it")),
    }
}

/// The number of hazards that need an approval, or an adoption.
pub(in crate::report) fn asking(plan: &Plan) -> usize {
    let asks = |consent: Consent| match consent {
        Consent::Approval | Consent::Adoption => true,
        Consent::Refused | Consent::Nothing => false,
    };
    plan.hazards.iter().filter(|hazard| asks(hazard.consent)).count()
}

/// How to clear a relation that a manifest no longer names.
fn way_out(dependents: &[Dependent], report: &PlanReport<'_>) -> String {
    let Some(unnamed) = dependents.iter().find(|dependent| dependent.after == RelationEffect::Unnamed) else {
        return String::new();
    };
    let null = tick(&format!("{}: null", unnamed.relation));
    let base = match (report.base, report.adoption_flags) {
        (Some(_), _) | (None, AdoptionFlags::Hidden) => "",
        (None, AdoptionFlags::Any | AdoptionFlags::AdoptOnly) => {
            "; if the manifest set it before, `--base` with the target branch does the same"
        }
    };
    format!("; a manifest keeps what it does not set, and {null} clears it{base}")
}

fn points(dependents: &[Dependent]) -> String {
    let verb = if dependents.len() == 1 { "points" } else { "point" };
    format!("{} {verb}", count(dependents.len(), "entity"))
}

pub(in crate::report) fn blocker(blocker: &Blocker, resolved: &Resolved<'_>) -> String {
    match blocker {
        Blocker::Disabled => "pruning is off".to_owned(),
        Blocker::Manifest(place) => format!("{} cannot be used", tick(&resolved.location(*place))),
        Blocker::Read { blueprint, why } => format!("{} was read only in part ({why})", tick(blueprint)),
        Blocker::Folder { path, why } => format!("{} cannot be read ({why})", tick(path)),
    }
}

pub(in crate::report) fn obstacle(obstacle: &Obstacle, resolved: &Resolved<'_>) -> String {
    match obstacle {
        Obstacle::Duplicate { key, places } => {
            let places = names(places.iter().map(|place| tick(&resolved.location(*place))), MAX_NAMES);
            format!("{} is declared more than once: {places}; remove all but one", quoted(key))
        }
        Obstacle::RequiredCycle { step_kind, cycle } => {
            let (verb, or) = match step_kind {
                StepKind::Write | StepKind::Relink => ("created", ", or let one of them point to an existing entity"),
                StepKind::Delete => ("deleted", ""),
            };
            let located = |key: &EntityKey| match resolved.place_of(key) {
                Some(place) => format!("{} ({})", quoted(key), tick(&resolved.location(place))),
                None => quoted(key),
            };
            format!(
                "circle of required relations, so none can be {verb} first: {}; make one of these relations optional in its \
                 blueprint{or}",
                round(cycle, &located)
            )
        }
        Obstacle::MissingTarget { key, relation, target, place } => format!(
            "{} ({}) cannot be written: its relation {} points to {}, which no manifest declares and the catalog does not \
             have; declare it, or correct the relation",
            quoted(key),
            tick(&resolved.location(*place)),
            tick(relation),
            quoted(target)
        ),
    }
}

pub(in crate::report) fn cycle(cycle: &Cycle) -> String {
    let entities = count(cycle.members.len(), "entity");
    format!("{entities} point to each other and are written in two steps: {}", round(cycle, &quoted))
}

/// `a -> b -> a`.
fn round(cycle: &Cycle, name: &dyn Fn(&EntityKey) -> String) -> String {
    let path = &cycle.path;
    let mut parts: Vec<String> = path.iter().take(MAX_NAMES).map(name).collect();
    if path.len() > MAX_NAMES {
        parts.push(format!("{} more", grouped(path.len() - MAX_NAMES)));
    }
    parts.extend(path.first().map(quoted));
    parts.join(" -> ")
}

/// What the plan is for: scope, catalog, commit, base.
pub(in crate::report) fn subject(report: &PlanReport<'_>) -> String {
    let mut text = format!("Plan for {} in {}", tick(&report.plan.scope), report.catalog);
    if report.refusal.is_some() {
        // Near the digest that approves the plan, there must be no commit to copy by mistake.
        return text;
    }
    if let Some(revision) = report.revision {
        let commit = revision.short_commit().map(|commit| format!(", commit {commit}")).unwrap_or_default();
        let dirty = if revision.is_dirty { " with uncommitted changes" } else { "" };
        text.push_str(&format!("{commit}{dirty}"));
    }
    if let Some(base) = report.base {
        text.push_str(&format!(", compared with {} ({})", tick(&base.name), base.short_commit()));
    }
    text
}

/// The line of counts, in a form for searching: plain digits, and always the four verbs.
pub(in crate::report) fn numbers(report: &PlanReport<'_>) -> String {
    let tally = &report.plan.counts.total;
    let mut rest = vec![format!("{} unchanged", tally.unchanged)];
    rest.extend((tally.kept > 0).then(|| format!("{} kept", tally.kept)));
    rest.extend((tally.left_out > 0).then(|| format!("{} not selected", tally.left_out)));
    let rest = rest.join(", ");
    if tally.changes() == 0 && report.given_back == 0 {
        return format!("nothing to do; {rest}");
    }
    let Tally { create, update, delete, rename, .. } = tally;
    let mut text = format!("{create} to create, {update} to update, {delete} to delete, {rename} to rename");
    if tally.adopt > 0 {
        text.push_str(&format!(", {} to adopt", tally.adopt));
    }
    if report.given_back > 0 {
        text.push_str(&format!(", {} to give back", report.given_back));
    }
    let parts = [(tally.foreign, "foreign"), (tally.pending, "already pending")];
    let parts: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    if !parts.is_empty() {
        text.push_str(&format!(" ({})", parts.join(", ")));
    }
    format!("{text}; {rest}")
}

/// The approval flags of a push: `--adopt --approve DIGEST`; empty if it needs none.
pub(in crate::report) fn consent_flags(report: &PlanReport<'_>) -> String {
    let plan = report.plan;
    let adopts = plan.hazards.iter().any(|hazard| hazard.consent == Consent::Adoption);
    let mut flags: Vec<String> = Vec::new();
    flags.extend(adopts.then(|| adoption_flags(plan, report.owners, report.adoption_flags)));
    flags.extend(plan.approval.map(|digest| format!("--approve {digest}")));
    flags.join(" ")
}

/// The command that pushes this plan.
pub(in crate::report) fn command(report: &PlanReport<'_>) -> String {
    let flags = consent_flags(report);
    let gap = if flags.is_empty() { "" } else { " " };
    format!("{}{gap}{flags}", report.push)
}

/// The next step as a sentence; `None` if there is none. `where_named` says where the reader finds the hazards.
pub(in crate::report) fn next_step(report: &PlanReport<'_>, where_named: &str) -> Option<String> {
    let plan = report.plan;
    let is_empty = plan.is_empty() && plan.obstacles.is_empty() && report.given_back == 0;
    if !report.says_next_step || is_empty {
        return None;
    }
    if !plan.obstacles.is_empty() {
        let obstacles = count(plan.obstacles.len(), "obstacle");
        let cannot = if report.delivery.is_some() { "Not everything can arrive" } else { "The plan cannot be pushed" };
        return Some(format!("{cannot}: {obstacles} (listed {where_named})."));
    }
    if let Some(refused) = report.complaints.map(<[_]>::len).filter(|refused| *refused > 0) {
        let changes = count(refused, "change");
        return Some(format!("The catalog would reject {changes} (listed {where_named})."));
    }
    if report.is_only_branch {
        return Some(
            "Changes that were already pending are not shown; drop `--only-branch` to see what a push does.".to_owned(),
        );
    }
    if let Some(refusal) = refusal_by_policy(plan) {
        let cannot = if report.delivery.is_some() { "This change is not allowed" } else { "The plan cannot be pushed" };
        return Some(format!("{cannot}: {refusal} (listed {where_named}). No approval helps."));
    }
    let asking = asking(plan);
    if let Some(delivery) = report.delivery {
        let exporters = delivery.exporters();
        return match asking {
            // The sentence about the delivery says who writes.
            0 => None,
            number => Some(format!(
                "{} (listed {where_named}), and {exporters} will not ask. `diff --fail-on hazard` accepts: {}",
                count(number, "hazard"),
                tick(&consent_flags(report))
            )),
        };
    }
    let command = tick(&command(report));
    Some(match asking {
        0 => format!("To apply it: {command}"),
        1 => format!("1 hazard needs approval (listed {where_named}): {command}"),
        number => format!("{} hazards need approval (listed {where_named}): {command}", grouped(number)),
    })
}
