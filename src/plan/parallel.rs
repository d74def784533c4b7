//! Spreads pure work over the cores of the machine. Results keep their order, so a plan does not depend on the number of
//! threads.

use std::cmp::Ordering;

use rayon::prelude::*;

/// A smaller plan uses one thread, because starting others takes longer.
const MIN_PARALLEL: usize = 512;

/// The results of `each`, in the order of `items`.
pub(super) fn map_each<I: Sync, T: Send>(items: &[I], each: impl Fn(&I) -> T + Sync) -> Vec<T> {
    if items.len() < MIN_PARALLEL {
        return items.iter().map(each).collect();
    }
    items.par_iter().map(&each).collect()
}

/// Sorts; items that compare as equal keep their order.
pub(super) fn sort_each<I: Send>(items: &mut [I], compare: impl Fn(&I, &I) -> Ordering + Sync) {
    if items.len() < MIN_PARALLEL {
        return items.sort_by(compare);
    }
    items.par_sort_by(&compare);
}

pub(super) fn change_each<I: Send>(items: &mut [I], each: impl Fn(&mut I) + Sync) {
    if items.len() < MIN_PARALLEL {
        return items.iter_mut().for_each(each);
    }
    items.par_iter_mut().for_each(&each);
}
