//! Reports expressions that read what the API server or a deliverer adds to an object: uid, times, status, tracking labels. They are null offline.

use std::sync::Arc;

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::jq::Step;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P712",
        name: "cluster-only-value",
        family: Family::Mapping,
        severity: Some(Severity::Warning),
        what: "an expression that reads what only the cluster knows",
        why: "The value is null here, so `lint`, `diff` and `push` see another entity than the exporter sends.",
        fix: "Read a value that the manifest has",
    },
    check: Check::Mapping(check),
};

/// What no manifest sets and every object of a cluster has, or may have.
const ADDED: [&[&str]; 12] = [
    &["metadata", "uid"],
    &["metadata", "creationTimestamp"],
    &["metadata", "resourceVersion"],
    &["metadata", "generation"],
    &["metadata", "managedFields"],
    &["metadata", "selfLink"],
    &["status"],
    &["metadata", "labels", "kustomize.toolkit.fluxcd.io/name"],
    &["metadata", "labels", "kustomize.toolkit.fluxcd.io/namespace"],
    &["metadata", "labels", "app.kubernetes.io/instance"],
    &["metadata", "annotations", "argocd.argoproj.io/tracking-id"],
    &["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
];

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        for expression in &cluster.expressions {
            for path in ADDED.iter().filter(|path| expression.absent.contains(&steps(path))) {
                let (field, path) = (&expression.field, shown(path));
                let message = format!("`{field}` reads `{path}`, which only the cluster knows; here it is null.");
                let draft = FindingBuilder::new(expression.span, message).file(cluster.file);
                sink.report(draft.help("read a value that the manifest sets"));
            }
        }
    }
}

fn steps(path: &[&str]) -> Vec<Step> {
    path.iter().map(|key| Step::Key(Arc::from(*key))).collect()
}

fn shown(path: &[&str]) -> String {
    let is_word = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric());
    path.iter().map(|key| if is_word(key) { format!(".{key}") } else { format!("[\"{key}\"]") }).collect()
}
