//! Reports expressions that use functions whose results are not known to equal the exporter's.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::object_names::has_objects_here;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P717",
        name: "approximate-expression",
        family: Family::Mapping,
        severity: Some(Severity::Info),
        what: "an expression whose result may differ from the exporter's",
        why: "What lint and plans show for it may be wrong.",
        fix: "Use a function that gives the same result everywhere",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        let expressions = cluster.expressions.iter().filter(|expression| has_objects_here(cluster, expression));
        for expression in expressions {
            for approximation in &*expression.approximations {
                let (field, name) = (&expression.field, &approximation.name);
                let message = format!(
                    "The result of `{field}` may differ from the exporter's, because it uses `{name}`: {}.",
                    approximation.reason
                );
                let draft = FindingBuilder::new(expression.span, message).file(cluster.file);
                sink.report(draft.help(format!("do without `{name}`, or expect another value in the catalog")));
            }
        }
    }
}
