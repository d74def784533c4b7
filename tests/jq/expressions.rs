//! Generates expressions and inputs. Nothing in them runs for long, so that gojq, which has no limits, ends too.

use proptest::prelude::*;
use proptest::sample::select;

use super::Case;

const ATOMS: [&str; 44] = [
    ".", ".a", ".b", ".c", ".[0]", ".[1]", ".[-1]", ".[1:]", ".[:1]", ".[]?", ".[]", ".a?", ".a.b", ".a[0]", "..", "0", "1",
    "-1", "2.5", "1e3", "1.0", "9007199254740993", "100000000000000000000", "9223372036854775807", "null", "true", "false",
    "\"\"", "\"a\"", "\"ab c\"", "\"é✓\"", "\"1\"", "[]", "{}", "[1,2,3]", "{a:1,b:[2]}", "[null,false]", "empty", "nan",
    "infinite", "\"a,b\"", "\"b\"", "[[1,2],[3]]", "error(\"x\")",
];

const FUNCTIONS: [&str; 61] = [
    "length", "keys", "not", "type", "tostring", "tonumber", "tojson", "fromjson", "add", "any", "all", "min", "max", "sort",
    "unique", "reverse", "first", "last", "to_entries", "from_entries", "flatten", "paths", "floor", "ceil", "round", "sqrt",
    "abs", "trim", "ltrim", "explode", "implode", "ascii_downcase", "ascii_upcase", "transpose", "tostream", "values",
    "scalars", "nulls", "numbers", "strings", "arrays", "objects", "iterables", "recurse", "utf8bytelength", "isnan",
    "isinfinite", "isnormal", "@json", "@text", "@csv", "@tsv", "@html", "@uri", "@sh", "@base64", "@base64d",
    "error", "todate", "gmtime", "mktime",
];

const FUNCTIONS_OF_ONE: [&str; 50] = [
    "map", "select", "map_values", "has", "contains", "inside", "index", "rindex", "indices", "join", "split", "startswith",
    "endswith", "ltrimstr", "rtrimstr", "sort_by", "group_by", "unique_by", "min_by", "max_by", "with_entries", "del", "path",
    "getpath", "delpaths", "flatten", "first", "last", "nth", "any", "all", "isempty", "add", "in", "walk", "pick", "paths",
    "test", "match", "capture", "scan", "splits", "error", "bsearch", "IN", "INDEX", "fromstream",
    "truncate_stream", "strptime", "strftime",
];

const FUNCTIONS_OF_TWO: [&str; 13] = [
    "setpath", "sub", "gsub", "test", "split", "limit", "skip", "nth", "any", "all", "IN", "INDEX", "match",
];

const OPERATORS: [&str; 21] = [
    "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "//", "|", ",", "=", "|=", "+=", "//=", "-=",
];

/// An expression and an input for it.
pub fn case() -> impl Strategy<Value = Case> {
    (expression(), input()).prop_map(|(expression, input)| Case { expression, input })
}

pub fn expression() -> impl Strategy<Value = String> {
    let atom = select(&ATOMS[..]).prop_map(str::to_owned);
    atom.prop_recursive(5, 24, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let three = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            6 => (inner.clone(), select(&FUNCTIONS[..])).prop_map(|(x, name)| format!("({x} | {name})")),
            5 => (inner.clone(), select(&FUNCTIONS_OF_ONE[..]), inner.clone()).prop_map(|(x, name, y)| format!("({x} | {name}({y}))")),
            2 => (inner.clone(), select(&FUNCTIONS_OF_TWO[..]), inner.clone(), inner.clone())
                .prop_map(|(x, name, y, z)| format!("({x} | {name}({y}; {z}))")),
            8 => (inner.clone(), select(&OPERATORS[..]), inner.clone()).prop_map(|(x, op, y)| format!("({x} {op} {y})")),
            1 => (inner.clone(), select(&OPERATORS[..]), inner.clone(), select(&OPERATORS[..]), inner.clone())
                .prop_map(|(x, op, y, other, z)| format!("{x} {op} {y} {other} {z}")).prop_map(|text| format!("({text})")),
            2 => inner.clone().prop_map(|x| format!("[{x}]")),
            2 => two.clone().prop_map(|(x, y)| format!("{{a: ({x}), \"b\": ({y})}}")),
            1 => two.clone().prop_map(|(x, y)| format!("{{({x}): ({y})}}")),
            1 => inner.clone().prop_map(|x| format!("\"<\\({x})>\"")),
            1 => two.clone().prop_map(|(x, y)| format!("@json \"\\({x})-\\({y})\"")),
            2 => three.clone().prop_map(|(x, y, z)| format!("(if {x} then {y} else {z} end)")),
            1 => two.clone().prop_map(|(x, y)| format!("(if {x} then {y} end)")),
            2 => two.clone().prop_map(|(x, y)| format!("(try {x} catch {y})")),
            1 => inner.clone().prop_map(|x| format!("({x})?")),
            2 => two.clone().prop_map(|(x, y)| format!("({x} as $x | {y}, $x)")),
            1 => two.clone().prop_map(|(x, y)| format!("({x} as [$x, {{a: $y}}] | {y}, $x, $y)")),
            1 => two.clone().prop_map(|(x, y)| format!("({x} as [$x] ?// {{a: $x}} ?// $x | {y}, [$x])")),
            1 => three.clone().prop_map(|(x, y, z)| format!("(reduce {x} as $x ({y}; . as $s | {z} | [$s, $x, .] | tojson))")),
            1 => three.clone().prop_map(|(x, y, z)| format!("(foreach {x} as $x ({y}; {z}; [$x, .]))")),
            1 => two.clone().prop_map(|(x, y)| format!("(label $l | {x} | ., (if {y} then break $l else . end))")),
            1 => three.clone().prop_map(|(x, y, z)| format!("(def f($p; g): {x} | g, $p; f({y}; {z}))")),
            2 => two.clone().prop_map(|(x, y)| format!("{x}[{y}]")),
            1 => three.prop_map(|(x, y, z)| format!("{x}[{y}:{z}]")),
            1 => inner.clone().prop_map(|x| format!("[limit(3; {x})]")),
            1 => inner.clone().prop_map(|x| format!("-({x})")),
            1 => two.prop_map(|(x, y)| format!("[paths({x}), path({y})]")),
        ]
    })
}

pub fn input() -> impl Strategy<Value = String> {
    let atom = select(
        &[
            "null", "true", "false", "0", "1", "-1", "2.5", "1e3", "9007199254740993", "1.0", "\"\"", "\"a\"", "\"ab c\"",
            "\"é✓\"", "\"2015-03-05T23:51:47Z\"", "1425599507", "[]", "{}", "[1,2,3]", "{\"a\":1,\"b\":2}", "\"a,b,a\"",
        ][..],
    );
    atom.prop_map(str::to_owned).prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            (inner.clone(), inner.clone()).prop_map(|(x, y)| format!("{{\"b\":{x},\"a\":{y}}}")),
            (inner.clone(), inner.clone(), inner).prop_map(|(x, y, z)| format!("{{\"c\":{x},\"a\":{{\"b\":{y},\"name\":{z}}}}}")),
        ]
    })
}
