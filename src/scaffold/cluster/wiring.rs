//! What Flux or Argo CD has to know to bring the manifests of a repository to a cluster. `flux` and `argocd` write it as
//! their objects.

/// The delivery of a repository to one cluster.
#[derive(Debug, Clone, Copy)]
pub struct ClusterDelivery<'a> {
    pub cluster: &'a str,
    pub url: &'a str,
    pub branch: &'a str,
    /// The folder with the CRDs; `None`: they come from elsewhere.
    pub crds: Option<&'a str>,
    pub folders: &'a [DeliveredFolder],
    /// The namespace of the manifests; `None`: each manifest names its own.
    pub namespace: Option<&'a str>,
}

/// A folder with manifests, relative to the top of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveredFolder {
    pub path: String,
    /// It has a kustomization, which says what is delivered.
    pub has_kustomization: bool,
}

impl ClusterDelivery<'_> {
    /// The name of the object that delivers the CRDs.
    pub fn crds_name(&self) -> String {
        crds_name(self.cluster)
    }

    /// The name of the object that delivers a folder: the cluster's, with several folders followed by the folder's.
    pub fn folder_name(&self, folder: &DeliveredFolder) -> String {
        if self.folders.len() < 2 {
            return self.cluster.to_owned();
        }
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let path: String = folder.path.chars().map(plain).collect();
        format!("{}-{}", self.cluster, path.trim_matches('-'))
    }
}

pub fn crds_name(cluster: &str) -> String {
    format!("{cluster}-crds")
}

/// A path as Flux documents write it.
pub fn flux_path(path: &str) -> String {
    format!("./{path}")
}

/// The kustomization that lists the files of a folder, so that `kubectl apply -k` applies them.
pub fn folder_kustomization(files: &[&str], comment: &str) -> String {
    let mut text =
        format!("# {comment}\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n");
    for file in files {
        text.push_str(&format!("  - {}\n", super::yaml::scalar(file)));
    }
    text
}
