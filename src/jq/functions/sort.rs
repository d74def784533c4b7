//! Sorts as `sort.SliceStable` of Go does, comparison by comparison. The order of numbers has contradictions (NaN is less than
//! itself, a float may equal two different integers), so the algorithm decides the result; the sort of Rust may also panic.

use crate::jq::budget::Budget;
use crate::jq::compare::compare;
use crate::jq::fault::Fault;
use crate::jq::value::Value;

/// How many items are sorted by insertion before such blocks are merged.
const BLOCK: usize = 20;

/// The positions of the keys in their order; those of equal keys stay as they are.
pub(super) fn sorted(budget: &mut Budget, keys: &[Value]) -> Result<Vec<usize>, Fault> {
    let is_less = |left: usize, right: usize| compare(&keys[left], &keys[right]).is_lt();
    budget.spend_items(keys.len())?;
    budget.spend_steps(keys.len().saturating_mul(4))?;
    let mut order: Vec<usize> = (0..keys.len()).collect();
    for block in order.chunks_mut(BLOCK) {
        insertion_sort(block, &is_less);
    }
    let mut width = BLOCK;
    while width < keys.len() {
        budget.spend_steps(keys.len())?;
        for pair in order.chunks_mut(width * 2).filter(|pair| pair.len() > width) {
            merge(pair, width, &is_less);
        }
        width *= 2;
    }
    Ok(order)
}

fn insertion_sort(order: &mut [usize], is_less: &impl Fn(usize, usize) -> bool) {
    for end in 1..order.len() {
        let mut at = end;
        while at > 0 && is_less(order[at], order[at - 1]) {
            order.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Merges two sorted parts, of which the second begins at `middle`, in place (`symMerge` of Go). Neither is empty.
fn merge(order: &mut [usize], middle: usize, is_less: &impl Fn(usize, usize) -> bool) {
    let length = order.len();
    if middle == 1 {
        let end = search(1, length, |at| is_less(order[at], order[0]));
        order[..end].rotate_left(1);
        return;
    }
    if length - middle == 1 {
        let start = search(0, middle, |at| !is_less(order[middle], order[at]));
        order[start..].rotate_right(1);
        return;
    }
    let half = length / 2;
    let sum = half + middle;
    let (low, high) = if middle > half { (sum - length, half) } else { (0, middle) };
    let start = search(low, high, |at| !is_less(order[sum - 1 - at], order[at]));
    let end = sum - start;
    if start < middle && middle < end {
        order[start..end].rotate_left(middle - start);
    }
    if 0 < start && start < half {
        merge(&mut order[..half], start, is_less);
    }
    if half < end && end < length {
        merge(&mut order[half..], end - half, is_less);
    }
}

/// The first position for which `is_before` does not hold, found by halving as Go does.
pub(super) fn search(mut low: usize, mut high: usize, is_before: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
