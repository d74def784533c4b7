//! The kinds in the API groups of Flux, Argo CD, Crossplane and definitions, to find misspelt ones: an object of a kind that
//! does not exist delivers or defines nothing, and no deliverer says more than that.

use super::object::split_version;
use crate::text::suggest::single_slip;

/// A shorter kind that differs in one letter may well be another one: `VPC` and `VPN`.
const SHORTEST_SLIP: usize = 5;

/// All kinds of each group. Argo's other tools share the group of Argo CD.
const KINDS: [(&str, &[&str]); 6] = [
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"]),
    (
        "source.toolkit.fluxcd.io",
        &[
            "ArtifactGenerator",
            "Bucket",
            "ExternalArtifact",
            "GitRepository",
            "HelmChart",
            "HelmRepository",
            "OCIRepository",
        ],
    ),
    ("helm.toolkit.fluxcd.io", &["HelmRelease"]),
    (
        "argoproj.io",
        &[
            "AnalysisRun",
            "AnalysisTemplate",
            "AppProject",
            "Application",
            "ApplicationSet",
            "ArgoCD",
            "ClusterAnalysisTemplate",
            "ClusterWorkflowTemplate",
            "CronWorkflow",
            "EventBus",
            "EventSource",
            "Experiment",
            "Rollout",
            "Sensor",
            "Workflow",
            "WorkflowEventBinding",
            "WorkflowTemplate",
        ],
    ),
    (
        "apiextensions.crossplane.io",
        &[
            "CompositeResourceDefinition",
            "Composition",
            "CompositionRevision",
            "EnvironmentConfig",
            "ManagedResourceActivationPolicy",
            "ManagedResourceDefinition",
            "Usage",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
];

/// Whether a kind is another one, but for one slip, the case of letters, or the plural.
pub fn is_near(kind: &str, known: &str, plural: &str) -> bool {
    let is_long = kind.chars().count() >= SHORTEST_SLIP;
    kind.eq_ignore_ascii_case(known)
        || kind.eq_ignore_ascii_case(plural)
        || is_long && single_slip(kind, [known]).is_some()
}

/// The kind of a tool that a kind which does not exist is meant to be.
pub fn meant(api_version: &str, kind: &str) -> Option<&'static str> {
    let (group, _) = split_version(api_version);
    let (_, known) = KINDS.iter().find(|(known, _)| *known == group)?;
    if known.contains(&kind) {
        return None;
    }
    known.iter().copied().find(|known| is_near(kind, known, &format!("{known}s")))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn misspelt_kinds_of_tools_are_found() {
        for (api_version, kind, wanted) in [
            ("kustomize.toolkit.fluxcd.io/v1", "Kustomizaton", Some("Kustomization")),
            ("source.toolkit.fluxcd.io/v1", "Gitrepository", Some("GitRepository")),
            ("source.toolkit.fluxcd.io/v1", "OCIRepository", None),
            ("argoproj.io/v1alpha1", "Aplication", Some("Application")),
            ("argoproj.io/v1alpha1", "Applications", Some("Application")),
            ("argoproj.io/v1alpha1", "ApplicationSet", None),
            ("argoproj.io/v1alpha1", "Workflow", None),
            ("apiextensions.crossplane.io/v1", "CompositeResourceDefintion", Some("CompositeResourceDefinition")),
            // Kinds of a later version.
            ("apiextensions.crossplane.io/v2", "Operation", None),
            ("kustomize.config.k8s.io/v1beta1", "Kustomizaton", None),
        ] {
            assert_eq!(meant(api_version, kind), wanted, "{api_version} {kind}");
        }
    }
}
