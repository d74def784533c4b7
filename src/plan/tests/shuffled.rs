//! Shuffles the input of a plan: entities, their fields, files, blueprints and keys.

use super::world::World;
use crate::domain::entity::Targets;
use crate::domain::entity::desired::{Desired, Teams};
use crate::domain::entity::patch::Patch;

/// A deterministic random number generator.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `end`, which must not be 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }

    fn shuffle_targets(&mut self, targets: &mut Targets) {
        match targets {
            Targets::None | Targets::One(_) => {}
            Targets::Many(targets) => self.shuffle(targets),
        }
    }

    fn shuffle_manifests(&mut self, manifests: &mut [Desired]) {
        for desired in manifests.iter_mut() {
            self.shuffle(&mut desired.properties);
            self.shuffle(&mut desired.relations);
            desired.relations.iter_mut().for_each(|relation| self.shuffle_targets(&mut relation.targets));
            if let Patch::Set(Teams::Many(teams)) = &mut desired.team.patch {
                self.shuffle(teams);
            }
        }
        self.shuffle(manifests);
    }
}

pub fn shuffled(world: &World, seed: u64) -> World {
    let mut dice = Dice(seed);
    let mut other = world.clone();
    dice.shuffle_manifests(&mut other.desired);
    if let Some(base) = &mut other.base {
        dice.shuffle_manifests(base);
    }
    dice.shuffle(&mut other.blueprints);
    dice.shuffle(&mut other.policies);
    dice.shuffle(&mut other.owned);
    other.owned.extend(world.owned.first().cloned());
    for entity in &mut other.stored {
        dice.shuffle(&mut entity.properties);
        dice.shuffle(&mut entity.relations);
        dice.shuffle(&mut entity.team);
        entity.relations.iter_mut().for_each(|(_, targets)| dice.shuffle_targets(targets));
    }
    dice.shuffle(&mut other.stored);
    other
}
