//! The planner: computes the changes that make the catalog equal to the manifests. Pure; the same input in any order
//! gives the same plan, byte for byte. Both sides are first normalised (`normalise`), so that the comparison
//! (`compare`) has no exceptions.

mod acts;
mod approval;
pub mod binding;
mod compare;
mod counts;
mod dependents;
mod digest;
mod graph;
mod hazards;
mod masking;
mod needed;
mod normalise;
mod only;
mod order;
mod origin;
mod ownership;
mod portrait;
mod rename;
mod shape;
mod targets;

#[cfg(test)]
mod tests;

use crate::domain::blueprint::Blueprint;
use crate::domain::change::{Action, Change, FieldChange, Origin, Standing};
use crate::domain::desired::Desired;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::hazard::Blocker;
use crate::domain::plan::Plan;
use crate::domain::snapshot::Snapshot;
use crate::domain::write::{PruneRule, Write};
use crate::text::mask::Mask;

pub use acts::acts;
pub use digest::of_entity;
pub use masking::{masked, secrets_of};
pub use only::{Along, Only, along};
pub use origin::Base;
pub use rename::{Lookalike, Move, lookalikes};
pub use targets::{Link, refuse_links, to_look_up, unconfirmed_links};

use compare::Sides;
use hazards::Stays;
use origin::{Past, Pasts};
use ownership::Owned;
use rename::{Renamed, Renames};
use shape::Shapes;

/// All that a plan hangs on. No order counts.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// Every entity of the manifests that parsed.
    pub desired: &'q [Desired],
    pub base: Option<Base<'q>>,
    /// The blueprints that the manifests or the ownership name, and those whose entities may point to theirs.
    pub actual: &'q Snapshot,
    pub blueprints: &'q [Blueprint],
    /// What the catalog says this scope wrote.
    pub owned: &'q [EntityKey],
    pub write: &'q Write,
    pub prune: PruneRule,
    pub destination: Destination<'q>,
    /// Take over entities that other owners wrote.
    pub adopt: bool,
    /// Leave out what was pending before this branch. For showing alone: what is left may hang on what is left out.
    pub only_branch: bool,
    /// What did not parse, and what could not be read beyond what the snapshot says of itself.
    pub unread: &'q [Blocker],
    pub moves: &'q [Move],
    /// Do this part alone, and what it cannot do without.
    pub only: Option<&'q Only>,
    /// What digests hide of values. The plan itself holds values as they are, for `acts`; [`masked`] makes the one to show.
    pub mask: &'q Mask,
}

/// Where a plan is carried out, and as whom. Approvals and plan files hold for one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination<'q> {
    pub platform: &'q str,
    /// The catalog's name in messages: its URL, or the path of the embedded one.
    pub catalog: &'q str,
    /// The config's target that was chosen.
    pub target: Option<&'q str>,
    pub scope: &'q str,
}

/// What a plan stands on: for whoever goes on with it.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'g> {
    pub desired: &'g [Desired],
    pub blueprints: &'g [Blueprint],
    pub actual: &'g Snapshot,
    pub mask: &'g Mask,
}

/// A change on its way into the plan, with the sides that it came of.
#[derive(Debug)]
struct Draft<'q> {
    change: Change,
    wanted: Option<&'q Desired>,
    /// What is in the catalog: for a rename, under the old identifier.
    stored: Option<&'q Entity>,
}

/// What is declared and needs no change.
#[derive(Debug, Default)]
struct AtRest<'q> {
    unchanged: Vec<&'q EntityKey>,
    foreign: Vec<EntityKey>,
}

pub fn plan(question: &Question<'_>) -> Plan {
    let shapes = Shapes::new(question.blueprints);
    let pasts = Pasts::new(question.base);
    let owned = Owned::new(question.owned);
    let (declared, mut obstacles) = ownership::declared(question.desired);
    let blockers = ownership::blockers(question.prune, question.actual, question.unread);
    let (sides, mut gone) = ownership::stored(question.actual, &declared);
    gone.retain(|entity| owned.standing(Some(entity)) == Standing::Ours);
    let mut kept = if blockers.is_empty() { Vec::new() } else { std::mem::take(&mut gone) };
    kept.retain(|entity| question.only.is_none_or(|only| only.chooses_kept(entity)));
    let mut needed = needed::take_out(&mut gone, &declared, &shapes);
    needed.retain(|needed| question.only.is_none_or(|only| only.chooses_kept(needed.entity)));
    let new: Vec<&Desired> =
        declared.iter().zip(&sides).filter(|(_, stored)| stored.is_none()).map(|(desired, _)| *desired).collect();
    let renames = Renames::find(&new, &gone, question.moves, &pasts, &shapes);
    let planner = Planner { question, shapes: &shapes, pasts: &pasts, owned: &owned, renames: &renames };

    let mut at_rest = AtRest::default();
    let writes =
        declared.iter().zip(sides).filter_map(|(desired, stored)| planner.write(desired, stored, &mut at_rest));
    let mut drafts: Vec<Draft<'_>> = writes.collect();
    drafts.extend(gone.iter().filter(|entity| !renames.is_claimed(entity)).map(|entity| planner.delete(entity)));
    let mut left_out = if question.only_branch { leave_out_pending(&mut drafts) } else { Vec::new() };
    left_out.extend(question.only.map(|only| only::narrow(&mut drafts, only, &shapes)).into_iter().flatten());
    drafts.sort_by(|a, b| a.change.key.cmp(&b.change.key));

    dependents::find(&mut drafts, &declared, question.actual, &shapes);
    let order = order::order(&drafts, &shapes);
    obstacles.extend(order.obstacles);
    let hazards = hazards::find(question, &drafts, Stays { kept: &kept, blockers, needed: &needed });
    kept.extend(needed.iter().map(|needed| needed.entity));
    let counts = counts::count(&drafts, &at_rest.unchanged, &kept, &left_out);
    let changes: Vec<Change> = drafts.into_iter().map(|draft| draft.change).collect();
    Plan {
        approval: approval::digest(question, &hazards),
        digest: digest::of_plan(question.mask, question.destination, &changes, &hazards, &obstacles),
        scope: question.destination.scope.to_owned(),
        waves: order.waves,
        cycles: order.cycles,
        foreign_unchanged: at_rest.foreign,
        changes,
        obstacles,
        hazards,
        counts,
    }
}

