//! Writes the objects of Flux that deliver a repository to a cluster: a GitRepository, and Kustomizations for the CRDs and
//! the manifests.

use std::fmt::Write as _;

use super::wiring::{ClusterDelivery, DeliveredFolder, flux_path};
use super::yaml::scalar;

/// Where the objects are, and how Flux reaches the repository and the cluster.
#[derive(Debug, Clone, Copy)]
pub struct FluxTarget<'a> {
    /// The namespace of the objects.
    pub namespace: &'a str,
    /// The secret with the kubeconfig of the cluster; `None`: the cluster in which Flux runs.
    pub kubeconfig: Option<&'a str>,
    /// The secret for the repository. SSH always needs one.
    pub git_secret: &'a str,
    /// Namespaces to create in the cluster in which Flux runs.
    pub namespaces: &'a [String],
}

/// The text of a file with all objects of one cluster.
pub fn flux_cluster(delivery: &ClusterDelivery<'_>, target: &FluxTarget<'_>) -> String {
    let mut text =
        format!("# Flux delivers this repository to the cluster {}. Written by portolan.\n", delivery.cluster);
    for namespace in target.namespaces {
        let _ = write!(text, "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n---\n", scalar(namespace));
    }
    add_source(&mut text, delivery, target);
    if let Some(folder) = delivery.crds {
        text.push_str(
            "---\n# The CRDs come first, and are never pruned: with a CRD, every object of its kind is deleted.\n",
        );
        add_head(&mut text, "kustomize.toolkit.fluxcd.io/v1", "Kustomization", &delivery.crds_name(), target);
        let _ = write!(
            text,
            "spec:\n  interval: 1h\n  retryInterval: 1m\n  timeout: 2m\n  path: {}\n  prune: false\n  wait: true\n",
            scalar(&flux_path(folder))
        );
        add_cluster(&mut text, delivery, target);
    }
    for folder in delivery.folders {
        add_folder(&mut text, folder, delivery, target);
    }
    text
}

fn add_source(text: &mut String, delivery: &ClusterDelivery<'_>, target: &FluxTarget<'_>) {
    add_head(text, "source.toolkit.fluxcd.io/v1", "GitRepository", delivery.cluster, target);
    let _ = write!(
        text,
        "spec:\n  interval: 1m\n  url: {}\n  ref:\n    branch: {}\n",
        scalar(delivery.url),
        scalar(delivery.branch)
    );
    let secret = scalar(target.git_secret);
    if delivery.url.starts_with("ssh://") {
        let _ = write!(text, "  secretRef:\n    name: {secret}\n");
    } else {
        let _ = write!(text, "  # For a private repository:\n  # secretRef:\n  #   name: {secret}\n");
    }
}

fn add_folder(text: &mut String, folder: &DeliveredFolder, delivery: &ClusterDelivery<'_>, target: &FluxTarget<'_>) {
    text.push_str("---\n");
    add_head(text, "kustomize.toolkit.fluxcd.io/v1", "Kustomization", &delivery.folder_name(folder), target);
    text.push_str("spec:\n");
    if delivery.crds.is_some() {
        let _ = write!(text, "  dependsOn:\n    - name: {}\n", scalar(&delivery.crds_name()));
    }
    let _ = write!(
        text,
        "  interval: 5m\n  retryInterval: 1m\n  path: {}\n  prune: true\n",
        scalar(&flux_path(&folder.path))
    );
    if let Some(namespace) = delivery.namespace {
        let _ = writeln!(text, "  targetNamespace: {}", scalar(namespace));
    }
    add_cluster(text, delivery, target);
}

fn add_head(text: &mut String, api_version: &str, kind: &str, name: &str, target: &FluxTarget<'_>) {
    let _ = write!(
        text,
        "apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: {}\n  namespace: {}\n",
        scalar(name),
        scalar(target.namespace)
    );
}

/// The source and the cluster of a Kustomization.
fn add_cluster(text: &mut String, delivery: &ClusterDelivery<'_>, target: &FluxTarget<'_>) {
    let _ = write!(text, "  sourceRef:\n    kind: GitRepository\n    name: {}\n", scalar(delivery.cluster));
    if let Some(secret) = target.kubeconfig {
        let _ = write!(text, "  kubeConfig:\n    secretRef:\n      name: {}\n", scalar(secret));
    }
}
