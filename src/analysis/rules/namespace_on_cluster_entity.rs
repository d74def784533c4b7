//! Reports a namespace on a `ClusterEntity`, which is a cluster-wide resource and has none.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::document::manifest::{Form, ResourceKind};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P107",
        name: "namespace-on-cluster-entity",
        family: Family::Shape,
        severity: Some(Severity::Warning),
        what: "a namespace on a `ClusterEntity`",
        why: "A cluster-wide resource has no namespace: Kubernetes ignores or rejects the field, which misleads readers.",
        fix: "Remove the namespace, or use `kind: Entity`",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    if context.manifest.form != Form::Resource(ResourceKind::ClusterEntity) {
        return;
    }
    let metadata = context.manifest.metadata.map(|id| context.view.value(id));
    let Some((key, value)) = metadata.and_then(|metadata| metadata.entry("namespace")) else { return };
    if value.is_null() {
        return;
    }
    let message = "A `ClusterEntity` must not have a namespace.";
    sink.report(
        FindingBuilder::new(key.span().to(value.span()), message).help("remove the line, or use `kind: Entity`"),
    );
}
