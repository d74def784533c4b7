//! Reports expressions that fail when they are evaluated over the objects of this repository. One finding names the objects of an expression.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::failed_objects::{Failed, failed_objects};
use crate::analysis::object_names::{name_objects, point_at_objects};
use crate::domain::evaluation::ProblemClass;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P703",
        name: "failing-expression",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "an expression that fails for objects of this repository",
        why: "The exporter sends nothing of such an object, and while one fails, it deletes nothing of any kind.",
        fix: "Make the expression accept these objects, or exclude them by the selector",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        let failed = failed_objects(cluster, |problem| problem.cause == ProblemClass::JqError);
        for Failed { problem, span, objects } in failed {
            let field = problem.field.as_deref().unwrap_or_default();
            let names = name_objects(cluster, &objects);
            let message = format!("`{field}` fails for {names}: {}.", problem.message.trim_end_matches('.'));
            let draft = FindingBuilder::new(span, message).file(cluster.file);
            let draft = point_at_objects(draft, cluster, &objects);
            sink.report(draft.help("make the expression accept these objects, or exclude them by the selector"));
        }
    }
}
