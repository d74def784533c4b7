//! Finds the hazards of a plan. A rename deletes nothing, but relations of other entities may still name the old
//! identifier.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::change::{Action, Dependent, OwnerStatus, RelationEffect};
use crate::domain::plan::hazard::{Blocker, Consent, Hazard, HazardKind};
use crate::domain::plan::policy::PolicyVerdict;
use crate::domain::plan::write_mode::PruneRule;
use crate::domain::snapshot::Completeness;

use super::adoption::Adoption;
use super::input::{ChangeDraft, PlanInput};
use super::needed::Needed;
use super::{digest, ownership};

/// Owned entities that are no longer declared but kept.
pub(super) struct KeptEntities<'s, 'q> {
    /// Kept because of the blockers.
    pub kept: &'s [&'q Entity],
    pub blockers: Vec<Blocker>,
    pub needed: &'s [Needed<'q>],
}

/// `policies`: what the policies of the config found.
pub(super) fn find(
    input: &PlanInput<'_>,
    drafts: &[ChangeDraft<'_>],
    adoption: &Adoption<'_>,
    policies: Vec<HazardKind>,
    kept_entities: KeptEntities<'_, '_>,
) -> Vec<Hazard> {
    let KeptEntities { kept, blockers, needed } = kept_entities;
    let mut kinds = policies;
    kinds.extend(many_deletes(input, drafts));
    kinds.extend(dependents(drafts));
    kinds.extend(foreign(adoption, drafts));
    kinds.extend(changed_since_push(input, drafts));
    kinds.extend(unseen(input, drafts));
    kinds.extend(unseen_dependents(input, drafts));
    let still_needed = |it: &Needed<'_>| HazardKind::StillNeeded { key: it.entity.key.clone(), by: it.by.clone() };
    kinds.extend(needed.iter().map(still_needed));
    // A disabled prune that keeps nothing is not worth a notice.
    if !kept.is_empty() || blockers.iter().any(|blocker| *blocker != Blocker::Disabled) {
        let keys = kept.iter().map(|entity| entity.key.clone()).collect();
        kinds.push(HazardKind::PruneBlocked { by: blockers, keys });
    }
    let hazard = |kind| Hazard { consent: consent(&kind), digest: digest::of_hazard(&kind), kind };
    kinds.into_iter().map(hazard).collect()
}

/// The consent that a hazard of this kind requires.
pub(super) fn consent(kind: &HazardKind) -> Consent {
    match kind {
        HazardKind::ManyDeletes { .. }
        | HazardKind::DeleteWithDependents { .. }
        | HazardKind::RenameWithDependents { .. }
        | HazardKind::ChangedSincePush { .. }
        | HazardKind::Unseen { .. }
        | HazardKind::Policy { verdict: PolicyVerdict::Hazard, .. } => Consent::Approval,
        HazardKind::Policy { verdict: PolicyVerdict::Refuse, .. } => Consent::Refused,
        HazardKind::Foreign { .. } => Consent::Adoption,
        HazardKind::UnseenDependents { .. } | HazardKind::StillNeeded { .. } | HazardKind::PruneBlocked { .. } => {
            Consent::Nothing
        }
    }
}

/// First over all entities, then by blueprint. If all deleted entities are of one blueprint, only that one is reported.
fn many_deletes(input: &PlanInput<'_>, drafts: &[ChangeDraft<'_>]) -> Vec<HazardKind> {
    let deletes = drafts.iter().filter(|draft| draft.change.action == Action::Delete);
    let deleted: Vec<EntityKey> = deletes.map(|draft| draft.change.key.clone()).collect();
    if deleted.is_empty() {
        return Vec::new();
    }
    let mut owned: HashMap<&str, usize> = HashMap::new();
    let keys = ownership::Owned::new(input.owned);
    for (blueprint, shelf) in &input.actual.blueprints {
        let ours = shelf.entities.iter().filter(|entity| keys.ownership(Some(entity)) == OwnerStatus::Ours);
        owned.insert(blueprint, ours.count());
    }
    let mut by_blueprint: BTreeMap<Arc<str>, Vec<EntityKey>> = BTreeMap::new();
    for key in &deleted {
        by_blueprint.entry(key.blueprint.clone()).or_default().push(key.clone());
    }
    let judge = |blueprint: Option<Arc<str>>, mut keys: Vec<EntityKey>, owned: usize| {
        keys.sort();
        let (rule, count) = (input.prune, keys.len() as u128);
        let over_max = (count > rule.max.into()).then_some(rule.max);
        // In a small set a few entities are a large percentage, so the percentage applies only if all of them go.
        let is_all = keys.len() == owned && owned > 1;
        let is_many = owned >= PruneRule::FEWEST || is_all || rule.max_percent == 0;
        let is_over = is_many && count * 100 > u128::from(rule.max_percent) * owned as u128;
        let over_max_percent = is_over.then_some(rule.max_percent);
        let is_hazard = over_max.is_some() || is_over;
        is_hazard.then_some(HazardKind::ManyDeletes { blueprint, keys, owned, over_max, over_max_percent })
    };
    let over_all = (by_blueprint.len() > 1).then(|| judge(None, deleted, owned.values().sum())).flatten();
    let each = by_blueprint.into_iter().filter_map(|(blueprint, keys)| {
        let owned = owned.get(blueprint.as_ref()).copied().unwrap_or_default();
        judge(Some(blueprint), keys, owned)
    });
    over_all.into_iter().chain(each).collect()
}

