//! The planner: computes the changes that make the catalog equal to the manifests. Pure; the same input in any order
//! gives the same plan, byte for byte. Both sides are normalised first (`normalise`), so that the comparison
//! (`compare`) needs no exceptions.

mod adoption;
mod approval_digest;
pub mod backup;
mod compare;
mod content;
mod counts;
mod dependents;
mod digest;
mod drift;
pub mod file;
mod filter;
pub mod forecast;
mod graph;
mod hazards;
pub mod impact;
mod input;
mod masking;
mod needed;
mod normalise;
mod order;
mod origin;
mod ownership;
mod parallel;
mod policies;
mod relevant;
mod removals;
mod rename;
mod requests;
mod shape;
mod targets;

#[cfg(test)]
mod tests;

use crate::domain::entity::desired::Desired;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Action, Change, FieldChange, Origin, OwnerStatus};

pub use digest::of_entity;
pub use drift::{DriftFinder, FieldSearch};
pub use filter::{PulledIn, pulled_in};
pub use input::{Adopt, Deletes, Destination, Move, Only, PlanBasis, PlanInput};
pub use masking::{masked, secrets_of};
pub use origin::Base;
pub use policies::{UnknownName, unknown_names};
pub use relevant::relevant_entities;
pub use rename::{KeptFormer, RenameHint, exchanged, kept_formers, rename_hints, replaced};
pub use requests::write_requests;
pub use targets::{Link, refuse_links, to_look_up, unconfirmed_links};

use adoption::Adoption;
use compare::Sides;
use hazards::KeptEntities;
use input::{ChangeDraft, Comparison};
use origin::{BaseManifests, Past};
use ownership::Owned;
use parallel::map_each;
use removals::Removals;
use rename::{Renamed, Renames};
use shape::Shapes;

pub fn plan(input: &PlanInput<'_>) -> Plan {
    let shapes = Shapes::new(input.blueprints);
    let base_manifests = BaseManifests::new(input.base);
    let owned = Owned::new(input.owned);
    let adoption = Adoption::new(input.adopt);
    let (declared, mut obstacles) = ownership::declared(input.desired);
    let (sides, undeclared) = ownership::stored(input.actual, &declared);
    let Removals { gone, mut kept, needed, blockers } = Removals::find(input, undeclared, &owned, &declared, &shapes);
    let renames = match input.deletes {
        Deletes::Undeclared if input.is_exported => Renames::none(),
        Deletes::Undeclared => {
            let new = declared.iter().zip(&sides).filter(|(_, stored)| stored.is_none());
            let new: Vec<&Desired> = new.map(|(desired, _)| *desired).collect();
            Renames::find(&new, &gone, input.moves, &base_manifests, &shapes)
        }
        // An exporter creates the new one and deletes the old one.
        Deletes::Exporters { .. } => Renames::none(),
        Deletes::Listed(_) => Renames::of_restore(input.desired, input.actual, &owned),
    };
    let (base_manifests, owned) = (&base_manifests, &owned);
    let planner = Planner { input, shapes: &shapes, base_manifests, owned, adoption: &adoption, renames: &renames };

    let sides: Vec<(&Desired, Option<&Entity>)> = declared.iter().copied().zip(sides).collect();
    let (mut drafts, mut unchanged, mut foreign_unchanged) = (Vec::new(), Vec::new(), Vec::new());
    for comparison in map_each(&sides, |(desired, stored)| planner.compare(desired, *stored)) {
        match comparison {
            Comparison::Different(draft) => drafts.push(draft),
            Comparison::Unchanged { key, is_foreign } => {
                unchanged.push(key);
                foreign_unchanged.extend(is_foreign.then(|| key.clone()));
            }
        }
    }
    drafts.extend(gone.iter().filter(|entity| !renames.is_claimed(entity)).map(|entity| planner.delete(entity)));
    let mut left_out = if input.only_branch { leave_out_pending(&mut drafts) } else { Vec::new() };
    left_out
        .extend(input.only.map(|only| crate::plan::filter::narrow(&mut drafts, only, &shapes)).into_iter().flatten());
    drafts.sort_by(|a, b| a.change.key.cmp(&b.change.key));

    dependents::find(&mut drafts, &declared, input.actual, &shapes);
    let order = order::order(&drafts, &shapes);
    obstacles.extend(order.obstacles);
    let kept_by_push: &[&Entity] = match input.deletes {
        Deletes::Undeclared | Deletes::Listed(_) => &kept,
        // What an exporter leaves is no decision of a push; the report says why.
        Deletes::Exporters { .. } => &[],
    };
    let policies = policies::find(input, &drafts, &shapes);
    let kept_entities = KeptEntities { kept: kept_by_push, blockers, needed: &needed };
    let hazards = hazards::find(input, &drafts, &adoption, policies, kept_entities);
    kept.extend(needed.iter().map(|needed| needed.entity));
    let counts = counts::count(&drafts, &unchanged, &kept, &left_out);
    let changes: Vec<Change> = drafts.into_iter().map(|draft| draft.change).collect();
    Plan {
        approval: approval_digest::digest(input, &hazards),
        digest: digest::of_plan(input.mask, input.destination, &changes, &hazards, &obstacles),
        scope: input.destination.scope.to_owned(),
        waves: order.waves,
        cycles: order.cycles,
        foreign_unchanged,
        changes,
        obstacles,
        hazards,
        counts,
    }
}

