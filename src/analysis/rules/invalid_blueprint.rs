//! Reports a blueprint that the catalog would reject: checks against it may be wrong, and the embedded catalog does not
//! use it.

use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink};
use crate::analysis::engine::snapshot::ProblemKind;
use crate::domain::finding::{Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P213",
        name: "invalid-blueprint",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a blueprint that the catalog rejects",
        why: "The published API rejects such a blueprint, so checks against it may be wrong.",
        fix: "Correct the blueprint in the catalog, then run `portolan pull`",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    for problem in context.snapshot.problems.iter().filter(|problem| problem.kind == ProblemKind::Invalid) {
        sink.report(
            FindingBuilder::new(problem.span, problem.message.clone())
                .file(problem.file)
                .help(Help::from("correct the blueprint in the catalog").command(", then run `portolan pull`")),
        );
    }
}
