//! Reports what the AppProject of an Application does not permit: ClusterEntity and other kinds without a namespace, its
//! source, or its destination.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::NotPermittedWhat;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::plural::grouped;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P816",
        name: "cluster-scoped-not-permitted",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "an AppProject that does not permit what one of its Applications delivers",
        why: "Argo CD refuses to sync the Application. Kinds without a namespace, like ClusterEntity, are refused unless the project lists them.",
        fix: "Add the kind to `clusterResourceWhitelist` of the project, or the source or destination to its lists",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for refused in &context.facts.not_permitted {
        let Some(by) = context.facts.deliverer(refused.by) else { continue };
        let project = &refused.project;
        let (what, help) = match &refused.what {
            NotPermittedWhat::Kind { group, kind, objects } => (
                format!("`{kind}`, of which `{}` delivers {}", by.title, grouped(*objects)),
                format!("add `{{group: \"{group}\", kind: {kind}}}` to `spec.clusterResourceWhitelist`"),
            ),
            NotPermittedWhat::Repository(url) => {
                (format!("the source of `{}`", by.title), format!("add `{url}` to `spec.sourceRepos`"))
            }
            NotPermittedWhat::Destination { server, namespace } => {
                let key = if server.contains("://") { "server" } else { "name" };
                let row = format!("{{{key}: \"{server}\", namespace: \"{namespace}\"}}");
                (format!("the destination of `{}`", by.title), format!("add `{row}` to `spec.destinations`"))
            }
        };
        let message = format!("`AppProject {project}` does not permit {what}.");
        let draft = FindingBuilder::new(refused.place.span, message).file(refused.place.file);
        let draft = draft.related_at(by.place, "the deliverer");
        sink.report(draft.help(format!("{help}; Argo CD reports: {}", refused.text)));
    }
}
