//! Renders SARIF 2.1.0, for code scanning. Columns are characters instead of UTF-16 units, and the run declares that.
//! The fingerprint has a key of its own, because GitHub's `primaryLocationLineHash` is computed differently and would
//! make alerts reopen.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::domain::finding::{Place, RuleInfo, Severity};
use crate::report::escape::{self, clean};
use crate::report::explain;
use crate::report::fingerprint::Fingerprint;
use crate::report::lint::report::{Report, Row};
use crate::report::positions::LineRange;
use crate::text::plural::as_sentence;
use crate::text::plural::{count, grouped};

/// GitHub rejects a run with more results.
const MAX_RESULTS: usize = 25_000;
/// GitHub shows at most this many results.
const MAX_SHOWN: usize = 5_000;
/// GitHub rejects a result with more locations.
const MAX_RELATED: usize = 100;
const FINGERPRINT_KEY: &str = "portolanFinding/v1";

pub(super) fn render(report: &Report<'_>) -> String {
    let fingerprints = report.fingerprints();
    let mut rows = report.rows().zip(fingerprints.iter()).collect::<Vec<_>>();
    let mut notes = report.lint.notes.iter().map(|note| clean(note).into_owned()).collect::<Vec<_>>();
    if rows.len() > MAX_SHOWN {
        // The most severe first; otherwise the limit would cut off the files that sort last.
        rows.sort_by_key(|(row, _)| std::cmp::Reverse(row.severity()));
        notes.extend(cut_note(rows.len()));
        rows.truncate(MAX_RESULTS);
    }
    let mut rules = Rules::default();
    let results =
        rows.iter().map(|(row, fingerprint)| result(report, row, **fingerprint, &mut rules)).collect::<Vec<_>>();
    let notifications =
        notes.into_iter().map(|note| json!({"level": "note", "message": {"text": note}})).collect::<Vec<_>>();
    let mut text = escape::json(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "portolan",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.descriptors,
            }},
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }));
    text.push('\n');
    text
}

fn cut_note(results: usize) -> Option<String> {
    let shown = format!("GitHub shows {} of them, the worst first", grouped(MAX_SHOWN));
    match results.checked_sub(MAX_RESULTS) {
        Some(0) | None => Some(format!("{}: {shown}", count(results, "finding"))),
        Some(more) => Some(format!(
            "{} with the lowest severity are not in this file: its limit is {}, and {shown}",
            count(more, "finding"),
            grouped(MAX_RESULTS)
        )),
    }
}

/// The rules that results refer to, in the order of their first result.
#[derive(Default)]
struct Rules {
    places: HashMap<&'static str, usize>,
    descriptors: Vec<Value>,
}

impl Rules {
    fn index(&mut self, rule: &'static RuleInfo) -> usize {
        *self.places.entry(rule.name).or_insert_with(|| {
            self.descriptors.push(descriptor(rule));
            self.descriptors.len() - 1
        })
    }
}

fn descriptor(rule: &RuleInfo) -> Value {
    let mut value = json!({
        "id": rule.name,
        "name": rule.name,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": format!("{} {}", as_sentence(rule.what), rule.why)},
        "help": {
            "text": format!("{}\n\n{}", rule.why, rule.fix),
            "markdown": explain::rule_markdown(rule),
        },
        "defaultConfiguration": {
            "enabled": rule.severity.is_some(),
            "level": level(rule.severity.unwrap_or(Severity::Warning)),
        },
        "properties": {"tags": [rule.family.word(), rule.code]},
    });
    if let Some(address) = explain::page_address(rule.name) {
        value["helpUri"] = address.into();
    }
    value
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(report: &Report<'_>, row: &Row<'_>, fingerprint: Fingerprint, rules: &mut Rules) -> Value {
    let finding = row.finding;
    let text = match &row.help {
        Some(help) => format!("{}\nhelp: {help}", row.message),
        None => row.message.clone().into_owned(),
    };
    let mut location = location(report, finding.place);
    if let Some(entity) = &finding.entity {
        let name = format!("{}/{}", clean(&entity.blueprint), clean(&entity.identifier));
        location["logicalLocations"] = json!([{"fullyQualifiedName": name, "kind": "object"}]);
    }
    let mut value = json!({
        "ruleId": finding.rule.name,
        "ruleIndex": rules.index(finding.rule),
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT_KEY: fingerprint.to_string()},
    });
    if !finding.related.is_empty() {
        let related = finding.related.iter().take(MAX_RELATED).enumerate().map(|(id, (place, words))| {
            let mut location = self::location(report, *place);
            location["id"] = id.into();
            location["message"] = json!({"text": clean(words)});
            location
        });
        value["relatedLocations"] = related.collect();
    }
    if let Some(fix) = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty()) {
        let replacements = fix.edits.iter().map(|edit| {
            let extent = report.places.extent_in(finding.place.file, edit.span);
            json!({"deletedRegion": region(extent), "insertedContent": {"text": edit.replacement}})
        });
        value["fixes"] = json!([{
            "description": {"text": clean(&fix.title)},
            "artifactChanges": [{
                "artifactLocation": {"uri": escape::uri(row.path)},
                "replacements": replacements.collect::<Vec<_>>(),
            }],
        }]);
    }
    value
}

fn location(report: &Report<'_>, place: Place) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": escape::uri(report.lint.files.path(place.file))},
        "region": region(report.places.extent(place)),
    }})
}

fn region(LineRange { start, end }: LineRange) -> Value {
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    /// The official schema; see the README next to it.
    const SCHEMA: &str = include_str!("../../../testdata/schemas/sarif-schema-2.1.0.json");

    fn faults(value: &Value) -> Vec<String> {
        let mut schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        // The schema's pattern for an unused property has an unbalanced bracket, which validators reject.
        for object in ["run", "toolComponent"] {
            let language = schema["definitions"][object]["properties"]["language"].as_object_mut();
            language.and_then(|language| language.remove("pattern")).expect("the pattern is there");
        }
        let validator = jsonschema::validator_for(&schema).expect("the schema is one");
        validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
    }

    fn value(run: &Run) -> Value {
        serde_json::from_str(&run.plain(LintFormat::Sarif)).expect("JSON")
    }

    #[test]
    fn every_document_is_sarif() {
        for run in [Run::sample(), Run::empty(), Run::hostile(), Run::wide(), Run::gone(), Run::many(10)] {
            assert_eq!(faults(&value(&run)), Vec::<String>::new());
        }
    }

    #[test]
    fn the_schema_knows_a_wrong_document() {
        let mut wrong = value(&Run::sample());
        wrong["runs"][0]["results"][0]["level"] = "fatal".into();
        assert_eq!(faults(&wrong).len(), 1);
    }

    #[test]
    fn a_result_has_all_that_code_scanning_shows() {
        insta::assert_snapshot!(Run::sample().plain(LintFormat::Sarif));
    }

    #[test]
    #[ignore = "slow"]
    fn too_many_results_lose_the_mildest() {
        let value = value(&Run::many(30_000));
        let run = &value["runs"][0];
        let results = run["results"].as_array().expect("a list");
        assert_eq!(results.len(), MAX_RESULTS);
        let errors = results.iter().take_while(|result| result["level"] == "error").count();
        let warnings = results.iter().skip(errors).take_while(|result| result["level"] == "warning").count();
        assert_eq!((errors, warnings), (10_000, 10_000));
        assert_eq!(
            run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"],
            "5,000 findings with the lowest severity are not in this file: its limit is 25,000, and GitHub shows 5,000 of them, \
             the worst first"
        );
    }
}