/// Takes out what is not this branch's, and says which changes are gone by it.
fn leave_out_pending(drafts: &mut Vec<Draft<'_>>) -> Vec<EntityKey> {
    let mut left_out = Vec::new();
    drafts.retain_mut(|Draft { change, .. }| {
        if change.is_only_pending() {
            left_out.push(change.key.clone());
            return false;
        }
        // What comes into being comes as a whole.
        if !change.is_new() {
            change.fields.retain(|field| field.origin != Origin::AlreadyPending);
        }
        true
    });
    left_out
}

struct Planner<'p, 'q> {
    question: &'p Question<'q>,
    shapes: &'p Shapes<'q>,
    pasts: &'p Pasts<'q>,
    owned: &'p Owned<'q>,
    renames: &'p Renames<'q>,
}

impl<'q> Planner<'_, 'q> {
    fn write(&self, desired: &'q Desired, stored: Option<&'q Entity>, at_rest: &mut AtRest<'q>) -> Option<Draft<'q>> {
        let key = &desired.key;
        let own_past = self.pasts.of(&key.blueprint, &key.identifier);
        let renamed = self.renames.of(key);
        let stored = stored.or(renamed.map(|renamed| renamed.old));
        let standing = match renamed {
            Some(_) => Standing::New,
            None => self.owned.standing(stored),
        };
        let creation = origin::of_creation(own_past);
        let past = match (own_past, renamed) {
            (Past::Absent | Past::Unknown, Some(renamed)) => self.pasts.of(&key.blueprint, &renamed.old.key.identifier),
            (past, Some(_) | None) => past,
        };
        let mode = self.question.write.mode(&key.blueprint);
        let fields = compare::fields(Sides {
            wanted: desired,
            past,
            stored,
            shape: self.shapes.of(&key.blueprint),
            mode,
            renamed: renamed.map(|_| creation),
        });
        let (action, origin) = match (standing, renamed) {
            (Standing::New, Some(Renamed { old, by })) => {
                (Action::Rename { from: old.key.identifier.clone(), by }, creation)
            }
            (Standing::New, None) => (Action::Create, creation),
            (Standing::Foreign, _) if fields.is_empty() && self.question.adopt => (Action::Adopt, creation),
            (Standing::Foreign | Standing::Ours, _) if !fields.is_empty() => (Action::Update, of_fields(&fields)),
            (Standing::Foreign | Standing::Ours, _) => {
                at_rest.unchanged.push(key);
                let is_chosen = self.question.only.is_none_or(|only| only.chooses_manifest(desired));
                at_rest.foreign.extend((standing == Standing::Foreign && is_chosen).then(|| key.clone()));
                return None;
            }
        };
        let change = Change {
            key: key.clone(),
            action,
            standing,
            mode,
            origin,
            place: Some(desired.place),
            fields,
            record: stored.map(|stored| stored.record.clone()),
            dependents: Vec::new(),
        };
        Some(Draft { change, wanted: Some(desired), stored })
    }

    fn delete(&self, entity: &'q Entity) -> Draft<'q> {
        let past = self.pasts.of(&entity.key.blueprint, &entity.key.identifier);
        let change = Change {
            key: entity.key.clone(),
            action: Action::Delete,
            standing: Standing::Ours,
            mode: self.question.write.mode(&entity.key.blueprint),
            origin: origin::of_deletion(past),
            place: None,
            fields: Vec::new(),
            record: Some(entity.record.clone()),
            dependents: Vec::new(),
        };
        Draft { change, wanted: None, stored: Some(entity) }
    }
}

/// An update is this branch's as soon as one of its fields is.
fn of_fields(fields: &[FieldChange]) -> Origin {
    let all = |origin: Origin| fields.iter().all(|field| field.origin == origin);
    match (all(Origin::AlreadyPending), fields.iter().any(|field| field.origin == Origin::ThisBranch)) {
        (true, _) => Origin::AlreadyPending,
        (false, true) => Origin::ThisBranch,
        (false, false) => Origin::Unknown,
    }
}
