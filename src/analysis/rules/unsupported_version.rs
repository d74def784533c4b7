//! Reports an API version of one of the platforms' groups that was never published, a misspelt group, or an entity
//! without a version. No other tool reports these, because all of them ignore such a manifest.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink, replace_scalar};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::manifest::{Manifest, NearMiss};
use crate::domain::document::tree::Value;
use crate::domain::finding::{Family, Help, RuleInfo, Severity};
use crate::text::suggest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P105",
        name: "unsupported-version",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "an API version that the platform does not have",
        why: "The cluster has only the published version and rejects the manifest.",
        fix: "Use the version in the finding's help",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for manifest in context.manifests {
        let Some(NearMiss::Version(at)) = manifest.near_miss else { continue };
        sink.about(manifest, context.view);
        let value = context.view.value(at);
        if at == manifest.root || value.is_null() {
            sink.report(missing(manifest, context.view.value(manifest.root)));
            continue;
        }
        let meant = manifest.platform.api_version();
        let written = value.key_text();
        let message = format!("`{written}` is not an API version of the platform.");
        let draft = FindingBuilder::new(value.span(), message).help(Help::write(&meant));
        let edit = replace_scalar(value, &meant);
        sink.report(if value.is_copied() { draft } else { draft.suggestion(format!("write `{meant}`"), vec![edit]) });
    }
}

/// The finding for a manifest whose `apiVersion` is missing, empty or misspelt.
fn missing(manifest: &Manifest, root: Value<'_>) -> FindingBuilder {
    let message = "This manifest has no `apiVersion`, so Kubernetes and portolan ignore it.";
    let is_misspelt = |key: &str| suggest::single_slip(key, ["apiVersion"]).is_some();
    let misspelt = root.entries().map(|(key, _)| key).find(|key| key.as_str().is_some_and(is_misspelt));
    if let Some(key) = misspelt.filter(|_| root.get("apiVersion").is_none()) {
        let draft = FindingBuilder::new(key.span(), message);
        let help = format!("write `apiVersion` instead of `{}`", key.key_text());
        let edit = replace_scalar(key, "apiVersion");
        return if key.is_copied() { draft.help(help) } else { draft.suggestion(help, vec![edit]) };
    }
    let place = root.entry("apiVersion").or_else(|| root.entries().next());
    let span = place.map_or(root.span(), |(key, _)| key.span());
    FindingBuilder::new(span, message).help(format!("add `apiVersion: {}`", manifest.platform.api_version()))
}
