//! Takes values apart by patterns and binds the variables.

use super::bindings::Bindings;
use super::frame::{Choice, Frame, Item, Matching, Rest, Task, Tasks, Then};
use super::{Bound, Machine, Step};
use crate::jq::access::index;
use crate::jq::fault::{Fault, unfit};
use crate::jq::program::{EntryKey, EntryPattern, LoopKind, Node, NodeId, Pattern};
use crate::jq::value::Value;

impl Machine<'_> {
    /// Matches a pattern of a binding; where it or what follows it fails, the next one is tried.
    pub(super) fn match_pattern(
        &mut self,
        node: NodeId,
        position: usize,
        value: Value,
        bindings: &Bindings,
        item: Item,
        rest: Rest,
    ) -> Result<Step, Fault> {
        let Node::Bind { patterns, .. } = &self.code.nodes[node as usize] else { return Ok(Step::Backtrack) };
        if position + 1 < patterns.len() {
            self.push_choice(Choice::Patterns {
                node,
                position: position + 1,
                value: value.clone(),
                bindings: bindings.clone(),
                item: item.clone(),
                rest: rest.clone(),
            })?;
        }
        let tasks = Tasks::default().before(Task::Match { pattern: patterns[position].pattern, value });
        let then = Then::Body { node, position, item };
        self.match_tasks(Matching { outer: bindings.clone(), bindings: bindings.clone(), then }, tasks, rest)
    }

    pub(super) fn match_tasks(&mut self, mut matching: Matching, mut tasks: Tasks, rest: Rest) -> Result<Step, Fault> {
        let code = self.code;
        while let Some((task, after)) = tasks.0.as_deref().cloned() {
            tasks = after;
            match task {
                Task::Match { pattern, value } => match &code.patterns[pattern] {
                    Pattern::Variable => matching.bindings = matching.bindings.bind(Bound::Value(value)),
                    Pattern::Array(_) => tasks = tasks.before(Task::ArrayItem { pattern, position: 0, value }),
                    Pattern::Object(_) => tasks = tasks.before(Task::ObjectEntry { pattern, position: 0, value }),
                },
                Task::ArrayItem { pattern, position, value } => {
                    let Pattern::Array(items) = &code.patterns[pattern] else { continue };
                    let Some(item) = items.get(position) else { continue };
                    if !matches!(value, Value::Null | Value::Array(_)) {
                        return Err(unfit("expected an array but got", &value));
                    }
                    let key = Value::count(position);
                    let found = index(&mut self.budget, &value, &key)?;
                    self.follow_pattern(&mut matching, &value, &key, &found)?;
                    tasks = tasks.before(Task::ArrayItem { pattern, position: position + 1, value });
                    tasks = tasks.before(Task::Match { pattern: *item, value: found });
                }
                Task::ObjectEntry { pattern, position, value } => {
                    let Pattern::Object(entries) = &code.patterns[pattern] else { continue };
                    let Some(entry) = entries.get(position) else { continue };
                    let key = match &entry.key {
                        EntryKey::Known(key) => Value::String(key.clone()),
                        EntryKey::Calculated(node) => {
                            let (node, bindings) = (*node, matching.bindings.clone());
                            let trail = match &matching.then {
                                Then::Body { .. } => None,
                                Then::Update { trail, .. } => trail.clone(),
                            };
                            let item = Item { value: value.clone(), trail };
                            let frame = Frame::PatternKey { matching, tasks, entry: (pattern, position), value };
                            return Ok(Step::Evaluate { node, bindings, item, rest: rest.push(frame)? });
                        }
                    };
                    tasks = self.match_entry(&mut matching, &tasks, entry, (pattern, position), value, &key)?;
                }
            }
        }
        self.after_pattern(matching, rest)
    }

    /// Goes on with an entry of which the key was calculated.
    pub(super) fn match_entry_at(
        &mut self,
        mut matching: Matching,
        tasks: &Tasks,
        place: (usize, usize),
        value: Value,
        key: &Value,
        rest: Rest,
    ) -> Result<Step, Fault> {
        let Pattern::Object(entries) = &self.code.patterns[place.0] else { return Ok(Step::Backtrack) };
        let tasks = self.match_entry(&mut matching, tasks, &entries[place.1], place, value, key)?;
        self.match_tasks(matching, tasks, rest)
    }

    fn match_entry(
        &mut self,
        matching: &mut Matching,
        tasks: &Tasks,
        entry: &EntryPattern,
        (pattern, position): (usize, usize),
        value: Value,
        key: &Value,
    ) -> Result<Tasks, Fault> {
        let found = index(&mut self.budget, &value, key)?;
        self.follow_pattern(matching, &value, key, &found)?;
        let mut tasks = tasks.before(Task::ObjectEntry { pattern, position: position + 1, value });
        if entry.is_variable {
            matching.bindings = matching.bindings.bind(Bound::Value(found.clone()));
        }
        if let Some(pattern) = entry.pattern {
            tasks = tasks.before(Task::Match { pattern, value: found });
        }
        Ok(tasks)
    }

    /// Within a path, the pattern of a loop is a part of the path, as in gojq; that of a binding is not.
    fn follow_pattern(
        &mut self,
        matching: &mut Matching,
        value: &Value,
        key: &Value,
        found: &Value,
    ) -> Result<(), Fault> {
        if let Then::Update { trail, .. } = &mut matching.then {
            let item = Item { value: value.clone(), trail: trail.take() };
            *trail = self.follow(&item, key.clone(), found.clone())?.trail;
        }
        Ok(())
    }

    fn after_pattern(&self, matching: Matching, rest: Rest) -> Result<Step, Fault> {
        match matching.then {
            Then::Body { node, position, item } => {
                let Node::Bind { patterns, body, .. } = &self.code.nodes[node as usize] else {
                    return Ok(Step::Backtrack);
                };
                let bindings = match &patterns[position].variables {
                    None => matching.bindings,
                    Some(variables) => variables.iter().fold(matching.outer, |bindings, distance| {
                        let value = distance.map(|distance| matching.bindings.value(distance));
                        bindings.bind(Bound::Value(value.unwrap_or_default()))
                    }),
                };
                Ok(Step::Evaluate { node: *body, bindings, item, rest })
            }
            Then::Update { node, state, trail } => {
                let Node::Loop(parts) = &self.code.nodes[node as usize] else { return Ok(Step::Backtrack) };
                let item = Item { value: state.borrow().clone(), trail };
                let rest = rest.push(Frame::LoopUpdate { node, bindings: matching.bindings.clone(), state })?;
                Ok(Step::Evaluate { node: parts.update, bindings: matching.bindings, item, rest })
            }
        }
    }

    /// A loop has a new state.
    pub(super) fn after_update(&self, node: NodeId, bindings: &Bindings, item: Item, rest: &Rest) -> Step {
        let Node::Loop(parts) = &self.code.nodes[node as usize] else { return Step::Backtrack };
        match parts.kind {
            LoopKind::Reduce => Step::Backtrack,
            LoopKind::Foreach { extract: None } => Step::Return(item, rest.clone()),
            LoopKind::Foreach { extract: Some(node) } => {
                Step::Evaluate { node, bindings: bindings.clone(), item, rest: rest.clone() }
            }
        }
    }
}
