//! Validates a value against its property schema; messages match the platform's (Ajv). A fast path accepts most valid
//! values; `jsonschema` checks the rest, with the same formats as lint.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::domain::blueprint::PropertyKind;
use crate::domain::blueprint::property_schema;
use crate::domain::blueprint::property_schema::{PatternFault, pattern_fault};
use crate::domain::value::formats;

#[derive(Debug)]
pub(super) struct PropertyValidator {
    fast_path: FastPath,
    /// `None`: the schema is invalid, so every value is accepted.
    validator: Option<Validator>,
}

impl PropertyValidator {
    pub fn new(schema: &Value) -> Self {
        // A type that the platform does not know (`enum`) makes the rest of the schema meaningless; lint skips such
        // values too.
        if !has_known_type(schema) {
            return Self { fast_path: FastPath::AskSchema, validator: None };
        }
        Self { fast_path: FastPath::of(schema), validator: property_schema::compile(schema).ok() }
    }

    /// The first error in the value of property `name`, in Ajv's words.
    pub fn fault(&self, name: &str, value: &Value) -> Option<String> {
        if self.fast_path.accepts(value) {
            return None;
        }
        let mut errors = self.validator.as_ref()?.iter_errors(value);
        let first = errors.next()?;
        // A value of the wrong type also violates other keywords; only the type error is reported.
        let is_type = |error: &ValidationError<'_>| matches!(error.kind(), ValidationErrorKind::Type { .. });
        let error = if is_type(&first) { first } else { errors.find(is_type).unwrap_or(first) };
        let place = format!("\"properties/{name}{}\"", error.instance_path());
        Some(format!("{place} {}", words(&error)))
    }
}

fn has_known_type(schema: &Value) -> bool {
    let word = schema.get("type").and_then(Value::as_str);
    word.is_some_and(|word| PropertyKind::parse(word).is_some())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum; what blueprints cannot say falls together")]
fn words(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as K;
    match pattern_fault(error.kind()) {
        Some(PatternFault::Mismatch { pattern }) => return format!("must match pattern \"{pattern}\""),
        Some(PatternFault::TooCostly { pattern }) => {
            return format!("must match pattern \"{pattern}\", which is too costly to evaluate for this value");
        }
        None => {}
    }
    match error.kind() {
        K::Type { kind } => format!("must be {}", expected(kind)),
        K::Enum { .. } => "must be equal to one of the allowed values".to_owned(),
        K::Constant { .. } => "must be equal to constant".to_owned(),
        K::Format { format } => format!("must match format \"{format}\""),
        K::Minimum { limit } => format!("must be >= {limit}"),
        K::Maximum { limit } => format!("must be <= {limit}"),
        K::ExclusiveMinimum { limit } => format!("must be > {limit}"),
        K::ExclusiveMaximum { limit } => format!("must be < {limit}"),
        K::MultipleOf { multiple_of } => format!("must be multiple of {multiple_of}"),
        K::MinLength { limit } => format!("must NOT have fewer than {limit} characters"),
        K::MaxLength { limit } => format!("must NOT have more than {limit} characters"),
        K::MinItems { limit } => format!("must NOT have fewer than {limit} items"),
        K::MaxItems { limit } => format!("must NOT have more than {limit} items"),
        K::MinProperties { limit } => format!("must NOT have fewer than {limit} properties"),
        K::MaxProperties { limit } => format!("must NOT have more than {limit} properties"),
        K::UniqueItems => "must NOT have duplicate items".to_owned(),
        K::Required { property } => {
            format!("must have required property '{}'", property.as_str().unwrap_or_default())
        }
        K::AdditionalProperties { unexpected } | K::UnevaluatedProperties { unexpected } => {
            let first = unexpected.first().map(String::as_str).unwrap_or_default();
            format!("must NOT have additional properties, additional property: \"{first}\"")
        }
        // The library's own message may contain the whole value.
        _ => "does not match the schema".to_owned(),
    }
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(single) => single.to_string(),
        TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(","),
    }
}

/// The fast path: it may accept only values that are certainly valid.
#[derive(Debug, Clone, PartialEq)]
enum FastPath {
    AskSchema,
    Text { choices: Option<Vec<String>>, format: Option<String>, max_length: usize },
    Number { least: f64, most: f64 },
    Boolean,
    Object,
    List { items: Option<Box<FastPath>> },
}

/// Schema keywords that do not constrain the value.
const ANNOTATIONS: [&str; 9] =
    ["title", "description", "icon", "default", "enumColors", "spec", "specAuthentication", "colorized", "colors"];

impl FastPath {
    fn of(schema: &Value) -> Self {
        Self::read(schema).unwrap_or(Self::AskSchema)
    }

    fn read(schema: &Value) -> Option<Self> {
        let object = schema.as_object()?;
        let mut fast_path = match object.get("type")?.as_str()? {
            "string" => Self::Text { choices: None, format: None, max_length: usize::MAX },
            "number" => Self::Number { least: f64::NEG_INFINITY, most: f64::INFINITY },
            "boolean" => Self::Boolean,
            "object" => Self::Object,
            "array" => Self::List { items: None },
            _ => return None,
        };
        for (key, value) in object {
            if key != "type" && !ANNOTATIONS.contains(&key.as_str()) {
                fast_path.constrain(key, value)?;
            }
        }
        Some(fast_path)
    }

