//! Begins the evaluation of a node: what needs outputs of its parts first leaves a continuation.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::bindings::{Bindings, Bound};
use super::frame::{Choice, Done, Frame, Gathered, Item, Modified, Rest, Trail};
use super::{Machine, Step};
use crate::jq::access::index;
use crate::jq::fault::{Fault, unfit};
use crate::jq::paths::slice_key;
use crate::jq::program::{Node, NodeId, Scope};
use crate::jq::value::Value;

impl Machine<'_> {
    pub(super) fn evaluate(&mut self, node: NodeId, bindings: Bindings, item: Item, rest: Rest) -> Result<Step, Fault> {
        let code = self.code;
        if item.trail.is_none() && code.is_direct(node) {
            let value = self.calculate(node, &bindings, &item.value)?;
            return Ok(Step::Return(Item::plain(value), rest));
        }
        match &code.nodes[node as usize] {
            Node::Identity => Ok(Step::Return(item, rest)),
            Node::Constant(value) => Ok(Step::Return(item.with(value.clone()), rest)),
            Node::Variable(distance) => Ok(Step::Return(item.with(bindings.value(*distance)), rest)),
            Node::Environment => Ok(Step::Return(item.with(self.budget.env.variables.clone()), rest)),
            Node::Empty => Ok(Step::Backtrack),
            Node::Pipe(_) => self.run_pipe(node, 0, bindings, item, rest),
            Node::Comma(_) => self.run_comma(node, 0, bindings, item, rest),
            Node::Key(key) => {
                let found = index(&mut self.budget, &item.value, key)?;
                Ok(Step::Return(self.follow(&item, key.clone(), found)?, rest))
            }
            Node::Access(access) => {
                let input = Item::plain(item.value.clone());
                let (next, frame) = match (access.start, access.end) {
                    (Some(start), _) => (start, Frame::AccessStart { node, bindings: bindings.clone(), item }),
                    (None, Some(end)) => {
                        (end, Frame::AccessEnd { node, bindings: bindings.clone(), item, start: Value::Null })
                    }
                    (None, None) => return Ok(Step::Backtrack),
                };
                Ok(Step::Evaluate { node: next, bindings, item: input, rest: rest.push(frame)? })
            }
            Node::Iterate => self.iterate(item, rest),
            Node::Call { function, arguments, scope } => {
                let mut inner = match scope {
                    Scope::Global => Bindings::default(),
                    Scope::Outer(count) => bindings.leave(*count),
                };
                self.budget.spend_bytes(arguments.len() * 96)?;
                for argument in arguments {
                    // An argument that is handed on keeps its own bindings, so that recursion does not pile them up.
                    let bound = match &code.nodes[*argument as usize] {
                        Node::Argument(distance) => bindings.get(*distance).clone(),
                        _ => Bound::Argument { node: *argument, bindings: bindings.clone() },
                    };
                    inner = inner.bind(bound);
                }
                Ok(Step::Evaluate { node: code.functions[*function], bindings: inner, item, rest })
            }
            Node::Argument(distance) => match bindings.get(*distance) {
                Bound::Argument { node, bindings } => {
                    Ok(Step::Evaluate { node: *node, bindings: bindings.clone(), item, rest })
                }
                Bound::Value(_) | Bound::Label(_) => Ok(Step::Backtrack),
            },
            Node::Builtin { arguments, .. } | Node::Range(arguments) => {
                let Some(position) = arguments.len().checked_sub(1) else {
                    return self.call_builtin(node, &item.value.clone(), &[], item.trail, rest);
                };
                let input = item.value.clone();
                let frame =
                    Frame::Arguments { node, position, done: Done::default(), bindings: bindings.clone(), input };
                Ok(Step::Evaluate { node: arguments[position], bindings, item, rest: rest.push(frame)? })
            }
            Node::Object(entries) => {
                let input = item.value.clone();
                let frame =
                    Frame::ObjectKey { node, position: 0, done: Done::default(), bindings: bindings.clone(), input };
                Ok(Step::Evaluate { node: entries[0].0, bindings, item, rest: rest.push(frame)? })
            }
            Node::Collect(query) => {
                let items = Rc::new(RefCell::new(Vec::new()));
                self.push_end(Gathered::Items(Rc::clone(&items)), &item.trail, &rest)?;
                Ok(Step::Evaluate { node: *query, bindings, item, rest: rest.push(Frame::Collect(items))? })
            }
            Node::If { condition, then, otherwise } => {
                let input = Item::plain(item.value.clone());
                let frame = Frame::If { then: *then, otherwise: *otherwise, bindings: bindings.clone(), item };
                Ok(Step::Evaluate { node: *condition, bindings, item: input, rest: rest.push(frame)? })
            }
            Node::Try { body, handler } => {
                let choice = Choice::Try {
                    handler: *handler,
                    bindings: bindings.clone(),
                    item: item.clone(),
                    rest: rest.clone(),
                };
                self.push_choice(choice)?;
                Ok(Step::Evaluate { node: *body, bindings, item, rest: rest.push(Frame::TryEnd)? })
            }
            Node::Alternative(left, right) => {
                let found = Rc::new(Cell::new(false));
                self.push_choice(Choice::AlternativeRight {
                    found: Rc::clone(&found),
                    right: *right,
                    bindings: bindings.clone(),
                    item: item.clone(),
                    rest: rest.clone(),
                })?;
                Ok(Step::Evaluate { node: *left, bindings, item, rest: rest.push(Frame::AlternativeLeft { found })? })
            }
            Node::Loop(parts) => {
                let frame = Frame::LoopStart { node, bindings: bindings.clone(), item: item.clone() };
                Ok(Step::Evaluate { node: parts.start, bindings, item, rest: rest.push(frame)? })
            }
            Node::Bind { source, .. } => {
                let input = Item::plain(item.value.clone());
                let frame = Frame::BindSource { node, bindings: bindings.clone(), item };
                Ok(Step::Evaluate { node: *source, bindings, item: input, rest: rest.push(frame)? })
            }
            Node::Label(body) => {
                let bindings = bindings.bind(Bound::Label(self.new_label()?));
                Ok(Step::Evaluate { node: *body, bindings, item, rest })
            }
            Node::Break { label, name } => match bindings.get(*label) {
                Bound::Label(label) => Err(Fault::Break { label: *label, name: name.clone() }),
                Bound::Value(_) | Bound::Argument { .. } => Ok(Step::Backtrack),
            },
            Node::Path(path) => {
                let frame = Frame::PathEnd { outer: item.trail };
                Ok(Step::Evaluate { node: *path, bindings, item: Item::root(item.value), rest: rest.push(frame)? })
            }
            Node::GetPath(path) => {
                let input = Item::plain(item.value.clone());
                Ok(Step::Evaluate { node: *path, bindings, item: input, rest: rest.push(Frame::GetPath { item })? })
            }
            Node::Last(query) => {
                let last = Rc::new(RefCell::new(None));
                self.push_end(Gathered::Last(Rc::clone(&last)), &item.trail, &rest)?;
                Ok(Step::Evaluate { node: *query, bindings, item, rest: rest.push(Frame::Last(last))? })
            }
            Node::AssignPath { value, .. } => {
                let frame = Frame::AssignPath { node, input: item.value.clone() };
                Ok(Step::Evaluate { node: *value, bindings, item, rest: rest.push(frame)? })
            }
            Node::Assign { value, .. } => {
                let input = Item::plain(item.value.clone());
                let frame = Frame::AssignValue { node, bindings: bindings.clone(), item };
                Ok(Step::Evaluate { node: *value, bindings, item: input, rest: rest.push(frame)? })
            }
            Node::Operand { value, body } => {
                let frame = Frame::Operand { body: *body, bindings: bindings.clone(), input: item.value.clone() };
                Ok(Step::Evaluate { node: *value, bindings, item, rest: rest.push(frame)? })
            }
            Node::Modify { target, .. } => {
                let state = Rc::new(RefCell::new(Modified { value: item.value.clone(), deleted: Vec::new() }));
                self.push_end(Gathered::Modified(Rc::clone(&state)), &item.trail, &rest)?;
                let frame = Frame::ModifyTarget { node, bindings: bindings.clone(), state, outer: item.trail };
                Ok(Step::Evaluate { node: *target, bindings, item: Item::root(item.value), rest: rest.push(frame)? })
            }
        }
    }

    pub(super) fn run_pipe(
        &mut self,
        node: NodeId,
        position: usize,
        bindings: Bindings,
        item: Item,
        rest: Rest,
    ) -> Result<Step, Fault> {
        let Node::Pipe(stages) = &self.code.nodes[node as usize] else { return Ok(Step::Backtrack) };
        let next = position + 1;
        let rest =
            if next < stages.len() { rest.push(Frame::Pipe { node, next, bindings: bindings.clone() })? } else { rest };
        Ok(Step::Evaluate { node: stages[position], bindings, item, rest })
    }

    pub(super) fn run_comma(
        &mut self,
        node: NodeId,
        position: usize,
        bindings: Bindings,
        item: Item,
        rest: Rest,
    ) -> Result<Step, Fault> {
        let Node::Comma(parts) = &self.code.nodes[node as usize] else { return Ok(Step::Backtrack) };
        if position + 1 < parts.len() {
            self.push_choice(Choice::Comma {
                node,
                next: position + 1,
                bindings: bindings.clone(),
                item: item.clone(),
                rest: rest.clone(),
            })?;
        }
        Ok(Step::Evaluate { node: parts[position], bindings, item, rest })
    }

    fn iterate(&mut self, item: Item, rest: Rest) -> Result<Step, Fault> {
        let is_container = matches!(item.value, Value::Array(_) | Value::Object(_));
        if is_container && item.trail.as_ref().is_some_and(|trail| !trail.leads_to(&item.value)) {
            return Err(unfit("invalid path on iterating against", &item.value));
        }
        let trail = item.trail;
        let choice = match item.value {
            Value::Array(items) => Choice::ArrayItems { items, next: 0, trail, rest },
            Value::Object(entries) => {
                self.budget.spend_items(entries.len())?;
                let entries = entries.iter().map(|(key, value)| (Value::String(key.clone()), value.clone()));
                Choice::ObjectEntries { entries: Rc::new(entries.collect()), next: 0, trail, rest }
            }
            value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                return Err(unfit("cannot iterate over", &value));
            }
        };
        self.retry(choice)
    }

    /// The value that an index leads to, with its path.
    pub(super) fn follow(&mut self, item: &Item, key: Value, found: Value) -> Result<Item, Fault> {
        let Some(trail) = &item.trail else { return Ok(Item::plain(found)) };
        if !trail.leads_to(&item.value) {
            return Err(unfit("invalid path against", &item.value));
        }
        self.budget.spend_items(2)?;
        let trail = Trail { value: found.clone(), key: Some(key), before: item.trail.clone() };
        Ok(Item { value: found, trail: Some(Rc::new(trail)) })
    }

    pub(super) fn follow_slice(&mut self, item: &Item, start: Value, end: Value, found: Value) -> Result<Item, Fault> {
        if item.trail.is_none() {
            return Ok(Item::plain(found));
        }
        self.follow(item, slice_key(start, end), found)
    }
}
