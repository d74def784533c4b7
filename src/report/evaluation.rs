//! Renders an evaluated mapping: as text, and as `portolan.evaluate/1` for programs. Entities are shown as the exporter
//! sends them, with every digit.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::document::span::{LineIndex, Span};
use crate::domain::entity::EntityKey;
use crate::domain::evaluation::{Evaluation, MappedEntity, Outcome, Problem, ProblemClass};
use crate::report::escape::{self, clean};
use crate::report::positions::JsonPosition;
use crate::report::style::{Role, Style};
use crate::text::plural::count;

pub const FORMAT: &str = "portolan.evaluate/1";

/// An evaluation with the document of its mapping.
#[derive(Debug)]
pub struct EvaluationReport<'a> {
    pub evaluation: &'a Evaluation,
    /// The file of the mapping, as the user typed it.
    pub path: &'a str,
    pub text: &'a str,
    /// The places of the problems and of the approximations in the text, in their order.
    pub problem_spans: &'a [Option<Span>],
    pub approximation_spans: &'a [Span],
}

/// What `portolan cluster evaluate --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.evaluate/1")]
struct Document<'a> {
    /// Always `portolan.evaluate/1`.
    format: &'static str,
    outcome: Outcome,
    /// The entities as the exporter sends them, sorted by blueprint and identifier.
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")]
    upserts: Vec<Box<RawValue>>,
    /// Known entities that the exporter deletes, sorted.
    deletes: &'a [EntityKey],
    /// Known entities of which it is not known whether the exporter deletes them: a search query identifies an entity of
    /// the same blueprint.
    undecided: &'a [EntityKey],
    problems: Vec<JsonProblem<'a>>,
    /// Expressions whose results may differ from the exporter's.
    approximations: Vec<JsonApproximation<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
struct JsonProblem<'a> {
    class: ProblemClass,
    /// The object that is not sent: `shop/cart`.
    object: Option<&'a str>,
    /// The kind, as the entry spells it.
    kind: Option<&'a str>,
    /// The index of the entry in `resources`, from 0.
    entry: Option<usize>,
    /// `identifier`, `properties.tier`, `selector.query`, `port.itemsToParse` …; for `null-in-list` the path in the object.
    field: Option<&'a str>,
    expression: Option<&'a str>,
    message: &'a str,
    /// The file of the mapping.
    path: &'a str,
    start: Option<JsonPosition>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Approximation")]
struct JsonApproximation<'a> {
    expression: &'a str,
    /// What the expression uses.
    name: &'a str,
    reason: &'a str,
    path: &'a str,
    start: JsonPosition,
}

pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}

pub fn json(report: &EvaluationReport<'_>) -> String {
    let evaluation = report.evaluation;
    let lines = LineIndex::new(report.text);
    let position = |span: Span| JsonPosition::from(lines.position(report.text, span.start as usize));
    let problems = evaluation.problems.iter().zip(report.problem_spans).map(|(problem, span)| JsonProblem {
        class: problem.class,
        object: problem.object.as_deref(),
        kind: problem.kind.as_deref(),
        entry: problem.entry,
        field: problem.field.as_deref(),
        expression: problem.expression.as_deref(),
        message: &problem.message,
        path: report.path,
        start: span.map(position),
    });
    let approximations = evaluation.approximations.iter().zip(report.approximation_spans);
    let approximations = approximations.map(|(found, span)| JsonApproximation {
        expression: &found.expression,
        name: &found.name,
        reason: &found.reason,
        path: report.path,
        start: position(*span),
    });
    let document = Document {
        format: FORMAT,
        outcome: evaluation.outcome,
        upserts: evaluation.upserts.iter().map(raw_body).collect(),
        deletes: &evaluation.deletes,
        undecided: &evaluation.undecided,
        problems: problems.collect(),
        approximations: approximations.collect(),
    };
    format!("{}\n", escape::json(&document))
}

fn raw_body(entity: &MappedEntity) -> Box<RawValue> {
    RawValue::from_string(entity.body().to_json_text()).expect("the engine writes JSON")
}

pub fn text(report: &EvaluationReport<'_>, style: &Style) -> String {
    let evaluation = report.evaluation;
    let mut out = String::new();
    let (role, meaning) = meaning(evaluation.outcome);
    out.push_str(&format!("{}: {meaning}\n", style.paint(role, evaluation.outcome.name())));
    let end = if evaluation.upserts.is_empty() { "" } else { ":" };
    out.push_str(&format!("\n{} sent{end}\n", count(evaluation.upserts.len(), "entity")));
    for entity in &evaluation.upserts {
        out.push_str(&format!("  {}\n", clean(&entity.body().to_json_text())));
    }
    write_keys(&mut out, "deleted", &evaluation.deletes);
    write_keys(&mut out, "perhaps deleted (a search query may find it)", &evaluation.undecided);
    write_problems(&mut out, report, style);
    if !evaluation.approximations.is_empty() {
        out.push_str(&format!("\n{} not evaluated exactly:\n", count(evaluation.approximations.len(), "expression")));
        for found in &evaluation.approximations {
            let name = clean(&found.name);
            out.push_str(&format!("  {}\n    uses {name}: {}\n", clean(&found.expression), clean(&found.reason)));
        }
    }
    escape::lines(out)
}

