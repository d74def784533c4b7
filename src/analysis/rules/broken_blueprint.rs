//! Reports a blueprint file of the snapshot that cannot be used: one finding for the file, none for its entities.

use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink};
use crate::analysis::engine::snapshot::ProblemKind;
use crate::domain::finding::{Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P203",
        name: "broken-blueprint",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a blueprint file that cannot be read",
        why: "Entities of this blueprint are not checked at all.",
        fix: "Run `portolan pull` to write the file again",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    for problem in context.snapshot.problems.iter().filter(|problem| problem.kind == ProblemKind::Broken) {
        sink.report(
            FindingBuilder::new(problem.span, problem.message.clone())
                .file(problem.file)
                .help(Help::default().command("run `portolan pull` to write the file again")),
        );
    }
}
