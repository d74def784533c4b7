//! The meaning of plain scalars. Two readers differ: Kubernetes (YAML 1.1 as Go reads it) and editors (YAML 1.2, core
//! schema). The reading of Kubernetes is the one that applies.

mod cluster;
mod editor;
mod quote;

use crate::domain::document::fault::{Fault, FaultKind, Reading};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Number;

pub use cluster::cluster;
pub use editor::editor;
pub use quote::{must_quote, needs_escape, quoted};

/// How one reader interprets a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain {
    Null,
    Bool(bool),
    /// May be infinite or NaN for editors, never for Kubernetes.
    Number(Number),
    /// The text unchanged.
    String,
    /// `.nan` and `.inf` in Kubernetes: the whole file is rejected.
    Refused,
}

impl Plain {
    pub fn reading(self, text: &str) -> Reading {
        match self {
            Self::Null => Reading::Null,
            Self::Bool(value) => Reading::Bool(value),
            Self::Number(Number::Float(value)) if value.is_nan() => Reading::Number(".nan".to_owned()),
            Self::Number(Number::Float(value)) if value.is_infinite() => {
                Reading::Number(if value < 0.0 { "-.inf" } else { ".inf" }.to_owned())
            }
            Self::Number(number) => Reading::Number(number.to_json().to_string()),
            Self::String => Reading::String(text.to_owned()),
            Self::Refused => Reading::Refused,
        }
    }

    /// Whether type and value are the same.
    pub fn agrees(self, other: Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => same_number(a, b),
            (a, b) => a == b,
        }
    }
}

/// A plain scalar as read by both readers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judged {
    pub(super) cluster: Plain,
    pub(super) agreed: bool,
}

/// Reads a plain scalar both ways, and reports a difference.
pub(super) fn judge(text: &str, span: Span, is_key: bool, faults: &mut Vec<Fault>) -> Judged {
    let mut cluster = cluster(text);
    let editor = editor(text);
    if cluster == Plain::Refused {
        if !is_key {
            faults.push(super::faults::not_finite(text, span));
            return Judged { cluster, agreed: true };
        }
        // As the text of a key, JSON allows these too.
        cluster = editor;
    }
    let agreed = cluster.agrees(editor);
    if !agreed {
        let kind = FaultKind::AmbiguousScalar { editor: editor.reading(text), cluster: cluster.reading(text), is_key };
        faults.push(Fault { kind, span });
    }
    Judged { cluster, agreed }
}

/// `1.0` and `1` are the same value in JSON, whatever their type.
fn same_number(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::Signed(a), Number::Signed(b)) => a == b,
        (Number::Unsigned(a), Number::Unsigned(b)) => a == b,
        (a, b) => a.as_f64() == b.as_f64(),
    }
}

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

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, the whole text.
fn is_float(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(at);
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if whole == 0 && fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    } else if whole == 0 {
        return false;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
        let exponent = digits(at);
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == bytes.len()
}

#[cfg(test)]
mod tests;
