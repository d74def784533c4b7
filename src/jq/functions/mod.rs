//! The functions that come with the engine, and which of them may differ from gojq's.

mod arrays;
mod builtin;
mod control;
mod dates;
mod formats;
mod json;
mod math;
pub(super) mod prelude;
mod regex;
mod sort;
pub(super) mod strings;
mod table;

pub(super) use builtin::Builtin;

use super::approximation::Approximation;
use super::value::Value;

pub(super) fn find(name: &str, arity: usize) -> Option<&'static Builtin> {
    table::BUILTINS.iter().find(|builtin| builtin.name == name && builtin.arity == arity)
}

/// What the compiler knows without a function.
const SPECIAL: [(&str, usize); 8] = [
    ("empty", 0),
    ("path", 1),
    ("getpath", 1),
    ("env", 0),
    ("builtins", 0),
    ("input", 0),
    ("modulemeta", 0),
    ("debug", 1),
];

/// What `builtins` gives.
pub(super) fn names() -> Value {
    let builtins = table::BUILTINS.iter().map(|builtin| (builtin.name, builtin.arity));
    let mut names: Vec<_> =
        builtins.chain(SPECIAL).chain(prelude::names()).filter(|(name, _)| !name.starts_with('_')).collect();
    names.sort_unstable();
    names.dedup();
    Value::array(names.into_iter().map(|(name, arity)| Value::from(format!("{name}/{arity}"))).collect())
}

/// Functions of which the last digit may be another one, since Go calculates them in another way.
pub(super) const INEXACT: [&str; 35] = [
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt", "exp",
    "exp10", "exp2", "expm1", "log", "log10", "log1p", "log2", "gamma", "tgamma", "lgamma", "erf", "erfc", "j0", "j1",
    "y0", "y1", "jn", "yn", "atan2", "hypot", "pow",
];

/// Why an expression that uses a function or a format of this name may give another result than gojq.
pub(super) fn approximation(name: String) -> Option<Approximation> {
    let reason = match name.as_str() {
        "now" => "the time of the evaluation is not the time at which the exporter runs",
        "localtime" | "strflocaltime" => "the time zone of the exporter is taken to be UTC",
        "@base64d" | "@urid" | "format" => {
            "bytes that are not UTF-8 become replacement characters before, not after, other functions"
        }
        inexact if INEXACT.contains(&inexact) => "the last digit of the result may differ",
        _ => return None,
    };
    Some(Approximation { name, reason })
}

/// The functions that take values, with the number of their arguments.
#[cfg(test)]
pub(super) fn table_names() -> Vec<(&'static str, usize)> {
    table::BUILTINS.iter().map(|builtin| (builtin.name, builtin.arity)).collect()
}
