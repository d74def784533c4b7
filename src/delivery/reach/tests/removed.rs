//! Tests what is said of old API versions of Flux, and that the edits make an object current.

use std::collections::BTreeMap;

use super::texts;
use crate::delivery::reach::{RemovedApi, removed_apis};
use crate::delivery::repository::Repository;

fn removed(files: &str) -> Vec<RemovedApi> {
    let texts = texts(files);
    let files = texts.files(&BTreeMap::new());
    removed_apis(&Repository::new(&files, &texts))
}

/// The text of the only file after the edits of its only object.
fn edited(text: &str) -> Option<String> {
    let found = removed(&format!("=== a.yaml\n{text}"));
    let mut edits = found.into_iter().next().expect("it is old").edits?;
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = text.to_owned();
    edits.iter().for_each(|(span, replacement)| text.replace_range(span.range(), replacement));
    Some(text)
}

const HEAD: &str = "kind: Kustomization\nmetadata:\n  name: a\n  namespace: flux-system\nspec:\n  interval: 5m\n";

fn kustomization(version: &str, spec: &str) -> String {
    format!("apiVersion: kustomize.toolkit.fluxcd.io/{version}\n{HEAD}{spec}  prune: true\n")
}

#[test]
fn versions_are_rewritten_in_the_quotes_that_they_have() {
    let old = "apiVersion: \"source.toolkit.fluxcd.io/v1beta2\" # old\nkind: HelmRepository\nmetadata: {name: a}\nspec: {url: x}\n";
    assert_eq!(edited(old).as_deref(), Some(old.replace("v1beta2", "v1").as_str()));
    let helm =
        "apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\nmetadata: {name: a}\nspec: {interval: 1m}\n";
    assert_eq!(edited(helm).as_deref(), Some(helm.replace("v2beta1", "v2").as_str()));
    let found = removed(&format!("=== a.yaml\n{helm}"));
    assert_eq!((found[0].removed_in, found[0].current.as_str()), (Some("2.7"), "helm.toolkit.fluxcd.io/v2"));
    // Its post renderers have lost fields too.
    assert_eq!(edited(&format!("{helm}# patchesStrategicMerge\n")), None);
}

#[test]
fn fields_are_removed_with_their_lines_or_moved() {
    let new = kustomization("v1", "");
    assert_eq!(edited(&kustomization("v1beta1", "  validation: client # dry run\n")).as_ref(), Some(&new));
    assert_eq!(edited(&kustomization("v1", "  validation: none\n")).as_ref(), Some(&new));
    let merges = "  patchesStrategicMerge:\n  - apiVersion: v1\n    kind: Service\n    metadata:\n      name: web\n  - {apiVersion: v1, kind: Service, metadata: {name: db}}\n";
    let moved = "  patches:\n    - patch: |\n        apiVersion: v1\n        kind: Service\n        metadata:\n          name: web\n    - patch: |\n        {apiVersion: v1, kind: Service, metadata: {name: db}}\n";
    assert_eq!(edited(&kustomization("v1beta2", merges)), Some(kustomization("v1", moved)));
    let operations = "  patchesJson6902:\n    - target:\n        kind: Deployment\n      patch:\n        - op: add\n          path: /a\n          value: 1\n";
    assert_eq!(edited(&kustomization("v1beta2", operations)), None);
}

#[test]
fn what_is_not_certain_is_left_to_people() {
    let both = "  patches: []\n  patchesStrategicMerge:\n    - kind: Service\n";
    assert_eq!(edited(&kustomization("v1beta2", both)), None);
    let flow = "apiVersion: kustomize.toolkit.fluxcd.io/v1beta2\nkind: Kustomization\nmetadata: {name: a}\nspec: {validation: client, prune: true}\n";
    assert_eq!(edited(flow), None);
}

#[test]
fn what_the_repository_installs_is_not_gone() {
    let crd = "=== crd.yaml\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: kustomizations.kustomize.toolkit.fluxcd.io\nspec:\n  group: kustomize.toolkit.fluxcd.io\n  names: {kind: Kustomization}\n  versions:\n    - {name: v1, served: true}\n    - {name: v1beta2, served: true}\n    - {name: v1beta1, served: false}\n";
    let with = |version: &str| removed(&format!("=== a.yaml\n{}{crd}", kustomization(version, ""))).len();
    assert_eq!([with("v1beta2"), with("v1beta1"), with("v1")], [0, 1, 0]);
    let template = format!("=== Chart.yaml\nname: x\n=== templates/a.yaml\n{}", kustomization("v1beta2", ""));
    assert_eq!(removed(&template), []);
}
