//! Reports what ends the build of a deliverer: a file that is no manifest, two kustomizations, an object that is there twice.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::{DelivererFacts, FailureCause};
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
        let Some(help) = help(&failure.cause, deliverer) else { continue };
        let place = failure.place.unwrap_or(deliverer.place);
        let text = failure.text.trim_end().trim_end_matches('.');
        let message = format!("`{}` delivers nothing: {text}.", deliverer.title);
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

/// `None`: `delivery-path-missing` reports it.
fn help(cause: &FailureCause, deliverer: &DelivererFacts) -> Option<&'static str> {
    let is_flux = deliverer.tool == Tool::Flux;
    Some(match cause {
        FailureCause::Path
        | FailureCause::IgnoredPath
        | FailureCause::FileAsPath
        | FailureCause::Entry(_)
        | FailureCause::LeftOutEntry(_)
        | FailureCause::NoKustomization => return None,
        FailureCause::NoManifest if is_flux => {
            "move the file out of the folder, add it to `.sourceignore`, or list the manifests in a `kustomization.yaml`"
        }
        FailureCause::Template if is_flux => {
            "move the template out of the folder, add it to `.sourceignore`, or list the manifests in a `kustomization.yaml`"
        }
        FailureCause::NoManifest | FailureCause::Template => {
            "move the file out of the folder, or add it to `spec.source.directory.exclude`"
        }
        FailureCause::Malformed => "correct the YAML",
        FailureCause::Incomplete => {
            "give the object `apiVersion`, `kind` and `metadata.name`, or move the file out of the folder"
        }
        FailureCause::Unwritable => {
            "correct the key or the value: kustomize can write only JSON with keys that are strings"
        }
        FailureCause::Duplicate => "remove one of the two, or give one of them another name or namespace",
        FailureCause::NamespaceConflict => "give one of the two another name: both get the same namespace",
        FailureCause::SeveralKustomizations => "keep one of the kustomization files",
        FailureCause::Kustomization => "correct the kustomization",
        FailureCause::Set => "correct the generator or the template",
        FailureCause::Source => "correct the source of the application",
        FailureCause::Patch => "correct the patch or its target",
        FailureCause::Substitution => {
            "correct the variable; write `$$` for a `$` that is none, or switch the substitution off for the object: `kustomize.toolkit.fluxcd.io/substitute: disabled`"
        }
        FailureCause::Json => "add `*.json` to `spec.source.directory.exclude`, or move the file out of the folder",
        FailureCause::Symlink => "remove the symbolic link, or let it point to a file of the repository",
        FailureCause::TooLarge => "split the application, or raise the limit of the repository server",
        FailureCause::Other => "correct what it names",
    })
}
