//! What may go wrong with the manifests of a text, as far as its signs say. Only texts in doubt are looked at again.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The mappings of an entity that the CRD has types for.
pub const MAPS: [&str; 2] = ["properties", "relations"];

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
        Self {
            has_dollar: memchr::memchr(b'$', text.as_bytes()).is_some(),
            has_null_map: may_have_null_map(text),
            has_empty_map: may_have_empty_map(text),
            has_other_reading: may_have_other_reading(text),
        }
    }
}

/// Whether a text may hold `properties:` or `relations:` without a value.
fn may_have_null_map(text: &str) -> bool {
    MAPS.iter().zip(&*MAP_FINDERS).any(|(field, finder)| {
        let mut found = finder.find_iter(text.as_bytes());
        found.any(|at| {
            let line = text.get(..at).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
            text.get(at + field.len()..).is_some_and(|after| is_before_null(after, at - line))
        })
    })
}

/// Whether what follows a key at a column may be a null.
fn is_before_null(after: &str, column: usize) -> bool {
    let after = after.strip_prefix(['"', '\'']).unwrap_or(after).trim_start_matches([' ', '\t']);
    let Some(after) = after.strip_prefix(':') else { return after.starts_with([',', '}']) };
    let (line, below) = after.split_once('\n').unwrap_or((after, ""));
    let line = line.trim();
    if !line.is_empty() && !line.starts_with('#') {
        return line.starts_with(['~', 'n', 'N', '!', '*', '&', ',', '}']);
    }
    let next = below.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
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
    may_have_date(text) || TAG.find_iter(text.as_bytes()).any(is_such_tag) || may_leave_out(text)
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
        let Some(start) = before.rfind(['{', ',', ':', '[', ']', '\n']).filter(|_| is_end) else { return false };
        let is_variable = before.get(..start).is_some_and(|before| before.ends_with('$'));
        // A key alone: `{a}`, or `{a: 1, b}`.
        matches!(before.as_bytes()[start], b'{' | b',') && start + 1 < before.len() && !is_variable
    })
}
