//! Runs a template: pipelines, fields, conditions and loops.

use super::call::Call;
use super::functions::call;
use super::parse::{Branch, Command, Node, Operand, OperandKind, Pipeline};
use super::print::print_result;
use super::stop::{Budget, Stop};
use super::value::{GoMap, GoValue};

/// A template writes at most so many bytes.
const MAX_OUTPUT: usize = 4 * 1024 * 1024;
/// The values of one template have at most so many bytes.
const MAX_VALUE: usize = 4 * 1024 * 1024;

const MISSING: &GoValue = &GoValue::Missing;
const NIL: &GoValue = &GoValue::Nil;
const EMPTY: &GoValue = &GoValue::Text(String::new());

/// What a missing key of a map gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Default,
    Zero,
    Error,
}

pub(super) fn execute(
    text: &str,
    nodes: &[Node],
    data: &GoValue,
    missing: Missing,
    budget: &mut Budget,
) -> Result<String, Stop> {
    let variables = vec![("$".to_owned(), data.clone())];
    let mut state = State { text, missing, variables, output: String::new(), budget };
    state.nodes(nodes, data)?;
    Ok(state.output)
}

struct State<'t> {
    text: &'t str,
    missing: Missing,
    variables: Vec<(String, GoValue)>,
    output: String,
    budget: &'t mut Budget,
}

