//! Reports values of a mapping with which the exporter does not start, at which it crashes, or for which every object fails.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::mapping_facts::{ConfigFault, FaultEffect};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P701",
        name: "invalid-mapping",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "a mapping with which the exporter does not start, or crashes",
        why: "The exporter ends at every start, or as soon as an object is mapped, and nothing arrives.",
        fix: "Correct the value at the marked place",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        for fault in &cluster.faults {
            let (effect, help) = match fault.effect {
                FaultEffect::NoStart => ("the exporter does not start", fix_of(fault)),
                FaultEffect::Crash if fault.field.ends_with("identifier") => {
                    ("the exporter crashes", "add an identifier, such as `.metadata.name`")
                }
                FaultEffect::Crash => ("the exporter crashes", "remove the key, or write the text `\"null\"`"),
                FaultEffect::Failure => ("every object of this entry fails", fix_of(fault)),
            };
            let draft = FindingBuilder::new(fault.span, describe(fault)).file(cluster.file);
            sink.report(draft.label(effect).help(help));
        }
    }
}

fn describe(fault: &ConfigFault) -> String {
    let message = &fault.message;
    // The first part of a long path is where the finding is.
    let field = fault.field.rsplit_once("mappings[").and_then(|(_, rest)| rest.split_once("].")).map(|(_, rest)| rest);
    let field = field.unwrap_or(&fault.field);
    let is_predicate = ["must ", "is ", "has "].iter().any(|start| message.starts_with(start));
    match (field, is_predicate) {
        ("", true) => format!("The mapping {message}."),
        ("", false) => format!("The mapping cannot be read: {message}."),
        (field, true) => format!("`{field}` {message}."),
        (field, false) => format!("`{field}`: {message}."),
    }
}

fn fix_of(fault: &ConfigFault) -> &'static str {
    let message = &fault.message;
    if message.contains("must be a string") || message.contains("jq expression") {
        "write a jq expression in quotes"
    } else if message.contains("twice") {
        "remove one of the two"
    } else if fault.field.is_empty() {
        "correct the file so that it is read as a mapping"
    } else {
        "write a value of this type"
    }
}
