//! Rules for identifiers (of the platform) and names (of Kubernetes), shared by lint, the embedded catalog and `new`.

/// The maximum length of an entity identifier, in characters.
pub const MAX_ENTITY_IDENTIFIER: usize = 1000;
/// The maximum length of a blueprint identifier, property key or relation key.
pub const MAX_BLUEPRINT_IDENTIFIER: usize = 100;
/// The maximum length of a Kubernetes resource name (RFC 1123 subdomain).
pub const MAX_RESOURCE_NAME: usize = 253;
/// The maximum length of a namespace (RFC 1123 label).
pub const MAX_NAMESPACE: usize = 63;

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentifierFault {
    Empty,
    TooLong {
        max: usize,
        length: usize,
    },
    /// Exactly `.` or `..`.
    Dots,
    /// The first character that is not allowed, and its byte offset.
    Character {
        at: usize,
        found: char,
    },
}

/// Entity identifiers and relation targets: letters of any script, digits and `@ _ . + : \ / = -`.
pub fn check_entity_identifier(text: &str) -> Result<(), IdentifierFault> {
    check(text, MAX_ENTITY_IDENTIFIER, |c| c == '=')
}

/// Blueprint identifiers: the same without `=`.
pub fn check_blueprint_identifier(text: &str) -> Result<(), IdentifierFault> {
    check(text, MAX_BLUEPRINT_IDENTIFIER, |_| false)
}

/// Blueprints with this prefix can be created only by the platform.
pub fn is_reserved(blueprint: &str) -> bool {
    blueprint.starts_with('_')
}

/// The ASCII bytes that every identifier may contain, as a table, because every name of every entity is checked.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric()
            || matches!(byte as u8, b'@' | b'_' | b'.' | b'+' | b':' | b'\\' | b'/' | b'-');
        byte += 1;
    }
    table
};

fn check(text: &str, max: usize, also: impl Fn(char) -> bool) -> Result<(), IdentifierFault> {
    if text.is_empty() {
        return Err(IdentifierFault::Empty);
    }
    if text == "." || text == ".." {
        return Err(IdentifierFault::Dots);
    }
    let plain = |byte: u8| PLAIN[usize::from(byte)];
    if text.len() <= max && text.bytes().all(plain) {
        return Ok(());
    }
    for (at, c) in text.char_indices() {
        // `char::is_alphabetic` accepts more than \p{L}: also letter-like numbers and marks.
        let allowed = if c.is_ascii() { plain(c as u8) } else { is_letter(c) };
        if !allowed && !also(c) {
            return Err(IdentifierFault::Character { at, found: c });
        }
    }
    let length = text.chars().count();
    if length > max { Err(IdentifierFault::TooLong { max, length }) } else { Ok(()) }
}

/// \p{L}, approximated with the standard library: alphabetic, and neither a number nor a combining mark.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric() && !is_mark(c)
}

/// Alphabetic code points that are marks (\p{M}) instead of letters, such as vowel signs.
fn is_mark(c: char) -> bool {
    let code = c as u32;
    matches!(code, 0x0345 | 0x05B0..=0x05C7 | 0x0610..=0x061A | 0x064B..=0x065F | 0x0670 | 0x06D6..=0x06ED)
}

/// Why a text is not a Kubernetes name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFault {
    Empty,
    TooLong {
        max: usize,
        length: usize,
    },
    /// Must start and end with a letter or digit.
    Edge {
        at: usize,
        found: char,
    },
    Character {
        at: usize,
        found: char,
    },
}

/// RFC 1123 subdomain: `a-z 0-9 - .`, at most 253.
pub fn check_resource_name(text: &str) -> Result<(), NameFault> {
    if is_simple_label(text) {
        return Ok(());
    }
    let mut offset = 0;
    for label in text.split('.') {
        check_label(label, offset, text.len())?;
        offset += label.len() + 1;
    }
    within(text, MAX_RESOURCE_NAME)
}

/// RFC 1123 label: `a-z 0-9 -`, at most 63.
pub fn check_namespace(text: &str) -> Result<(), NameFault> {
    if is_simple_label(text) {
        return Ok(());
    }
    if let Some(at) = text.find('.') {
        return Err(NameFault::Character { at, found: '.' });
    }
    check_label(text, 0, text.len())?;
    within(text, MAX_NAMESPACE)
}

