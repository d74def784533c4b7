//! Reports entities that are declared twice, by blueprint and identifier. Both places are shown; the finding is at the
//! later one, unless a change touches only the other.

use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P401",
        name: "duplicate-entity",
        family: Family::Repository,
        severity: Some(Severity::Error),
        what: "the same entity in two places",
        why: "The catalog keeps the one that is written last, which can differ from run to run.",
        fix: "Remove or rename one of the two",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    for (first, again) in &context.repository.duplicates {
        let (here, there) = (again.place(), first.place());
        // `mapped-twice` reports what one object gives twice.
        if context.has_mapping && here == there {
            continue;
        }
        let message = format!("`{}` `{}` is declared twice.", again.blueprint(), again.identifier());
        sink.report(
            FindingBuilder::new(here.span, message)
                .file(here.file)
                .entity(again.name())
                .label("the same blueprint and identifier")
                .related_in(there.file, there.span, "declared here too")
                .counterpart(first.name())
                .help("remove or rename one of the two"),
        );
    }
}
