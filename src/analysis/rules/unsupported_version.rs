//! An API version under one of our groups that was never published, or a group one slip away from ours.

use crate::analysis::rule::{Check, DocumentContext, Draft, Rule, Sink, put};
use crate::analysis::snapshot::Snapshot;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::manifest::NearMiss;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P105",
        name: "unsupported-version",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "an API version that the platform does not have",
        why: "The cluster knows only the version the platform publishes; the manifest is refused.",
        fix: "Use the version the finding names",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for manifest in context.manifests {
        let Some(NearMiss::Version(at)) = manifest.near_miss else { continue };
        let value = context.view.value(at);
        let meant = manifest.platform.api_version();
        let written = value.key_text();
        let message = format!("`{written}` is not an API version of the platform.");
        let draft = Draft::new(value.span(), message).help(format!("write `{meant}`"));
        let edit = put(value, &meant);
        sink.about(manifest, context.view);
        sink.report(if value.is_copied() { draft } else { draft.suggestion(format!("write `{meant}`"), vec![edit]) });
    }
}
