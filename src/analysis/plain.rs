//! The shortcut past `jsonschema` for what is plainly right. It may only ever say "surely valid": whatever it
//! does not know by heart it leaves to `jsonschema`, which is the judge. A law test holds it to that.

use serde_json::Value as Json;

use crate::analysis::formats;
use crate::domain::tree::{Kind, Value};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Plain {
    /// Not known by heart: always ask.
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

/// Keys of a property's schema that say nothing of its value.
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

    /// Takes one keyword in; `None` for what it does not know.
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

    /// True: surely valid. False: ask.
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

/// Lengths are counted in characters; the bytes settle it where they can.
fn within(text: &str, shortest: usize, longest: usize) -> bool {
    if shortest == 0 && text.len() <= longest {
        return true;
    }
    let length = text.chars().count();
    (shortest..=longest).contains(&length)
}

/// Few enough texts to compare each with each, and no two alike.
fn has_distinct_texts(list: Value<'_>) -> bool {
    list.len() <= 16
        && list.items().enumerate().all(|(at, item)| {
            item.as_str().is_some_and(|text| !list.items().take(at).any(|before| before.as_str() == Some(text)))
        })
}
