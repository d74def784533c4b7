//! Reports deliverers of entity manifests that may be faster than the deliverer of the CRD.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P813",
        name: "crd-after-resource",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "entity manifests that may be applied before their CRD",
        why: "In a new cluster the deliverer of the entities fails until the CRD is there; Argo CD gives up after some attempts.",
        fix: "Make the deliverer of the entities wait for that of the CRD",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for unordered in &context.facts.unordered {
        let Some(by) = context.facts.deliverer(unordered.by) else { continue };
        let mut definers = unordered.definers.iter().filter_map(|index| context.facts.deliverer(*index));
        let Some(definer) = definers.next() else { continue };
        let kind = &unordered.kind;
        let message =
            format!("`{}` may apply its `{kind}` manifests before `{}` applies their CRD.", by.title, definer.title);
        let help = match by.tool {
            Tool::Flux => {
                let name = definer.title.rsplit(['/', ' ']).next().unwrap_or_default();
                format!("add `dependsOn: [{{name: {name}}}]` here, and `wait: true` to `{}`", definer.title)
            }
            Tool::ArgoCd | Tool::Kubectl => format!(
                "add `SkipDryRunOnMissingResource=true` to `spec.syncPolicy.syncOptions`, or give `{}` an earlier `argocd.argoproj.io/sync-wave` in the application that delivers both",
                definer.title
            ),
        };
        let reports = match by.tool {
            Tool::Flux => format!("; until then Flux reports: no matches for kind \"{kind}\""),
            Tool::ArgoCd | Tool::Kubectl => {
                format!(
                    "; until then Argo CD reports: Make sure the \"{kind}\" CRD is installed on the destination cluster."
                )
            }
        };
        let Some(place) = by.place else { continue };
        let mut draft = FindingBuilder::new(place.span, message).file(place.file);
        draft = draft.related_at(definer.place, "the deliverer of the CRD");
        if let Some(place) = unordered.definition {
            draft = draft.related_in(place.file, place.span, "the CRD");
        }
        sink.report(draft.help(format!("{help}{reports}")));
    }
}
