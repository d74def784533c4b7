//! Reports entity manifests that no Kustomization or Application of the repository delivers to a cluster.

use std::collections::BTreeMap;

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::{DelivererFacts, UndeliveredManifest, UndeliveredReason};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::plural::count;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P801",
        name: "undelivered-manifest",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "an entity manifest that no Kustomization or Application delivers",
        why: "The manifest never reaches a cluster, so the exporter never sees it.",
        fix: "Move the file into the folder of a deliverer, or list it in the kustomization of its folder",
    },
    check: Check::Delivery(check),
};

/// More manifests with one reason in one folder are one finding.
const MOST_IN_A_FOLDER: usize = 3;

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let mut groups: BTreeMap<(&str, &UndeliveredReason), Vec<&UndeliveredManifest>> = BTreeMap::new();
    for manifest in &context.facts.undelivered {
        if !context.places.is_on(manifest.place.file) {
            continue;
        }
        let folder = manifest.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        groups.entry((folder, &manifest.reason)).or_default().push(manifest);
    }
    for ((folder, reason), manifests) in groups {
        if manifests.len() <= MOST_IN_A_FOLDER {
            manifests.iter().for_each(|manifest| report(manifest, None, reason, context, sink));
            continue;
        }
        let Some(manifest) = context.places.choose(&manifests, |manifest| manifest.place.file) else { continue };
        let folder = if folder.is_empty() { "this folder".to_owned() } else { format!("`{folder}`") };
        let others = format!(" and {} in {folder}", count(manifests.len() - 1, "other manifest"));
        report(manifest, Some(&others), reason, context, sink);
    }
}

fn report(
    manifest: &UndeliveredManifest,
    others: Option<&str>,
    reason: &UndeliveredReason,
    context: &DeliveryContext<'_>,
    sink: &mut Sink<'_>,
) {
    let nearest = manifest.nearest.and_then(|index| context.facts.deliverer(index));
    let subject = format!("`{}`{}", manifest.title, others.unwrap_or_default());
    let verb = if others.is_some() { "reach" } else { "reaches" };
    let cause = describe(reason, nearest);
    let draft = FindingBuilder::new(manifest.place.span, format!("{subject} {verb} no cluster: {cause}."))
        .file(manifest.place.file)
        .help(help(reason));
    let draft = match nearest {
        Some(deliverer) => draft.related_at(deliverer.place, "the nearest deliverer"),
        None => draft,
    };
    sink.report(draft);
}

fn describe(reason: &UndeliveredReason, nearest: Option<&DelivererFacts>) -> String {
    let deliverer = nearest.map_or_else(|| "the deliverer".to_owned(), |deliverer| format!("`{}`", deliverer.title));
    match reason {
        UndeliveredReason::OutsideOfPaths => "no Kustomization or Application takes its folder".to_owned(),
        UndeliveredReason::NotListed(kustomization) => format!("`{kustomization}` does not list it"),
        UndeliveredReason::NoResource => format!("{deliverer} reads it as a patch or as data, not as a manifest"),
        UndeliveredReason::Ignored => format!("the source of {deliverer} ignores it"),
        UndeliveredReason::Symlink => "Flux does not deliver symbolic links".to_owned(),
        UndeliveredReason::FileName => format!("{deliverer} takes no file with such a name"),
        UndeliveredReason::NotRecursive => format!("{deliverer} takes only the files directly in its folder"),
        UndeliveredReason::Excluded => format!("`include` or `exclude` of {deliverer} leaves it out"),
        UndeliveredReason::Skipped => format!("its text makes {deliverer} skip the file"),
        UndeliveredReason::NoObject => format!("{deliverer} drops it"),
    }
}

fn help(reason: &UndeliveredReason) -> &'static str {
    match reason {
        UndeliveredReason::OutsideOfPaths => {
            "move the file into the folder of a deliverer, or add a deliverer for its folder"
        }
        UndeliveredReason::NotListed(_) => "add the file, or its folder, to `resources`",
        UndeliveredReason::NoResource => "add the file to `resources`",
        UndeliveredReason::Ignored => "correct `.sourceignore`, or `spec.ignore` of the source",
        UndeliveredReason::Symlink => "put the file itself there",
        UndeliveredReason::FileName => "rename the file: its name must end in `.yaml` or `.yml`",
        UndeliveredReason::NotRecursive => "set `spec.source.directory.recurse: true`",
        UndeliveredReason::Excluded => "correct `spec.source.directory.include` or `exclude`",
        UndeliveredReason::Skipped => "remove `+argocd:skip-file-rendering` from the file",
        UndeliveredReason::NoObject => {
            "look for a patch or an annotation that removes it, and make each document of the file a Kubernetes object"
        }
    }
}
