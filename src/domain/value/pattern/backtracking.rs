//! Backtracking regex engine with a step limit: look-around and back-references can make a match quadratic or
//! exponential.

use super::error::{PatternError, TooCostly};
use super::syntax::{Node, Tree, words};

/// The maximum number of steps of one match, a few hundredths of a second.
const MAX_STEPS: usize = 2_000_000;
/// The maximum number of instructions of a program.
const MAX_PROGRAM_LENGTH: usize = 20_000;

#[derive(Debug)]
pub(super) struct Program {
    code: Vec<Instruction>,
    slots: usize,
    /// It begins with `^`, so only one start position is tried.
    is_anchored: bool,
}

#[derive(Debug, Clone)]
enum Instruction {
    Class(Box<[(char, char)]>),
    Start,
    End,
    WordBoundary {
        negative: bool,
    },
    /// The first alternative is tried first.
    Split(usize, usize),
    Jump(usize),
    Save(usize),
    /// Fails if nothing was consumed since the position in the slot.
    Progress(usize),
    BackReference(usize),
    /// The pattern of the look-around follows, up to its own `Match`; execution then continues at `next`.
    Look {
        behind: bool,
        negative: bool,
        next: usize,
    },
    Match,
}

impl Program {
    pub fn new(tree: &Tree) -> Result<Self, PatternError> {
        let mut compiler = Compiler { code: Vec::new(), slots: 2 * (tree.groups + 1) };
        compiler.node(&tree.root)?;
        compiler.push(Instruction::Match)?;
        let is_anchored = matches!(&tree.root, Node::Sequence(parts) if parts.first() == Some(&Node::Start));
        Ok(Self { code: compiler.code, slots: compiler.slots, is_anchored })
    }

