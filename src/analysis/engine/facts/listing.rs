//! Lists the entities of one part.

use super::{EntityRef, Facts};

impl Facts {
    pub(in crate::analysis) fn all(&self) -> impl Iterator<Item = EntityRef<'_>> {
        (0..self.entities.len()).map(|index| EntityRef::of(self, index))
    }
}
