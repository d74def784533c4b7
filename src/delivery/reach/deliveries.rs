//! The index of deliveries by file: which deliverers take a file, and which of its manifests.

use super::model::{Deliverer, DelivererId, Deliveries, Outcome, Reach, Taken};
use crate::delivery::files::FileId;
use crate::delivery::object::Origin;

impl Deliveries {
    pub(super) fn of(deliverers: &[Deliverer], file_count: usize) -> Self {
        let mut counts = vec![0_u32; file_count + 1];
        each(deliverers, &mut |file, _| counts[file.index() + 1] += 1);
        let mut starts = counts;
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let total = starts.last().copied().unwrap_or_default() as usize;
        let mut next = starts.clone();
        let mut entries = vec![Taken { deliverer: DelivererId(0), arrival: 0 }; total];
        each(deliverers, &mut |file, taken| {
            let at = &mut next[file.index()];
            entries[*at as usize] = taken;
            *at += 1;
        });
        Self { starts, entries }
    }

    /// Who takes a file, by deliverer and in the order of its manifests' arrival.
    pub fn of_file(&self, file: FileId) -> &[Taken] {
        let bound = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        self.entries.get(bound(file.index())..bound(file.index() + 1)).unwrap_or_default()
    }
}

fn each(deliverers: &[Deliverer], add: &mut dyn FnMut(FileId, Taken)) {
    for (deliverer, id) in deliverers.iter().zip(0..) {
        let Outcome::Built { arrivals, .. } = &deliverer.outcome else { continue };
        for (arrival, at) in arrivals.iter().zip(0..) {
            match &arrival.object.origin {
                Origin::Manifest { file, .. } => add(*file, Taken { deliverer: DelivererId(id), arrival: at }),
                Origin::Generated(_) => {}
            }
        }
    }
}

impl Reach {
    /// Which deliverers take each file.
    pub fn deliveries(&self) -> &Deliveries {
        &self.details.deliveries
    }

    pub fn deliverer(&self, id: DelivererId) -> &Deliverer {
        &self.deliverers[id.0 as usize]
    }

    /// The deliverers with their ids.
    pub fn ids(&self) -> impl Iterator<Item = (DelivererId, &Deliverer)> {
        (0..).map(DelivererId).zip(&self.deliverers)
    }
}
