//! The arguments of `cluster add`.

use clap::ValueHint;

use crate::commands::args::output::TextOrJson;

/// Register a cluster or control plane with Flux or Argo CD
///
/// Flux gets a file with a GitRepository, and Kustomizations that reach the cluster by a secret with its kubeconfig. Argo CD
/// gets a file with Applications, or a row in the list of an ApplicationSet. The kustomization that lists the files, the
/// AppProject and `clusters` in portolan.yaml are extended where the repository has them; comments and layout stay. A
/// second run changes nothing, and a name that is used for something else is refused.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  portolan cluster add prod-eu
  portolan cluster add prod-eu --path control-planes/eu --dry-run
  portolan cluster add prod-eu --kubeconfig-secret eu-access
  portolan cluster add prod-eu --deliverer argocd --server https://eu.example.com:6443")]
pub struct AddArgs {
    /// Name of the cluster: `prod-eu`
    #[arg(value_name = "NAME", value_hint = ValueHint::Other)]
    pub name: String,
    /// The tool that delivers to it; default: the one whose objects this repository holds
    #[arg(long, value_name = "DELIVERER", value_parser = ["flux", "argocd"])]
    pub deliverer: Option<String>,
    /// Folder with the manifests for it; default: those of `manifests.include`
    #[arg(long, value_name = "PATH", value_hint = ValueHint::DirPath)]
    pub path: Option<String>,
    /// Namespace of the manifests in it; default: as for the other clusters, or `catalog`
    #[arg(long, value_name = "NAMESPACE", value_hint = ValueHint::Other)]
    pub namespace: Option<String>,
    /// Flux: the secret with its kubeconfig, in the namespace of Flux's objects; default: `NAME-kubeconfig`
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub kubeconfig_secret: Option<String>,
    /// Argo CD: the address of its API server; default: Argo CD knows the cluster by its name
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub server: Option<String>,
    /// File to write, or with the ApplicationSet to extend
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<String>,
    /// Show what would be written and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Format of the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TextOrJson::Text)]
    pub output: TextOrJson,
}
