//! Compiled regular expressions, kept for the next input.

mod syntax;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex_automata::meta::Regex;

use super::encode::quote;
use syntax::{Translated, translate};

/// How many compiled patterns a program keeps.
const CACHED: usize = 64;

/// How large a compiled pattern may be.
const MAX_PATTERN_BYTES: usize = 2 << 20;

/// The patterns that a program has compiled. Nearly all are written in the expression, so they come again with each input.
#[derive(Debug, Default)]
pub(super) struct RegexCache(Mutex<Patterns>);

/// The patterns that were used last, by their text.
#[derive(Debug, Default)]
pub(super) struct Patterns(HashMap<String, Arc<Compiled>>);

/// A pattern, or why it is none.
#[derive(Debug)]
pub(super) struct Compiled {
    /// The error is in gojq's words.
    pub pattern: Result<Arc<Pattern>, String>,
    /// The bytes of the compiled pattern, or those at which it became too large: its price.
    pub bytes: usize,
}

#[derive(Debug)]
pub(super) struct Pattern {
    pub regex: Regex,
    /// The names of the groups, from the first.
    pub names: Vec<Option<Arc<str>>>,
    pub is_empty: bool,
    /// The steps that a search costs for each 64 bytes of text.
    pub steps: usize,
}

impl RegexCache {
    /// Compiles a pattern, or yields what was compiled before.
    pub(super) fn get(&self, text: &str) -> Arc<Compiled> {
        let mut patterns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = patterns.get(text) {
            return compiled;
        }
        let compiled = Arc::new(compile(text));
        patterns.insert(text, &compiled);
        compiled
    }
}

impl Patterns {
    pub(super) fn get(&self, text: &str) -> Option<Arc<Compiled>> {
        self.0.get(text).cloned()
    }

    pub(super) fn insert(&mut self, text: &str, compiled: &Arc<Compiled>) {
        if self.0.len() >= CACHED {
            self.0.clear();
        }
        self.0.insert(text.to_owned(), Arc::clone(compiled));
    }
}

/// Compiles a regular expression of Go. `None`: it is too large to be run here. The error is in Go's words.
pub fn go_regex(text: &str) -> Result<Option<Regex>, String> {
    translate(text).map(|translated| build(&translated))
}

/// `None`: it becomes too large.
fn build(translated: &Translated) -> Option<Regex> {
    let config = Regex::config().nfa_size_limit(Some(MAX_PATTERN_BYTES)).onepass(false);
    Regex::builder().configure(config).build(&translated.pattern).ok()
}

fn compile(text: &str) -> Compiled {
    let invalid =
        |cause: &str| Err(format!("invalid regular expression {}: error parsing regexp: {cause}", quote(text)));
    let translated = match translate(text) {
        Ok(translated) => translated,
        Err(cause) => return Compiled { pattern: invalid(&cause), bytes: text.len() },
    };
    let Some(regex) = build(&translated) else {
        return Compiled { pattern: invalid("expression too large"), bytes: MAX_PATTERN_BYTES };
    };
    let bytes = regex.memory_usage();
    let steps = 1 + bytes / 1024;
    let pattern = Pattern { regex, names: translated.names, is_empty: text.is_empty(), steps };
    Compiled { pattern: Ok(Arc::new(pattern)), bytes }
}
