//! Validates values with a property's schema, compiled by `jsonschema`, and converts its errors to problems with a
//! position in the tree. No other file knows that crate's error types.

use jsonschema::Validator;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use serde_json::Value as Json;

use crate::analysis::engine::tree_json::{TreeJson, TreeNode};
use crate::domain::blueprint::property_schema;
use crate::domain::blueprint::property_schema::{PatternFault, pattern_fault};
use crate::domain::document::tree::Value;

#[derive(Debug)]
pub(crate) struct Judge(Validator<TreeJson>);

/// One problem of a value.
#[derive(Debug)]
pub(crate) struct Violation<'a> {
    pub at: Value<'a>,
    /// The path within the property: `[2].url`; empty for the value itself.
    pub path: String,
    pub problem: Problem,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Problem {
    Type {
        expected: String,
    },
    Choice {
        choices: Vec<Json>,
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
    /// A limit of a number, a length or a count: "at most 10".
    Range {
        bound: String,
    },
    /// A required key of an object.
    Lacks {
        key: String,
    },
    /// Keys that the object must not have.
    Extra {
        keys: Vec<String>,
    },
    Repeats,
    /// A keyword that the platform's blueprints do not use, with the validator's message.
    Other {
        message: String,
    },
}

impl Judge {
    /// Compiles a schema. The error is a clause for users.
    pub fn new(schema: &Json) -> Result<Self, String> {
        property_schema::compile(schema).map(Self)
    }

    /// All problems of `value`, in the validator's order.
    pub fn violations<'a>(&self, value: Value<'a>) -> Vec<Violation<'a>> {
        // Indexed in advance, because every item of a long list may be wrong.
        let items = value.items().collect::<Vec<_>>();
        self.0
            .iter_errors(TreeNode::Value(value))
            .map(|error| {
                let segments = error.instance_path().iter().map(|segment| match segment {
                    LocationSegment::Property(name) => Segment::Key(name.to_string()),
                    LocationSegment::Index(at) => Segment::Index(at),
                });
                let (at, path) = walk(value, &items, segments);
                Violation { at, path, problem: problem(error.kind(), || error.to_string()) }
            })
            .collect()
    }
}

enum Segment {
    Key(String),
    Index(usize),
}

/// Follows the path as far as it exists in the tree.
fn walk<'a>(value: Value<'a>, items: &[Value<'a>], segments: impl Iterator<Item = Segment>) -> (Value<'a>, String) {
    let mut at = value;
    let mut path = String::new();
    for (depth, segment) in segments.enumerate() {
        let next = match &segment {
            Segment::Key(name) => {
                at.entries().filter(|(key, _)| key.key_text() == name.as_str()).last().map(|(_, value)| value)
            }
            Segment::Index(index) if depth == 0 => items.get(*index).copied(),
            Segment::Index(index) => at.items().nth(*index),
        };
        let Some(next) = next else { break };
        at = next;
        match segment {
            Segment::Key(name) => {
                path.push('.');
                path.push_str(&name);
            }
            Segment::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    (at, path)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum; what blueprints cannot say falls together")]
fn problem(kind: &ValidationErrorKind, message: impl Fn() -> String) -> Problem {
    use ValidationErrorKind as K;
    let items = |count: &u64| if *count == 1 { "item" } else { "items" };
    let characters = |count: &u64| if *count == 1 { "character" } else { "characters" };
    let range = |bound: String| Problem::Range { bound };
    match pattern_fault(kind) {
        Some(PatternFault::Mismatch { pattern }) => return Problem::Pattern { pattern },
        Some(PatternFault::TooCostly { pattern }) => return Problem::CostlyPattern { pattern },
        None => {}
    }
    match kind {
        K::Type { kind } => Problem::Type { expected: expected(kind) },
        K::Enum { options } => Problem::Choice { choices: options.as_array().cloned().unwrap_or_default() },
        K::Constant { expected_value } => Problem::Choice { choices: vec![(**expected_value).clone()] },
        K::Format { format } => Problem::Format { format: format.clone() },
        K::Minimum { limit } => range(format!("at least {limit}")),
        K::Maximum { limit } => range(format!("at most {limit}")),
        K::ExclusiveMinimum { limit } => range(format!("greater than {limit}")),
        K::ExclusiveMaximum { limit } => range(format!("less than {limit}")),
        K::MultipleOf { multiple_of } => range(format!("a multiple of {multiple_of}")),
        K::MinLength { limit } => range(format!("at least {limit} {}", characters(limit))),
        K::MaxLength { limit } => range(format!("at most {limit} {}", characters(limit))),
        K::MinItems { limit } => range(format!("at least {limit} {}", items(limit))),
        K::MaxItems { limit } => range(format!("at most {limit} {}", items(limit))),
        K::MinProperties { limit } => range(format!("at least {limit} keys")),
        K::MaxProperties { limit } => range(format!("at most {limit} keys")),
        K::UniqueItems => Problem::Repeats,
        K::Required { property } => Problem::Lacks { key: property.as_str().unwrap_or_default().to_owned() },
        K::AdditionalProperties { unexpected } | K::UnevaluatedProperties { unexpected } => {
            Problem::Extra { keys: unexpected.clone() }
        }
        // The message may contain the whole value.
        _ => Problem::Other { message: message().chars().take(60).collect() },
    }
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(single) => single.to_string(),
        TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" or "),
    }
}