/// Removes changes that were already pending; returns the keys of the changes left out.
fn leave_out_pending(drafts: &mut Vec<ChangeDraft<'_>>) -> Vec<EntityKey> {
    let mut left_out = Vec::new();
    drafts.retain_mut(|ChangeDraft { change, .. }| {
        if change.is_only_pending() {
            left_out.push(change.key.clone());
            return false;
        }
        // A new entity is always written whole.
        if change.action != Action::Create {
            change.fields.retain(|field| field.origin != Origin::AlreadyPending);
        }
        true
    });
    left_out
}

struct Planner<'p, 'q> {
    input: &'p PlanInput<'q>,
    shapes: &'p Shapes<'q>,
    base_manifests: &'p BaseManifests<'q>,
    owned: &'p Owned<'q>,
    adoption: &'p Adoption<'q>,
    renames: &'p Renames<'q>,
}

impl<'q> Planner<'_, 'q> {
    fn compare(&self, desired: &'q Desired, stored: Option<&'q Entity>) -> Comparison<'q> {
        let key = &desired.key;
        let own_past = self.base_manifests.of(&key.blueprint, &key.identifier);
        let renamed = self.renames.of(key);
        let stored = stored.or(renamed.map(|renamed| renamed.old));
        let ownership = self.owned.ownership(stored);
        let creation = origin::of_creation(own_past);
        let past = match (own_past, renamed) {
            (Past::Absent | Past::Unknown, Some(renamed)) => {
                self.base_manifests.of(&key.blueprint, &renamed.old.key.identifier)
            }
            (past, Some(_) | None) => past,
        };
        let mode = self.input.write.mode(&key.blueprint);
        let fields = compare::fields(Sides {
            wanted: desired,
            past,
            stored,
            shape: self.shapes.of(&key.blueprint),
            mode,
            clears_dropped: self.input.clears_dropped,
        });
        let (action, origin) = match (ownership, renamed) {
            (_, Some(Renamed { old, by })) => (Action::Rename { from: old.key.identifier.clone(), by }, creation),
            (OwnerStatus::New, None) => (Action::Create, creation),
            (OwnerStatus::Foreign, None) if fields.is_empty() && self.adoption.takes(key) => (Action::Adopt, creation),
            (OwnerStatus::Foreign | OwnerStatus::Ours, None) if !fields.is_empty() => {
                (Action::Update, of_fields(&fields))
            }
            (OwnerStatus::Foreign | OwnerStatus::Ours, None) => {
                let is_chosen = self.input.only.is_none_or(|only| only.chooses_manifest(desired));
                return Comparison::Unchanged { key, is_foreign: ownership == OwnerStatus::Foreign && is_chosen };
            }
        };
        let change = Change {
            key: key.clone(),
            action,
            ownership,
            mode,
            origin,
            place: Some(desired.place),
            fields,
            record: stored.map(|stored| stored.record.clone()),
            dependents: Vec::new(),
        };
        Comparison::Different(ChangeDraft { change, wanted: Some(desired), stored })
    }

    fn delete(&self, entity: &'q Entity) -> ChangeDraft<'q> {
        let past = self.base_manifests.of(&entity.key.blueprint, &entity.key.identifier);
        let change = Change {
            key: entity.key.clone(),
            action: Action::Delete,
            ownership: OwnerStatus::Ours,
            mode: self.input.write.mode(&entity.key.blueprint),
            origin: origin::of_deletion(past),
            place: None,
            fields: Vec::new(),
            record: Some(entity.record.clone()),
            dependents: Vec::new(),
        };
        ChangeDraft { change, wanted: None, stored: Some(entity) }
    }
}

/// An update belongs to this branch if at least one of its fields does.
fn of_fields(fields: &[FieldChange]) -> Origin {
    let all = |origin: Origin| fields.iter().all(|field| field.origin == origin);
    match (all(Origin::AlreadyPending), fields.iter().any(|field| field.origin == Origin::ThisBranch)) {
        (true, _) => Origin::AlreadyPending,
        (false, true) => Origin::ThisBranch,
        (false, false) => Origin::Unknown,
    }
}
