//! The meaning of plain scalars. Readers differ: Kubernetes (YAML 1.1 as Go reads it), the Git apps of the platform (Python)
//! and editors (YAML 1.2, core schema). That of the tool that delivers a file applies.

mod cluster;
mod dialect;
mod editor;
mod plain;
mod python;
mod quote;

pub use cluster::cluster;
pub use dialect::read;
pub use editor::editor;
pub use plain::Plain;
pub use quote::{in_style, must_quote, needs_escape, quoted};

/// Whether a plain scalar may be anything but a string for any reader. Fast, and never wrongly `false`.
#[inline]
pub(super) fn may_be_special(text: &[u8]) -> bool {
    let Some(first) = text.first() else { return true };
    match CLASSES[usize::from(*first)] {
        0 => false,
        1 => text.len() <= 5 && is_word(text),
        _ => true,
    }
}

fn is_word(text: &[u8]) -> bool {
    match text.len() {
        1 => b"yYnN~".contains(&text[0]),
        2 => matches!(text, b"no" | b"No" | b"NO" | b"on" | b"On" | b"ON"),
        3 => matches!(text, b"yes" | b"Yes" | b"YES" | b"off" | b"Off" | b"OFF"),
        4 => matches!(text, b"true" | b"True" | b"TRUE" | b"null" | b"Null" | b"NULL"),
        _ => matches!(text, b"false" | b"False" | b"FALSE"),
    }
}

/// By first byte: 0 always a string, 1 perhaps one of a few words, 2 perhaps a number.
const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let (words, numbers) = (b"yYnNtTfFoO~", b"0123456789+-.");
    let mut at = 0;
    while at < words.len() {
        table[words[at] as usize] = 1;
        at += 1;
    }
    at = 0;
    while at < numbers.len() {
        table[numbers[at] as usize] = 2;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests;
