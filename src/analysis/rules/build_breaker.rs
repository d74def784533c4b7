//! Reports what ends the build of a deliverer: a file that is no manifest, two kustomizations, an object that is there twice.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::{DelivererFacts, DeliveryFailure, FailureCause};
use crate::domain::document::span::Span;
use crate::domain::finding::{Family, FileId, Place, RuleInfo, Severity};
use crate::text::plural::count;

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

/// Deliverers that fail for one reason are one finding, which shows so many of them.
const MAX_SHOWN: usize = 3;

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let mut failed: Vec<(&DelivererFacts, &DeliveryFailure, Vec<&DelivererFacts>)> = Vec::new();
    let mut known: BTreeMap<(FileId, u32, &str), usize> = BTreeMap::new();
    for deliverer in &context.facts.deliverers {
        let Some((failure, place)) = deliverer.failure.as_ref().zip(place_of(deliverer)) else { continue };
        let place = match failure.cause {
            // One link stops every application of the repository.
            FailureCause::Symlink => Place { file: FileId(0), span: Span::default() },
            _ => place,
        };
        match known.entry((place.file, place.span.start, &failure.text)) {
            Entry::Occupied(first) => failed[*first.get()].2.push(deliverer),
            Entry::Vacant(entry) => {
                entry.insert(failed.len());
                failed.push((deliverer, failure, Vec::new()));
            }
        }
    }
    for (deliverer, failure, others) in failed {
        report(deliverer, failure, &others, sink);
    }
}

/// The cause, or else the deliverer.
fn place_of(deliverer: &DelivererFacts) -> Option<Place> {
    deliverer.failure.as_ref().and_then(|failure| failure.place).or(deliverer.place)
}

fn report(deliverer: &DelivererFacts, failure: &DeliveryFailure, others: &[&DelivererFacts], sink: &mut Sink<'_>) {
    let Some((fault, way_out)) = describe(&failure.cause, deliverer) else { return };
    let Some(place) = place_of(deliverer) else { return };
    let who = match others.len() {
        0 => format!("`{}` delivers", deliverer.title),
        others => format!("`{}` and {} deliver", deliverer.title, count(others, "other deliverer")),
    };
    let mut draft = FindingBuilder::new(place.span, format!("{fault}, so {who} nothing.")).file(place.file);
    for deliverer in [deliverer].iter().chain(others).take(MAX_SHOWN).filter(|deliverer| deliverer.place != Some(place))
    {
        draft = draft.related_at(deliverer.place, "the deliverer");
    }
    let mut way_out = way_out.to_owned();
    if let Some(returned) = &failure.returned {
        let place = returned.pattern;
        way_out = format!("add the pattern `{}`", returned.default);
        draft =
            draft.related_in(place.file, place.span, "with this pattern, the default patterns of Flux do not apply");
    }
    let text = failure.text.trim_end().trim_end_matches('.');
    sink.report(draft.help(format!("{way_out}; {} reports: {text}", deliverer.tool.title())));
}

/// What is wrong, and the way out; `None`: `delivery-path-missing` reports it.
fn describe(cause: &FailureCause, deliverer: &DelivererFacts) -> Option<(&'static str, &'static str)> {
    let is_flux = deliverer.tool == Tool::Flux;
    Some(match cause {
        FailureCause::Path
        | FailureCause::IgnoredPath
        | FailureCause::FileAsPath
        | FailureCause::Entry(_)
        | FailureCause::LeftOutEntry(_)
        | FailureCause::NoKustomization => return None,
        FailureCause::NoManifest if is_flux => (
            "This is no manifest",
            "move the file out of the folder, add it to `.sourceignore`, or list the manifests in a `kustomization.yaml`",
        ),
        FailureCause::Template if is_flux => (
            "This is a template",
            "move the template out of the folder, add it to `.sourceignore`, or list the manifests in a `kustomization.yaml`",
        ),
        FailureCause::NoManifest => {
            ("This is no manifest", "move the file out of the folder, or add it to `spec.source.directory.exclude`")
        }
        FailureCause::Template => {
            ("This is a template", "move the template out of the folder, or add it to `spec.source.directory.exclude`")
        }
        FailureCause::Malformed => ("This cannot be read", "correct the YAML, or move the file out of the folder"),
        FailureCause::Incomplete => (
            "This object lacks its kind, its name or its version",
            "give the object `apiVersion`, `kind` and `metadata.name`, or move the file out of the folder",
        ),
        FailureCause::Unwritable => (
            "This key or value cannot be written as JSON",
            "correct it: keys must be strings, and each must be there once",
        ),
        FailureCause::Duplicate => (
            "This object is delivered twice by one build",
            "remove one of the two, or give one of them another name or namespace",
        ),
        FailureCause::NamespaceConflict => {
            ("This object and another get the same name and namespace", "give one of the two another name")
        }
        FailureCause::SeveralKustomizations => {
            ("This folder has several kustomization files", "keep one of the kustomization files")
        }
        FailureCause::Kustomization => ("This kustomization cannot be built", "correct the kustomization"),
        FailureCause::Set => ("This ApplicationSet makes no Application", "correct the generator or the template"),
        FailureCause::Source => ("This source cannot be read", "correct the source of the Application"),
        FailureCause::Patch => ("This patch cannot be applied", "correct the patch or its target"),
        FailureCause::Substitution => (
            "The variables of this object cannot be replaced",
            "correct the variable; write `$$` for a `$` that is none, or turn the substitution off for the object: `kustomize.toolkit.fluxcd.io/substitute: disabled`",
        ),
        FailureCause::Json => (
            "This JSON file is no manifest",
            "add `*.json` to `spec.source.directory.exclude`, or move the file out of the folder",
        ),
        FailureCause::Symlink => (
            "A symbolic link of the repository leaves it",
            "remove the link, or let it point to a file of the repository",
        ),
        FailureCause::TooLarge => (
            "The files of the folder are too large together",
            "split the application, or raise the limit of the repository server",
        ),
        FailureCause::Other => ("The build fails here", "correct what the error names"),
    })
}
