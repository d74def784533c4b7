//! Forecasts the exporter's next full resync against a live catalog: what it writes, in which order problems, what it
//! deletes and why, and what blocks its deletions. Pure: equal input gives equal output.

mod arrival;
mod causes;
mod departure;
mod difference;
mod entries;
mod masking;
mod refusal;
mod sent;
mod stale;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use arrival::{Arrivals, Sending, arrivals, is_in, links};
use causes::{Causes, stops_object};
use departure::delivery_dangers;
use difference::{changed_fields, kept_fields};
use refusal::{Validators, refusal};
use sent::{Sent, SentEntity};
use stale::{Stale, stale};

pub use masking::masked;

use super::shape::Shapes;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::domain::evaluation::{Evaluation, Origin, Outcome, Problem, ProblemClass};
use crate::domain::forecast::revision::MappedRevision;
use crate::domain::forecast::{
    Arrival, BlockerKind, DeletionBlocker, EntityWrite, Forecast, ForecastOutcome, StayingEntity, StayingReason,
    WriteAction,
};
use crate::domain::plan::change::Field;
use crate::domain::snapshot::Snapshot;
use crate::domain::value::Value;

#[derive(Debug, Clone, Copy)]
pub struct ForecastInput<'a> {
    pub now: &'a MappedRevision,
    pub base: Option<&'a MappedRevision>,
    /// The entities of the catalog: of the blueprints that are sent or owned, and all targets of relations that are sent.
    pub live: &'a Snapshot,
    pub blueprints: &'a Blueprints,
    /// The entities that the exporter owns.
    pub owned: &'a [EntityKey],
    /// Those of the base's state key, if that is another one.
    pub formerly_owned: &'a [EntityKey],
}

/// The targets of the relations that a resync sends, sorted: a forecast must know which of them exist.
pub fn forecast_targets(evaluation: &Evaluation, blueprints: &Blueprints) -> Vec<EntityKey> {
    let sent = Sent::of(evaluation);
    let targets = sent.entities.iter().flat_map(|(key, entity)| links(key, entity, blueprints));
    let targets: BTreeSet<EntityKey> = targets.map(|link| link.target).collect();
    targets.into_iter().collect()
}

pub fn forecast(input: &ForecastInput<'_>) -> Forecast {
    let evaluation = &input.now.evaluation;
    let sent = Sent::of(evaluation);
    let shapes = Shapes::new(input.blueprints);
    let mut validators = Validators::default();
    let mut sendings = Vec::with_capacity(sent.entities.len());
    for (key, entity) in &sent.entities {
        let stored = input.live.get(&key.blueprint, &key.identifier);
        let blueprint = input.blueprints.named(&key.blueprint);
        let refusal = refusal(key, entity, stored, blueprint, &mut validators);
        sendings.push(Sending { key, links: links(key, entity, input.blueprints), refusal });
    }
    let arrivals = arrivals(&sendings, input.live, input.now.creates_missing_targets);
    let mut blockers = of_evaluation(input.now);
    blockers.extend(of_arrivals(input.now, &sent, &sendings, &arrivals));
    let latest = arrivals.of.iter().map(|arrival| match arrival {
        Arrival::InThisResync | Arrival::Never => 1,
        Arrival::Later { resync } => *resync,
    });
    let latest = latest.max().unwrap_or(1);
    let outcome = outcome(evaluation.outcome, !blockers.is_empty(), latest);
    let causes = Causes::new(input.now, input.base);
    let stale = match outcome {
        // The rest of what the exporter would send is not known.
        ForecastOutcome::StartFailed | ForecastOutcome::Crash => Stale { resyncs: 1, ..Stale::default() },
        ForecastOutcome::Complete | ForecastOutcome::OrderDecides | ForecastOutcome::NoDeletion => {
            let is_blocked = outcome == ForecastOutcome::NoDeletion;
            stale(input.owned, &sent, &causes, (input.live, input.blueprints), is_blocked)
        }
    };
    blockers.extend(of_deletions(input.now, &sent, &sendings, &stale));
    let mut dangers = stale.dangers.clone();
    dangers.extend(input.base.into_iter().flat_map(|base| delivery_dangers(input.now, base)));
    let base = input.base.map(|base| Sent::of(&base.evaluation));
    let mut writes = writes(input, &sent, base.as_ref(), &arrivals, &shapes);
    forget_deleted_targets(&mut writes, &stale, input.blueprints);
    Forecast {
        outcome,
        resyncs: blockers.is_empty().then(|| latest + stale.resyncs - 1),
        dangers,
        blockers,
        writes,
        searched: sent.searched,
        stale: stale.entities,
        undecided: stale.undecided,
        staying: staying(input, &sent, base.as_ref()),
        stubs: arrivals.stubs.into_iter().collect(),
    }
}

