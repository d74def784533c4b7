//! A fast check for obviously valid values, before `jsonschema`. It may only return "certainly valid": everything that
//! it does not know is left to `jsonschema`. A property test checks this.

use serde_json::Value as Json;

use crate::domain::document::tree::{Kind, Value};
use crate::domain::value::formats;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Plain {
    /// The schema is not supported here: always use `jsonschema`.
    Ask,
    Text {
        choices: Option<Vec<String>>,
        format: Option<String>,
        shortest: usize,
        longest: usize,
    },
    Number {
        least: f64,
        most: f64,
        above: f64,
        below: f64,
    },
    Boolean,
    Object,
    List {
        items: Option<Box<Plain>>,
        fewest: usize,
        most: usize,
        unique: bool,
    },
}

/// Keys of a property's schema that do not constrain its value.
const ORNAMENTS: [&str; 9] =
    ["title", "description", "icon", "default", "enumColors", "spec", "specAuthentication", "colorized", "colors"];

impl Plain {
    pub fn of(schema: &Json) -> Self {
        Self::read(schema).unwrap_or(Self::Ask)
    }

    fn read(schema: &Json) -> Option<Self> {
        let object = schema.as_object()?;
        let mut plain = match object.get("type")?.as_str()? {
            "string" => Self::Text { choices: None, format: None, shortest: 0, longest: usize::MAX },
            "number" => Self::Number {
                least: f64::NEG_INFINITY,
                most: f64::INFINITY,
                above: f64::NEG_INFINITY,
                below: f64::INFINITY,
            },
            "boolean" => Self::Boolean,
            "object" => Self::Object,
            "array" => Self::List { items: None, fewest: 0, most: usize::MAX, unique: false },
            _ => return None,
        };
        for (key, value) in object {
            if key == "type" || ORNAMENTS.contains(&key.as_str()) {
                continue;
            }
            plain.constrain(key, value)?;
        }
        Some(plain)
    }

    /// Adds one keyword; `None` if it is not supported.
    fn constrain(&mut self, key: &str, value: &Json) -> Option<()> {
        match (self, key) {
            (Self::Text { format, .. }, "format") => {
                let name = value.as_str()?;
                *format = formats::FORMATS.contains(&name).then(|| name.to_owned());
            }
            (Self::Text { choices, .. }, "enum") => {
                *choices = Some(
                    value.as_array()?.iter().map(|choice| choice.as_str().map(str::to_owned)).collect::<Option<_>>()?,
                );
            }
            (Self::Text { shortest, .. }, "minLength") => *shortest = usize::try_from(value.as_u64()?).ok()?,
            (Self::Text { longest, .. }, "maxLength") => *longest = usize::try_from(value.as_u64()?).ok()?,
            (Self::Number { least, .. }, "minimum") => *least = value.as_f64()?,
            (Self::Number { most, .. }, "maximum") => *most = value.as_f64()?,
            (Self::Number { above, .. }, "exclusiveMinimum") => *above = value.as_f64()?,
            (Self::Number { below, .. }, "exclusiveMaximum") => *below = value.as_f64()?,
            (Self::List { items, .. }, "items") => *items = Some(Box::new(Self::read(value)?)),
            (Self::List { fewest, .. }, "minItems") => *fewest = usize::try_from(value.as_u64()?).ok()?,
            (Self::List { unique, .. }, "uniqueItems") => *unique = value.as_bool()?,
            (Self::List { most, .. }, "maxItems") => *most = usize::try_from(value.as_u64()?).ok()?,
            _ => return None,
        }
        Some(())
    }

    /// True if the value is certainly valid; false if `jsonschema` must decide.
    pub fn accepts(&self, value: Value<'_>) -> bool {
        match self {
            Self::Ask => false,
            Self::Text { choices, format, shortest, longest } => value.as_str().is_some_and(|text| {
                choices.as_ref().is_none_or(|choices| choices.iter().any(|choice| choice == text))
                    && format.as_ref().is_none_or(|format| formats::accepts(format, text) != Some(false))
                    && within(text, *shortest, *longest)
            }),
            Self::Number { least, most, above, below } => value.as_number().is_some_and(|number| {
                let number = number.as_f64();
                number >= *least && number <= *most && number > *above && number < *below
            }),
            Self::Boolean => value.kind() == Kind::Bool,
            Self::Object => value.kind() == Kind::Map,
            Self::List { items, fewest, most, unique } => {
                value.kind() == Kind::List
                    && (*fewest..=*most).contains(&value.len())
                    && (!unique || has_distinct_texts(value))
                    && items.as_ref().is_none_or(|plain| value.items().all(|item| plain.accepts(item)))
            }
        }
    }
}

/// Lengths are counted in characters; the number of bytes is a cheap upper bound.
fn within(text: &str, shortest: usize, longest: usize) -> bool {
    if shortest == 0 && text.len() <= longest {
        return true;
    }
    let length = text.chars().count();
    (shortest..=longest).contains(&length)
}

