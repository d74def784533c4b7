//! Character classes of the scanner, on UTF-8 bytes.

/// The length in bytes of a line break at `at` (`\n`, `\r`, U+0085, U+2028 or U+2029), or 0. `\r\n` is two bytes long,
/// and `\r\r\n` three: kubectl's line reader replaces `\r\n` with `\n`, so its YAML parser sees `\r\n` there.
#[inline]
pub(super) fn break_length(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'\n') => 1,
        Some(b'\r') => match bytes.get(at + 1..) {
            Some([b'\r', b'\n', ..]) => 3,
            Some([b'\n', ..]) => 2,
            Some(_) | None => 1,
        },
        Some(0xC2) if bytes.get(at + 1) == Some(&0x85) => 2,
        Some(0xE2) if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) => 3,
        Some(_) | None => 0,
    }
}

#[inline]
pub(super) fn is_break(bytes: &[u8], at: usize) -> bool {
    break_length(bytes, at) > 0
}

#[inline]
pub(super) fn is_blank(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b' ' | b'\t'))
}

/// A blank, a break, or the end.
#[inline]
pub(super) fn is_blank_or_end(bytes: &[u8], at: usize) -> bool {
    at >= bytes.len() || is_blank(bytes, at) || is_break(bytes, at)
}

#[inline]
pub(super) fn is_break_or_end(bytes: &[u8], at: usize) -> bool {
    at >= bytes.len() || is_break(bytes, at)
}

/// Characters of anchor names and tag handles.
#[inline]
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[inline]
pub(super) fn is_uri(byte: u8) -> bool {
    is_word(byte) || b";/?:@&=+$,.!~*'()[]%".contains(&byte)
}

/// The length in bytes of the character that starts with this byte.
#[inline]
pub(super) fn width(byte: u8) -> usize {
    match byte {
        0..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
    }
}

/// The position of the first character that kubectl rejects anywhere.
pub(in crate::manifest) fn first_forbidden(text: &str) -> Option<usize> {
    let is_forbidden = |c: char| match c {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => true,
        _ => false,
    };
    text.find(is_forbidden)
}

/// `---` followed by blanks that YAML does not accept but kubectl does.
pub(in crate::manifest) fn is_odd_separator(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    line.strip_prefix("---").is_some_and(|rest| rest.trim().is_empty())
}
