//! Which rules speak in a run, and how loud: their own severity, unless the config says another.

use crate::analysis::rule::Rule;
use crate::domain::finding::{RuleInfo, Severity};

/// Rules by how much of the world they look at are sorted out by the analyzer; this only knows levels.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    levels: Vec<(String, Option<Severity>)>,
    cluster: bool,
}

impl Selection {
    /// `levels`: rule names with what the config says of them (`None`: off); the last word on a rule counts.
    pub fn new(levels: impl IntoIterator<Item = (String, Option<Severity>)>, delivery_is_cluster: bool) -> Self {
        Self { levels: levels.into_iter().collect(), cluster: delivery_is_cluster }
    }

    pub fn severity(&self, rule: &RuleInfo) -> Option<Severity> {
        let said = self.levels.iter().rev().find(|(name, _)| name == rule.name).map(|(_, level)| *level);
        said.unwrap_or_else(|| {
            // What the cluster's CRD would drop matters only to those who deliver through a cluster.
            let only_for_clusters = rule.severity.is_none() && self.cluster;
            if only_for_clusters { Some(Severity::Warning) } else { rule.severity }
        })
    }

    /// The rules that speak, with their severity, in the order of the list.
    pub(crate) fn active(&self) -> impl Iterator<Item = (&'static Rule, Severity)> {
        crate::analysis::rules::ALL.iter().filter_map(|rule| Some((*rule, self.severity(&rule.info)?)))
    }
}
