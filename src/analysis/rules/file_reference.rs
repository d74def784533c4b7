//! Reports `file://` values: Port's Git integrations replace them by the file's content, and portolan does not yet.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P109",
        name: "file-reference",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "a `file://` value, which portolan does not replace with the content of the file",
        why: "A push would store the path itself in the catalog and overwrite the content from Port's Git integration.",
        fix: "Write the content into the manifest, or leave the property to Port's Git integration",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (name, value) in &context.entity_check.file_references {
        let message = format!("Property `{name}` refers to a file, and portolan does not read `file://` values yet.");
        let help = "write the content of the file here as a block (`|`), or remove the property";
        sink.report(FindingBuilder::new(value.span(), message).help(help));
    }
}
