//! Reports kinds of a mapping that cannot resolve in any cluster: without a version, with blanks, or of the platform's group with a name that it does not have.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::domain::finding::{Family, Help, RuleInfo, Severity};
use crate::domain::mapping_facts::EntryFacts;
use crate::domain::platform::{PLATFORMS, Platform};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P705",
        name: "invalid-kind",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "a kind that no cluster has",
        why: "The exporter skips the entry, and then deletes every entity that it wrote for it.",
        fix: "Write group, version and plural as the cluster has them: `apps/v1/deployments`",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        for entry in cluster.entries.iter().filter(|entry| entry.resource.is_none()) {
            let Some(reason) = reason(&entry.kind) else { continue };
            let message = match entry.kind.as_str() {
                "" => "The entry has no kind, so the exporter skips it.".to_owned(),
                kind => format!("Kind `{kind}` does not resolve: {reason}."),
            };
            let draft = FindingBuilder::new(entry.kind_span, message).file(cluster.file);
            let help = suggestion(entry)
                .unwrap_or_else(|| "write group, version and plural, such as `apps/v1/deployments`".into());
            sink.report(draft.label("its entities are deleted").help(help));
        }
    }
}

/// Why a kind does not resolve, whatever the cluster has. `None`: some cluster may have it.
pub(super) fn reason(kind: &str) -> Option<&'static str> {
    let parts: Vec<&str> = kind.split('/').collect();
    match parts.as_slice() {
        _ if kind.contains(char::is_whitespace) => Some("it has a blank"),
        [_] => Some("it has no version"),
        [_, _, _, _, ..] => Some("it has more than a group, a version and a name"),
        [.., ""] => Some("it has no name"),
        [version, _] if version.contains('.') => Some("it has a group and no version"),
        [group, _, _] if group.contains(char::is_uppercase) => Some("groups are written in lower case"),
        [group, _, _] if PLATFORMS.iter().any(|platform| platform.group == *group) => {
            Some("the group has only `v1/entities` and `v1/clusterentities`")
        }
        _ => None,
    }
}

fn suggestion(entry: &EntryFacts) -> Option<Help> {
    if let Some(kind) = &entry.resembling {
        return Some(Help::did_you_mean(kind));
    }
    let parts: Vec<&str> = entry.kind.trim().split('/').collect();
    let is_of = |platform: &&Platform| parts.iter().any(|part| part.eq_ignore_ascii_case(platform.group));
    let platform = PLATFORMS.into_iter().find(is_of)?;
    let is_cluster = entry.kind.to_lowercase().contains("cluster");
    let plural = if is_cluster { "clusterentities" } else { "entities" };
    Some(Help::did_you_mean(&format!("{}/{}/{plural}", platform.group, platform.version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kinds_that_no_cluster_has_are_wrong() {
        for kind in [
            "",
            "entities",
            "getport.io/entities",
            "getport.io/v1/ent",
            "getport.io/v2/entities",
            "GetPort.io/v1/entities",
            "getport.io/v1/entities/status",
            "apps/v1/deployments ",
            "v1/",
        ] {
            assert!(reason(kind).is_some(), "{kind}");
        }
        for kind in ["v1/pods", "apps/v1/deployments", "/v1/services", "acme.io/v1alpha1/policies", "v1alpha1/policies"]
        {
            assert_eq!(reason(kind), None, "{kind}");
        }
    }
}