    /// Adds one keyword; `None` for an unknown keyword.
    fn constrain(&mut self, key: &str, value: &Value) -> Option<()> {
        match (self, key) {
            (Self::Text { format, .. }, "format") => {
                let name = value.as_str()?;
                *format = formats::FORMATS.contains(&name).then(|| name.to_owned());
            }
            (Self::Text { choices, .. }, "enum") => {
                let texts = value.as_array()?.iter().map(|choice| choice.as_str().map(str::to_owned));
                *choices = Some(texts.collect::<Option<_>>()?);
            }
            (Self::Text { max_length, .. }, "maxLength") => *max_length = usize::try_from(value.as_u64()?).ok()?,
            (Self::Number { least, .. }, "minimum") => *least = value.as_f64()?,
            (Self::Number { most, .. }, "maximum") => *most = value.as_f64()?,
            (Self::List { items }, "items") => *items = Some(Box::new(Self::read(value)?)),
            _ => return None,
        }
        Some(())
    }

    fn accepts(&self, value: &Value) -> bool {
        match self {
            Self::AskSchema => false,
            // A string has at least as many bytes as characters.
            Self::Text { choices, format, max_length } => value.as_str().is_some_and(|text| {
                text.len() <= *max_length
                    && choices.as_ref().is_none_or(|choices| choices.iter().any(|choice| choice == text))
                    && format.as_ref().is_none_or(|format| formats::accepts(format, text) != Some(false))
            }),
            Self::Number { least, most } => value.as_f64().is_some_and(|number| number >= *least && number <= *most),
            Self::Boolean => value.is_boolean(),
            Self::Object => value.is_object(),
            Self::List { items } => value.as_array().is_some_and(|list| {
                items.as_ref().is_none_or(|fast_path| list.iter().all(|item| fast_path.accepts(item)))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn faults_are_worded_as_the_platform_does() {
        let cases = [
            (json!({"type": "string"}), json!(1), "must be string"),
            (json!({"type": "number", "maximum": 3}), json!(4), "must be <= 3"),
            (json!({"type": "string", "enum": ["a"]}), json!("b"), "must be equal to one of the allowed values"),
            (json!({"enum": ["a"], "type": "string"}), json!(1), "must be string"),
            (json!({"type": "string", "format": "url"}), json!("nowhere"), "must match format \"url\""),
            (json!({"type": "string", "pattern": "^a"}), json!("b"), "must match pattern \"^a\""),
            (json!({"type": "string", "maxLength": 2}), json!("abc"), "must NOT have more than 2 characters"),
            (json!({"type": "array", "uniqueItems": true}), json!([1, 1]), "must NOT have duplicate items"),
            (json!({"type": "object", "format": "labeled-url"}), json!({}), "must have required property 'url'"),
        ];
        for (schema, value, fault) in cases {
            let found = PropertyValidator::new(&schema).fault("size", &value);
            assert_eq!(found.as_deref(), Some(format!("\"properties/size\" {fault}").as_str()), "{schema}");
        }
        let nested = PropertyValidator::new(&json!({"type": "array", "items": {"type": "number"}}))
            .fault("ports", &json!([1, "2"]));
        assert_eq!(nested.as_deref(), Some("\"properties/ports/1\" must be number"));
    }

    #[test]
    fn what_no_schema_can_judge_fits() {
        assert_eq!(PropertyValidator::new(&json!({"type": "enum"})).fault("status", &json!({"any": "thing"})), None);
        assert_eq!(PropertyValidator::new(&json!({"type": "enum", "enum": ["a"]})).fault("status", &json!("b")), None);
        assert_eq!(PropertyValidator::new(&json!({"type": "string", "pattern": "("})).fault("name", &json!("a")), None);
        // Look-around is valid, although the fast regex engine does not support it.
        let validator = PropertyValidator::new(&json!({"type": "string", "pattern": "^(?!a)"}));
        assert!(validator.fault("name", &json!("a")).is_some() && validator.fault("name", &json!("b")).is_none());
    }

    fn schemas() -> impl Strategy<Value = Value> {
        prop_oneof![
            (0..5_u64).prop_map(|most| json!({"type": "string", "maxLength": most})),
            Just(json!({"type": "string", "enum": ["a", "bé", ""], "title": "T", "default": "x"})),
            proptest::sample::select(&formats::FORMATS[..])
                .prop_map(|format| json!({"type": "string", "format": format})),
            (-3..6_i64, -3..6_i64).prop_map(|(low, high)| json!({"type": "number", "minimum": low, "maximum": high})),
            Just(json!({"type": "number", "enum": [1, 2.5]})),
            Just(json!({"type": "boolean"})),
            Just(json!({"type": "object", "format": "labeled-url"})),
            Just(json!({"type": "object"})),
            Just(json!({"type": "array", "items": {"type": "string", "maxLength": 2}})),
            Just(json!({"type": "array", "uniqueItems": true})),
        ]
    }

    fn values() -> impl Strategy<Value = Value> {
        let texts = ["", "a", "bé", "aaaaaa", "http://a", "a@b.c", "2024-01-01T00:00:00Z", "::1", "10.0.0.1"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-5..8_i64).prop_map(Value::from),
            (-5.0..8.0_f64).prop_map(Value::from),
            proptest::sample::select(texts.to_vec()).prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("a|url", inner, 0..2)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(crate::generated_cases::config(256))]

        /// The fast path never accepts a value that `jsonschema` rejects.
        #[test]
        fn what_is_plainly_right_is_right(schema in schemas(), value in values()) {
            let validator = PropertyValidator::new(&schema);
            if validator.fast_path.accepts(&value) {
                let validator = validator.validator.as_ref().expect("a legal schema");
                prop_assert!(validator.is_valid(&value), "{schema} took {value}");
            }
        }
    }
}
