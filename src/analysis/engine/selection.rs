//! Selects the rules of a run and their severities: the config's, otherwise the rule's own.

use crate::domain::finding::{RuleInfo, Severity};

/// The configured levels. The analyzer sorts the rules by scope.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    levels: Vec<(String, Option<Severity>)>,
    cluster: bool,
}

impl Selection {
    /// `levels`: rule names with their configured severity (`None`: off); the last entry for a rule counts.
    pub fn new(levels: impl IntoIterator<Item = (String, Option<Severity>)>, delivery_is_cluster: bool) -> Self {
        Self { levels: levels.into_iter().collect(), cluster: delivery_is_cluster }
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
            if only_for_clusters { Some(Severity::Error) } else { rule.severity }
        })
    }
}
