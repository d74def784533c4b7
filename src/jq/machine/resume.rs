//! Hands an output to the continuation that waits for it.

use std::cell::RefCell;
use std::rc::Rc;

use super::bindings::{Bindings, Bound};
use super::frame::{Choice, Done, Frame, Gathered, Item, Link, Matching, Modified, Rest, Task, Tasks, Then, Trail};
use super::{Machine, Step};
use crate::jq::access::{index, slice};
use crate::jq::fault::{Fault, unfit};
use crate::jq::paths::{get_path, set_path};
use crate::jq::program::{LoopKind, Node, NodeId};
use crate::jq::value::Value;

impl Machine<'_> {
    pub(super) fn resume(&mut self, item: Item, link: &Link) -> Result<Step, Fault> {
        let code = self.code;
        let rest = &link.rest;
        match &link.frame {
            Frame::Pipe { node, next, bindings } => self.run_pipe(*node, *next, bindings.clone(), item, rest.clone()),
            Frame::AccessStart { node, bindings, item: input } => {
                let Node::Access(access) = &code.nodes[*node as usize] else { return Ok(Step::Backtrack) };
                let start = item.value;
                let bindings = bindings.clone();
                match access.end {
                    Some(end) => {
                        let frame =
                            Frame::AccessEnd { node: *node, bindings: bindings.clone(), item: input.clone(), start };
                        let item = Item::plain(input.value.clone());
                        Ok(Step::Evaluate { node: end, bindings, item, rest: rest.push(frame)? })
                    }
                    None => {
                        let frame = Frame::AccessTarget { start, end: Value::Null, is_slice: access.is_slice };
                        Ok(Step::Evaluate {
                            node: access.target,
                            bindings,
                            item: input.clone(),
                            rest: rest.push(frame)?,
                        })
                    }
                }
            }
            Frame::AccessEnd { node, bindings, item: input, start } => {
                let Node::Access(access) = &code.nodes[*node as usize] else { return Ok(Step::Backtrack) };
                let frame = Frame::AccessTarget { start: start.clone(), end: item.value, is_slice: true };
                let (bindings, item) = (bindings.clone(), input.clone());
                Ok(Step::Evaluate { node: access.target, bindings, item, rest: rest.push(frame)? })
            }
            Frame::AccessTarget { start, end, is_slice: true } => {
                let found = slice(&mut self.budget, &item.value, start, end)?;
                Ok(Step::Return(self.follow_slice(&item, start.clone(), end.clone(), found)?, rest.clone()))
            }
            Frame::AccessTarget { start, .. } => {
                let found = index(&mut self.budget, &item.value, start)?;
                Ok(Step::Return(self.follow(&item, start.clone(), found)?, rest.clone()))
            }
            Frame::Arguments { node, position, done, bindings, input } => {
                let done = done.and(item.value);
                let Some(next) = position.checked_sub(1) else {
                    return self.call_builtin(*node, input, &done.into_values(), item.trail, rest.clone());
                };
                let (Node::Builtin { arguments, .. } | Node::Range(arguments)) = &code.nodes[*node as usize] else {
                    return Ok(Step::Backtrack);
                };
                let item = Item { value: input.clone(), trail: item.trail };
                let (node, bindings, input) = (*node, bindings.clone(), input.clone());
                let frame = Frame::Arguments { node, position: next, done, bindings: bindings.clone(), input };
                Ok(Step::Evaluate { node: arguments[next], bindings, item, rest: rest.push(frame)? })
            }
            Frame::GetPath { item: input } => Ok(Step::Return(self.follow_path(input, &item.value)?, rest.clone())),
            Frame::ObjectKey { node, position, done, bindings, input } => {
                let Node::Object(entries) = &code.nodes[*node as usize] else { return Ok(Step::Backtrack) };
                let key = item.value;
                let Some(value) = entries[*position].1 else {
                    let input_item = Item { value: input.clone(), trail: item.trail };
                    let found = index(&mut self.budget, input, &key)?;
                    let value = self.follow(&input_item, key.clone(), found)?;
                    let done = done.and(key);
                    return self.after_entry(*node, *position, &done, bindings, input, value, rest);
                };
                let (node, position, done) = (*node, *position, done.and(key));
                let frame =
                    Frame::ObjectValue { node, position, done, bindings: bindings.clone(), input: input.clone() };
                let item = Item { value: input.clone(), trail: item.trail };
                Ok(Step::Evaluate { node: value, bindings: bindings.clone(), item, rest: rest.push(frame)? })
            }
            Frame::ObjectValue { node, position, done, bindings, input } => {
                self.after_entry(*node, *position, done, bindings, input, item, rest)
            }
            Frame::Collect(items) => {
                self.budget.spend_items(1)?;
                items.borrow_mut().push(item.value);
                Ok(Step::Backtrack)
            }
            Frame::If { then, otherwise, bindings, item: input } => {
                let node = if item.value.is_truthy() { *then } else { *otherwise };
                Ok(Step::Evaluate { node, bindings: bindings.clone(), item: input.clone(), rest: rest.clone() })
            }
            Frame::TryEnd => {
                self.push_choice(Choice::TryLeft)?;
                Ok(Step::Return(item, rest.clone()))
            }
            Frame::AlternativeLeft { found } => {
                if !item.value.is_truthy() {
                    return Ok(Step::Backtrack);
                }
                found.set(true);
                Ok(Step::Return(item, rest.clone()))
            }
            Frame::PathEnd { outer } => {
                let path = self.end_path(&item)?;
                Ok(Step::Return(Item { value: path, trail: outer.clone() }, rest.clone()))
            }
            Frame::LoopStart { node, bindings, item: input } => self.begin_loop(*node, bindings, input, item, rest),
            Frame::LoopItem { node, bindings, state } => {
                let Node::Loop(parts) = &code.nodes[*node as usize] else { return Ok(Step::Backtrack) };
                let tasks = Tasks::default().before(Task::Match { pattern: parts.pattern, value: item.value });
                let then = Then::Update { node: *node, state: Rc::clone(state), trail: item.trail };
                let matching = Matching { outer: bindings.clone(), bindings: bindings.clone(), then };
                self.match_tasks(matching, tasks, rest.clone())
            }
            Frame::LoopUpdate { node, bindings, state } => {
                *state.borrow_mut() = item.value.clone();
                Ok(self.after_update(*node, bindings, item, rest))
            }
            Frame::BindSource { node, bindings, item: input } => {
                self.match_pattern(*node, 0, item.value, bindings, input.clone(), rest.clone())
            }
            Frame::PatternKey { matching, tasks, entry, value } => {
                let mut matching = matching.clone();
                if let Then::Update { trail, .. } = &mut matching.then {
                    *trail = item.trail;
                }
                self.match_entry_at(matching, tasks, *entry, value.clone(), &item.value, rest.clone())
            }
            Frame::Last(last) => {
                *last.borrow_mut() = Some(item.value);
                Ok(Step::Backtrack)
            }
            Frame::AssignPath { node, input } => {
                let Node::AssignPath { path, .. } = &code.nodes[*node as usize] else { return Ok(Step::Backtrack) };
                let value = set_path(&mut self.budget, input.clone(), path, item.value.clone())?;
                Ok(Step::Return(Item { value: Self::check_size(value)?, trail: item.trail }, rest.clone()))
            }
            Frame::AssignValue { node, bindings, item: input } => {
                let Node::Assign { target, .. } = &code.nodes[*node as usize] else { return Ok(Step::Backtrack) };
                let state = Rc::new(RefCell::new(input.value.clone()));
                self.push_end(Gathered::State(Rc::clone(&state)), &input.trail, rest)?;
                let start = Item::root(input.value.clone());
                let frame = Frame::AssignTarget { state, value: item.value };
                Ok(Step::Evaluate { node: *target, bindings: bindings.clone(), item: start, rest: rest.push(frame)? })
            }
            Frame::AssignTarget { state, value } => {
                let path = self.end_path(&item)?;
                let old = state.take();
                let new = set_path(&mut self.budget, old, &path, value.clone())?;
                *state.borrow_mut() = Self::check_size(new)?;
                Ok(Step::Backtrack)
            }
            Frame::Operand { body, bindings, input } => {
                let bindings = bindings.bind(Bound::Value(item.value));
                let item = Item { value: input.clone(), trail: item.trail };
                Ok(Step::Evaluate { node: *body, bindings, item, rest: rest.clone() })
            }
            Frame::ModifyTarget { node, bindings, state, outer } => {
                let path = self.end_path(&item)?;
                let whole = Item { value: state.borrow().value.clone(), trail: outer.clone() };
                let old = self.follow_path(&whole, &path)?;
                self.begin_update(*node, bindings, state, old, path, rest)
            }
            Frame::ModifyUpdate { state, path, label } => {
                let old = std::mem::take(&mut state.borrow_mut().value);
                let new = set_path(&mut self.budget, old, path, item.value)?;
                state.borrow_mut().value = Self::check_size(new)?;
                // Only the first output of the update counts.
                Err(Fault::Break { label: *label, name: "".into() })
            }
        }
    }

    pub(super) fn call_builtin(
        &mut self,
        node: NodeId,
        input: &Value,
        arguments: &[Value],
        trail: Option<Rc<Trail>>,
        rest: Rest,
    ) -> Result<Step, Fault> {
        match &self.code.nodes[node as usize] {
            Node::Builtin { builtin, .. } => {
                let value = self.call(builtin, input, arguments)?;
                Ok(Step::Return(Item { value, trail }, rest))
            }
            Node::Range(_) => {
                if let Some(wrong) = arguments.iter().find(|argument| argument.as_number().is_none()) {
                    return Err(unfit("range cannot be applied to", wrong));
                }
                let [next, end, step] = arguments else { return Ok(Step::Backtrack) };
                self.retry(Choice::Range { next: next.clone(), end: end.clone(), step: step.clone(), trail, rest })
            }
            _ => Ok(Step::Backtrack),
        }
    }

    /// Takes the value of an entry; the key was the last that was done.
    #[expect(clippy::too_many_arguments, reason = "the parts of the frame that is being left")]
    fn after_entry(
        &mut self,
        node: NodeId,
        position: usize,
        done: &Done,
        bindings: &Bindings,
        input: &Value,
        value: Item,
        rest: &Rest,
    ) -> Result<Step, Fault> {
        let Node::Object(entries) = &self.code.nodes[node as usize] else { return Ok(Step::Backtrack) };
        let done = done.and(value.value);
        let next = position + 1;
        if let Some((key, _)) = entries.get(next) {
            let frame =
                Frame::ObjectKey { node, position: next, done, bindings: bindings.clone(), input: input.clone() };
            let item = Item { value: input.clone(), trail: value.trail };
            return Ok(Step::Evaluate { node: *key, bindings: bindings.clone(), item, rest: rest.push(frame)? });
        }
        let mut values = done.into_values();
        values.reverse();
        let mut values = values.into_iter();
        let mut pairs = Vec::new();
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            pairs.push((key, value));
        }
        let object = self.build_object(pairs)?;
        Ok(Step::Return(Item { value: object, trail: value.trail }, rest.clone()))
    }

    /// The path to an item, which must be the value that is found there.
    fn end_path(&mut self, item: &Item) -> Result<Value, Fault> {
        let Some(trail) = &item.trail else { return Err(unfit("invalid path against", &item.value)) };
        if !trail.leads_to(&item.value) {
            return Err(unfit("invalid path against", &item.value));
        }
        let keys = trail.keys();
        self.budget.spend_items(keys.len())?;
        Self::check_size(Value::array(keys))
    }

    /// What is at a path, with its own path.
    fn follow_path(&mut self, input: &Item, path: &Value) -> Result<Item, Fault> {
        let found = get_path(&mut self.budget, &input.value, path)?;
        let (Some(trail), Some(keys)) = (&input.trail, path.as_array()) else {
            return Ok(Item::plain(found));
        };
        if !trail.leads_to(&input.value) {
            return Err(unfit("invalid path against", &input.value));
        }
        self.budget.spend_items(keys.len())?;
        let trail = keys.iter().fold(Rc::clone(trail), |before, key| {
            Rc::new(Trail { value: found.clone(), key: Some(key.clone()), before: Some(before) })
        });
        Ok(Item { value: found, trail: Some(trail) })
    }

    fn begin_loop(
        &mut self,
        node: NodeId,
        bindings: &Bindings,
        input: &Item,
        start: Item,
        rest: &Rest,
    ) -> Result<Step, Fault> {
        let Node::Loop(parts) = &self.code.nodes[node as usize] else { return Ok(Step::Backtrack) };
        let state = Rc::new(RefCell::new(start.value));
        if matches!(parts.kind, LoopKind::Reduce) {
            self.push_end(Gathered::State(Rc::clone(&state)), &start.trail, rest)?;
        }
        let item = Item { value: input.value.clone(), trail: start.trail };
        let rest = rest.push(Frame::LoopItem { node, bindings: bindings.clone(), state })?;
        Ok(Step::Evaluate { node: parts.source, bindings: bindings.clone(), item, rest })
    }

    /// Calculates the new value at a path of `|=`.
    fn begin_update(
        &mut self,
        node: NodeId,
        bindings: &Bindings,
        state: &Rc<RefCell<Modified>>,
        old: Item,
        path: Value,
        rest: &Rest,
    ) -> Result<Step, Fault> {
        let Node::Modify { update, .. } = &self.code.nodes[node as usize] else { return Ok(Step::Backtrack) };
        let label = self.new_label()?;
        self.push_choice(Choice::Delete { state: Rc::clone(state), path: path.clone() })?;
        let rest = rest.push(Frame::ModifyUpdate { state: Rc::clone(state), path, label })?;
        Ok(Step::Evaluate { node: *update, bindings: bindings.clone(), item: old, rest })
    }
}
