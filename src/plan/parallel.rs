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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_items_keep_the_order_that_few_have() {
        for count in [MIN_PARALLEL - 1, MIN_PARALLEL * 20] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map_each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
            let mut changed = items.clone();
            change_each(&mut changed, |item| *item += 1);
            assert_eq!(changed, (1..=count).collect::<Vec<_>>());
            let mut by_last_digit = items.clone();
            sort_each(&mut by_last_digit, |a, b| (a % 10).cmp(&(b % 10)));
            assert!(by_last_digit.is_sorted_by_key(|item| (item % 10, *item)));
        }
    }
}
