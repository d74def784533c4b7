//! Reports what ends the build of a deliverer: a file that is no manifest, two kustomizations, an object that is there twice.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::FailureCause;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P804",
        name: "build-breaker",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "something that ends the build of a Kustomization or an Application",
        why: "One bad file keeps every manifest of its deliverer from the cluster.",
        fix: "Correct the file, move it out of the deliverer's folder, or list the manifests in a `kustomization.yaml`",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for deliverer in &context.facts.deliverers {
        let Some(failure) = &deliverer.failure else { continue };
        let help = match failure.cause {
            FailureCause::Path | FailureCause::Entry => continue,
            FailureCause::NoManifest => {
                "move the file out of the folder, or list the manifests in a `kustomization.yaml`"
            }
            FailureCause::Other => "correct it",
        };
        let place = failure.place.unwrap_or(deliverer.place);
        let message = format!("`{}` delivers nothing: {}.", deliverer.title, failure.text.trim_end_matches('.'));
        let mut draft = FindingBuilder::new(place.span, message).file(place.file).help(help);
        if place != deliverer.place {
            draft = draft.related_in(deliverer.place.file, deliverer.place.span, "the deliverer");
        }
        if let Some(returned) = &failure.returned {
            let place = returned.pattern;
            draft = draft
                .related_in(place.file, place.span, "with this pattern, the default patterns of Flux do not apply")
                .help(format!("add the pattern `{}`", returned.default));
        }
        sink.report(draft);
    }
}
