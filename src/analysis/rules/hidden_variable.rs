//! Reports environment variables of expressions that the exporter hides or changes, and those that the config of portolan does not set.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::object_names::has_objects_here;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::mapping_facts::VariableState;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P713",
        name: "hidden-variable",
        family: Family::Mapping,
        severity: Some(Severity::Warning),
        what: "an environment variable that the expression does not see as it is",
        why: "The exporter hides variables that its allow list does not name, and changes values with `=`, quotes and backslashes.",
        fix: "Set the variable in `clusters.NAME.env`, allow it, or use another value",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        let expressions = cluster.expressions.iter().filter(|expression| has_objects_here(cluster, expression));
        for expression in expressions {
            for name in &expression.reads.variables {
                let (message, help) = match cluster.variables.get(name) {
                    None | Some(VariableState::Unchanged) => continue,
                    Some(VariableState::Hidden) => (
                        format!("The exporter's allow list hides the variable `{name}`, so it is null."),
                        format!("add `^{name}$` to `allowedEnvironmentVariablesInJQ` of the integration in Port"),
                    ),
                    Some(VariableState::Unset) => (
                        format!(
                            "The variable `{name}` is not known for cluster `{}`, so it is null here.",
                            cluster.name
                        ),
                        format!("set `{name}` under `clusters.{}.env` in portolan.yaml", cluster.name),
                    ),
                    Some(VariableState::Changed { value, seen }) => (
                        format!(
                            "The exporter changes the variable `{name}`: expressions see `{seen}` instead of `{value}`."
                        ),
                        "use a value without `=`, quotes and backslashes".to_owned(),
                    ),
                };
                sink.report(FindingBuilder::new(expression.span, message).file(cluster.file).help(help));
            }
        }
    }
}
