//! The problems of a property's value as data: the place, the part of the schema that it violates, and the value there.
//! Lint, the embedded catalog and `new` word them. No other file knows the error types of `jsonschema`.

use std::fmt::Write as _;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use serde_json::Value as Json;

use super::schema::{PatternFault, pattern_fault};
use crate::domain::value::view::ValueView;

/// One problem; `found` is the value at `path`.
#[derive(Debug, Clone)]
pub struct PropertyProblem<V> {
    pub found: V,
    pub path: ValuePath,
    pub violation: Violation,
}

/// The part of the schema that a value violates.
#[derive(Debug, Clone, PartialEq)]
pub enum Violation {
    /// The value has none of these JSON types.
    Type {
        expected: Vec<String>,
    },
    Choice {
        choices: Vec<Json>,
    },
    Constant {
        expected: Json,
    },
    Format {
        format: String,
    },
    Pattern {
        pattern: String,
    },
    /// The pattern would take too long on this value.
    CostlyPattern {
        pattern: String,
    },
    /// The limit of a number; `bound` has the digits of the schema.
    Number {
        limit: NumberLimit,
        bound: String,
    },
    /// The limit of a length or a count.
    Size {
        limit: SizeLimit,
        unit: SizeUnit,
        bound: u64,
    },
    RepeatedItem,
    MissingKey {
        key: String,
    },
    /// Keys that the object must not have.
    ExtraKeys {
        keys: Vec<String>,
    },
    /// A keyword that the platform's blueprints do not use, with the message of `jsonschema`.
    Other {
        message: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberLimit {
    AtLeast,
    AtMost,
    GreaterThan,
    LessThan,
    MultipleOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeLimit {
    AtLeast,
    AtMost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeUnit {
    Characters,
    Items,
    Keys,
}

/// The path from the property's value to a value inside; empty for the value itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValuePath(Vec<PathSegment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum PathSegment {
    Key(String),
    Index(usize),
}

impl ValuePath {
    /// The number of steps from the property's value.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// `[2].url`.
    pub fn dotted(&self) -> String {
        let mut text = String::new();
        for segment in &self.0 {
            match segment {
                PathSegment::Key(key) => {
                    text.push('.');
                    text.push_str(key);
                }
                PathSegment::Index(index) => _ = write!(text, "[{index}]"),
            }
        }
        text
    }

    /// `/2/url`, a JSON pointer.
    pub fn pointer(&self) -> String {
        let mut text = String::new();
        for segment in &self.0 {
            text.push('/');
            match segment {
                PathSegment::Key(key) => text.push_str(&key.replace('~', "~0").replace('/', "~1")),
                PathSegment::Index(index) => _ = write!(text, "{index}"),
            }
        }
        text
    }
}

impl<V> PropertyProblem<V> {
    pub fn is_wrong_type(&self) -> bool {
        matches!(self.violation, Violation::Type { .. })
    }
}

impl<'v, V: ValueView<'v>> PropertyProblem<V> {
    /// `items` are those of `value`: indexed by the caller, because every item of a long list may be wrong.
    pub(super) fn new(value: V, items: &[V], error: &ValidationError<'_>) -> Self {
        let (found, path) = follow(value, items, error.instance_path().iter());
        Self { found, path, violation: violation(error) }
    }
}

/// Follows a path as far as it exists.
fn follow<'v, 'p, V: ValueView<'v>>(
    value: V,
    items: &[V],
    segments: impl Iterator<Item = LocationSegment<'p>>,
) -> (V, ValuePath) {
    let mut found = value;
    let mut path = Vec::new();
    for (depth, segment) in segments.enumerate() {
        let (next, segment) = match segment {
            LocationSegment::Property(key) => (found.member(&key), PathSegment::Key(key.into_owned())),
            LocationSegment::Index(index) if depth == 0 => (items.get(index).copied(), PathSegment::Index(index)),
            LocationSegment::Index(index) => (found.items().nth(index), PathSegment::Index(index)),
        };
        let Some(next) = next else { break };
        found = next;
        path.push(segment);
    }
    (found, ValuePath(path))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum; what blueprints cannot say falls together")]
fn violation(error: &ValidationError<'_>) -> Violation {
    use NumberLimit as N;
    use SizeLimit::{AtLeast, AtMost};
    use SizeUnit::{Characters, Items, Keys};
    use ValidationErrorKind as K;
    let number = |limit: N, bound: String| Violation::Number { limit, bound };
    let size = |limit: SizeLimit, unit: SizeUnit, bound: u64| Violation::Size { limit, unit, bound };
    match pattern_fault(error.kind()) {
        Some(PatternFault::Mismatch { pattern }) => return Violation::Pattern { pattern },
        Some(PatternFault::TooCostly { pattern }) => return Violation::CostlyPattern { pattern },
        None => {}
    }
    match error.kind() {
        K::Type { kind } => Violation::Type { expected: type_names(kind) },
        K::Enum { options } => Violation::Choice { choices: options.as_array().cloned().unwrap_or_default() },
        K::Constant { expected_value } => Violation::Constant { expected: (**expected_value).clone() },
        K::Format { format } => Violation::Format { format: format.clone() },
        K::Minimum { limit } => number(N::AtLeast, limit.to_string()),
        K::Maximum { limit } => number(N::AtMost, limit.to_string()),
        K::ExclusiveMinimum { limit } => number(N::GreaterThan, limit.to_string()),
        K::ExclusiveMaximum { limit } => number(N::LessThan, limit.to_string()),
        K::MultipleOf { multiple_of } => number(N::MultipleOf, multiple_of.to_string()),
        K::MinLength { limit } => size(AtLeast, Characters, *limit),
        K::MaxLength { limit } => size(AtMost, Characters, *limit),
        K::MinItems { limit } => size(AtLeast, Items, *limit),
        K::MaxItems { limit } => size(AtMost, Items, *limit),
        K::MinProperties { limit } => size(AtLeast, Keys, *limit),
        K::MaxProperties { limit } => size(AtMost, Keys, *limit),
        K::UniqueItems => Violation::RepeatedItem,
        K::Required { property } => Violation::MissingKey { key: property.as_str().unwrap_or_default().to_owned() },
        K::AdditionalProperties { unexpected } | K::UnevaluatedProperties { unexpected } => {
            Violation::ExtraKeys { keys: unexpected.clone() }
        }
        // The message may contain the whole value.
        _ => Violation::Other { message: error.to_string().chars().take(60).collect() },
    }
}

fn type_names(kind: &TypeKind) -> Vec<String> {
    match kind {
        TypeKind::Single(single) => vec![single.to_string()],
        TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect(),
    }
}