fn outcome(of_evaluation: Outcome, is_blocked: bool, latest: usize) -> ForecastOutcome {
    match of_evaluation {
        Outcome::StartFailed => ForecastOutcome::StartFailed,
        Outcome::Crash => ForecastOutcome::Crash,
        Outcome::NoDeletion => ForecastOutcome::NoDeletion,
        Outcome::Complete if is_blocked => ForecastOutcome::NoDeletion,
        Outcome::Complete if latest > 1 => ForecastOutcome::OrderDecides,
        Outcome::Complete => ForecastOutcome::Complete,
    }
}

/// What the mapping itself blocks.
fn of_evaluation(now: &MappedRevision) -> Vec<DeletionBlocker> {
    let problems = &now.evaluation.problems;
    let blocker = |(at, problem): (usize, &Problem)| {
        // A crash ends the run, so its problem is the last one; only nulls in lists are reported for several objects.
        let is_crash = problem.class == ProblemClass::NullInList || at + 1 == problems.len();
        let (class, message) = (problem.class, problem.message.clone());
        let field = problem.field.clone().unwrap_or_default();
        let kind = match now.evaluation.outcome {
            Outcome::StartFailed => BlockerKind::StartFailed { field, message },
            Outcome::Crash if is_crash => BlockerKind::Crash { class, field, message },
            Outcome::Crash | Outcome::NoDeletion if stops_object(problem) => {
                BlockerKind::ObjectFails { class, field, message }
            }
            Outcome::Complete | Outcome::Crash | Outcome::NoDeletion => return None,
        };
        let object = problem.object_index;
        Some(DeletionBlocker { kind, entity: None, object, mapping: problem.span })
    };
    problems.iter().enumerate().filter_map(blocker).collect()
}

