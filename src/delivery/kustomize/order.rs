//! The order of kustomize's output that `kubectl` and `sortOptions: {order: legacy}` use: by kind, then by identity.

use std::cmp::Ordering;

use foldhash::{HashMap, HashMapExt};

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
pub(super) fn sort(objects: &mut Vec<Object>, options: Option<&Sort>, legacy_by_default: bool) -> Result<(), Failure> {
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
    let kinds = KindOrder::of(objects, &ranks);
    let mut order: Vec<usize> = (0..objects.len()).collect();
    order.sort_by(|one, other| {
        let by_kind = kinds.of_objects[*one].cmp(&kinds.of_objects[*other]);
        by_kind.then_with(|| by_name(&objects[*one], &objects[*other]))
    });
    if !order.is_sorted() {
        let mut unsorted: Vec<Option<Object>> = std::mem::take(objects).into_iter().map(Some).collect();
        objects.extend(order.into_iter().filter_map(|at| unsorted[at].take()));
    }
    Ok(())
}

fn ranks(first: &[&str], last: &[&str]) -> HashMap<String, i64> {
    let count = i64::try_from(first.len()).unwrap_or(i64::MAX);
    let first = first.iter().zip(-count..);
    first.chain(last.iter().zip(1..)).map(|(kind, rank)| ((*kind).to_owned(), rank)).collect()
}

/// The order of the kinds of some objects.
struct KindOrder {
    /// The position of the kind of each object.
    of_objects: Vec<usize>,
}

impl KindOrder {
    fn of(objects: &[Object], ranks: &HashMap<String, i64>) -> Self {
        let mut numbers: HashMap<(&str, &str), usize> = HashMap::new();
        let mut kinds = Vec::new();
        let mut of_objects = Vec::with_capacity(objects.len());
        let mut last: Option<(&str, &str, usize)> = None;
        for object in objects {
            let (api_version, kind) = (object.header.api_version.as_str(), object.header.kind.as_str());
            // Objects of one kind mostly follow each other.
            let number = match last {
                Some((known, known_kind, number)) if (known, known_kind) == (api_version, kind) => number,
                _ => *numbers.entry((api_version, kind)).or_insert_with(|| {
                    kinds.push(KindKey::of(object.id(), ranks));
                    kinds.len() - 1
                }),
            };
            last = Some((api_version, kind, number));
            of_objects.push(number);
        }
        let mut sorted: Vec<usize> = (0..kinds.len()).collect();
        sorted.sort_by(|one, other| kinds[*one].cmp(&kinds[*other]));
        let mut positions = vec![0; kinds.len()];
        let mut position = 0;
        for pair in sorted.windows(2) {
            // `v1` and `/v1` are the same.
            position += usize::from(kinds[pair[0]] != kinds[pair[1]]);
            positions[pair[1]] = position;
        }
        of_objects.iter_mut().for_each(|number| *number = positions[*number]);
        Self { of_objects }
    }
}

/// What the order of kinds compares.
#[derive(Debug, PartialEq, Eq)]
struct KindKey {
    rank: i64,
    kind: String,
    is_namespace: bool,
    text: String,
}

impl KindKey {
    fn of(id: Id<'_>, ranks: &HashMap<String, i64>) -> Self {
        let group = or(id.group, "~G");
        Self {
            rank: ranks.get(id.kind).copied().unwrap_or_default(),
            is_namespace: id.kind == "Namespace",
            kind: format!("{group}_{}_{}", or(id.version, "~V"), or(id.kind, "~K")),
            text: id.kind_text(),
        }
    }
}

impl Ord for KindKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_kind = self.kind.cmp(&other.kind);
        // Namespaces of the core come before those of other groups.
        let has_core = self.kind.starts_with("~G") || other.kind.starts_with("~G");
        let is_special = self.is_namespace && other.is_namespace && has_core;
        let by_kind = if is_special { by_kind.reverse() } else { by_kind };
        self.rank.cmp(&other.rank).then(by_kind).then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for KindKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Of two objects of one kind: `NAMESPACE|NAME` as texts.
fn by_name(one: &Object, other: &Object) -> Ordering {
    let (a, b) = (&one.header, &other.header);
    let (name, other_name) = (or(&a.name, "~N"), or(&b.name, "~N"));
    if a.namespace == b.namespace {
        return name.cmp(other_name);
    }
    let [namespace, other_namespace] = [or(&a.namespace, "~X"), or(&b.namespace, "~X")];
    let text = namespace.bytes().chain(*b"|").chain(name.bytes());
    text.cmp(other_namespace.bytes().chain(*b"|").chain(other_name.bytes()))
}