    pub fn is_match(&self, text: &str) -> Result<bool, TooCostly> {
        let text: Vec<char> = text.chars().collect();
        let starts = if self.is_anchored { 0..=0 } else { 0..=text.len() };
        let mut run = Run { program: self, text: &text, slots: vec![None; self.slots], left: MAX_STEPS };
        for start in starts {
            if run.from(0, start, None)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

struct Compiler {
    code: Vec<Instruction>,
    slots: usize,
}

impl Compiler {
    fn push(&mut self, instruction: Instruction) -> Result<usize, PatternError> {
        if self.code.len() >= MAX_PROGRAM_LENGTH {
            return Err(PatternError::TooCostly);
        }
        self.code.push(instruction);
        Ok(self.code.len() - 1)
    }

    fn node(&mut self, node: &Node) -> Result<(), PatternError> {
        match node {
            Node::Sequence(parts) => parts.iter().try_for_each(|part| self.node(part))?,
            Node::Alternatives(all) => self.alternatives(all)?,
            Node::Class(ranges) => drop(self.push(Instruction::Class(sorted(ranges)))?),
            Node::Group(index, inner) => {
                self.push(Instruction::Save(2 * index))?;
                self.node(inner)?;
                self.push(Instruction::Save(2 * index + 1))?;
            }
            Node::Look { behind, negative, inner } => {
                let look = self.push(Instruction::Match)?;
                self.node(inner)?;
                let end = self.push(Instruction::Match)?;
                self.code[look] = Instruction::Look { behind: *behind, negative: *negative, next: end + 1 };
            }
            Node::Repeat { inner, least, most, greedy } => self.repeat(inner, *least, *most, *greedy)?,
            Node::BackReference(index) => drop(self.push(Instruction::BackReference(*index))?),
            Node::Start => drop(self.push(Instruction::Start)?),
            Node::End => drop(self.push(Instruction::End)?),
            Node::WordBoundary { negative } => drop(self.push(Instruction::WordBoundary { negative: *negative })?),
        }
        Ok(())
    }

    fn alternatives(&mut self, all: &[Node]) -> Result<(), PatternError> {
        let mut jumps = Vec::new();
        for (position, node) in all.iter().enumerate() {
            if position + 1 == all.len() {
                self.node(node)?;
                break;
            }
            let split = self.push(Instruction::Match)?;
            self.node(node)?;
            jumps.push(self.push(Instruction::Match)?);
            self.code[split] = Instruction::Split(split + 1, self.code.len());
        }
        for jump in jumps {
            self.code[jump] = Instruction::Jump(self.code.len());
        }
        Ok(())
    }

    fn repeat(&mut self, inner: &Node, least: usize, most: Option<usize>, greedy: bool) -> Result<(), PatternError> {
        // The body is copied for each repetition; an empty body is not repeated.
        if least > MAX_PROGRAM_LENGTH || most.is_some_and(|most| most > MAX_PROGRAM_LENGTH) {
            return Err(PatternError::TooCostly);
        }
        for _ in 0..least {
            let before = self.code.len();
            self.node(inner)?;
            if self.code.len() == before {
                return Ok(());
            }
        }
        let mut splits = Vec::new();
        let optional = most.map_or(1, |most| most - least);
        for _ in 0..optional {
            let split = self.push(Instruction::Match)?;
            splits.push(split);
            let slot = self.slots;
            self.slots += 1;
            self.push(Instruction::Save(slot))?;
            self.node(inner)?;
            self.push(Instruction::Progress(slot))?;
            if most.is_none() {
                self.push(Instruction::Jump(split))?;
            }
        }
        let end = self.code.len();
        for split in splits {
            let (first, second) = if greedy { (split + 1, end) } else { (end, split + 1) };
            self.code[split] = Instruction::Split(first, second);
        }
        Ok(())
    }
}

struct Run<'r> {
    program: &'r Program,
    text: &'r [char],
    slots: Vec<Option<usize>>,
    /// The remaining steps.
    left: usize,
}

/// A backtracking point: an alternative to try, or a slot to restore.
enum Choice {
    Try { at: usize, position: usize },
    Restore { slot: usize, value: Option<usize> },
}

impl Run<'_> {
    /// Runs from an instruction to its `Match`; returns the end position. `end`: the match must end there.
    fn from(&mut self, at: usize, position: usize, end: Option<usize>) -> Result<Option<usize>, TooCostly> {
        let mut choices = vec![Choice::Try { at, position }];
        while let Some(choice) = choices.pop() {
            match choice {
                Choice::Restore { slot, value } => {
                    self.step()?;
                    self.slots[slot] = value;
                }
                Choice::Try { at, position } => {
                    if let Some(found) = self.along(at, position, end, &mut choices)? {
                        return Ok(Some(found));
                    }
                }
            }
        }
        Ok(None)
    }

    fn step(&mut self) -> Result<(), TooCostly> {
        self.left = self.left.checked_sub(1).ok_or(TooCostly)?;
        Ok(())
    }

    /// Follows one path until it matches or fails; alternatives are pushed to `choices`.
    fn along(
        &mut self,
        mut at: usize,
        mut position: usize,
        end: Option<usize>,
        choices: &mut Vec<Choice>,
    ) -> Result<Option<usize>, TooCostly> {
        let program = self.program;
        loop {
            self.step()?;
            let Some(instruction) = program.code.get(at) else { return Ok(None) };
            at += 1;
            let goes_on = match instruction {
                Instruction::Class(ranges) => {
                    let found = self.text.get(position).is_some_and(|c| is_in(ranges, *c));
                    position += usize::from(found);
                    found
                }
                Instruction::Start => position == 0,
                Instruction::End => position == self.text.len(),
                Instruction::WordBoundary { negative } => self.is_boundary(position) != *negative,
                Instruction::Split(first, second) => {
                    choices.push(Choice::Try { at: *second, position });
                    at = *first;
                    true
                }
                Instruction::Jump(next) => {
                    at = *next;
                    true
                }
                Instruction::Save(slot) => {
                    choices.push(Choice::Restore { slot: *slot, value: self.slots[*slot] });
                    self.slots[*slot] = Some(position);
                    true
                }
                Instruction::Progress(slot) => self.slots[*slot] != Some(position),
                Instruction::BackReference(group) => self.is_repeated(*group, &mut position)?,
                Instruction::Look { behind, negative, next } => {
                    let found = self.look(at, position, *behind)?;
                    at = *next;
                    found != *negative
                }
                Instruction::Match if end.is_none_or(|end| end == position) => return Ok(Some(position)),
                Instruction::Match => false,
            };
            if !goes_on {
                return Ok(None);
            }
        }
    }

    fn look(&mut self, at: usize, position: usize, behind: bool) -> Result<bool, TooCostly> {
        if !behind {
            return Ok(self.from(at, position, None)?.is_some());
        }
        for start in (0..=position).rev() {
            if self.from(at, start, Some(position))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A group that did not participate matches the empty string.
    fn is_repeated(&mut self, group: usize, position: &mut usize) -> Result<bool, TooCostly> {
        let (Some(Some(from)), Some(Some(to))) = (self.slots.get(2 * group), self.slots.get(2 * group + 1)) else {
            return Ok(true);
        };
        let text = self.text;
        let taken = text.get(*from..*to).unwrap_or_default();
        self.left = self.left.checked_sub(taken.len()).ok_or(TooCostly)?;
        let found = text.get(*position..).unwrap_or_default().starts_with(taken);
        *position += if found { taken.len() } else { 0 };
        Ok(found)
    }

    fn is_boundary(&self, position: usize) -> bool {
        let word = words();
        let is_word = |at: Option<usize>| at.and_then(|at| self.text.get(at)).is_some_and(|c| is_in(&word, *c));
        is_word(position.checked_sub(1)) != is_word(Some(position))
    }
}

/// Sorted and merged ranges.
fn sorted(ranges: &[(char, char)]) -> Box<[(char, char)]> {
    let mut ranges = ranges.to_vec();
    ranges.sort_unstable();
    let mut merged: Vec<(char, char)> = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match merged.last_mut().filter(|(_, last)| from <= *last) {
            Some((_, last)) => *last = to.max(*last),
            None => merged.push((from, to)),
        }
    }
    merged.into()
}

fn is_in(ranges: &[(char, char)], c: char) -> bool {
    let after = ranges.partition_point(|(from, _)| *from <= c);
    after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, to)| c <= *to)
}