/// What the catalog refuses.
fn of_arrivals(
    now: &MappedRevision,
    sent: &Sent,
    sendings: &[Sending<'_>],
    arrivals: &Arrivals,
) -> Vec<DeletionBlocker> {
    let blocker = |(at, kind): &(usize, BlockerKind)| {
        let key = sendings[*at].key;
        let field = match kind {
            BlockerKind::MissingTarget { relation, .. } | BlockerKind::TargetRefused { relation, .. } => {
                format!("relations.{relation}")
            }
            BlockerKind::Refused(reason) => reason.field(),
            BlockerKind::RelationCycle { .. }
            | BlockerKind::TargetDeleted { .. }
            | BlockerKind::StartFailed { .. }
            | BlockerKind::Crash { .. }
            | BlockerKind::ObjectFails { .. } => "identifier".to_owned(),
        };
        placed(now, sent, key, &field, kind.clone())
    };
    arrivals.blockers.iter().map(blocker).collect()
}

/// The entities whose targets the resync deletes: from the next one on, the catalog refuses them.
fn of_deletions(now: &MappedRevision, sent: &Sent, sendings: &[Sending<'_>], stale: &Stale) -> Vec<DeletionBlocker> {
    let deleted = stale.deleted();
    let mut found = Vec::new();
    for sending in sendings {
        for link in sending.links.iter().filter(|link| deleted.contains(&link.target)) {
            let (relation, target) = (link.relation.clone(), link.target.clone());
            let field = format!("relations.{relation}");
            found.push(placed(now, sent, sending.key, &field, BlockerKind::TargetDeleted { relation, target }));
        }
    }
    found
}

/// A relation that is not sent loses the targets that the resync deletes.
fn forget_deleted_targets(writes: &mut [EntityWrite], stale: &Stale, blueprints: &Blueprints) {
    let deleted = stale.deleted();
    if deleted.is_empty() {
        return;
    }
    for write in writes {
        let Some(blueprint) = blueprints.named(&write.key.blueprint) else { continue };
        write.kept.retain_mut(|kept| {
            let Field::Relation(name) = &kept.field else { return true };
            let Some(relation) = blueprint.relation(name) else { return true };
            let is_there = |target: &Value| {
                let identifier = target.as_str().unwrap_or_default();
                !deleted
                    .contains(&EntityKey { blueprint: relation.target.as_str().into(), identifier: identifier.into() })
            };
            match &mut kept.value {
                Value::List(targets) => {
                    *targets = std::mem::take(targets).into_iter().filter(is_there).collect();
                    !targets.is_empty()
                }
                target => is_there(target),
            }
        });
    }
}

/// A blocker with the object of its entity, and with the place of the field in the mapping.
fn placed(now: &MappedRevision, sent: &Sent, key: &EntityKey, field: &str, kind: BlockerKind) -> DeletionBlocker {
    let origin = sent.entities.get(key).and_then(|entity| entity.origins.last());
    let mapping = origin.and_then(|origin| place_of(now, *origin, field));
    DeletionBlocker { kind, entity: Some(key.clone()), object: origin.map(|origin| origin.object), mapping }
}

fn place_of(now: &MappedRevision, origin: Origin, field: &str) -> Option<Span> {
    Some(now.entry(origin.entry)?.mappings.get(origin.mapping)?.place_of(field))
}

fn writes(
    input: &ForecastInput<'_>,
    sent: &Sent,
    base: Option<&Sent>,
    arrivals: &Arrivals,
    shapes: &Shapes<'_>,
) -> Vec<EntityWrite> {
    let owned: HashSet<&EntityKey> = input.owned.iter().collect();
    let write = |((key, entity), arrival): ((&EntityKey, &SentEntity), &Arrival)| {
        let stored = input.live.get(&key.blueprint, &key.identifier);
        let shape = shapes.of(&key.blueprint);
        let fields = changed_fields(entity, stored, shape);
        let action = match stored {
            None => WriteAction::Create,
            Some(_) if fields.is_empty() => WriteAction::Unchanged,
            Some(_) => WriteAction::Update,
        };
        let of_base = base.map(|base| base.entities.get(key));
        let mut objects: Vec<usize> = entity.origins.iter().map(|origin| origin.object).collect();
        objects.sort_unstable();
        objects.dedup();
        EntityWrite {
            key: key.clone(),
            action,
            arrival: *arrival,
            fields,
            kept: stored.map(|stored| kept_fields(entity, stored, of_base, shape)).unwrap_or_default(),
            takes_over: stored.is_some() && !owned.contains(key),
            objects,
        }
    };
    sent.entities.iter().zip(&arrivals.of).map(write).collect()
}

/// The entities that the base sends and this revision does not, and that another owner keeps.
fn staying(input: &ForecastInput<'_>, sent: &Sent, base: Option<&Sent>) -> Vec<StayingEntity> {
    if input.now.evaluation.outcome == Outcome::StartFailed {
        return Vec::new();
    }
    let owned: HashSet<&EntityKey> = input.owned.iter().collect();
    let mut found: BTreeMap<&EntityKey, StayingReason> = BTreeMap::new();
    for key in base.into_iter().flat_map(|base| base.entities.keys()) {
        let is_there = input.live.blueprints.contains_key(&*key.blueprint) && is_in(input.live, key);
        if is_there && !owned.contains(key) {
            found.insert(key, StayingReason::NotOwned);
        }
    }
    found.extend(input.formerly_owned.iter().map(|key| (key, StayingReason::StateKeyRenamed)));
    let unsent = found.into_iter().filter(|(key, _)| !sent.entities.contains_key(*key) && !owned.contains(key));
    unsent.map(|(key, reason)| StayingEntity { key: key.clone(), reason }).collect()
}
