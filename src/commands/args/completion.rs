//! Argument parsers with shell completions. The completions are not a closed list: a rule also has a code, and a format
//! may be followed by a file, so the parser alone decides what is valid.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};

use crate::analysis::RULES;
use crate::commands::args::output::Output;
use crate::report::format::Format;

/// A parser with completions. `--help` must not list them: set `hide_possible_values`.
#[derive(Clone)]
pub struct WithCompletions<T> {
    parse: fn(&str) -> Result<T, String>,
    words: fn() -> Vec<&'static str>,
}

/// Completes rule names.
pub fn rules<T>(parse: fn(&str) -> Result<T, String>) -> WithCompletions<T> {
    WithCompletions { parse, words: || RULES.iter().map(|rule| rule.info.name).collect() }
}

/// Completes the formats of a command's report.
pub fn formats<F: Format>() -> WithCompletions<Output<F>> {
    WithCompletions { parse: Output::parse, words: F::names }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for WithCompletions<T> {
    type Value = T;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<T, clap::Error> {
        self.parse.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.words)().into_iter().map(PossibleValue::new)))
    }
}
