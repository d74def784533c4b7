//! Writes the objects of Argo CD that deliver a repository to clusters: an AppProject, and Applications for the CRDs and the
//! manifests, or ApplicationSets that make them for several clusters.

use std::fmt::Write as _;

use super::wiring::{ClusterDelivery, DeliveredFolder};
use super::yaml::scalar;
use crate::domain::platform::Platform;

/// The cluster of an Application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgoDestination {
    Server(String),
    /// The name under which the cluster is registered in Argo CD.
    Name(String),
}

impl ArgoDestination {
    /// The cluster in which Argo CD runs.
    pub const LOCAL_SERVER: &'static str = "https://kubernetes.default.svc";

    pub fn key(&self) -> &'static str {
        match self {
            Self::Server(_) => "server",
            Self::Name(_) => "name",
        }
    }

    pub fn text(&self) -> &str {
        match self {
            Self::Server(text) | Self::Name(text) => text,
        }
    }
}

/// Where the objects are.
#[derive(Debug, Clone, Copy)]
pub struct ArgoTarget<'a> {
    /// The namespace of the objects: that of Argo CD.
    pub namespace: &'a str,
    pub project: &'a str,
}

/// The namespace of a destination whose manifests name their own.
pub const ANY_NAMESPACE: &str = "default";

/// Everything that [`argo_project`] permits beyond objects in a namespace.
pub fn permitted_kinds(platform: &Platform) -> [(&str, &'static str); 3] {
    [("apiextensions.k8s.io", "CustomResourceDefinition"), (platform.group, "ClusterEntity"), ("", "Namespace")]
}

pub fn argo_project(
    url: &str,
    destinations: &[(ArgoDestination, String)],
    platform: &Platform,
    target: &ArgoTarget<'_>,
) -> String {
    let mut text =
        String::from("# What the Applications of this repository may read and write. Written by portolan.\n");
    add_head(&mut text, "AppProject", target.project, target.namespace, Some("-2"));
    let _ = write!(text, "spec:\n  sourceRepos:\n    - {}\n  destinations:\n", scalar(url));
    for (destination, namespace) in destinations {
        let (key, value) = (destination.key(), scalar(destination.text()));
        let _ = write!(text, "    - {key}: {value}\n      namespace: {}\n", scalar(namespace));
    }
    text.push_str("  clusterResourceWhitelist:\n");
    for (group, kind) in permitted_kinds(platform) {
        let _ = write!(text, "    - group: {}\n      kind: {kind}\n", scalar(group));
    }
    text
}

/// The text of a file with the Applications of one cluster.
pub fn argo_cluster(delivery: &ClusterDelivery<'_>, destination: &ArgoDestination, target: &ArgoTarget<'_>) -> String {
    let mut text =
        format!("# Argo CD delivers this repository to the cluster {}. Written by portolan.\n", delivery.cluster);
    let specs = specs(delivery, target, destination.key(), &scalar(destination.text()));
    for (position, spec) in specs.iter().enumerate() {
        if position > 0 {
            text.push_str("---\n");
        }
        text.push_str(spec.comment);
        add_head(&mut text, "Application", &spec.name, target.namespace, spec.wave);
        text.push_str("spec:\n");
        text.push_str(&spec.text);
    }
    text
}

/// The text of a file with ApplicationSets for several clusters, a row for each.
pub fn argo_application_sets(clusters: &[&str], delivery: &ClusterDelivery<'_>, target: &ArgoTarget<'_>) -> String {
    let mut text = String::from(
        "# Argo CD delivers this repository to each cluster of the lists. Written by portolan; `portolan cluster add` adds rows.\n\
         # A row that goes takes its Application, and every manifest that it delivered, with it. The CRDs stay.\n",
    );
    for (position, spec) in specs(delivery, target, "name", "'{{.cluster}}'").iter().enumerate() {
        if position > 0 {
            text.push_str("---\n");
        }
        text.push_str(spec.comment);
        add_head(&mut text, "ApplicationSet", &spec.name, target.namespace, spec.wave);
        text.push_str(
            "spec:\n  goTemplate: true\n  goTemplateOptions:\n    - missingkey=error\n  generators:\n    - list:\n        elements:\n",
        );
        for cluster in clusters {
            let _ = writeln!(text, "          - cluster: {}", scalar(cluster));
        }
        let _ = write!(text, "  template:\n    metadata:\n      name: '{{{{.cluster}}}}-{}'\n    spec:\n", spec.name);
        for line in spec.text.lines() {
            let _ = writeln!(text, "    {line}");
        }
        if spec.keeps_objects {
            text.push_str("  syncPolicy:\n    preserveResourcesOnDeletion: true\n");
        }
    }
    text
}

struct Spec {
    name: String,
    comment: &'static str,
    wave: Option<&'static str>,
    /// Its objects stay when the Application goes.
    keeps_objects: bool,
    /// The content of `spec`.
    text: String,
}

/// The Applications of a cluster: for the CRDs, and for each folder.
fn specs(delivery: &ClusterDelivery<'_>, target: &ArgoTarget<'_>, key: &str, destination: &str) -> Vec<Spec> {
    let namespace = scalar(delivery.namespace.unwrap_or(ANY_NAMESPACE));
    let head = |path: &str| {
        format!(
            "  project: {}\n  destination:\n    {key}: {destination}\n    namespace: {namespace}\n  source:\n    repoURL: \
             {}\n    targetRevision: {}\n    path: {}\n",
            scalar(target.project),
            scalar(delivery.url),
            scalar(delivery.branch),
            scalar(path)
        )
    };
    let retry = "    retry:\n      limit: 5\n      backoff:\n        duration: 10s\n        factor: 2\n        maxDuration: 3m\n";
    let crds = delivery.crds.map(|folder| Spec {
        name: delivery.crds_name(),
        comment: "# The CRDs come first, and are never pruned: with a CRD, every object of its kind is deleted.\n",
        wave: Some("-1"),
        keeps_objects: true,
        text: format!(
            "{}  syncPolicy:\n    automated:\n      prune: false\n      selfHeal: true\n    syncOptions:\n      - \
             ServerSideApply=true\n{retry}",
            head(folder)
        ),
    });
    let of_folder = |folder: &DeliveredFolder| {
        // With a kustomization, `directory` would switch it off.
        let directory = if folder.has_kustomization { "" } else { "    directory:\n      recurse: true\n" };
        Spec {
            name: delivery.folder_name(folder),
            comment: "",
            wave: None,
            keeps_objects: false,
            text: format!(
                "{}{directory}  syncPolicy:\n    automated:\n      prune: true\n      selfHeal: true\n    syncOptions:\n      \
                 - CreateNamespace=true\n      - SkipDryRunOnMissingResource=true\n{retry}",
                head(&folder.path)
            ),
        }
    };
    crds.into_iter().chain(delivery.folders.iter().map(of_folder)).collect()
}

fn add_head(text: &mut String, kind: &str, name: &str, namespace: &str, wave: Option<&str>) {
    let _ = write!(
        text,
        "apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {}\n  namespace: {}\n",
        scalar(name),
        scalar(namespace)
    );
    if let Some(wave) = wave {
        let _ = write!(text, "  annotations:\n    argocd.argoproj.io/sync-wave: \"{wave}\"\n");
    }
}
