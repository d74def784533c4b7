//! The jq engine against gojq itself, on expressions that are written by hand (`testdata/jq`), that occur in recordings of the
//! exporter, and that are generated. Without `gojq` on the path the test prints that and passes; `TESTS_NEED_ALL` makes that a
//! failure.

mod expressions;
mod gojq;
pub use gojq::Gojq;

use std::fmt::Write as _;

use portolan::jq::{Env, Limits, Program, Value};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::generated_cases::{cases, config};

/// How many outputs of an expression are compared.
const OUTPUTS: usize = 50;

/// What the program of gojq knows besides its engine, or knows at another time.
const NOT_COMPARED: [&str; 12] = [
    "input",
    "debug",
    "stderr",
    "modulemeta",
    "import",
    "include",
    "builtins",
    "$__prog_args",
    "now",
    "env",
    "$ENV",
    "halt",
];

/// An expression and its input.
#[derive(Clone, Debug)]
pub struct Case {
    pub expression: String,
    pub input: String,
}

impl Case {
    /// An expression of which the outputs, and the error after them, are one array.
    pub fn wrapped(&self) -> String {
        format!("[limit({OUTPUTS}; try (({}\n) | {{o: .}}) catch {{e: .}})]", self.expression)
    }
}

/// What the engine gives: the array of outputs, or why the expression does not compile.
fn evaluate(case: &Case) -> String {
    if let Err(error) = Program::compile(&case.expression) {
        return format!("refused: {}", error.message);
    }
    let program = match Program::compile(&case.wrapped()) {
        Ok(program) => program,
        Err(error) => return format!("refused: {}", error.message),
    };
    let json = serde_json::from_str(&case.input).expect("inputs are JSON");
    match program.first(&Value::from_json(&json), &Env::default(), &Limits::default()) {
        Ok(Some(outputs)) => outputs.to_json_text(),
        Ok(None) => "nothing".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

/// The cases of a table: inputs begin with `<`, comments with `##`; other lines are expressions for the inputs before them.
fn table(name: &str) -> Vec<Case> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/jq").join(name);
    let text = std::fs::read_to_string(path).expect("the table is there");
    let mut inputs: Vec<String> = Vec::new();
    let mut had_expression = false;
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("##")) {
        if let Some(input) = line.strip_prefix("< ") {
            if had_expression {
                inputs.clear();
                had_expression = false;
            }
            inputs.push(input.to_owned());
            continue;
        }
        had_expression = true;
        found.extend(inputs.iter().map(|input| Case { expression: line.to_owned(), input: input.clone() }));
    }
    found
}

fn generated(count: u32) -> Vec<Case> {
    let mut runner = TestRunner::new(config(count));
    let strategy = expressions::case();
    (0..cases(count)).map(|_| strategy.new_tree(&mut runner).expect("a case can be made").current()).collect()
}

fn differences(cases: &[Case], gojq: &Gojq) -> Vec<String> {
    let is_compared = |case: &&Case| !NOT_COMPARED.iter().any(|name| case.expression.contains(name));
    let cases: Vec<&Case> = cases.iter().filter(is_compared).collect();
    let ours: Vec<String> = cases.iter().map(|case| evaluate(case)).collect();
    let theirs = gojq.evaluate(&cases, &ours);
    let mut found = Vec::new();
    for ((case, own), other) in cases.iter().zip(&ours).zip(&theirs) {
        if own != other {
            let mut text = String::new();
            write!(
                text,
                "{}   <<< {:.200}\n  portolan: {own:.400}\n  gojq:     {other:.400}",
                case.expression, case.input
            )
            .expect("a string takes any text");
            found.push(text);
        }
    }
    found
}

fn expect_equal(name: &str, cases: &[Case]) {
    let Some(gojq) = Gojq::find() else { return };
    let found = differences(cases, &gojq);
    assert!(found.is_empty(), "{name}: {} of {} differ\n{}", found.len(), cases.len(), found.join("\n"));
}

#[test]
fn the_language_is_that_of_gojq() {
    expect_equal("language", &table("language.txt"));
}

#[test]
fn expressions_of_mappings_give_what_gojq_gives() {
    expect_equal("exporter", &table("exporter.txt"));
}

#[test]
fn generated_expressions_give_what_gojq_gives() {
    expect_equal("generated", &generated(2400));
}
