//! Reports deliverers that name a folder, a file or an object that does not exist.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::{DelivererFacts, DeliveryFailure, FailureCause};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::suggest::closest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P803",
        name: "delivery-path-missing",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "a deliverer that names a folder, a file or an object that does not exist",
        why: "The deliverer fails, and delivers nothing until the name is corrected.",
        fix: "Correct the name, or add what is missing",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for deliverer in &context.facts.deliverers {
        if let Some(failure) = &deliverer.failure {
            report(deliverer, failure, sink);
        }
    }
    for missing in &context.facts.missing_references {
        let message = format!("`{}` names `{}`, which this repository does not have.", missing.by, missing.name);
        let near = closest(&missing.name, missing.existing.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "correct the name, or add the object".to_owned(),
        };
        sink.report(FindingBuilder::new(missing.place.span, message).file(missing.place.file).help(help));
    }
}

fn report(deliverer: &DelivererFacts, failure: &DeliveryFailure, sink: &mut Sink<'_>) {
    let title = &deliverer.title;
    let path = deliverer.path.as_ref().map_or("the root", |(path, _)| path.as_str());
    let of_path = deliverer.path.as_ref().map(|(_, place)| *place).or(deliverer.place);
    let of_entry = failure.place.or(deliverer.place);
    let (place, message, way_out) = match &failure.cause {
        FailureCause::Path => {
            (of_path, format!("`{title}` takes `{path}`, which does not exist."), "correct `path`, or add the folder")
        }
        FailureCause::IgnoredPath => (
            of_path,
            format!("`{title}` takes `{path}`, which its source leaves out."),
            "correct `.sourceignore` or `spec.ignore` of the source, or move the folder",
        ),
        FailureCause::FileAsPath => {
            (of_path, format!("`{title}` takes `{path}`, which is a file."), "name the folder of the file")
        }
        FailureCause::Entry(entry) if entry.contains('*') => (
            of_entry,
            format!("`{entry}` is a pattern, so `{title}` delivers nothing."),
            "list each file or its folder: kustomize has no patterns",
        ),
        FailureCause::Entry(entry) => (
            of_entry,
            format!("`{entry}` does not exist, so `{title}` delivers nothing."),
            "correct the entry, or add what it names",
        ),
        FailureCause::LeftOutEntry(entry) => (
            of_entry,
            format!("The source of `{title}` leaves `{entry}` out, so that nothing is delivered."),
            "correct `.sourceignore` or `spec.ignore` of the source; put a file there instead of a symbolic link",
        ),
        FailureCause::NoKustomization => (
            of_entry,
            format!("This folder has no kustomization, so `{title}` delivers nothing."),
            "add a `kustomization.yaml` to the folder, or list its files",
        ),
        FailureCause::SeveralKustomizations
        | FailureCause::Kustomization
        | FailureCause::Set
        | FailureCause::Source
        | FailureCause::NoManifest
        | FailureCause::Template
        | FailureCause::Malformed
        | FailureCause::Incomplete
        | FailureCause::Unwritable
        | FailureCause::Duplicate
        | FailureCause::NamespaceConflict
        | FailureCause::Patch
        | FailureCause::Substitution
        | FailureCause::Json
        | FailureCause::Symlink
        | FailureCause::TooLarge
        | FailureCause::Other => return,
    };
    let way_out = match &failure.meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("{way_out};"),
    };
    let Some(at) = place else { return };
    let mut draft = FindingBuilder::new(at.span, message).file(at.file);
    if place != of_path {
        draft = draft.related_at(deliverer.place, "the deliverer");
    }
    let tool = deliverer.tool.title();
    sink.report(draft.help(format!("{way_out} {tool} reports: {}", failure.text.trim_end())));
}
