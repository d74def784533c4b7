//! Lists the facts of one part: each entity with what it points to.

use super::{EntityRef, Facts, TargetFact};

impl Facts {
    pub(in crate::analysis) fn entities_with_targets(&self) -> impl Iterator<Item = (EntityRef<'_>, &[TargetFact])> {
        let mut from = 0;
        self.entities.iter().map(move |fact| {
            let to = fact.targets_end as usize;
            let targets = self.targets.get(from..to).unwrap_or_default();
            from = to;
            (EntityRef { facts: self, fact }, targets)
        })
    }
}
