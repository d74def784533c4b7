//! Goes on with an alternative, when there are no more outputs from what was tried before it.

use std::rc::Rc;

use super::frame::{Choice, Gathered, Item, Modified, Trail};
use super::{Machine, Step};
use crate::jq::compare::compare;
use crate::jq::fault::Fault;
use crate::jq::operators::add;
use crate::jq::paths::delete_paths;
use crate::jq::value::Value;

impl Machine<'_> {
    pub(super) fn retry(&mut self, choice: Choice) -> Result<Step, Fault> {
        match choice {
            Choice::Comma { node, next, bindings, item, rest } => self.run_comma(node, next, bindings, item, rest),
            Choice::ArrayItems { items, next, trail, rest } => {
                let Some(value) = items.get(next).cloned() else { return Ok(Step::Backtrack) };
                let item = step_into(&trail, || Value::count(next), value);
                if next + 1 < items.len() {
                    let rest = rest.clone();
                    self.push_choice(Choice::ArrayItems { items, next: next + 1, trail, rest })?;
                }
                Ok(Step::Return(item, rest))
            }
            Choice::ObjectEntries { entries, next, trail, rest } => {
                let Some((key, value)) = entries.get(next).cloned() else { return Ok(Step::Backtrack) };
                let item = step_into(&trail, || key, value);
                if next + 1 < entries.len() {
                    let rest = rest.clone();
                    self.push_choice(Choice::ObjectEntries { entries, next: next + 1, trail, rest })?;
                }
                Ok(Step::Return(item, rest))
            }
            Choice::Range { next, end, step, trail, rest } => {
                let direction = compare(&step, &Value::int(0));
                let is_before = direction.is_gt() && compare(&next, &end).is_lt();
                let is_after = direction.is_lt() && compare(&next, &end).is_gt();
                if !is_before && !is_after {
                    return Ok(Step::Backtrack);
                }
                let item = Item { value: next.clone(), trail: trail.clone() };
                let next = add(&mut self.budget, &next, &step)?;
                let again = rest.clone();
                self.push_choice(Choice::Range { next, end, step, trail, rest: again })?;
                Ok(Step::Return(item, rest))
            }
            Choice::Try { .. } | Choice::TryLeft | Choice::Label(_) | Choice::Patterns { .. } => Ok(Step::Backtrack),
            Choice::AlternativeRight { found, right, bindings, item, rest } => {
                if found.get() {
                    return Ok(Step::Backtrack);
                }
                Ok(Step::Evaluate { node: right, bindings, item, rest })
            }
            Choice::End { gathered, trail, rest } => Ok(match self.finish(&gathered)? {
                Some(value) => Step::Return(Item { value, trail }, rest),
                None => Step::Backtrack,
            }),
            Choice::Delete { state, path } => {
                state.borrow_mut().deleted.push(path);
                Ok(Step::Backtrack)
            }
        }
    }

    /// The result of what was gathered. Only `last` may have none.
    fn finish(&mut self, gathered: &Gathered) -> Result<Option<Value>, Fault> {
        match gathered {
            Gathered::Items(items) => Ok(Some(Self::check_size(Value::array(items.take()))?)),
            Gathered::State(state) => Ok(Some(state.take())),
            Gathered::Last(last) => Ok(last.take()),
            Gathered::Modified(state) => {
                let Modified { value, deleted } = state.take();
                Ok(Some(delete_paths(&mut self.budget, value, &Value::array(deleted))?))
            }
        }
    }
}

/// An item of a container, with its path where paths are followed.
fn step_into(trail: &Option<Rc<Trail>>, key: impl FnOnce() -> Value, value: Value) -> Item {
    let trail = trail
        .as_ref()
        .map(|before| Rc::new(Trail { value: value.clone(), key: Some(key()), before: Some(Rc::clone(before)) }));
    Item { value, trail }
}
