//! The order of kustomize's output that `kubectl` and `sortOptions: {order: legacy}` use: by kind, then by identity.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::failure::{Failure, FailureKind};
use super::kustomization::Sort;
use crate::delivery::object::{Id, Object, or};

const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts as the options say. `legacy_by_default`: as kubectl does without options.
pub(super) fn sort(objects: &mut [Object], options: Option<&Sort>, legacy_by_default: bool) -> Result<(), Failure> {
    let kinds = match options.map(|options| (options.order.as_str(), &options.kinds)) {
        None if legacy_by_default => None,
        Some(("legacy", kinds)) => kinds.as_ref(),
        None | Some(("fifo", None)) => return Ok(()),
        Some(("fifo", Some(_))) => {
            let text = "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not \
                        'legacy'";
            return Err(Failure::new(FailureKind::Sort, text));
        }
        Some(_) => {
            let text = "the field 'sortOptions.order' must be one of [fifo, legacy]";
            return Err(Failure::new(FailureKind::Sort, text));
        }
    };
    let ranks = match kinds {
        None => ranks(&FIRST, &LAST),
        Some((first, last)) => {
            let first: Vec<_> = first.iter().map(String::as_str).collect();
            let last: Vec<_> = last.iter().map(String::as_str).collect();
            ranks(&first, &last)
        }
    };
    objects.sort_by_cached_key(|object| Key::of(object, &ranks));
    Ok(())
}

fn ranks(first: &[&str], last: &[&str]) -> HashMap<String, i64> {
    let count = i64::try_from(first.len()).unwrap_or(i64::MAX);
    let first = first.iter().zip(-count..);
    first.chain(last.iter().zip(1..)).map(|(kind, rank)| ((*kind).to_owned(), rank)).collect()
}

/// What the order compares.
#[derive(Debug, PartialEq, Eq)]
struct Key {
    rank: i64,
    kind: String,
    is_namespace: bool,
    identity: String,
}

impl Key {
    fn of(object: &Object, ranks: &HashMap<String, i64>) -> Self {
        let id = object.id();
        let group = or(&id.group, "~G");
        Self {
            rank: ranks.get(&id.kind).copied().unwrap_or_default(),
            is_namespace: id.kind == "Namespace",
            kind: format!("{group}_{}_{}", or(&id.version, "~V"), or(&id.kind, "~K")),
            identity: identity(&id, &object.header.namespace),
        }
    }
}

fn identity(id: &Id, namespace: &str) -> String {
    format!("{}|{}|{}", id.kind_text(), or(namespace, "~X"), or(&id.name, "~N"))
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_kind = self.kind.cmp(&other.kind);
        // Namespaces of the core come before those of other groups.
        let has_core = self.kind.starts_with("~G") || other.kind.starts_with("~G");
        let is_special = self.is_namespace && other.is_namespace && has_core;
        let by_kind = if is_special { by_kind.reverse() } else { by_kind };
        self.rank.cmp(&other.rank).then(by_kind).then_with(|| self.identity.cmp(&other.identity))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
