//! Converts a manifest to JSON with the numbers that an API server stores: 64-bit integers, and floats.

use serde_json::{Map, Number as JsonNumber, Value as Json};

use crate::domain::document::tree::{Kind, Number, Value};

/// The value as JSON. The last value of a duplicate key counts.
pub fn stored_json(value: Value<'_>) -> Json {
    match value.kind() {
        Kind::Null => Json::Null,
        Kind::Bool => Json::Bool(value.as_bool().unwrap_or_default()),
        Kind::Number => value.as_number().map_or(Json::Null, of_number),
        Kind::String => Json::String(value.as_str().unwrap_or_default().to_owned()),
        Kind::List => Json::Array(value.items().map(stored_json).collect()),
        Kind::Map => {
            let mut members = Map::new();
            for (key, member) in value.entries() {
                members.insert(key.key_text().into_owned(), stored_json(member));
            }
            Json::Object(members)
        }
    }
}

/// Numbers pass through Go's JSON on their way to the API server: a float without a fraction is written like an integer,
/// and an integer outside of 64 bits is read as a float.
fn of_number(number: Number) -> Json {
    let float = match number {
        Number::Signed(value) => return Json::from(value),
        Number::Unsigned(value) => match i64::try_from(value) {
            Ok(value) => return Json::from(value),
            Err(_) => value as f64,
        },
        Number::Float(value) => value,
    };
    stored_float(float)
}

/// A float, written like an integer if it is one of 64 bits.
pub fn stored_float(float: f64) -> Json {
    // 2^63, the first value above the integers of 64 bits.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.fract() == 0.0 && (-LIMIT..LIMIT).contains(&float) {
        return Json::from(float as i64);
    }
    JsonNumber::from_f64(float).map_or(Json::Null, Json::Number)
}
