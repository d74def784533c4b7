//! Runs a compiled expression. The machine keeps continuations and untried alternatives on the heap and never calls itself for
//! them, so recursion in an expression, however deep, does not touch the stack, and each step can be counted.

mod bindings;
mod direct;
mod evaluate;
mod frame;
mod matching;
mod resume;
mod retry;

use std::rc::Rc;

use bindings::{Bindings, Bound};
use frame::{Choice, Gathered, Item, Rest, Trail};

use super::Limit;
use super::budget::{Budget, MAX_DEPTH, MAX_WEIGHT};
use super::fault::{Fault, Outcome};
use super::functions::Builtin;
use super::program::{Code, NodeId};
use super::value::Value;

/// How many alternatives may be left to try.
const MAX_CHOICES: usize = 200_000;

/// What the machine does next.
enum Step {
    Evaluate {
        node: NodeId,
        bindings: Bindings,
        item: Item,
        rest: Rest,
    },
    /// Hand an output to what waits for it.
    Return(Item, Rest),
    /// Look for another output.
    Backtrack,
}

/// One evaluation.
pub(super) struct Machine<'a> {
    code: &'a Code,
    budget: Budget<'a>,
    choices: Vec<Choice>,
    next_label: u64,
    start: Option<Item>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(code: &'a Code, input: Value, budget: Budget<'a>) -> Self {
        Self { code, budget, choices: Vec::new(), next_label: 0, start: Some(Item::plain(input)) }
    }

    /// The next output, or `None` when there are no more.
    pub(super) fn next(&mut self) -> Result<Option<Value>, Fault> {
        let mut step = match self.start.take() {
            Some(item) => {
                Self::check_size(item.value.clone())?;
                Step::Evaluate { node: self.code.root, bindings: Bindings::default(), item, rest: Rest::default() }
            }
            None => Step::Backtrack,
        };
        loop {
            self.budget.spend_steps(1)?;
            let next = match step {
                Step::Evaluate { node, bindings, item, rest } => self.evaluate(node, bindings, item, rest),
                Step::Return(item, rest) => match rest.0 {
                    None => return Ok(Some(item.value)),
                    Some(link) => self.resume(item, &link),
                },
                Step::Backtrack => match self.choices.pop() {
                    None => return Ok(None),
                    Some(choice) => self.retry(choice),
                },
            };
            step = match next {
                Ok(step) => step,
                Err(fault) => self.unwind(fault)?,
            };
        }
    }

    fn push_choice(&mut self, choice: Choice) -> Result<(), Fault> {
        if self.choices.len() >= MAX_CHOICES {
            return Err(Fault::Limit(Limit::Depth));
        }
        self.choices.push(choice);
        Ok(())
    }

    fn push_end(&mut self, gathered: Gathered, trail: &Option<Rc<Trail>>, rest: &Rest) -> Result<(), Fault> {
        self.push_choice(Choice::End { gathered, trail: trail.clone(), rest: rest.clone() })
    }

    fn new_label(&mut self) -> Result<u64, Fault> {
        self.next_label += 1;
        self.push_choice(Choice::Label(self.next_label))?;
        Ok(self.next_label)
    }

    /// Refuses values that are nested too deeply for the functions that walk them, or that would take forever to walk.
    fn check_size(value: Value) -> Outcome {
        let measure = value.measure();
        if measure.depth > MAX_DEPTH {
            return Err(Fault::Limit(Limit::Depth));
        }
        if measure.weight > MAX_WEIGHT {
            return Err(Fault::Limit(Limit::Memory));
        }
        Ok(value)
    }

    fn call(&mut self, builtin: &Builtin, input: &Value, arguments: &[Value]) -> Outcome {
        let weight =
            arguments.iter().fold(input.measure().weight, |sum, value| sum.saturating_add(value.measure().weight));
        self.budget.spend_steps(usize::try_from(weight / 8).unwrap_or(usize::MAX))?;
        Self::check_size((builtin.call)(&mut self.budget, input, arguments)?)
    }

    /// Gives up alternatives until one of them handles the fault.
    fn unwind(&mut self, mut fault: Fault) -> Result<Step, Fault> {
        if matches!(fault, Fault::Limit(_)) {
            self.choices.clear();
            return Err(fault);
        }
        // How many bodies of `try` were left before the fault happened: those do not handle it.
        let mut left = 0_u64;
        while let Some(choice) = self.choices.pop() {
            match choice {
                Choice::TryLeft => left += 1,
                Choice::Try { .. } if left > 0 => left -= 1,
                Choice::Try { handler, bindings, item, rest } => {
                    let caught = match &fault {
                        Fault::Raised(value) => value.clone(),
                        Fault::Failed(message) => Value::from(message.as_str()),
                        Fault::Break { .. } | Fault::Halt(_) | Fault::Limit(_) => continue,
                    };
                    return Ok(match handler {
                        Some(node) => Step::Evaluate { node, bindings, item: item.with(caught), rest },
                        None => Step::Backtrack,
                    });
                }
                Choice::Label(label) => {
                    if left == 0 && matches!(&fault, Fault::Break { label: wanted, .. } if *wanted == label) {
                        return Ok(Step::Backtrack);
                    }
                }
                Choice::Patterns { node, position, value, bindings, item, rest } => {
                    match self.match_pattern(node, position, value, &bindings, item, rest) {
                        Ok(step) => return Ok(step),
                        // The next pattern fails too: that is what the others are tried for now.
                        Err(limit @ Fault::Limit(_)) => return Err(limit),
                        Err(next) => (fault, left) = (next, 0),
                    }
                }
                Choice::Comma { .. }
                | Choice::ArrayItems { .. }
                | Choice::ObjectEntries { .. }
                | Choice::Range { .. }
                | Choice::AlternativeRight { .. }
                | Choice::End { .. }
                | Choice::Delete { .. } => {}
            }
        }
        Err(fault)
    }
}
