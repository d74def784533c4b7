//! Compiled regular expressions, kept for the next input.

mod syntax;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex_automata::meta::Regex;

use super::encode::quote;
use syntax::translate;

/// How many compiled patterns a program keeps.
const CACHED: usize = 64;

/// How large a compiled pattern may be.
const MAX_PATTERN_BYTES: usize = 2 << 20;

/// The patterns that a program has compiled. Nearly all are written in the expression, so they come again with each input.
#[derive(Debug, Default)]
pub(super) struct RegexCache(Mutex<HashMap<String, Arc<Pattern>>>);

#[derive(Debug)]
pub(super) struct Pattern {
    pub regex: Regex,
    /// The names of the groups, from the first.
    pub names: Vec<Option<Arc<str>>>,
    pub is_empty: bool,
    /// The length of the text, by which a search takes longer.
    pub length: usize,
}

impl RegexCache {
    /// Compiles a pattern, or yields the one that was compiled before. The error is in gojq's words.
    pub(super) fn get(&self, text: &str) -> Result<Arc<Pattern>, String> {
        let mut patterns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = patterns.get(text) {
            return Ok(Arc::clone(pattern));
        }
        let invalid = |cause: &str| format!("invalid regular expression {}: {cause}", quote(text));
        let translated = translate(text).map_err(|cause| invalid(&format!("error parsing regexp: {cause}")))?;
        let config = Regex::config().nfa_size_limit(Some(MAX_PATTERN_BYTES)).onepass(false);
        let regex = Regex::builder().configure(config).build(&translated.pattern);
        let regex = regex.map_err(|_| invalid("error parsing regexp: expression too large"))?;
        let (names, length) = (translated.names, translated.pattern.len());
        let pattern = Arc::new(Pattern { regex, names, is_empty: text.is_empty(), length });
        if patterns.len() >= CACHED {
            patterns.clear();
        }
        patterns.insert(text.to_owned(), Arc::clone(&pattern));
        Ok(pattern)
    }
}
