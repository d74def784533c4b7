//! Compares the table of expressions with gojq, over usual and odd objects.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::expressions::{Expression, Failure, PATHS, Scope, TEMPLATES};
use super::generate::Generator;
use super::objects::{Delivery, stored};
use super::values::spelled;
use crate::jq::{Case, Gojq};

/// What gojq gives for `[first(…)]`, as `Gojq` shows it; of an error only the beginning.
fn expected(expression: &Expression, object: &Json) -> Option<String> {
    match expression.first(Scope { object, environment: &BTreeMap::new() }) {
        Ok(value) => Some(spelled(&json!([{"o": [value]}]))),
        Err(Failure::Nothing) => Some(r#"[{"o":[]}]"#.to_owned()),
        Err(Failure::Run) => Some(r#"[{"e":"#.to_owned()),
        Err(Failure::Compile) => Some("refused".to_owned()),
        Err(Failure::NotJson) => None,
    }
}

#[test]
fn the_table_of_expressions_gives_what_gojq_gives() {
    let Some(gojq) = Gojq::find() else { return };
    let mut objects = Vec::new();
    for seed in 1..=40 {
        let mut generator = Generator::new(seed);
        generator.trouble = 3;
        let manifests = generator.case().manifests;
        objects.extend(manifests.iter().filter_map(|(_, manifest)| stored(manifest, Delivery::Create)));
    }
    objects.iter_mut().for_each(|object| object["item"] = json!({"name": "n"}));
    let (mut cases, mut expectations) = (Vec::new(), Vec::new());
    let mut inputs = objects.iter().cycle();
    // The program of gojq has an input, the exporter has none.
    for template in TEMPLATES.iter().filter(|template| template.text != "input") {
        for path in &PATHS {
            let expression = Expression::new(template, path);
            for input in inputs.by_ref().take(6) {
                let Some(expected) = expected(&expression, input) else { continue };
                let is_refused = expected == "refused";
                let text = if is_refused { expression.text.clone() } else { format!("[first({}\n)]", expression.text) };
                cases.push(Case { expression: text, input: input.to_string() });
                expectations.push(expected);
                if is_refused {
                    // gojq runs alone for it, and does not look at the input.
                    break;
                }
            }
            if expectations.last().is_some_and(|expected| expected == "refused") {
                break;
            }
        }
    }
    let outputs = gojq.evaluate(&cases.iter().collect::<Vec<_>>(), &expectations);
    let mut found = Vec::new();
    for ((case, expected), output) in cases.iter().zip(&expectations).zip(&outputs) {
        let is_whole = expected.ends_with(']');
        if (is_whole && output != expected) || !output.starts_with(expected) {
            found.push(format!("{}   <<< {}\n  table: {expected}\n  gojq:  {output}", case.expression, case.input));
        }
    }
    eprintln!("{} expressions and inputs are compared with gojq", cases.len());
    assert!(found.is_empty(), "{} of {} differ\n{}", found.len(), cases.len(), found[..found.len().min(20)].join("\n"));
}
