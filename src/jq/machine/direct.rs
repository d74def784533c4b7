//! Calculates direct nodes: those with exactly one output need neither continuations nor alternatives.

use std::collections::BTreeMap;

use super::Machine;
use super::bindings::Bindings;
use crate::jq::access::{index, slice};
use crate::jq::fault::{Outcome, unfit};
use crate::jq::program::{Node, NodeId};
use crate::jq::value::Value;

impl Machine<'_> {
    /// Calculates a direct node outside of any path.
    pub(super) fn calculate(&mut self, node: NodeId, bindings: &Bindings, input: &Value) -> Outcome {
        self.budget.spend_steps(1)?;
        let code = self.code;
        match &code.nodes[node as usize] {
            Node::Identity => Ok(input.clone()),
            Node::Constant(value) => Ok(value.clone()),
            Node::Variable(distance) => Ok(bindings.value(*distance)),
            Node::Environment => Ok(self.budget.env.variables.clone()),
            Node::Key(key) => index(&mut self.budget, input, key),
            Node::Pipe(stages) => {
                let mut value = input.clone();
                for stage in stages {
                    value = self.calculate(*stage, bindings, &value)?;
                }
                Ok(value)
            }
            Node::Builtin { builtin, arguments } => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments.iter().rev() {
                    values.push(self.calculate(*argument, bindings, input)?);
                }
                values.reverse();
                self.call(builtin, input, &values)
            }
            Node::If { condition, then, otherwise } => {
                let branch = if self.calculate(*condition, bindings, input)?.is_truthy() { then } else { otherwise };
                self.calculate(*branch, bindings, input)
            }
            Node::Alternative(left, right) => {
                let value = self.calculate(*left, bindings, input)?;
                if value.is_truthy() { Ok(value) } else { self.calculate(*right, bindings, input) }
            }
            Node::Object(entries) => {
                let mut done = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let key = self.calculate(*key, bindings, input)?;
                    let value = match value {
                        Some(value) => self.calculate(*value, bindings, input)?,
                        None => index(&mut self.budget, input, &key)?,
                    };
                    done.push((key, value));
                }
                self.build_object(done)
            }
            Node::Access(access) => {
                let start = access.start.map(|node| self.calculate(node, bindings, input)).transpose()?;
                let end = access.end.map(|node| self.calculate(node, bindings, input)).transpose()?;
                let target = self.calculate(access.target, bindings, input)?;
                let start = start.unwrap_or_default();
                if access.is_slice {
                    slice(&mut self.budget, &target, &start, &end.unwrap_or_default())
                } else {
                    index(&mut self.budget, &target, &start)
                }
            }
            _ => Ok(Value::Null),
        }
    }

    /// Makes an object of its keys and values. The last of equal keys counts; of wrong keys the last one is reported.
    pub(super) fn build_object(&mut self, entries: Vec<(Value, Value)>) -> Outcome {
        self.budget.spend_items(entries.len())?;
        if let Some((key, _)) = entries.iter().rev().find(|(key, _)| key.as_str().is_none()) {
            return Err(unfit("expected a string for object key but got", key));
        }
        let entries = entries.into_iter().filter_map(|(key, value)| match key {
            Value::String(key) => Some((key, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        });
        Self::check_size(Value::Object(entries.collect::<BTreeMap<_, _>>().into()))
    }
}