fn dependents(drafts: &[ChangeDraft<'_>]) -> impl Iterator<Item = HazardKind> {
    drafts.iter().filter_map(|draft| {
        let change = &draft.change;
        let stays = |dependent: &&Dependent| dependent.after != RelationEffect::Relinked;
        let dependents: Vec<Dependent> = change.dependents.iter().filter(stays).cloned().collect();
        let key = change.key.clone();
        match &change.action {
            Action::Rename { .. } | Action::Delete if dependents.is_empty() => None,
            Action::Rename { from, .. } => {
                Some(HazardKind::RenameWithDependents { key, from: from.clone(), dependents })
            }
            Action::Delete => Some(HazardKind::DeleteWithDependents { key, dependents }),
            Action::Create | Action::Update | Action::Adopt => None,
        }
    })
}

fn foreign(adoption: &Adoption<'_>, drafts: &[ChangeDraft<'_>]) -> Option<HazardKind> {
    let is_foreign =
        |draft: &&ChangeDraft<'_>| draft.change.ownership == OwnerStatus::Foreign && !adoption.takes(&draft.change.key);
    let keys: Vec<EntityKey> = drafts.iter().filter(is_foreign).map(|draft| draft.change.key.clone()).collect();
    (!keys.is_empty()).then_some(HazardKind::Foreign { keys })
}

fn changed_since_push(input: &PlanInput<'_>, drafts: &[ChangeDraft<'_>]) -> Option<HazardKind> {
    let keys = drafts.iter().map(|draft| &draft.change.key);
    let keys: Vec<EntityKey> = keys.filter(|key| input.changed_since.binary_search(key).is_ok()).cloned().collect();
    (!keys.is_empty()).then_some(HazardKind::ChangedSincePush { keys })
}

fn unseen(input: &PlanInput<'_>, drafts: &[ChangeDraft<'_>]) -> Vec<HazardKind> {
    let created = drafts.iter().filter(|draft| draft.change.ownership == OwnerStatus::New);
    let mut unseen: BTreeMap<Arc<str>, (Option<String>, Vec<EntityKey>)> = BTreeMap::new();
    for draft in created {
        let blueprint = &draft.change.key.blueprint;
        let why = match input.actual.blueprints.get(blueprint.as_ref()).map(|shelf| &shelf.completeness) {
            Some(Completeness::Complete) => continue,
            Some(Completeness::Incomplete(why)) => Some(why),
            None => None,
        };
        let entry = unseen.entry(blueprint.clone()).or_insert_with(|| (why.cloned(), Vec::new()));
        entry.1.push(draft.change.key.clone());
    }
    unseen.into_iter().map(|(blueprint, (why, keys))| HazardKind::Unseen { blueprint, why, keys }).collect()
}

fn unseen_dependents(input: &PlanInput<'_>, drafts: &[ChangeDraft<'_>]) -> Vec<HazardKind> {
    let removed = drafts.iter().filter(|draft| draft.change.removed_identifier().is_some());
    let mut unread: BTreeMap<Arc<str>, Vec<Arc<str>>> =
        removed.map(|draft| (draft.change.key.blueprint.clone(), Vec::new())).collect();
    if unread.is_empty() {
        return Vec::new();
    }
    let is_unread = |identifier: &str| {
        let shelf = input.actual.blueprints.get(identifier);
        shelf.is_none_or(|shelf| shelf.completeness != Completeness::Complete)
    };
    for blueprint in input.blueprints.iter().filter(|blueprint| is_unread(&blueprint.identifier)) {
        for relation in &blueprint.relations {
            if let Some(found) = unread.get_mut(relation.target.as_str()) {
                found.push(blueprint.identifier.as_str().into());
            }
        }
    }
    let sorted = unread.into_iter().map(|(blueprint, mut unread)| {
        unread.sort();
        unread.dedup();
        HazardKind::UnseenDependents { blueprint, unread }
    });
    sorted.filter(|kind| !matches!(kind, HazardKind::UnseenDependents { unread, .. } if unread.is_empty())).collect()
}
