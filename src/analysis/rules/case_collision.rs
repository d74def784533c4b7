//! Reports identifiers that differ only in case. They are different entities to the catalog, but easily confused.

use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P403",
        name: "case-collision",
        family: Family::Repository,
        severity: Some(Severity::Warning),
        what: "two entities whose identifiers differ in case only",
        why: "The catalog keeps two entities, which people and search take for one.",
        fix: "Use one spelling",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    for (first, again) in &context.repository.case_twins {
        let (here, there) = (again.place(), first.place());
        let message = format!(
            "`{}` and `{}` are two `{}` entities that differ in case only.",
            again.identifier(),
            first.identifier(),
            again.blueprint()
        );
        sink.report(
            FindingBuilder::new(here.span, message)
                .file(here.file)
                .entity(again.name())
                .related_in(there.file, there.span, "the other spelling")
                .counterpart(first.name())
                .help("use one spelling"),
        );
    }
}
