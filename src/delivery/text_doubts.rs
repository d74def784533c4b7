//! What may go wrong with the manifests of a text, as far as its signs say. Only texts in doubt are looked at again.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The mappings of an entity that the CRD has types for.
pub const MAPS: [&str; 2] = ["properties", "relations"];

/// So many lines without content are looked at below a key. Behind more of them, there may be anything.
const MAX_COMMENTS: usize = 64;

static MAP_FINDERS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| MAPS.map(Finder::new));
static TAG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("!!"));

/// What a text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextDoubts {
    pub has_dollar: bool,
    /// `properties:` or `relations:` without a value.
    pub has_null_map: bool,
    pub has_empty_map: bool,
    /// A timestamp or a set, which kubectl and kustomize read differently.
    pub has_other_reading: bool,
}

impl TextDoubts {
    pub fn of(text: &str) -> Self {
        // Most manifests have nothing in braces or brackets.
        let has_flow = memchr::memchr2(b'{', b'[', text.as_bytes()).is_some();
        Self {
            has_dollar: memchr::memchr(b'$', text.as_bytes()).is_some(),
            has_null_map: may_have_null_map(text),
            has_empty_map: has_flow && may_have_empty_map(text),
            has_other_reading: may_have_other_reading(text) || has_flow && may_leave_out(text),
        }
    }
}

/// Whether a text may hold `properties:` or `relations:` without a value.
fn may_have_null_map(text: &str) -> bool {
    MAPS.iter().zip(&*MAP_FINDERS).any(|(field, finder)| {
        let mut found = finder.find_iter(text.as_bytes());
        found.any(|at| text.get(..at).zip(text.get(at + field.len()..)).is_some_and(is_before_null))
    })
}

/// Whether what follows a key may be a null. What is before the key says at which column it is.
fn is_before_null((before, after): (&str, &str)) -> bool {
    let after = after.strip_prefix(['"', '\'']).unwrap_or(after).trim_start_matches([' ', '\t']);
    let Some(after) = after.strip_prefix(':') else { return after.starts_with([',', '}']) };
    let after = after.trim_start_matches([' ', '\t']);
    // Lines can be as long as the text, so they are looked at last.
    if after.starts_with(|first: char| !matches!(first, '#' | '\r' | '\n')) {
        return after.starts_with(['~', 'n', 'N', '!', '*', '&', ',', '}']);
    }
    let (_, below) = after.split_once('\n').unwrap_or_default();
    let mut near = below.lines().take(MAX_COMMENTS);
    let next = near.find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    next.is_none_or(|next| next.len() - next.trim_start().len() <= column)
}

/// Whether a text may hold an empty mapping.
fn may_have_empty_map(text: &str) -> bool {
    let mut opened = memchr::memchr_iter(b'{', text.as_bytes());
    opened.any(|at| text.get(at + 1..).is_some_and(|after| after.trim_start().starts_with('}')))
}

/// Whether a text may hold a timestamp or a set, which kubectl and kustomize read differently.
fn may_have_other_reading(text: &str) -> bool {
    let is_such_tag =
        |at: usize| text.get(at..).is_some_and(|tag| ["!!timestamp", "!!set"].iter().any(|it| tag.starts_with(it)));
    may_have_date(text) || TAG.find_iter(text.as_bytes()).any(is_such_tag)
}

/// Whether a plain scalar may be a timestamp.
fn may_have_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'-', bytes).any(|at| {
        let Some(start) = at.checked_sub(4) else { return false };
        let is_year = bytes[start..at].iter().all(u8::is_ascii_digit);
        let before = start.checked_sub(1).map(|before| bytes[before]);
        is_year && before.is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'[' | b'{' | b','))
    })
}

/// Whether a flow mapping may have a key without a value.
fn may_leave_out(text: &str) -> bool {
    let mut ends = memchr::memchr2_iter(b',', b'}', text.as_bytes());
    ends.any(|at| {
        let Some(before) = text.get(..at).map(str::trim_end) else { return false };
        if before.ends_with(':') {
            return true;
        }
        let is_end = text.as_bytes()[at] == b'}';
        if !is_end {
            return false;
        }
        // Every end of a mapping ends the search, so that no text is searched again for each of them.
        let Some(start) = before.rfind(['{', '}', ',', ':', '[', ']', '\n']) else { return false };
        let is_variable = before.get(..start).is_some_and(|before| before.ends_with('$'));
        // A key alone: `{a}`, or `{a: 1, b}`.
        matches!(before.as_bytes()[start], b'{' | b'}' | b',') && start + 1 < before.len() && !is_variable
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_a_value_is_a_doubt() {
        for (text, expected) in [
            ("a: {b}", true),
            ("a: {b: 1, c}", true),
            ("a: {b: }", true),
            ("a: {b: 1}", false),
            ("a: {b: {c: 1} }", false),
            ("a: {}", false),
            ("a: ${b}", false),
            ("a: {{b: 1}, c}", true),
        ] {
            assert_eq!(may_leave_out(text), expected, "{text}");
        }
    }

    #[test]
    fn a_map_without_a_value_is_a_doubt_behind_many_comments_too() {
        let comments = "  # properties:\n".repeat(MAX_COMMENTS);
        assert!(may_have_null_map("spec:\n  properties:\nstatus: {}\n"));
        assert!(!may_have_null_map("spec:\n  properties:\n  # one\n\n    a: 1\n"));
        assert!(may_have_null_map(&format!("spec:\n  properties:\n{comments}    a: 1\n")));
    }

    /// Each took the square of its length, which is hours.
    #[test]
    fn long_texts_are_looked_at_once() {
        let braces = format!("a: \"{}\"\n", "}".repeat(1 << 20));
        let comments = format!("{}      a: 1\n", "# properties:\n".repeat(1 << 16));
        let line = format!("{{{}}}\n", "\"properties\": {\"a\": 1},".repeat(1 << 16));
        let has_null_map = [braces, comments, line].map(|text| TextDoubts::of(&text).has_null_map);
        assert_eq!(has_null_map, [false, true, false]);
    }
}
