//! The types and values that a plain scalar can have, as one reader reads it.

use crate::domain::document::fault::Reading;
use crate::domain::document::tree::Number;

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

/// `1.0` and `1` are the same value in JSON, whatever their type.
fn same_number(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::Signed(a), Number::Signed(b)) => a == b,
        (Number::Unsigned(a), Number::Unsigned(b)) => a == b,
        (a, b) => a.as_f64() == b.as_f64(),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, the whole text.
pub(super) fn is_float(text: &str) -> bool {
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
