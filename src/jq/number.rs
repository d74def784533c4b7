//! Numbers as Go programs that run jq have them: 64-bit integers, integers of any size, and floats, each spelled as Go does.

use std::fmt;
use std::sync::Arc;

use num_bigint::BigInt;

/// How many digits of a number are read. The work grows with their square.
pub(super) const MAX_DIGITS: usize = 40_000;

/// A number. An integer stays one until a calculation makes a float of it.
#[derive(Clone, Debug)]
pub enum Number {
    Int(i64),
    Big(Arc<BigInt>),
    Float(f64),
}

impl Number {
    /// Reads the text of a number in JSON or in an expression. `None`: it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Ok(integer) = text.parse() {
            return Some(Self::Int(integer));
        }
        if text.contains(['.', 'e', 'E']) {
            return text.parse().ok().map(Self::Float);
        }
        text.parse().ok().map(|big: BigInt| Self::Big(Arc::new(big)))
    }

    /// Integers wrap around, as in Go.
    pub(super) fn negate(&self) -> Self {
        match self {
            Self::Int(integer) => Self::Int(integer.wrapping_neg()),
            Self::Float(float) => Self::Float(-float),
            Self::Big(big) => Self::big(-&**big),
        }
    }

    /// Whether both are the same number of the same kind; NaN is the same as NaN.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(own), Self::Int(other)) => own == other,
            (Self::Float(own), Self::Float(other)) => own == other || own.is_nan() && other.is_nan(),
            (Self::Big(own), Self::Big(other)) => Arc::ptr_eq(own, other),
            (Self::Int(_) | Self::Big(_) | Self::Float(_), _) => false,
        }
    }

    pub(super) fn big(big: BigInt) -> Self {
        Self::Big(Arc::new(big))
    }

    /// The number as an index: floats lose their fraction, and what is out of range becomes the nearest integer.
    pub(super) fn to_index(&self) -> i64 {
        match self {
            Self::Int(integer) => *integer,
            Self::Float(float) => truncate(*float),
            Self::Big(big) => i64::try_from(&**big).unwrap_or(match big.sign() {
                num_bigint::Sign::Minus => i64::MIN,
                num_bigint::Sign::NoSign | num_bigint::Sign::Plus => i64::MAX,
            }),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what Go takes too")]
    pub(super) fn to_float(&self) -> f64 {
        match self {
            Self::Int(integer) => *integer as f64,
            Self::Float(float) => *float,
            Self::Big(big) => big_to_float(big),
        }
    }

    pub(super) fn to_json(&self) -> Option<serde_json::Number> {
        match self {
            Self::Int(integer) => Some((*integer).into()),
            // An integral float has no `.0` in the JSON of Go.
            Self::Float(float) if float.fract() == 0.0 && float.abs() < 9e15 && !is_negative_zero(*float) => {
                Some(truncate(*float).into())
            }
            Self::Float(float) => serde_json::Number::from_f64(*float),
            Self::Big(big) => match (i64::try_from(&**big), u64::try_from(&**big)) {
                (Ok(integer), _) => Some(integer.into()),
                (_, Ok(integer)) => Some(integer.into()),
                _ => serde_json::Number::from_f64(big_to_float(big)),
            },
        }
    }
}

fn is_negative_zero(float: f64) -> bool {
    float == 0.0 && float.is_sign_negative()
}

/// As `int(x)` of Go on a 64-bit machine, within bounds; NaN is the smallest integer.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked, and truncation is meant")]
pub(super) fn truncate(float: f64) -> i64 {
    const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() || float == TOO_LARGE { i64::MIN } else { float as i64 }
}

/// Through the digits, which rounds correctly at any size.
pub(super) fn big_to_float(big: &BigInt) -> f64 {
    big.to_string().parse().unwrap_or(f64::NAN)
}

impl fmt::Display for Number {
    /// Writes the JSON text.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(integer) => write!(formatter, "{integer}"),
            Self::Big(big) => write!(formatter, "{big}"),
            Self::Float(float) if float.is_nan() => formatter.write_str("null"),
            Self::Float(float) => write_float(formatter, float.clamp(-f64::MAX, f64::MAX)),
        }
    }
}

fn write_float(formatter: &mut fmt::Formatter<'_>, float: f64) -> fmt::Result {
    let size = float.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return write!(formatter, "{float}");
    }
    let text = format!("{float:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => write!(formatter, "{digits}e+{exponent}"),
        _ => formatter.write_str(&text),
    }
}