fn meaning(outcome: Outcome) -> (Role, &'static str) {
    match outcome {
        Outcome::Complete => (Role::Good, "the exporter sends all entities and deletes what is no longer mapped"),
        Outcome::NoDeletion => (Role::Warning, "something fails, so the exporter deletes nothing"),
        Outcome::StartFailed => (Role::Error, "the exporter does not start with this config"),
        Outcome::Crash => (Role::Error, "the exporter crashes, and does so again at every start"),
    }
}

fn write_keys(out: &mut String, what: &str, keys: &[EntityKey]) {
    if keys.is_empty() {
        return;
    }
    out.push_str(&format!("\n{} {what}:\n", count(keys.len(), "entity")));
    for key in keys {
        out.push_str(&format!("  {} {}\n", clean(&key.blueprint), clean(&key.identifier)));
    }
}

/// Problems that differ in their object only are shown once, with the first object.
fn write_problems(out: &mut String, report: &EvaluationReport<'_>, style: &Style) {
    let problems = &report.evaluation.problems;
    if problems.is_empty() {
        return;
    }
    let lines = LineIndex::new(report.text);
    let mut groups: Vec<(&Problem, Option<Span>, usize)> = Vec::new();
    let mut known = HashMap::new();
    for (problem, span) in problems.iter().zip(report.problem_spans) {
        let group =
            *known.entry((problem.class, problem.entry, &problem.field, &problem.message)).or_insert_with(|| {
                groups.push((problem, *span, 0));
                groups.len() - 1
            });
        groups[group].2 += 1;
    }
    out.push_str(&format!("\n{}:\n", count(problems.len(), "problem")));
    for (problem, span, number) in groups {
        let place = span.map(|span| lines.position(report.text, span.start as usize));
        let place = place.map_or_else(String::new, |place| format!(":{}:{}", place.line, place.column));
        let class = style.paint(Role::Error, problem.class.name());
        out.push_str(&format!("  {}{place}: {class}", style.paint(Role::Path, &clean(report.path))));
        if let Some(field) = problem.field.as_deref().filter(|field| !field.is_empty()) {
            out.push_str(&format!(": {}", clean(field)));
        }
        if let Some(object) = &problem.object {
            out.push_str(&format!(" of {}", clean(object)));
        }
        if number > 1 {
            out.push_str(&format!(" and {}", count(number - 1, "more object")));
        }
        out.push_str(&format!("\n    {}\n", clean(&problem.message)));
        if problem.class == ProblemClass::KindUnresolved {
            out.push_str("    help: correct the kind; if the cluster has it, add its CRD to the objects\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::Origin;
    use crate::jq::{Entries, Value};

    #[test]
    fn a_person_sees_entities_deletions_and_problems() {
        let origin = Origin { object: 0, entry: 0, mapping: 0 };
        let entity = MappedEntity {
            identifier: Value::from("cart"),
            blueprint: "service".to_owned(),
            title: String::new(),
            icon: String::new(),
            team: None,
            properties: Entries::from([("tier".into(), Value::Null)]),
            relations: Entries::new(),
            contested: Vec::new(),
            origin,
        };
        let key = EntityKey { blueprint: "service".into(), identifier: "old".into() };
        let problem = |object: &str| Problem {
            object_index: None,
            class: ProblemClass::Type,
            cause: ProblemClass::Type,
            object: Some(object.to_owned()),
            kind: Some("v1/pods".to_owned()),
            entry: Some(0),
            field: Some("title".to_owned()),
            expression: Some(".title".to_owned()),
            message: "must be a string, is null".to_owned(),
            span: Some(Span::new(7, 13)),
        };
        let evaluation = Evaluation {
            outcome: Outcome::NoDeletion,
            upserts: vec![entity],
            deletes: vec![key],
            undecided: Vec::new(),
            problems: vec![problem("shop/a"), problem("shop/b")],
            approximations: Vec::new(),
        };
        let report = EvaluationReport {
            evaluation: &evaluation,
            path: "m.yaml",
            text: "title: .title\n",
            problem_spans: &[Some(Span::new(7, 13)), Some(Span::new(7, 13))],
            approximation_spans: &[],
        };
        insta::assert_snapshot!(text(&report, &Style::PLAIN), @r#"
        no-deletion: something fails, so the exporter deletes nothing

        1 entity sent:
          {"blueprint":"service","identifier":"cart","properties":{"tier":null}}

        1 entity deleted:
          service old

        2 problems:
          m.yaml:1:8: type: title of shop/a and 1 more object
            must be a string, is null
        "#);
        let json: serde_json::Value = serde_json::from_str(&json(&report)).expect("it is JSON");
        assert_eq!(json["problems"][1]["start"], serde_json::json!({"line": 1, "column": 8, "byte": 7}));
    }
}