impl State<'_> {
    /// An error at a node, as Go reports it.
    fn fault(&self, at: usize, node: &str, message: &str) -> Stop {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rfind('\n').map_or(at, |newline| at - newline - 1);
        Stop::Fault(format!(":{line}:{column}: executing \"\" at <{node}>: {message}"))
    }

    fn step(&mut self) -> Result<(), Stop> {
        self.budget.spend(1)?;
        if self.output.len() > MAX_OUTPUT {
            return Err(Stop::NotKnown("a template that runs so long".to_owned()));
        }
        Ok(())
    }

    fn nodes(&mut self, nodes: &[Node], dot: &GoValue) -> Result<(), Stop> {
        for node in nodes {
            self.step()?;
            match node {
                Node::Text(text) => self.output.push_str(text),
                Node::Action(pipeline) => {
                    let value = self.pipeline(pipeline, dot)?;
                    if pipeline.variables.is_empty() {
                        self.output.push_str(&print_result(&value));
                    }
                }
                Node::If(branch) => self.branch(branch, dot, false)?,
                Node::With(branch) => self.branch(branch, dot, true)?,
                Node::Range(branch) => self.range(branch, dot)?,
            }
        }
        Ok(())
    }

    fn branch(&mut self, branch: &Branch, dot: &GoValue, sets_dot: bool) -> Result<(), Stop> {
        let known = self.variables.len();
        let value = self.pipeline(&branch.pipeline, dot)?;
        match value.is_true() {
            true if sets_dot => self.nodes(&branch.then, &value)?,
            true => self.nodes(&branch.then, dot)?,
            false => self.nodes(&branch.otherwise, dot)?,
        }
        self.variables.truncate(known);
        Ok(())
    }

    fn range(&mut self, branch: &Branch, dot: &GoValue) -> Result<(), Stop> {
        let known = self.variables.len();
        let pipeline = Pipeline { variables: Vec::new(), ..branch.pipeline.clone() };
        let value = self.pipeline(&pipeline, dot)?;
        let names = &branch.pipeline.variables;
        if branch.pipeline.is_assignment && !names.is_empty() {
            return Err(Stop::NotKnown("`range` with an assignment".to_owned()));
        }
        let rows: Vec<(GoValue, GoValue)> = match value {
            GoValue::List(items) => {
                items.into_iter().enumerate().map(|(at, item)| (GoValue::Int(at as i64), item)).collect()
            }
            GoValue::Map(map) => map.entries.into_iter().map(|(key, value)| (GoValue::Text(key), value)).collect(),
            GoValue::Missing => Vec::new(),
            GoValue::Int(_) => return Err(Stop::NotKnown("`range` over a number".to_owned())),
            GoValue::Nil => Vec::new(),
            other @ (GoValue::Text(_) | GoValue::Bool(_) | GoValue::Float(_)) => {
                let Some(command) = branch.pipeline.commands.first() else { return Ok(()) };
                let message = format!("range can't iterate over {}", print_result(&other));
                return Err(self.fault(command.at, &command.text, &message));
            }
        };
        if rows.is_empty() {
            self.nodes(&branch.otherwise, dot)?;
        }
        for (key, item) in rows {
            match names.as_slice() {
                [] => {}
                [name] => self.variables.push((name.clone(), item.clone())),
                [first, second, ..] => {
                    self.variables.push((first.clone(), key));
                    self.variables.push((second.clone(), item.clone()));
                }
            }
            self.nodes(&branch.then, &item)?;
            self.variables.truncate(known);
        }
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &GoValue) -> Result<GoValue, Stop> {
        let mut value = None;
        for command in &pipeline.commands {
            let next = self.command(command, dot, value.take())?;
            if next.size() > MAX_VALUE {
                return Err(Stop::NotKnown("a template with values of that size".to_owned()));
            }
            value = Some(next);
        }
        let value = value.unwrap_or(GoValue::Missing);
        for name in &pipeline.variables {
            match self.variables.iter_mut().rev().find(|(known, _)| known == name) {
                Some((_, known)) if pipeline.is_assignment => *known = value.clone(),
                Some(_) | None => self.variables.push((name.clone(), value.clone())),
            }
        }
        Ok(value)
    }

    fn command(&mut self, command: &Command, dot: &GoValue, last: Option<GoValue>) -> Result<GoValue, Stop> {
        self.step()?;
        let Some((first, rest)) = command.operands.split_first() else { return Ok(GoValue::Missing) };
        if let OperandKind::Function(name) = &first.kind
            && first.fields.is_empty()
        {
            return self.function(name, rest, command, dot, last);
        }
        if !rest.is_empty() || last.is_some() {
            let message = match &first.kind {
                OperandKind::Fields | OperandKind::Variable(_) => {
                    let name = first.fields.last().cloned().unwrap_or_default();
                    // A field that is missing gives an error of its own before.
                    self.operand(first, dot)?;
                    format!("{name} is not a method but has arguments")
                }
                OperandKind::Nil => "nil is not a command".to_owned(),
                OperandKind::Dot
                | OperandKind::Function(_)
                | OperandKind::Literal(_)
                | OperandKind::Integer(_)
                | OperandKind::Float(_)
                | OperandKind::Bool(_)
                | OperandKind::Pipeline(_) => format!("can't give argument to non-function {}", first.text),
            };
            return Err(self.fault(first.at, &first.text, &message));
        }
        if first.kind == OperandKind::Nil {
            return Err(self.fault(first.at, &first.text, "nil is not a command"));
        }
        self.operand(first, dot)
    }

    fn function(
        &mut self,
        name: &str,
        rest: &[Operand],
        command: &Command,
        dot: &GoValue,
        last: Option<GoValue>,
    ) -> Result<GoValue, Stop> {
        let count = rest.len() + usize::from(last.is_some());
        if matches!(name, "and" | "or") {
            if count == 0 {
                return Err(Stop::NotKnown(format!("`{name}` without arguments")));
            }
            // They look at their arguments one after another.
            let mut value = GoValue::Missing;
            for operand in rest {
                value = self.operand(operand, dot)?;
                if value.is_true() == (name == "or") {
                    return Ok(value);
                }
            }
            return Ok(last.unwrap_or(value));
        }
        let mut arguments = Vec::new();
        for operand in rest {
            arguments.push(self.operand(operand, dot)?);
        }
        arguments.extend(last);
        let call_of = Call { name, arguments };
        call(&call_of).map_err(|stop| match stop {
            Stop::Fault(message) => self.fault(command.at, &command.text, &message),
            Stop::NotKnown(what) => Stop::NotKnown(what),
        })
    }

    fn operand(&mut self, operand: &Operand, dot: &GoValue) -> Result<GoValue, Stop> {
        self.step()?;
        let base = match &operand.kind {
            OperandKind::Dot | OperandKind::Fields => return self.fields(dot, operand),
            OperandKind::Variable(name) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                let value = known.map_or(GoValue::Missing, |(_, value)| value.clone());
                self.budget.spend(value.size() / 64)?;
                return self.fields(&value, operand);
            }
            OperandKind::Function(name) => {
                let command = Command { operands: Vec::new(), at: operand.at, text: operand.text.clone() };
                self.function(name, &[], &command, dot, None)?
            }
            OperandKind::Literal(text) => GoValue::Text(text.clone()),
            OperandKind::Integer(value) => GoValue::Int(*value),
            OperandKind::Float(value) => GoValue::Float(*value),
            OperandKind::Bool(value) => GoValue::Bool(*value),
            OperandKind::Nil => GoValue::Nil,
            OperandKind::Pipeline(pipeline) => self.pipeline(pipeline, dot)?,
        };
        self.fields(&base, operand)
    }

    /// The value at the fields of an operand.
    fn fields(&mut self, base: &GoValue, operand: &Operand) -> Result<GoValue, Stop> {
        let mut value = base;
        for field in &operand.fields {
            value = match value {
                GoValue::Missing if self.missing == Missing::Error => {
                    return Err(self.fault(
                        operand.at,
                        &operand.text,
                        &format!("nil data; no entry for key {field:?}"),
                    ));
                }
                GoValue::Missing => MISSING,
                GoValue::Nil => {
                    let message = format!("nil pointer evaluating interface {{}}.{field}");
                    return Err(self.fault(operand.at, &operand.text, &message));
                }
                GoValue::Map(map) => match map.get(field) {
                    Some(found) => found,
                    None => self.missing_key(map, field, operand)?,
                },
                GoValue::Bool(_) | GoValue::Int(_) | GoValue::Float(_) | GoValue::Text(_) | GoValue::List(_) => {
                    let message = format!("can't evaluate field {field} in type interface {{}}");
                    return Err(self.fault(operand.at, &operand.text, &message));
                }
            };
        }
        // A copy of a large value is work as well.
        self.budget.spend(value.size() / 64)?;
        Ok(value.clone())
    }

    fn missing_key(&self, map: &GoMap, field: &str, operand: &Operand) -> Result<&'static GoValue, Stop> {
        match self.missing {
            Missing::Default => Ok(MISSING),
            Missing::Zero if map.has_texts => Ok(EMPTY),
            Missing::Zero => Ok(NIL),
            Missing::Error => {
                Err(self.fault(operand.at, &operand.text, &format!("map has no entry for key {field:?}")))
            }
        }
    }
}
