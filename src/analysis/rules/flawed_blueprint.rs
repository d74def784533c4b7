//! Reports an unusual part of an otherwise usable blueprint, which platforms do ship.

use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink};
use crate::analysis::engine::snapshot::ProblemKind;
use crate::domain::finding::{Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P212",
        name: "flawed-blueprint",
        family: Family::Entity,
        severity: Some(Severity::Warning),
        what: "an invalid part of a blueprint",
        why: "Lint skips the checks that depend on it; the rest of the blueprint is checked.",
        fix: "Correct the blueprint in the catalog, then run `portolan pull`",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    for problem in context.snapshot.problems.iter().filter(|problem| problem.kind == ProblemKind::Odd) {
        sink.report(
            FindingBuilder::new(problem.span, problem.message.clone())
                .file(problem.file)
                .help(Help::from("correct the blueprint in the catalog").command(", then run `portolan pull`")),
        );
    }
}
