//! The functions of a substitution: `${A^^}`, `${A:1:2}`, `${A/b/c}` and the like. They count bytes.

use std::borrow::Cow;

use super::fault::SubstitutionFault;
use crate::delivery::glob;

/// Longer values are not trimmed: every length is tried.
const MAX_TRIMMED: usize = 16 * 1024;

/// Trims take no more comparisons than this: a star is tried at every position of every length.
const MAX_COMPARISONS: usize = 1 << 30;
/// Larger results are not computed: replacements in replacements multiply.
pub(super) const MAX_RESULT: usize = 16 * 1024 * 1024;

/// The value of a function of a variable's value.
pub(super) fn apply(name: &str, value: &[u8], arguments: &[Vec<u8>]) -> Result<Vec<u8>, SubstitutionFault> {
    let argument = |at: usize| arguments.get(at).map_or(&[][..], Vec::as_slice);
    let text = || String::from_utf8_lossy(value);
    Ok(match (name, arguments.len()) {
        (",", _) => first_changed(&text(), |c| c.to_lowercase().to_string()),
        ("^", _) => first_changed(&text(), |c| c.to_uppercase().to_string()),
        (",,", _) => each_changed(&text(), |c| c.to_lowercase().to_string()),
        ("^^", _) => each_changed(&text(), |c| c.to_uppercase().to_string()),
        ("#", 0) => value.len().to_string().into_bytes(),
        ("#", _) => trim(value, argument(0), Trim::Shortest)?,
        ("##", _) => trim(value, argument(0), Trim::Longest)?,
        ("%", _) => reversed(&trim(&reversed(value), &reversed(argument(0)), Trim::Shortest)?),
        ("%%", _) => reversed(&trim(&reversed(value), &reversed(argument(0)), Trim::Longest)?),
        (":", 0) => value.to_vec(),
        (":", _) => slice(value, argument(0), arguments.get(1).map(Vec::as_slice))?,
        ("/#", 2) if value.starts_with(argument(0)) => replace(value, argument(0), argument(1), 1)?,
        ("/%", 2) if value.ends_with(argument(0)) => {
            let kept = value.get(..value.len() - argument(0).len()).unwrap_or_default();
            [kept, argument(1)].concat()
        }
        ("/#" | "/%", _) => value.to_vec(),
        ("/", 1 | 2) => replace(value, argument(0), argument(1), 1)?,
        ("//", 1 | 2) => replace(value, argument(0), argument(1), usize::MAX)?,
        _ if value.is_empty() => arguments.concat(),
        _ => value.to_vec(),
    })
}

/// Go changes each character to one other: `ß` has none.
fn changed(c: char, change: impl Fn(char) -> String) -> String {
    let changed = change(c);
    if changed.chars().count() == 1 { changed } else { c.to_string() }
}

fn first_changed(text: &str, change: impl Fn(char) -> String) -> Vec<u8> {
    let mut rest = text.chars();
    let first = rest.next().map_or_else(String::new, |first| changed(first, change));
    format!("{first}{}", rest.as_str()).into_bytes()
}

fn each_changed(text: &str, change: impl Fn(char) -> String) -> Vec<u8> {
    text.chars().map(|c| changed(c, &change)).collect::<String>().into_bytes()
}

fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn slice(value: &[u8], start: &[u8], length: Option<&[u8]>) -> Result<Vec<u8>, SubstitutionFault> {
    let count = i64::try_from(value.len()).unwrap_or(i64::MAX);
    let Some(start) = number(start) else { return Ok(value.to_vec()) };
    let start = if start < 0 { count.saturating_add(start).max(0) } else { start };
    let rest = || usize::try_from(start).ok().and_then(|start| value.get(start..)).unwrap_or_default().to_vec();
    let Some(length) = length else { return Ok(rest()) };
    let Some(length) = number(length) else { return Ok(value.to_vec()) };
    let end = start.saturating_add(length);
    if end >= count {
        return Ok(rest());
    }
    let range = || Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?);
    let found = range().and_then(|range| value.get(range));
    found.map(<[u8]>::to_vec).ok_or_else(|| {
        let range = if end < 0 { format!("[:{end}]") } else { format!("[{start}:{end}]") };
        SubstitutionFault::OutOfRange(range)
    })
}

fn replace(value: &[u8], from: &[u8], to: &[u8], most: usize) -> Result<Vec<u8>, SubstitutionFault> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    for at in memchr::memmem::find_iter(value, from).take(most) {
        let start = value.len() - rest.len();
        out.extend_from_slice(value.get(start..at).unwrap_or_default());
        out.extend_from_slice(to);
        if out.len() > MAX_RESULT {
            return Err(SubstitutionFault::TooLarge);
        }
        rest = value.get(at + from.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Ok(out)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trim {
    Shortest,
    Longest,
}

/// The value without the shortest or longest beginning that matches the pattern.
fn trim(value: &[u8], pattern: &[u8], trim: Trim) -> Result<Vec<u8>, SubstitutionFault> {
    let comparisons = value.len().saturating_mul(value.len()).saturating_mul(pattern.len());
    if value.len() > MAX_TRIMMED || pattern.contains(&b'*') && comparisons > MAX_COMPARISONS {
        return Err(SubstitutionFault::TooLarge);
    }
    let mut found = 0;
    for length in (1..=value.len()).rev() {
        if glob::matches(pattern, value.get(..length).unwrap_or_default()) {
            found = length;
            if trim == Trim::Longest {
                break;
            }
        }
    }
    Ok(value.get(found..).unwrap_or_default().to_vec())
}

fn reversed(text: &[u8]) -> Vec<u8> {
    let text: Cow<'_, str> = String::from_utf8_lossy(text);
    text.chars().rev().collect::<String>().into_bytes()
}
