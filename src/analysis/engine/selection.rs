//! Selects the rules of a run and their severities: the config's, otherwise the rule's own.

use crate::domain::finding::{RuleInfo, Severity};

/// The configured levels. The analyzer sorts the rules by scope.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    levels: Vec<(String, Option<Severity>)>,
    cluster: bool,
    /// The config says that clusters receive the manifests: `delivery: cluster`, or an entry of `clusters`.
    names_clusters: bool,
}

impl Selection {
    /// `levels`: rule names with their configured severity (`None`: off); the last entry for a rule counts.
    pub fn new(levels: impl IntoIterator<Item = (String, Option<Severity>)>, delivery_is_cluster: bool) -> Self {
        let levels = levels.into_iter().collect();
        Self { levels, cluster: delivery_is_cluster, names_clusters: delivery_is_cluster }
    }

    /// The config has an entry of `clusters`.
    #[must_use]
    pub fn with_clusters(self, has_clusters: bool) -> Self {
        Self { names_clusters: self.names_clusters || has_clusters, ..self }
    }

    /// Whether the config sets the level of a rule.
    pub fn is_configured(&self, rule: &RuleInfo) -> bool {
        self.levels.iter().any(|(name, _)| name == rule.name)
    }

    pub fn severity(&self, rule: &RuleInfo) -> Option<Severity> {
        let said = self.levels.iter().rev().find(|(name, _)| name == rule.name).map(|(_, level)| *level);
        said.unwrap_or_else(|| {
            // These rules report what the cluster's CRD does not have, which matters only if a cluster delivers the
            // manifests.
            let only_for_clusters = rule.severity.is_none() && self.cluster;
            // Otherwise a deliverer in another repository may take the manifest.
            let is_certain = self.names_clusters && rule.name == "undelivered-manifest";
            match rule.severity {
                _ if only_for_clusters => Some(Severity::Error),
                _ if is_certain => Some(Severity::Error),
                severity => severity,
            }
        })
    }
}
