//! Reports labels that are no strings: Flux applies such a manifest without any of its labels.

use crate::analysis::delivery_words::{deliverer_name, name_deliverer};
use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::ManifestFaultKind;
use crate::domain::finding::{Edit, Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P807",
        name: "lost-labels",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "a label that is no string, which makes Flux drop all labels of the manifest",
        why: "Flux reports success, and selectors and mappings that read labels find none.",
        fix: "Quote the value",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for fault in &facts.manifest_faults {
        let ManifestFaultKind::LabelIsNoString { key, found, quoted } = &fault.kind else { continue };
        let Some(manifest) = facts.manifests.get(fault.manifest) else { continue };
        let name = deliverer_name(facts, manifest);
        let title = manifest.object.title();
        let message =
            format!("{name} applies `{title}` without any of its labels: the value of `{key}` is {found}, not text.");
        let mut draft = FindingBuilder::new(fault.span, message).file(manifest.place.file);
        draft = match quoted {
            Some(quoted) => {
                let edit = Edit { span: fault.span, replacement: quoted.clone() };
                draft.help(Help::shown("quote it", quoted)).fix("quote it", vec![edit])
            }
            None => draft.help("write a text"),
        };
        sink.report(name_deliverer(draft, facts, manifest));
    }
}
