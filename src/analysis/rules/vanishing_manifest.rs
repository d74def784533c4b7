//! Reports manifests that a deliverer loses without an error: their name is no string, another object takes their place, or
//! a document before them is no object.

use crate::analysis::delivery_words::{deliverer_name, name_deliverer};
use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::analysis::rules::wrong_type;
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::{DeliveryFacts, ManifestDelivery, ManifestFault, ManifestFaultKind};
use crate::domain::document::span::Span;
use crate::domain::finding::{Edit, Family, Finding, Help, Place, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P806",
        name: "vanishing-manifest",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "a manifest that its deliverer loses without an error",
        why: "Flux and Argo CD report success, and the object never reaches the cluster.",
        fix: "Quote the name, or give each object a name of its own",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for fault in &facts.manifest_faults {
        let Some(manifest) = facts.manifests.get(fault.manifest) else { continue };
        let Some(draft) = draft(facts, fault, manifest) else { continue };
        let draft = draft.file(manifest.place.file);
        sink.report(name_deliverer(draft, facts, manifest));
    }
    for lost in &facts.lost {
        let Some(deliverer) = facts.deliverer(lost.by) else { continue };
        let message = format!(
            "`{}` loses this manifest without an error, because a document above it is no Kubernetes object.",
            deliverer.title
        );
        let draft = FindingBuilder::new(Span::empty(lost.place.span.start as usize), message).file(lost.place.file);
        let draft = draft.help("move the document above to another file");
        sink.report(draft.related_at(deliverer.place, "the deliverer"));
    }
}

/// Removes what other rules say of the same names: that they must be text.
pub(in crate::analysis) fn replace_others(findings: &mut Vec<Finding>) {
    let is_here = |finding: &&Finding| std::ptr::eq(finding.rule, &raw const RULE.info);
    let places: Vec<Place> = findings.iter().filter(is_here).map(|finding| finding.place).collect();
    let is_other = |finding: &Finding| std::ptr::eq(finding.rule, &raw const wrong_type::RULE.info);
    findings.retain(|finding| !(is_other(finding) && places.contains(&finding.place)));
}

fn draft(facts: &DeliveryFacts, fault: &ManifestFault, manifest: &ManifestDelivery) -> Option<FindingBuilder> {
    let name = deliverer_name(facts, manifest);
    match &fault.kind {
        ManifestFaultKind::NameIsNoString { found, quoted } => {
            let message = match manifest.tool {
                Tool::Flux => format!("{name} loses this manifest without an error: its name is {found}."),
                Tool::ArgoCd | Tool::Kubectl => format!(
                    "The name is {found}: {name} keeps only the last of all objects of this kind whose name is no string."
                ),
            };
            let draft = FindingBuilder::new(fault.span, message);
            Some(match quoted {
                Some(quoted) => {
                    let edit = Edit { span: fault.span, replacement: quoted.clone() };
                    draft.help(Help::shown("quote it", quoted)).fix("quote it", vec![edit])
                }
                None => draft.help("write a name that is text, also after variables are replaced"),
            })
        }
        ManifestFaultKind::Replaced { by, namespace } => {
            let object = &manifest.object;
            let message = format!(
                "{name} does not apply this manifest: a later one is also `{} {}`, after the namespace `{namespace}` is filled in.",
                object.kind(),
                object.name()
            );
            let draft = FindingBuilder::new(fault.span, message).help("give it another name, or remove one of the two");
            Some(match by {
                Some(by) => draft.related_in(by.file, by.span, "the one that is applied"),
                None => draft,
            })
        }
        ManifestFaultKind::LabelIsNoString { .. }
        | ManifestFaultKind::NoNamespace
        | ManifestFaultKind::OverriddenNamespace { .. }
        | ManifestFaultKind::Substituted(_)
        | ManifestFaultKind::NullMap { .. }
        | ManifestFaultKind::EmptiedMap { .. }
        | ManifestFaultKind::TwoReadings { .. } => None,
    }
}