/// The list is short enough to compare all pairs, and all texts differ.
fn has_distinct_texts(list: Value<'_>) -> bool {
    list.len() <= 16
        && list.items().enumerate().all(|(at, item)| {
            item.as_str().is_some_and(|text| !list.items().take(at).any(|before| before.as_str() == Some(text)))
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::analysis::engine::property_validator::Judge;
    use crate::domain::document::span::Span;
    use crate::domain::document::tree::{Number, Scalar, Style, Tree, View};

    fn plant(tree: &mut Tree, value: &Json) {
        let at = Span::empty(0);
        let scalar = match value {
            Json::Array(items) => {
                let list = tree.open(Kind::List, at, Style::Flow);
                items.iter().for_each(|item| plant(tree, item));
                return tree.close(list, 0, items.len());
            }
            Json::Object(entries) => {
                let map = tree.open(Kind::Map, at, Style::Flow);
                for (key, value) in entries {
                    tree.push_scalar(Scalar::Decoded(key), at, Style::Plain);
                    plant(tree, value);
                }
                return tree.close(map, 0, entries.len());
            }
            Json::Null => Scalar::Null,
            Json::Bool(value) => Scalar::Bool(*value),
            Json::Number(number) => Scalar::Number(match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Number::Signed(whole),
                (None, float) => Number::Float(float.unwrap_or_default()),
            }),
            Json::String(text) => Scalar::Decoded(text),
        };
        tree.push_scalar(scalar, at, Style::Plain);
    }

    fn schemas() -> impl Strategy<Value = Json> {
        let bound = -3..6_i64;
        prop_oneof![
            (0..4_u64, 0..5_u64).prop_map(|(least, most)| json!({"type": "string", "minLength": least, "maxLength": most})),
            Just(json!({"type": "string", "enum": ["a", "bé", ""], "title": "T", "default": "x"})),
            proptest::sample::select(&crate::domain::value::formats::FORMATS[..])
                .prop_map(|format| json!({"type": "string", "format": format})),
            Just(json!({"type": "string", "format": "markdown"})),
            Just(json!({"type": "string", "pattern": "^a+$"})),
            (bound.clone(), bound.clone()).prop_map(|(low, high)| json!({"type": "number", "minimum": low, "maximum": high})),
            (bound.clone(), bound)
                .prop_map(|(low, high)| json!({"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": high})),
            Just(json!({"type": "number", "enum": [1, 2.5]})),
            Just(json!({"type": "boolean"})),
            Just(json!({"type": "object"})),
            Just(json!({"type": "object", "format": "labeled-url"})),
            Just(json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}})),
            (any::<bool>(), 0..3_u64, 0..4_u64).prop_map(|(unique, least, most)| json!({
                "type": "array", "items": {"type": "string", "maxLength": 2}, "uniqueItems": unique, "minItems": least, "maxItems": most
            })),
            Just(json!({"type": "array"})),
            Just(json!({"type": "array", "uniqueItems": true})),
        ]
    }

    fn values() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            (-5..8_i64).prop_map(Json::from),
            (-5.0..8.0_f64).prop_map(Json::from),
            proptest::sample::select(vec![
                "",
                "a",
                "aa",
                "bé",
                "aaaaaa",
                "http://a",
                "a@b.c",
                "2024-01-01T00:00:00Z",
                "::1",
                "10.0.0.1"
            ])
            .prop_map(Json::from),
        ];
        leaf.prop_recursive(2, 12, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
                proptest::collection::btree_map("a|b|url", inner, 0..3)
                    .prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(crate::generated_cases::config(4_000))]

        /// The fast check never accepts a value that `jsonschema` rejects.
        #[test]
        fn what_is_plainly_right_is_right(schema in schemas(), value in values()) {
            let mut tree = Tree::default();
            plant(&mut tree, &value);
            let root = View { source: "", tree: &tree }.root().expect("one value");
            if Plain::of(&schema).accepts(root) {
                let judge = Judge::new(&schema).expect("a legal schema");
                prop_assert!(judge.violations(root).is_empty(), "{schema} took {value}");
            }
        }
    }

    #[test]
    fn the_shortcut_is_taken_where_it_counts() {
        let takes = |schema: Json, value: Json| {
            let mut tree = Tree::default();
            plant(&mut tree, &value);
            View { source: "", tree: &tree }.root().is_some_and(|root| Plain::of(&schema).accepts(root))
        };
        assert!(takes(json!({"type": "string", "format": "url", "icon": "Link"}), json!("https://a.b")));
        assert!(takes(json!({"type": "number", "minimum": 0}), json!(0)));
        assert!(takes(json!({"type": "array", "items": {"type": "number"}}), json!([1, 2])));
        assert!(!takes(json!({"type": "string", "pattern": "."}), json!("a")));
    }
}
