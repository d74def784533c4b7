//! Reports a kind in one of the platforms' API groups that the platform does not have, most likely misspelt.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink, replace_scalar};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::manifest::NearMiss;
use crate::domain::finding::{Family, Help, RuleInfo, Severity};
use crate::text::suggest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P104",
        name: "unknown-kind",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "a kind that the platform does not have",
        why: "The exporter ignores resources of that kind, so the entity never reaches the catalog.",
        fix: "Use `Entity`, or `ClusterEntity` for one without a namespace",
    },
    check: Check::Document(check),
};

const KINDS: [&str; 2] = ["Entity", "ClusterEntity"];

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for manifest in context.manifests {
        let Some(NearMiss::Kind(at)) = manifest.near_miss else { continue };
        sink.about(manifest, context.view);
        let value = context.view.value(at);
        let version = manifest.platform.api_version();
        let Some(kind) = value.as_str().filter(|_| at != manifest.root) else {
            let span = value.entries().next().map_or(value.span(), |(key, _)| key.span());
            let message = format!("A manifest of `{version}` must have a `kind`.");
            sink.report(FindingBuilder::new(span, message).help("add `kind: Entity`, or `kind: ClusterEntity`"));
            continue;
        };
        let draft = FindingBuilder::new(value.span(), format!("`{version}` has no kind `{kind}`."));
        let slip = suggest::single_slip(kind, KINDS).filter(|_| !value.is_copied());
        sink.report(match (slip, suggest::closest(kind, KINDS)) {
            (Some(meant), _) => {
                draft.help(Help::write(meant)).fix(format!("write `{meant}`"), vec![replace_scalar(value, meant)])
            }
            (None, Some(meant)) => draft.help(Help::did_you_mean(meant)),
            (None, None) => draft.help("use `Entity`, or `ClusterEntity` for one without a namespace"),
        });
    }
}
