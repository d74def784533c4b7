//! Aligns the items of a list with their new values, so that items that stay are not written again.

use crate::domain::document::tree;
use crate::domain::value::Value;

use super::json::is_same;

/// What becomes of the items of a list, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Keep {
        old: usize,
    },
    /// The item gets another value.
    Change {
        old: usize,
        new: usize,
    },
    Remove {
        old: usize,
    },
    Insert {
        new: usize,
    },
}

/// Longer lists are aligned by their equal beginnings and ends only.
const MAX_CELLS: usize = 1_000_000;

/// The steps from the old items to the new ones.
pub(super) fn align(old: &[tree::Value<'_>], new: &[Value]) -> Vec<Step> {
    let olds: Vec<_> = old.iter().map(|item| item.to_json()).collect();
    let news: Vec<_> = new.iter().map(Value::to_json).collect();
    let same = |one: usize, other: usize| is_same(&olds[one], &news[other]);
    let pairs = common(olds.len(), news.len(), &same);
    let mut steps = Vec::new();
    let (mut at, mut to) = (0, 0);
    for (old, new) in pairs.into_iter().chain([(olds.len(), news.len())]) {
        let changed = (old - at).min(new - to);
        steps.extend((0..changed).map(|step| Step::Change { old: at + step, new: to + step }));
        steps.extend((at + changed..old).map(|old| Step::Remove { old }));
        steps.extend((to + changed..new).map(|new| Step::Insert { new }));
        steps.extend((old < olds.len()).then_some(Step::Keep { old }));
        (at, to) = (old + 1, new + 1);
    }
    steps
}

/// The pairs of a longest common subsequence.
fn common(olds: usize, news: usize, same: &dyn Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    if olds.saturating_mul(news) > MAX_CELLS {
        let start = (0..olds.min(news)).take_while(|at| same(*at, *at)).count();
        let rest = (olds.min(news)) - start;
        let end = (1..=rest).take_while(|back| same(olds - back, news - back)).count();
        let ends = (1..=end).rev().map(|back| (olds - back, news - back));
        return (0..start).map(|at| (at, at)).chain(ends).collect();
    }
    let width = news + 1;
    let mut lengths = vec![0_u32; (olds + 1) * width];
    for old in (0..olds).rev() {
        for new in (0..news).rev() {
            lengths[old * width + new] = match same(old, new) {
                true => lengths[(old + 1) * width + new + 1] + 1,
                false => lengths[(old + 1) * width + new].max(lengths[old * width + new + 1]),
            };
        }
    }
    let mut pairs = Vec::new();
    let (mut old, mut new) = (0, 0);
    while old < olds && new < news {
        if same(old, new) {
            pairs.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if lengths[(old + 1) * width + new] >= lengths[old * width + new + 1] {
            old += 1;
        } else {
            new += 1;
        }
    }
    pairs
}

/// The new items in the order of the old ones; what is new comes last.
pub(super) fn in_old_order(old: &[tree::Value<'_>], new: &[Value]) -> Vec<Value> {
    let is_text = |item: &tree::Value<'_>, value: &Value| item.as_str().is_some() && item.as_str() == value.as_str();
    let mut kept: Vec<Value> = Vec::new();
    for item in old {
        let value = new.iter().find(|value| is_text(item, value));
        kept.extend(value.filter(|value| !kept.contains(value)).cloned());
    }
    let added: Vec<Value> = new.iter().filter(|value| !kept.contains(value)).cloned().collect();
    kept.extend(added);
    kept
}
