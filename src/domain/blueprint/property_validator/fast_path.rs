//! The fast path of the property validator: accepts values that are certainly valid, and leaves everything else to
//! `jsonschema`. A property test checks that it accepts nothing that `jsonschema` rejects.

use serde_json::Value as Json;

use crate::domain::document::tree::Kind;
use crate::domain::value::formats;
use crate::domain::value::view::ValueView;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum FastPath {
    /// The schema has a keyword that is not supported here: always use `jsonschema`.
    Undecided,
    Text {
        choices: Option<Vec<String>>,
        format: Option<String>,
        min_length: usize,
        max_length: usize,
    },
    Number {
        minimum: f64,
        maximum: f64,
        exclusive_minimum: f64,
        exclusive_maximum: f64,
    },
    Boolean,
    Object,
    List {
        items: Option<Box<FastPath>>,
        min_items: usize,
        max_items: usize,
        unique: bool,
    },
}

/// Keys of a property's schema that do not constrain its value.
const ANNOTATIONS: [&str; 9] =
    ["title", "description", "icon", "default", "enumColors", "spec", "specAuthentication", "colorized", "colors"];

impl FastPath {
    pub fn new(schema: &Json) -> Self {
        Self::compile(schema).unwrap_or(Self::Undecided)
    }

    fn compile(schema: &Json) -> Option<Self> {
        let object = schema.as_object()?;
        let mut path = match object.get("type")?.as_str()? {
            "string" => Self::Text { choices: None, format: None, min_length: 0, max_length: usize::MAX },
            "number" => Self::Number {
                minimum: f64::NEG_INFINITY,
                maximum: f64::INFINITY,
                exclusive_minimum: f64::NEG_INFINITY,
                exclusive_maximum: f64::INFINITY,
            },
            "boolean" => Self::Boolean,
            "object" => Self::Object,
            "array" => Self::List { items: None, min_items: 0, max_items: usize::MAX, unique: false },
            _ => return None,
        };
        for (key, value) in object {
            if key == "type" || ANNOTATIONS.contains(&key.as_str()) {
                continue;
            }
            path.constrain(key, value)?;
        }
        Some(path)
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
            (Self::Text { min_length, .. }, "minLength") => *min_length = usize::try_from(value.as_u64()?).ok()?,
            (Self::Text { max_length, .. }, "maxLength") => *max_length = usize::try_from(value.as_u64()?).ok()?,
            (Self::Number { minimum, .. }, "minimum") => *minimum = value.as_f64()?,
            (Self::Number { maximum, .. }, "maximum") => *maximum = value.as_f64()?,
            (Self::Number { exclusive_minimum, .. }, "exclusiveMinimum") => *exclusive_minimum = value.as_f64()?,
            (Self::Number { exclusive_maximum, .. }, "exclusiveMaximum") => *exclusive_maximum = value.as_f64()?,
            (Self::List { items, .. }, "items") => *items = Some(Box::new(Self::compile(value)?)),
            (Self::List { min_items, .. }, "minItems") => *min_items = usize::try_from(value.as_u64()?).ok()?,
            (Self::List { unique, .. }, "uniqueItems") => *unique = value.as_bool()?,
            (Self::List { max_items, .. }, "maxItems") => *max_items = usize::try_from(value.as_u64()?).ok()?,
            _ => return None,
        }
        Some(())
    }

    /// True if the value is certainly valid; false if `jsonschema` must decide.
    pub fn accepts<'v, V: ValueView<'v>>(&self, value: V) -> bool {
        match self {
            Self::Undecided => false,
            Self::Text { choices, format, min_length, max_length } => value.as_str().is_some_and(|text| {
                choices.as_ref().is_none_or(|choices| choices.iter().any(|choice| choice == text))
                    && format.as_ref().is_none_or(|format| formats::accepts(format, text) != Some(false))
                    && within(text, *min_length, *max_length)
            }),
            Self::Number { minimum, maximum, exclusive_minimum, exclusive_maximum } => {
                value.as_f64().is_some_and(|number| {
                    number >= *minimum
                        && number <= *maximum
                        && number > *exclusive_minimum
                        && number < *exclusive_maximum
                })
            }
            Self::Boolean => value.kind() == Kind::Bool,
            Self::Object => value.kind() == Kind::Map,
            Self::List { items, min_items, max_items, unique } => {
                value.kind() == Kind::List
                    && (*min_items..=*max_items).contains(&value.item_count())
                    && (!unique || has_distinct_texts(value))
                    && items.as_ref().is_none_or(|path| value.items().all(|item| path.accepts(item)))
            }
        }
    }
}

/// Lengths are counted in characters; the number of bytes is a cheap upper bound.
fn within(text: &str, min_length: usize, max_length: usize) -> bool {
    if min_length == 0 && text.len() <= max_length {
        return true;
    }
    let length = text.chars().count();
    (min_length..=max_length).contains(&length)
}

/// The list is short enough to compare all pairs, and all texts differ.
fn has_distinct_texts<'v, V: ValueView<'v>>(list: V) -> bool {
    list.item_count() <= 16
        && list.items().enumerate().all(|(at, item)| {
            item.as_str().is_some_and(|text| !list.items().take(at).any(|before| before.as_str() == Some(text)))
        })
}
