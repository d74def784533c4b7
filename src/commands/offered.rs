//! Arguments that shells complete. What is offered is no closed list: a rule has a code too, and a format may be
//! followed by a file, so what is typed is judged by the argument's own parser and not by the list.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};

use crate::analysis::RULES;
use crate::commands::output::{Format, Output};

/// A parser with words to offer. Help must not list them: set `hide_possible_values`.
#[derive(Clone)]
pub struct Offered<T> {
    parse: fn(&str) -> Result<T, String>,
    words: fn() -> Vec<&'static str>,
}

/// Offers the rules' names.
pub fn rules<T>(parse: fn(&str) -> Result<T, String>) -> Offered<T> {
    Offered { parse, words: || RULES.iter().map(|rule| rule.info.name).collect() }
}

/// Offers the formats of a verb's report.
pub fn formats<F: Format>() -> Offered<Output<F>> {
    Offered { parse: Output::parse, words: F::names }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Offered<T> {
    type Value = T;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<T, clap::Error> {
        self.parse.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.words)().into_iter().map(PossibleValue::new)))
    }
}
