//! Tests of reach over small repositories, written as one text with the paths of its files.

mod argo;
mod flux;
mod generated;
mod questions;
mod recordings;
mod removed;

use std::collections::BTreeMap;

use super::{DelivererId, Options, Outcome, Reach};
use crate::delivery::doubles::Texts;
use crate::delivery::files::{FileId, Files};
use crate::delivery::flux::Settings;
use crate::delivery::repository::Repository;

pub(super) const URL: &str = "https://git.example.com/acme/catalog";

/// Files from one text: a line `=== path` begins each.
pub(super) fn texts(all: &str) -> Texts {
    let mut files = BTreeMap::new();
    for part in all.split("=== ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        files.insert(path.trim().to_owned(), text.to_owned());
    }
    Texts(files)
}

pub(super) fn reach_of(files: &str, urls: &[&str], look: impl FnOnce(&Files, &Repository<'_>, &Reach)) {
    let texts = texts(files);
    let files = texts.files(&BTreeMap::new());
    let repository = Repository::new(&files, &texts);
    let urls: Vec<String> = urls.iter().map(|url| (*url).to_owned()).collect();
    let options =
        Options { urls: &urls, branches: &[], has_config: false, group: "getport.io", flux: Settings::default() };
    let reach = Reach::of(&repository, &options);
    look(&files, &repository, &reach);
}

pub(super) fn file(files: &Files, path: &str) -> FileId {
    files.ids().find(|file| files.path(*file) == path).expect("the file exists")
}

pub(super) fn named(reach: &Reach, name: &str) -> DelivererId {
    let at = reach.deliverers.iter().position(|deliverer| deliverer.name == name);
    DelivererId(u32::try_from(at.expect("the deliverer exists")).expect("a small number"))
}

/// What a deliverer applies, as `namespace/name`.
pub(super) fn arrivals(reach: &Reach, id: DelivererId) -> Vec<String> {
    match &reach.deliverer(id).outcome {
        Outcome::Built { arrivals, .. } => {
            let names = arrivals.iter().map(|arrival| &arrival.object.header);
            names.map(|header| format!("{}/{}", header.namespace, header.name)).collect()
        }
        Outcome::Failed(failure) => vec![format!("failed: {}", failure.text)],
        Outcome::ArgoFailed(failure) => vec![format!("failed: {}", failure.text)],
        Outcome::SetFailed(failure) => vec![format!("failed: {}", failure.text)],
        Outcome::NotKnown(why) => vec![format!("not known: {why:?}")],
    }
}

/// One line for each deliverer: name, folder, cluster, those that deliver it, and what arrives.
pub(super) fn lines(reach: &Reach) -> Vec<String> {
    let ids = (0..u32::try_from(reach.deliverers.len()).expect("a small number")).map(DelivererId);
    ids.map(|id| {
        let deliverer = reach.deliverer(id);
        let by: Vec<&str> = deliverer.delivered_by.iter().map(|by| reach.deliverer(*by).name.as_str()).collect();
        let folder = deliverer.folder.as_deref().unwrap_or("-");
        let (name, cluster) = (&deliverer.name, deliverer.cluster.0);
        format!("{name} {folder} cluster {cluster} by [{}]: {}", by.join(" "), arrivals(reach, id).join(" "))
    })
    .collect()
}

pub(super) fn entity(name: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec: {{blueprint: service, identifier: {name}}}\n"
    )
}

pub(super) fn git(name: &str, url: &str) -> String {
    format!(
        "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: {name}, namespace: flux-system}}\nspec: {{interval: 1m, url: {url}, ref: {{branch: main}}}}\n"
    )
}

/// A Kustomization of the source `flux-system`, with more lines of its spec.
pub(super) fn ks(name: &str, path: &str, more: &str) -> String {
    let source =
        if more.contains("sourceRef") { "" } else { "  sourceRef: {kind: GitRepository, name: flux-system}\n" };
    format!(
        "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  interval: 5m\n  path: {path}\n  prune: true\n{source}{more}"
    )
}

/// What Flux's own setup writes for a cluster.
pub(super) fn bootstrap(cluster: &str, url: &str) -> String {
    let sync = format!("{}{}", git("flux-system", url), ks("flux-system", &format!("./clusters/{cluster}"), ""));
    format!(
        "=== clusters/{cluster}/flux-system/kustomization.yaml\nresources: [gotk-sync.yaml]\n=== clusters/{cluster}/flux-system/gotk-sync.yaml\n{sync}"
    )
}

/// An Application of Argo CD in its own cluster, with more lines of its spec.
pub(super) fn app(name: &str, path: &str, more: &str) -> String {
    let destination = "  destination: {server: https://kubernetes.default.svc, namespace: catalog}\n";
    let destination = if more.contains("destination:") { "" } else { destination };
    let source = format!("  source: {{repoURL: {URL}.git, targetRevision: main, path: {path}}}\n");
    let source = if more.contains("source:") || more.contains("sources:") { String::new() } else { source };
    format!(
        "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\nspec:\n  project: default\n{source}{destination}{more}"
    )
}

pub(super) const AUTOMATED: &str = "  syncPolicy: {automated: {prune: true}}\n";