/// A fast path for nearly all names: one label within all limits. The slow path finds the fault of the others.
fn is_simple_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    bytes.len() <= MAX_NAMESPACE
        && is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

fn within(text: &str, max: usize) -> Result<(), NameFault> {
    if text.len() > max { Err(NameFault::TooLong { max, length: text.len() }) } else { Ok(()) }
}

fn check_label(label: &str, offset: usize, whole: usize) -> Result<(), NameFault> {
    if whole == 0 {
        return Err(NameFault::Empty);
    }
    for (at, c) in label.char_indices() {
        if !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            return Err(NameFault::Character { at: offset + at, found: c });
        }
    }
    match (label.chars().next(), label.chars().last()) {
        (None, _) | (_, None) => Err(NameFault::Edge { at: offset.min(whole - 1), found: '.' }),
        (Some('-'), _) => Err(NameFault::Edge { at: offset, found: '-' }),
        (_, Some('-')) => Err(NameFault::Edge { at: offset + label.len() - 1, found: '-' }),
        (Some(_), Some(_)) => Ok(()),
    }
}

/// Converts any identifier to a valid resource name, as `new` writes it and `--fix` proposes it.
pub fn to_resource_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9' | '.') => name.push(c),
            _ if !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    let parts = name.split('.').map(|label| label.trim_matches('-')).filter(|label| !label.is_empty());
    let mut name = parts.collect::<Vec<_>>().join(".");
    name.truncate(MAX_RESOURCE_NAME);
    let name = name.trim_end_matches(['-', '.']).to_owned();
    if name.is_empty() { "entity".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_follow_the_platform() {
        for good in ["a", "Ünïcode/注文", "a@b.c", "x=1", "a\\b:c+d-e_f"] {
            assert_eq!(check_entity_identifier(good), Ok(()), "{good}");
        }
        assert_eq!(check_entity_identifier(""), Err(IdentifierFault::Empty));
        assert_eq!(check_entity_identifier(".."), Err(IdentifierFault::Dots));
        assert_eq!(check_entity_identifier("my service"), Err(IdentifierFault::Character { at: 2, found: ' ' }));
        assert_eq!(check_entity_identifier("a²"), Err(IdentifierFault::Character { at: 1, found: '²' }));
        assert_eq!(
            check_entity_identifier(&"é".repeat(1001)),
            Err(IdentifierFault::TooLong { max: 1000, length: 1001 })
        );
        assert_eq!(check_entity_identifier(&"é".repeat(1000)), Ok(()));
        assert_eq!(check_blueprint_identifier("a=b"), Err(IdentifierFault::Character { at: 1, found: '=' }));
    }

    #[test]
    fn names_follow_rfc_1123() {
        for good in ["a", "a.b-c.9", &"a".repeat(253)] {
            assert_eq!(check_resource_name(good), Ok(()), "{good}");
        }
        assert_eq!(check_resource_name("Cart"), Err(NameFault::Character { at: 0, found: 'C' }));
        assert_eq!(check_resource_name("a_b"), Err(NameFault::Character { at: 1, found: '_' }));
        assert_eq!(check_resource_name("a..b"), Err(NameFault::Edge { at: 2, found: '.' }));
        assert_eq!(check_resource_name("ab-"), Err(NameFault::Edge { at: 2, found: '-' }));
        assert_eq!(check_resource_name(""), Err(NameFault::Empty));
        assert_eq!(check_namespace("a.b"), Err(NameFault::Character { at: 1, found: '.' }));
        assert_eq!(check_namespace(&"a".repeat(64)), Err(NameFault::TooLong { max: 63, length: 64 }));
    }

    #[test]
    fn any_identifier_becomes_a_legal_name() {
        for (from, to) in [("Acme/Check Out", "acme-check-out"), ("--", "entity"), ("a._b.", "a.b"), ("注文", "entity")]
        {
            assert_eq!(to_resource_name(from), to);
            assert_eq!(check_resource_name(to), Ok(()));
        }
    }
}
