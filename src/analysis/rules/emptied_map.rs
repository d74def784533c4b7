//! Reports mappings of entity manifests that become empty by a change: server-side apply turns them into a null, which the
//! API server refuses. What was empty from the start is accepted, so only a comparison with the merge base can tell.

use crate::analysis::delivery_words::{consequence, name_deliverer};
use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::apply_error::null_map;
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::ManifestFaultKind;
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P810",
        name: "emptied-map",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "a mapping `properties` or `relations` that had content and is `{}` now",
        why: "Server-side apply, as Flux does it, makes null of a mapping that becomes empty, and the API server refuses it every time.",
        fix: "Remove the key instead",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for fault in &facts.manifest_faults {
        let ManifestFaultKind::EmptiedMap { field, line } = &fault.kind else { continue };
        let Some(manifest) = facts.manifests.get(fault.manifest) else { continue };
        let message = format!(
            "`{field}` had content at the merge base and is empty now, which the API server refuses, {}.",
            consequence(facts, manifest)
        );
        let error = null_map(&manifest.object, &format!("spec.{field}"));
        let help = match manifest.tool {
            Tool::Flux => format!("remove the key; Flux reports: {error}"),
            Tool::ArgoCd | Tool::Kubectl => "remove the key".to_owned(),
        };
        let draft = FindingBuilder::new(fault.span, message).file(manifest.place.file).help(help);
        let draft = match line {
            Some(line) => draft.fix("remove the key", vec![Edit { span: *line, replacement: String::new() }]),
            None => draft,
        };
        sink.report(name_deliverer(draft, facts, manifest));
    }
}
