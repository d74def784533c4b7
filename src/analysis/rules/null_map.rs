//! Reports mappings of entity manifests that are null, also those that are left empty: server-side apply, as Flux does it,
//! refuses them, and client-side apply drops them.

use crate::analysis::delivery_words::{consequence, name_deliverer};
use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::apply_error::null_map;
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::ManifestFaultKind;
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P811",
        name: "null-map",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "a mapping `properties` or `relations` that is null or left empty",
        why: "The API server refuses such a manifest in a server-side apply: by Flux, or by Argo CD with `ServerSideApply=true`.",
        fix: "Remove the key",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for fault in &facts.manifest_faults {
        let ManifestFaultKind::NullMap { field, line } = &fault.kind else { continue };
        let Some(manifest) = facts.manifests.get(fault.manifest) else { continue };
        let message = format!("`{field}` is null, which the API server refuses, {}.", consequence(facts, manifest));
        let error = null_map(&manifest.object, &format!("spec.{field}"));
        let help = match manifest.tool {
            Tool::Flux => format!("remove the key; Flux reports: {error}"),
            Tool::ArgoCd | Tool::Kubectl => "remove the key, or write `{}`".to_owned(),
        };
        let draft = FindingBuilder::new(fault.span, message).file(manifest.place.file).help(help);
        let draft = match line {
            Some(line) => draft.fix("remove the key", vec![Edit { span: *line, replacement: String::new() }]),
            None => draft,
        };
        sink.report(name_deliverer(draft, facts, manifest));
    }
}
