//! The digest that approves a plan's hazards. It covers what the approver has reviewed: the catalog and scope of the
//! plan, each hazard with all its entities, and the manifests of these entities. It does not cover commits, file names
//! or the rest of the plan, so a squash or another merge does not void an approval.
//!
//! A deleted entity has no manifest, which is part of the digest; its content in the catalog is not, because
//! integrations change it all the time. Its owner follows from catalog and scope, because nothing else is deleted.
//! Adoptions are approved by `--adopt` and are not covered.

use std::collections::BTreeSet;

use crate::domain::entity::EntityKey;
use crate::domain::plan::change::Dependent;
use crate::domain::plan::digest::{ApprovalDigest, Digest};
use crate::domain::plan::hazard::{Consent, Hazard, HazardKind};

use super::digest;
use super::input::PlanInput;
use crate::plan::file::fingerprint::Manifests;

/// `None`: no hazard needs approval.
pub(super) fn digest(input: &PlanInput<'_>, hazards: &[Hazard]) -> Option<ApprovalDigest> {
    if !hazards.iter().any(|hazard| hazard.consent == Consent::Approval) {
        return None;
    }
    let mut covered: Vec<&Hazard> = hazards.iter().filter(|hazard| is_covered(hazard)).collect();
    covered.sort_by_key(|hazard| hazard.digest);
    let digests: Vec<Digest> = covered.iter().map(|hazard| hazard.digest).collect();
    let keys: BTreeSet<EntityKey> = covered.iter().flat_map(|hazard| entities(&hazard.kind)).collect();
    let covered_manifests = input.desired.iter().filter(|desired| keys.contains(&desired.key));
    let manifests = Manifests::of(covered_manifests, input.mask);

    let entity = |key: &EntityKey| (key.clone(), input.write.mode(&key.blueprint), manifests.of_key(key));
    let entities: Vec<_> = keys.iter().map(entity).collect();
    let digest = digest::digest("portolan approval 3", (input.destination, digests, entities));
    Some(ApprovalDigest::of(digest))
}

/// Covers hazards that need approval, and those that limit what is known about them. Kept entities are not a hazard of
/// this plan.
fn is_covered(hazard: &Hazard) -> bool {
    match hazard.kind {
        HazardKind::UnseenDependents { .. } => true,
        HazardKind::ManyDeletes { .. }
        | HazardKind::DeleteWithDependents { .. }
        | HazardKind::RenameWithDependents { .. }
        | HazardKind::Foreign { .. }
        | HazardKind::ChangedSincePush { .. }
        | HazardKind::Unseen { .. }
        | HazardKind::Policy { .. }
        | HazardKind::StillNeeded { .. }
        | HazardKind::PruneBlocked { .. } => hazard.consent == Consent::Approval,
    }
}

/// All entities of a hazard.
fn entities(kind: &HazardKind) -> Vec<EntityKey> {
    let with_dependents = |key: &EntityKey, dependents: &[Dependent]| {
        let dependents = dependents.iter().map(|dependent| dependent.key.clone());
        [key.clone()].into_iter().chain(dependents).collect()
    };
    match kind {
        HazardKind::ManyDeletes { keys, .. }
        | HazardKind::Foreign { keys }
        | HazardKind::ChangedSincePush { keys }
        | HazardKind::Unseen { keys, .. }
        | HazardKind::PruneBlocked { keys, .. } => keys.clone(),
        HazardKind::DeleteWithDependents { key, dependents } => with_dependents(key, dependents),
        HazardKind::StillNeeded { key, by } => with_dependents(key, by),
        HazardKind::RenameWithDependents { key, from, dependents } => {
            let mut keys: Vec<EntityKey> = with_dependents(key, dependents);
            keys.push(EntityKey { blueprint: key.blueprint.clone(), identifier: from.clone() });
            keys
        }
        HazardKind::UnseenDependents { .. } => Vec::new(),
        HazardKind::Policy { changes, .. } => {
            let renamed = changes.iter().filter_map(|change| {
                let identifier = change.renamed_from.clone()?;
                Some(EntityKey { blueprint: change.key.blueprint.clone(), identifier })
            });
            changes.iter().map(|change| change.key.clone()).chain(renamed).collect()
        }
    }
}
