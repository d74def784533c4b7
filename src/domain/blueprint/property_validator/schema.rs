//! Compiles the schema of a property by `jsonschema`, for any representation of values. Patterns have limits (`pattern`),
//! formats are the platform's (`formats`).

use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::json::{Json, Node as _};
use jsonschema::{Draft, Keyword, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use crate::domain::value::formats;
use crate::domain::value::pattern::{Pattern, PatternError, TooCostly};

/// The maximum memory of a compiled key of `patternProperties`, and of its DFA cache, in bytes.
const MAX_KEY_PATTERN_BYTES: usize = 64 << 10;
const KEY_PATTERN_CACHE_BYTES: usize = 1 << 20;

/// `Err`, with the message of `jsonschema`, if the schema is invalid; values are then not validated.
pub(super) fn compile<F: Json>(schema: &Value) -> Result<Validator<F>, String> {
    let schema = formats::spelled_out(schema);
    let keys = PatternOptions::regex().size_limit(MAX_KEY_PATTERN_BYTES).dfa_size_limit(KEY_PATTERN_CACHE_BYTES);
    let mut options = jsonschema::options_for::<F>()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .with_pattern_options(keys)
        .with_keyword("pattern", |_, pattern, _| {
            let Some(text) = pattern.as_str() else {
                return Err(ValidationError::custom("a pattern must be a string"));
            };
            let matcher = PatternKeyword::new(text).map_err(ValidationError::custom)?;
            Ok(Box::new(matcher) as Box<dyn for<'i> Keyword<'i, F>>)
        });
    for format in formats::FORMATS {
        options = options.with_format(format, move |text: &str| formats::accepts(format, text) != Some(false));
    }
    options.build(&schema).map_err(|error| error.to_string())
}

/// The failure of a pattern on a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PatternFault {
    Mismatch { pattern: String },
    TooCostly { pattern: String },
}

/// The pattern fault of an error, if it is one.
pub(super) fn pattern_fault(kind: &ValidationErrorKind) -> Option<PatternFault> {
    let ValidationErrorKind::Custom { message, .. } = kind else { return None };
    let mismatch = message.strip_prefix(MISMATCH).map(|pattern| PatternFault::Mismatch { pattern: pattern.to_owned() });
    let costly = || message.strip_prefix(COSTLY).map(|pattern| PatternFault::TooCostly { pattern: pattern.to_owned() });
    mismatch.or_else(costly)
}

/// `jsonschema` passes only a text through its custom keywords, so the kind of fault is its prefix.
const MISMATCH: &str = "mismatch: ";
const COSTLY: &str = "too costly: ";

#[derive(Debug, Clone)]
struct PatternKeyword {
    text: Arc<str>,
    pattern: Arc<Pattern>,
}

impl PatternKeyword {
    fn new(text: &str) -> Result<Self, &'static str> {
        match Pattern::new(text) {
            Ok(pattern) => Ok(Self { text: text.into(), pattern: Arc::new(pattern) }),
            Err(PatternError::Broken) => Err("the pattern is not a regular expression"),
            Err(PatternError::TooCostly) => Err("the pattern is too costly to evaluate"),
        }
    }
}

impl<'i, F: Json> Keyword<'i, F> for PatternKeyword {
    fn validate(&self, instance: F::Node<'i>) -> Result<(), ValidationError<'i>> {
        let Some(text) = instance.as_string() else { return Ok(()) };
        let words = match self.pattern.is_match(&text) {
            Ok(true) => return Ok(()),
            Ok(false) => MISMATCH,
            Err(TooCostly) => COSTLY,
        };
        Err(ValidationError::custom(format!("{words}{}", self.text)))
    }

    fn is_valid(&self, instance: F::Node<'i>) -> bool {
        instance.as_string().is_none_or(|text| self.pattern.is_match(&text) == Ok(true))
    }
}
