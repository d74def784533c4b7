//! Reports manifests that are the same resource to a cluster although their entities differ.

use crate::analysis::engine::rule::{Check, FindingBuilder, RepositoryContext, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P402",
        name: "duplicate-resource",
        family: Family::Repository,
        severity: Some(Severity::Warning),
        what: "two resources with the same kind, namespace and name",
        why: "In a cluster the second replaces the first, and the first entity disappears from the catalog.",
        fix: "Rename one of them in `metadata.name`",
    },
    check: Check::Repository(check),
};

fn check(context: &RepositoryContext<'_>, sink: &mut Sink<'_>) {
    for (first, again) in &context.repository.resource_twins {
        // `duplicate-entity` reports the same entity.
        if first.blueprint() == again.blueprint() && first.identifier() == again.identifier() {
            continue;
        }
        let (Some((kind, namespace, name, here)), Some((.., there))) = (again.resource(), first.resource()) else {
            continue;
        };
        let of = if namespace.is_empty() { String::new() } else { format!(" in namespace `{namespace}`") };
        sink.report(
            FindingBuilder::new(here.span, format!("Two resources of kind `{}` are named `{name}`{of}.", kind.name()))
                .file(here.file)
                .entity(again.name())
                .related_in(there.file, there.span, "the other resource with this name")
                .counterpart(first.name())
                .help("rename one of them; the name may differ from the identifier"),
        );
    }
}
