//! What deliverers are for each other, and work over all of them at once.

use rayon::prelude::*;

use super::model::{Deliverer, DelivererId, Reach, Twice, Unordered, WrongCluster};
use crate::delivery::object::Object;

/// What deliverers are for each other.
#[derive(Debug)]
pub struct Relations {
    pub twice: Vec<Twice>,
    pub unordered: Vec<Unordered>,
    pub wrong_clusters: Vec<WrongCluster>,
}

impl Reach {
    /// Finds them while the caller does something else. `wants` chooses the objects that must not be delivered twice.
    pub fn relations_beside<T: Send>(
        &self,
        wants: &(dyn Fn(&Object) -> bool + Sync),
        work: impl FnOnce() -> T + Send,
    ) -> (Relations, T) {
        let relations = || Relations {
            twice: self.twice(wants),
            unordered: self.unordered(),
            wrong_clusters: self.wrong_clusters(),
        };
        rayon::join(relations, work)
    }

    /// Calls `work` for every deliverer, in parallel. The results are in their order.
    pub fn map_deliverers<'a, T: Send>(&'a self, work: impl Fn(DelivererId, &'a Deliverer) -> T + Sync) -> Vec<T> {
        let ids: Vec<(DelivererId, &Deliverer)> = self.ids().collect();
        ids.into_par_iter().map(|(id, deliverer)| work(id, deliverer)).collect()
    }
}
