//! What the comparison with gojq itself (`tests/jq.rs`) cannot show: limits, errors with their places, approximations, and what
//! the exporter does not offer although the program of gojq does.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::{Env, Limits, Program, RunError, Value};
use crate::generated_cases::config;

fn env() -> Env {
    let variables = [("CLUSTER_NAME".to_owned(), "prod".to_owned())];
    Env::new(&BTreeMap::from(variables), 1_425_599_507.0)
}

fn value(json: &str) -> Value {
    Value::from_json(&serde_json::from_str(json).unwrap())
}

fn outputs(expression: &str, input: &str) -> Result<Vec<String>, String> {
    outputs_within(&Limits { steps: 1_000_000, bytes: 16 << 20 }, expression, input)
}

fn outputs_within(limits: &Limits, expression: &str, input: &str) -> Result<Vec<String>, String> {
    let program = Program::compile(expression).map_err(|error| error.message)?;
    match program.outputs(&value(input), &env(), limits, 20) {
        Ok(outputs) => Ok(outputs.iter().map(Value::to_json_text).collect()),
        Err(RunError::Error { message }) => Err(message),
        Err(RunError::Limit(limit)) => Err(format!("limit: {limit:?}")),
    }
}

fn output(expression: &str, input: &str) -> String {
    outputs(expression, input).unwrap().concat()
}

fn fault(expression: &str) -> String {
    outputs(expression, "null").unwrap_err()
}

#[test]
fn programs_run_on_any_thread() {
    fn shared<T: Send + Sync>() {}
    shared::<Program>();
    shared::<Value>();
}

#[test]
fn the_first_output_is_all_that_is_calculated() {
    let first = |expression: &str| {
        let program = Program::compile(expression).unwrap();
        program.first(&Value::Null, &env(), &Limits::default())
    };
    assert_eq!(first("1, error(\"x\")"), Ok(Some(Value::int(1))));
    assert_eq!(first("empty"), Ok(None));
    assert_eq!(first("range(1e18)"), Ok(Some(Value::int(0))));
    assert_eq!(first("error(\"x\")"), Err(RunError::Error { message: "error: x".to_owned() }));
}

