//! The functions of templates that work on texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::call::Call;
use super::print::{print_value, quote};
use super::stop::Stop;
use super::value::GoValue;
use crate::delivery::go_json::go_json;

/// Texts are repeated and indented up to this size.
const MAX_TEXT: usize = 1024 * 1024;
/// The length of a Kubernetes name.
const MAX_NAME: usize = 253;
const SLUG_LENGTH: usize = 50;

/// `None`: no function of this file.
pub(super) fn call(call: &Call<'_>) -> Result<Option<GoValue>, Stop> {
    let value = match call.name {
        "lower" | "upper" | "trim" | "nospace" | "normalize" | "b64enc" | "b64dec" | "base" | "dir" | "osBase"
        | "osDir" => {
            let [text] = call.exactly()?;
            one_text(call, call.text(text)?)?
        }
        "trimAll" | "trimall" | "trimPrefix" | "trimSuffix" | "contains" | "hasPrefix" | "hasSuffix" | "splitList" => {
            let [part, text] = call.exactly()?;
            two_texts(call, call.text(part)?, call.text(text)?)
        }
        "replace" => {
            let [old, new, text] = call.exactly()?;
            GoValue::Text(call.text(text)?.replace(call.text(old)?, call.text(new)?))
        }
        "indent" | "nindent" => {
            let [spaces, text] = call.exactly()?;
            GoValue::Text(indent(call, call.int(spaces)?, call.text(text)?)?)
        }
        "trunc" => {
            let [length, text] = call.exactly()?;
            let (length, text) = (call.int(length)?, call.text(text)?);
            let count = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
            let cut = match length {
                length if length < 0 && text.len() > count => text.get(text.len() - count..),
                length if length >= 0 && text.len() > count => text.get(..count),
                _ => Some(text),
            };
            GoValue::text(cut.ok_or_else(|| call.not_known())?)
        }
        "substr" => {
            let [start, end, text] = call.exactly()?;
            let (start, end, text) = (call.int(start)?, call.int(end)?, call.text(text)?);
            let end = usize::try_from(end).ok().filter(|end| *end <= text.len());
            let part = match (usize::try_from(start), end) {
                (Err(_), Some(end)) => text.get(..end),
                (Err(_), None) => return Err(call.not_known()),
                (Ok(start), end) => text.get(start..end.unwrap_or(text.len())),
            };
            GoValue::text(part.ok_or_else(|| call.not_known())?)
        }
        "repeat" => {
            let [count, text] = call.exactly()?;
            let (count, text) = (call.int(count)?, call.text(text)?);
            let count = usize::try_from(count).map_err(|_| call.not_known())?;
            if count.saturating_mul(text.len()) > MAX_TEXT {
                return Err(call.not_known());
            }
            GoValue::Text(text.repeat(count))
        }
        "quote" | "squote" | "cat" => GoValue::Text(joined(call)?),
        "toString" => call.exactly::<1>().map(|[value]| GoValue::Text(text_of(value)))?,
        "atoi" => {
            let [text] = call.exactly()?;
            let text = call.text(text)?;
            GoValue::Int(text.parse().unwrap_or_default())
        }
        "slugify" => slugify(call)?,
        "toJson" | "toRawJson" => to_json(call)?,
        "fromJson" => {
            let [text] = call.exactly()?;
            let value = serde_json::from_str(call.text(text)?).map_err(|_| call.not_known())?;
            GoValue::of_json(&value)
        }
        "toYaml" => {
            let [value] = call.exactly()?;
            let mut text = String::new();
            write_yaml(call, value, 0, &mut text)?;
            GoValue::text(text.trim_end_matches('\n'))
        }
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn one_text(call: &Call<'_>, text: &str) -> Result<GoValue, Stop> {
    let path = text.trim_end_matches('/');
    let result = match call.name {
        // Letters whose case depends on their place are left to Go.
        "lower" | "upper" if !text.is_ascii() => return Err(call.not_known()),
        "lower" => text.to_lowercase(),
        "upper" => text.to_uppercase(),
        "trim" => text.trim().to_owned(),
        "nospace" => text.split_whitespace().collect(),
        "normalize" => normalize(text).ok_or_else(|| call.not_known())?,
        "b64enc" => BASE64.encode(text),
        "b64dec" => {
            let bytes = BASE64.decode(text).map_err(|_| call.not_known())?;
            String::from_utf8(bytes).map_err(|_| call.not_known())?
        }
        "base" | "osBase" if !path.is_empty() => path.rsplit('/').next().unwrap_or(path).to_owned(),
        "dir" | "osDir" if is_clean(text) => match text.rsplit_once('/') {
            Some((folder, _)) => folder.to_owned(),
            None => ".".to_owned(),
        },
        _ => return Err(call.not_known()),
    };
    Ok(GoValue::Text(result))
}

/// A relative path that Go leaves as it is.
fn is_clean(path: &str) -> bool {
    path.split('/').all(|name| !matches!(name, "" | "." | ".."))
}

fn two_texts(call: &Call<'_>, part: &str, text: &str) -> GoValue {
    let trimmed = match call.name {
        "contains" => return GoValue::Bool(text.contains(part)),
        "hasPrefix" => return GoValue::Bool(text.starts_with(part)),
        "hasSuffix" => return GoValue::Bool(text.ends_with(part)),
        "splitList" if part.is_empty() => {
            return GoValue::List(text.chars().map(|character| GoValue::Text(character.to_string())).collect());
        }
        "splitList" => return GoValue::List(text.split(part).map(GoValue::text).collect()),
        "trimPrefix" => text.strip_prefix(part).unwrap_or(text),
        "trimSuffix" => text.strip_suffix(part).unwrap_or(text),
        _ => text.trim_matches(|character| part.contains(character)),
    };
    GoValue::text(trimmed)
}

fn indent(call: &Call<'_>, spaces: i64, text: &str) -> Result<String, Stop> {
    let spaces = usize::try_from(spaces).ok().filter(|spaces| *spaces <= 200).ok_or_else(|| call.not_known())?;
    let padding = " ".repeat(spaces);
    if text.matches('\n').count().saturating_mul(spaces) > MAX_TEXT {
        return Err(call.not_known());
    }
    let start = if call.name == "nindent" { "\n" } else { "" };
    Ok(format!("{start}{padding}{}", text.replace('\n', &format!("\n{padding}"))))
}

/// The text of any value.
pub(super) fn text_of(value: &GoValue) -> String {
    match value {
        GoValue::Text(text) => text.clone(),
        other => print_value(other),
    }
}

/// `quote`, `squote` and `cat`, which leave out what is nil.
fn joined(call: &Call<'_>) -> Result<String, Stop> {
    let given = call.arguments.iter().filter(|value| !value.is_nothing());
    let texts = given.map(|value| match call.name {
        "quote" => quote(&text_of(value)),
        "squote" => Ok(format!("'{}'", text_of(value))),
        _ => Ok(print_value(value)),
    });
    Ok(texts.collect::<Result<Vec<_>, _>>()?.join(" "))
}

/// A name as Kubernetes allows it; `None` for letters that are not ASCII, whose case is left to Go.
pub fn normalize(name: &str) -> Option<String> {
    if !name.is_ascii() {
        return None;
    }
    let allowed = |character: char| match character.to_ascii_lowercase() {
        character @ ('a'..='z' | '0'..='9' | '-' | '.') => character,
        _ => '-',
    };
    let name: String = name.chars().map(allowed).take(MAX_NAME).collect();
    Some(name.trim_matches(['-', '.']).to_owned())
}

/// `slugify [LENGTH [SMART]] NAME`.
fn slugify(call: &Call<'_>) -> Result<GoValue, Stop> {
    let (mut length, mut is_smart) = (SLUG_LENGTH, true);
    let Some((name, options)) = call.arguments.split_last() else { return Ok(GoValue::text("")) };
    for (at, option) in options.iter().enumerate() {
        match (at, option) {
            (0, GoValue::Int(value)) => length = usize::try_from(*value).map_err(|_| call.not_known())?,
            (1, GoValue::Bool(value)) => is_smart = *value,
            _ => return Err(call.not_known()),
        }
    }
    let GoValue::Text(name) = name else { return Err(call.not_known()) };
    let name = normalize(name).ok_or_else(|| call.not_known())?;
    let mut slug = String::new();
    for character in name.chars() {
        let character = if character == '.' { '-' } else { character };
        if character != '-' || !slug.ends_with('-') {
            slug.push(character);
        }
    }
    let slug = slug.trim_matches(['-', '_']);
    if length == 0 || slug.len() <= length {
        return Ok(GoValue::text(slug));
    }
    if !is_smart {
        return Err(call.not_known());
    }
    let end = slug.get(..=length).and_then(|start| start.rfind('-')).unwrap_or(length);
    Ok(GoValue::text(slug.get(..end).unwrap_or_default()))
}

fn to_json(call: &Call<'_>) -> Result<GoValue, Stop> {
    let [value] = call.exactly()?;
    if has_odd_float(value) {
        return Err(call.not_known());
    }
    let json = value.to_json();
    let text = go_json(&json);
    if call.name == "toRawJson" && text.contains("\\u") {
        return Err(call.not_known());
    }
    Ok(GoValue::Text(text))
}

/// A float that Go may write in another way.
fn has_odd_float(value: &GoValue) -> bool {
    match value {
        GoValue::Float(value) => *value != 0.0 && !(1e-6..1e15).contains(&value.abs()),
        GoValue::List(items) => items.iter().any(has_odd_float),
        GoValue::Map(map) => map.entries.values().any(has_odd_float),
        GoValue::Missing | GoValue::Nil | GoValue::Bool(_) | GoValue::Int(_) | GoValue::Text(_) => false,
    }
}

/// YAML of values that need no quotes.
fn write_yaml(call: &Call<'_>, value: &GoValue, depth: usize, text: &mut String) -> Result<(), Stop> {
    if depth > 32 || text.len() > MAX_TEXT || has_odd_float(value) {
        return Err(call.not_known());
    }
    let scalar = |value: &GoValue| match value {
        GoValue::Missing | GoValue::Nil => Ok("null".to_owned()),
        GoValue::Bool(_) | GoValue::Int(_) => Ok(print_value(value)),
        GoValue::Float(value) if value.fract() == 0.0 => Ok(format!("{value}")),
        GoValue::Text(text) if text.is_empty() => Ok("\"\"".to_owned()),
        GoValue::Text(text) if is_plain(text) => Ok(text.clone()),
        GoValue::List(items) if items.is_empty() => Ok("[]".to_owned()),
        GoValue::Map(map) if map.entries.is_empty() => Ok("{}".to_owned()),
        GoValue::Float(_) | GoValue::Text(_) | GoValue::List(_) | GoValue::Map(_) => Err(call.not_known()),
    };
    let padding = "  ".repeat(depth);
    match value {
        GoValue::Map(map) if !map.entries.is_empty() => {
            for (key, member) in &map.entries {
                if !is_plain(key) {
                    return Err(call.not_known());
                }
                match member {
                    GoValue::Map(inner) if !inner.entries.is_empty() => {
                        text.push_str(&format!("{padding}{key}:\n"));
                        write_yaml(call, member, depth + 1, text)?;
                    }
                    GoValue::List(items) if !items.is_empty() => {
                        text.push_str(&format!("{padding}{key}:\n"));
                        write_yaml(call, member, depth, text)?;
                    }
                    member => text.push_str(&format!("{padding}{key}: {}\n", scalar(member)?)),
                }
            }
            Ok(())
        }
        GoValue::List(items) if !items.is_empty() => {
            for item in items {
                match item {
                    GoValue::Map(map) if !map.entries.is_empty() => {
                        let mut inner = String::new();
                        write_yaml(call, item, depth + 1, &mut inner)?;
                        text.push_str(&format!("{padding}- {}", inner.trim_start()));
                    }
                    item => text.push_str(&format!("{padding}- {}\n", scalar(item)?)),
                }
            }
            Ok(())
        }
        value => {
            text.push_str(&format!("{padding}{}\n", scalar(value)?));
            Ok(())
        }
    }
}

/// A text that YAML has without quotes, and that is no word of YAML.
fn is_plain(text: &str) -> bool {
    let is_word = matches!(
        text.to_ascii_lowercase().as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
    );
    let starts_well = text.starts_with(|character: char| character.is_ascii_alphabetic());
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '/');
    starts_well && !is_word && text.len() < 80 && text.chars().all(allowed)
}
