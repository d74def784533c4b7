//! A YAML 1.1 parser that accepts, rejects and reads the same texts as kubectl: `scanner` makes tokens, `parser` makes
//! events. Both have kubectl's deviations from the specification, which are named where they occur; `tests/kubectl/mod.rs`
//! compares the result with a real kubectl.

mod chars;
mod parser;
mod problem;
mod scalars;
mod scanner;
mod tags;
mod token;

pub(super) use chars::{first_forbidden, is_odd_separator};
pub(super) use parser::{Event, Parser, Properties};
pub(super) use problem::{Problem, ProblemKind};
pub(super) use token::{Divergence, Tag};