#[test]
fn the_environment_is_what_the_caller_gives() {
    assert_eq!(output("env", "null"), r#"{"CLUSTER_NAME":"prod"}"#);
    assert_eq!(output("$ENV.CLUSTER_NAME, $ENV.PATH", "null"), r#""prod"null"#);
    assert_eq!(output("now", "null"), "1425599507");
    assert_eq!(output("def env: 1; env", "null"), "1");
}

#[test]
fn halt_is_an_error_that_nothing_catches() {
    assert_eq!(fault("halt"), "halt error: null");
    assert_eq!(fault("try halt catch 1"), "halt error: null");
    assert_eq!(fault("\"x\" | halt_error"), "halt error: x");
    assert_eq!(fault("{a: 1} | halt_error(3)"), "halt error: {\"a\":1}");
    assert_eq!(fault("halt_error(\"x\")"), "halt_error cannot be applied to: string (\"x\")");
}

#[test]
fn what_the_exporter_does_not_offer_is_refused() {
    for name in [
        "debug",
        "stderr",
        "input_filename",
        "input_line_number",
        "get_search_list",
        "keys_unsorted",
        "toboolean",
        "toarray",
        "have_decnum",
        "have_literal_numbers",
        "ascii",
        "leaf_paths",
        "recurse_down",
        "date",
        "nosuch",
    ] {
        assert_eq!(fault(name), format!("function not defined: {name}/0"));
    }
    assert_eq!(fault("debug(\"x\")"), "function not defined: debug/1");
    assert_eq!(fault("debug(other)"), "function not defined: other/0");
    assert_eq!(fault("trimstr(\"x\")"), "function not defined: trimstr/1");
    assert_eq!(fault("$__loc__"), "variable not defined: $__loc__");
    assert_eq!(fault("$__prog_args"), "variable not defined: $__prog_args");
    assert_eq!(fault("input"), "input(s)/0 is not allowed");
    assert_eq!(fault("inputs"), "input(s)/0 is not allowed");
    assert_eq!(fault("import \"a\" as a; 1"), "cannot load module: \"a\"");
    assert_eq!(fault("include \"a\"; 1"), "cannot load module: \"a\"");
    assert_eq!(fault("\"a\" | modulemeta"), "cannot load module: \"a\"");
    assert_eq!(fault(""), "missing query (try \".\")");
    assert_eq!(fault("def f: 1;"), "missing query (try \".\")");
}

#[test]
fn errors_at_compile_time_have_a_place() {
    let place = |expression: &str| Program::compile(expression).unwrap_err().offset;
    assert_eq!(place(".a | nosuch"), Some(5));
    assert_eq!(place(".a + $x"), Some(5));
    assert_eq!(place("\"é\" bar"), Some(5));
    assert_eq!(place(".a |"), Some(4));
    assert_eq!(place("[1, \"abc"), Some(4));
    assert_eq!(place("\"a\\(b"), Some(5));
    assert_eq!(place("\"ab\\x\""), Some(3));
    assert_eq!(place("1 | break $f"), Some(4));
    assert_eq!(place("1 | input"), Some(4));
}

#[test]
fn numbers_keep_their_digits() {
    assert_eq!(output(".", "12345678901234567890"), "12345678901234567000");
    assert_eq!(output(".", "[1.0, 1e21, 1e20, -0.0, 1.50]"), "[1,1e+21,100000000000000000000,-0,1.5]");
    let json = |expression: &str| Program::compile(expression).unwrap().first(&Value::Null, &env(), &Limits::default());
    let json = |expression: &str| json(expression).unwrap().unwrap().to_json();
    assert_eq!(json("[10/2, 7/2, 9007199254740993]"), Some(serde_json::json!([5, 3.5, 9_007_199_254_740_993_i64])));
    assert_eq!(json("{a: nan}"), None);
    assert_eq!(json("[infinite]"), None);
    assert_eq!(json("18446744073709551615"), Some(serde_json::json!(18_446_744_073_709_551_615_u64)));
}

#[test]
fn what_may_differ_from_gojq_is_marked() {
    let reasons = |expression: &str| {
        let program = Program::compile(expression).unwrap();
        program.approximations().iter().map(|approximation| approximation.name.clone()).collect::<Vec<_>>()
    };
    for name in super::functions::INEXACT {
        let arity = usize::from(super::functions::find(name, 2).is_some());
        let expression = if arity == 1 { format!("{name}(.a; 2)") } else { format!(".a | {name}") };
        assert_eq!(reasons(&expression), [name], "{name}");
    }
    assert_eq!(reasons("now | todate"), ["now"]);
    assert_eq!(reasons("map(localtime)"), ["localtime"]);
    assert_eq!(reasons("def f: strflocaltime(\"%F\"); f"), ["strflocaltime"]);
    assert_eq!(reasons("\"\\(.a | @base64d)\""), ["@base64d"]);
    assert_eq!(reasons("format(\"base64d\")"), ["@base64d"]);
    assert_eq!(reasons("format(.a)"), ["format"]);
    assert_eq!(reasons("@urid"), ["@urid"]);
    assert_eq!(reasons(".a | floor, sqrt, todate, test(\"x\"), @base64, sort, tojson"), Vec::<String>::new());
}

/// Expressions that never end, or would take all memory.
const ENDLESS: [&str; 33] = [
    "[range(1e9)]",
    "last(range(1e18))",
    "[repeat(1)]",
    "0 | until(false; . + 1)",
    "[1 | while(true; . + 1)]",
    "\"a\" * 2e8",
    "[range(1e6)] | map(\"a\" * 1e5)",
    "def f: 1 + f; f",
    "def f: f; f",
    "def f(g): f(g | . + 1); f(.)",
    "def f: def g: f; g; f",
    "reduce range(1e6) as $i (1; [.])",
    "reduce range(1e6) as $i (1; {a: .})",
    "reduce range(100) as $i (1; [., .])",
    "reduce range(100) as $i (\"a\"; . + .)",
    "reduce range(100) as $i (10; . * .)",
    "[[range(100)] | combinations(5)]",
    "setpath([range(10000)]; 1)",
    "setpath([100000000]; 1)",
    "[path(repeat(.a?))] | length",
    "\"a\" * 1000000 | [match(\"a*?b|a\"; \"g\")]",
    "[range(60000)] as $a | [range(60000)] - $a",
    "[range(30000)] as $a | [$a, $a] | contains([[-1]])| [range(1e6) | $a == [.]]",
    "[recurse(1, 2)]",
    "[limit(1e18; repeat(1))]",
    "(\"[\" * 100000) | fromjson",
    "[range(1e6) | tostring as $i | \"a\" | test(\"\\\\pL{15}\" + $i)]",
    "[range(1e6) | tostring as $i | try (\"a\" | test(\"\\\\pL{1000}\" + $i)) catch .]",
    "(\"a\" * 10000) as $a | [range(1e6) | $a | test(\"[ab]{900}[cd]\")]",
    "[range(20000)] as $a | [range(1e6) | $a | .[1:]]",
    "[range(20000) | 0] as $a | [range(1e6) | $a | .[[0]]]",
    "(\"a\" * 500000) as $a | [range(1e6) | $a | .[1:]]",
    "\"a\" * 1000000 | indices(\"a\")",
];

#[test]
fn no_expression_runs_forever() {
    let limits = Limits { steps: 200_000, bytes: 4 << 20 };
    for expression in ENDLESS {
        let fault = outputs_within(&limits, expression, "null").unwrap_err();
        assert!(fault.starts_with("limit: "), "{expression}: {fault}");
        // Nothing catches a limit.
        let caught = outputs_within(&limits, &format!("try ({expression}) catch 1"), "null");
        assert_eq!(caught, Err(fault), "{expression}");
    }
}

#[test]
fn nothing_that_is_nested_deeply_overflows_the_stack() {
    for (open, inner, close) in [
        ("(", ".", ")"),
        ("[", "1", "]"),
        ("{a: ", "1", "}"),
        ("-", "1", ""),
        ("try ", "1", ""),
        ("if . then ", "1", " end"),
        ("\"\\(", "1", ")\""),
        (". as [", "$x", "] | 1"),
        ("reduce ", ".", " as $x (0; 1)"),
        ("def f: ", "1", "; f"),
        ("1 as $x | ", "1", ""),
        (".[", "0", "]"),
        ("first(", "1", ")"),
    ] {
        for depth in [20, 100, 100_000] {
            let expression = [open.repeat(depth), inner.to_owned(), close.repeat(depth)].concat();
            let _ = outputs(&expression, "null");
        }
    }
    for chain in ["1 + ", "1 // ", "1 | ", "1, ", ".a + ", ".a // ", "1 and ", "def f: 1; "] {
        let _ = outputs(&[&chain.repeat(20_000), "1"].concat(), "null");
    }
    let _ = outputs(&[".", &"[0]?".repeat(20_000)].concat(), "null");
    let _ = outputs(&["\"", &"\\(1)".repeat(20_000), "\""].concat(), "null");
    let deep = "reduce range(500) as $i (1; [.])";
    for function in [
        "tojson",
        ". == .",
        "[., .] | sort",
        "flatten",
        "[..] | length",
        "walk(.)",
        "del(..)",
        "[paths] | length",
        "tostream",
        "contains(.)",
        ". * 2",
        "tojson | fromjson",
        ".. |= .",
        "[paths(scalars)]",
        "getpath([range(400) | 0])",
        "@html",
        "map(.)",
        "unique",
        "group_by(.)",
        "[.] | add",
        "with_entries(.)",
        "pick(.[0])",
        "error",
        "ltrimstr(\"a\")",
        "[.[]?] | index(.)",
    ] {
        let _ = outputs(&format!("{deep} | {function}"), "null");
    }
    let _ = outputs("reduce range(500) as $i (1; {a: .}) | . * . | tojson, (. == .)", "null");
}

/// Pieces of expressions that are joined at random.
const PIECES: [&str; 70] = [
    ".",
    "..",
    ".a",
    ".[",
    "]",
    "[",
    "{",
    "}",
    "(",
    ")",
    "|",
    ",",
    ":",
    ";",
    "+",
    "-",
    "*",
    "/",
    "%",
    "=",
    "|=",
    "//",
    "//=",
    "==",
    "<",
    "?",
    "?//",
    "and",
    "or",
    "not",
    "if",
    "then",
    "elif",
    "else",
    "end",
    "try",
    "catch",
    "reduce",
    "foreach",
    "as",
    "$x",
    "def",
    "f",
    "label",
    "break",
    "$ENV",
    "import",
    "\"a\"",
    "\"",
    "\\(",
    "1",
    "1e9",
    "-1",
    "null",
    "true",
    "range(",
    "repeat(",
    "path(",
    "map(",
    "test(",
    "\"(a|b)*\"",
    "@json",
    "@base64d",
    "fromjson",
    "limit(3;",
    "getpath(",
    "error",
    "empty",
    "splits(",
    "#",
];

fn small() -> Limits {
    Limits { steps: 20_000, bytes: 1 << 20 }
}

proptest! {
    #![proptest_config(config(4000))]

    #[test]
    fn no_expression_panics(
        pieces in proptest::collection::vec(select(&PIECES[..]), 0..12),
        separator in select(&["", " "][..]),
        input in select(&["null", "1", "\"aé\"", "[1,[2]]", "{\"a\":{\"b\":[null]}}"][..]),
    ) {
        if let Ok(program) = Program::compile(&pieces.join(separator)) {
            let _ = program.outputs(&value(input), &env(), &small(), 10);
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}|[-.\\[\\](){}|,:;?$@\"\\\\a-c0-9 \n#]{0,40}") {
        if let Ok(program) = Program::compile(&text) {
            let _ = program.outputs(&value("[1,{\"a\":\"b\"}]"), &env(), &small(), 10);
        }
    }

    #[test]
    fn no_argument_panics(
        name in select(super::functions::table_names()),
        values in proptest::collection::vec(select(&[
            "null", "true", "0", "-1", "1.5", "nan", "infinite", "-infinite", "9223372036854775807", "-9223372036854775808",
            "100000000000000000000", "1e300", "\"\"", "\"aé✓\"", "\"(?<x>a)\"", "\"%Y-%5z%:::z%\"", "\"\\\\p{L}[a-\\\\d]{2}\"", "[]",
            "[1]", "[[\"a\",0]]", "{}", "{\"start\":1,\"end\":-1}", "[2015,1,1,1e300,-1,9e18]", "\"[1,{\\\"a\\\":1e400}]\"", "\"=%%20\"",
        ][..]), 4),
    ) {
        let (name, arity) = name;
        let arguments = if arity == 0 { String::new() } else { format!("({})", values[..arity].join("; ")) };
        let program = Program::compile(&format!("{} | {name}{arguments}", values[3])).unwrap();
        let _ = program.outputs(&Value::Null, &env(), &small(), 10);
    }
}
