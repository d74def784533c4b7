//! Decides without parsing whether a text may be a manifest. Other YAML (charts, workflows, templates that are not even
//! YAML) must cost nothing and never cause a finding.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::split::lines;
use crate::domain::finding::EntityName;
use crate::domain::platform::PLATFORMS;

static GROUPS: LazyLock<Vec<Finder<'static>>> =
    LazyLock::new(|| PLATFORMS.into_iter().map(|platform| Finder::new(platform.group)).collect());
static KEYS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| [Finder::new("blueprint"), Finder::new("identifier")]);

/// Whether a document may contain an entity: it contains one of the API groups, or a key of an entity.
pub fn looks_ours(text: &str) -> bool {
    let bytes = text.as_bytes();
    GROUPS.iter().any(|group| group.find(bytes).is_some())
        || KEYS.iter().any(|word| word.find_iter(bytes).any(|at| is_key(bytes, at, word.needle().len())))
}

/// Whether the word at `at` is written as a key; on a line that is not YAML, another key may precede it.
fn is_key(bytes: &[u8], at: usize, length: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let starts = before
        .is_none_or(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'\n' | b'\r' | b'-' | b'{' | b',' | b'\t' | 0xBF));
    let after = bytes.get(at + length..).unwrap_or_default();
    starts && after.iter().find(|byte| !matches!(byte, b' ' | b'"' | b'\'')) == Some(&b':')
}

/// The entities that a broken document was meant to declare, so that relations to them are not reported as dangling.
/// Blueprints and identifiers are paired in order; if their numbers differ, all combinations are returned, because a
/// superfluous name does no harm here.
pub fn salvage(text: &str) -> Vec<EntityName> {
    let (mut blueprints, mut identifiers) = (Vec::new(), Vec::new());
    for line in lines(text) {
        for (key, found) in [("blueprint", &mut blueprints), ("identifier", &mut identifiers)] {
            found.extend(value_of(line, key).filter(|value| !value.is_empty()));
        }
    }
    let name = |blueprint: &str, identifier: &str| EntityName {
        blueprint: blueprint.to_owned(),
        identifier: identifier.to_owned(),
    };
    if blueprints.len() == identifiers.len() {
        return blueprints
            .iter()
            .zip(&identifiers)
            .map(|(blueprint, identifier)| name(blueprint, identifier))
            .collect();
    }
    blueprints.sort_unstable();
    blueprints.dedup();
    let pairs = blueprints.iter().flat_map(|blueprint| identifiers.iter().map(move |it| (*blueprint, *it)));
    pairs.take(MAX_SALVAGED).map(|(blueprint, identifier)| name(blueprint, identifier)).collect()
}

const MAX_SALVAGED: usize = 10_000;

/// The value of a key anywhere on a line: `- key: value # comment`, `"key": "value"`, or `other: x   key: value`, which
/// is not YAML.
pub(super) fn value_of<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let mut from = 0;
    while let Some(found) = line.get(from..)?.find(key) {
        let start = from + found;
        let before = line.get(..start)?.chars().next_back();
        let is_start = before.is_none_or(|c| matches!(c, ' ' | '\t' | '"' | '\'' | '{' | ',' | '[' | '\u{feff}'));
        if is_start && let Some(value) = value_after(line.get(start + key.len()..)?) {
            return Some(value);
        }
        from = start + key.len();
    }
    None
}

/// The text after the colon, without quotes and comment, up to the next key on the line.
fn value_after(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?.trim();
    Some(match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = rest.get(1..).unwrap_or_default();
            inner.split(quote).next().unwrap_or(inner)
        }
        Some(_) | None => {
            let value = rest.split(" #").next().unwrap_or(rest).trim_end();
            let next_key = value.match_indices(": ").map(|(at, _)| at).next();
            let last_word = next_key.and_then(|at| value.get(..at)?.rfind(' '));
            last_word.and_then(|at| value.get(..at)).unwrap_or(value).trim_end_matches([' ', '\t', ','])
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_hold_an_entity_is_parsed() {
        for ours in [
            "apiVersion: getport.io/v1\n",
            "apiVersion: useglint.io/v2\n",
            "spec:\n  blueprint: service\n",
            "- blueprint: service\n",
            "{\"blueprint\": \"service\"}",
            "{a: 1, blueprint : service}",
            "identifier: x\n",
            "- title: a   identifier: x\n",
            "\u{feff}identifier: x\n",
        ] {
            assert!(looks_ours(ours), "{ours}");
        }
        for other in ["on: push\n", "a: our blueprint for: x\n", "{{ if .Values.port }}\n", "blueprints: 3\n", ""] {
            assert!(!looks_ours(other), "{other}");
        }
    }

    #[test]
    fn a_broken_document_still_tells_its_name() {
        let name = |blueprint: &str, identifier: &str| EntityName {
            blueprint: blueprint.to_owned(),
            identifier: identifier.to_owned(),
        };
        assert_eq!(salvage("spec:\n  blueprint: service # c\n  identifier: \"a b\" \n x: ["), [name("service", "a b")]);
        assert_eq!(salvage("- identifier: 'x'\r\n  \"blueprint\" : y\r\n"), [name("y", "x")]);
        assert_eq!(salvage("spec:\n  blueprint:\n  identifier: a\n"), []);
        assert_eq!(salvage("- identifier: a   blueprint: x   title: T\n"), [name("x", "a")]);
        assert_eq!(salvage("- blueprint: x y  identifier: a # c\n"), [name("x y", "a")]);
        let list = "- identifier: a\n  blueprint: x\n- {identifier: b, blueprint: [\n- identifier: c\n  blueprint: y\n";
        assert!(salvage(list).contains(&name("y", "c")) && salvage(list).contains(&name("x", "a")));
    }
}
