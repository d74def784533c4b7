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
        mark_namespaces(&mut kinds);
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
    /// Namespaces of the core come before those of other groups.
    has_core_first: bool,
    text: String,
}

/// Namespaces of the core come first, unless another kind is between them: then kustomize's comparison is a circle, and its
/// order is any.
fn mark_namespaces(kinds: &mut [KindKey]) {
    let mut namespaces = kinds.iter().filter(|kind| kind.is_namespace);
    let Some(rank) = namespaces.next().map(|kind| kind.rank) else { return };
    let names = || kinds.iter().filter(|kind| kind.is_namespace).map(|kind| &kind.kind);
    let (Some(first), Some(last)) = (names().min(), names().max()) else { return };
    let is_between =
        |kind: &KindKey| !kind.is_namespace && kind.rank == rank && *first <= kind.kind && kind.kind <= *last;
    if kinds.iter().any(is_between) {
        return;
    }
    kinds.iter_mut().for_each(|kind| kind.has_core_first = kind.is_namespace);
}

impl KindKey {
    fn of(id: Id<'_>, ranks: &HashMap<String, i64>) -> Self {
        let group = or(id.group, "~G");
        Self {
            rank: ranks.get(id.kind).copied().unwrap_or_default(),
            is_namespace: id.kind == "Namespace",
            has_core_first: false,
            kind: format!("{group}_{}_{}", or(id.version, "~V"), or(id.kind, "~K")),
            text: id.kind_text(),
        }
    }
}

impl Ord for KindKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_kind = self.kind.cmp(&other.kind);
        let has_core = self.kind.starts_with("~G") || other.kind.starts_with("~G");
        let is_special = self.has_core_first && other.has_core_first && has_core;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::files::{FileKind, Files};
    use crate::delivery::manifests::Header;
    use crate::delivery::object::Origin;
    use crate::delivery::place::Place;
    use crate::domain::document::span::Span;

    fn sorted(all: &[&str], first: &[&str]) -> Vec<String> {
        let mut files = Files::default();
        let file = files.add("a.yaml".to_owned(), FileKind::Text).expect("a new file");
        let place = Place { file, span: Span::default() };
        let object = |text: &&str| {
            let (api_version, kind) = text.rsplit_once(' ').expect("a version and a kind");
            let header = Header { api_version: api_version.into(), kind: kind.into(), ..Header::default() };
            Object::new(Origin::Generated(place), header, None)
        };
        let mut objects: Vec<Object> = all.iter().map(object).collect();
        let first = first.iter().map(|kind| (*kind).to_owned()).collect();
        let options = Sort { order: "legacy".to_owned(), kinds: Some((first, Vec::new())), span: Span::default() };
        sort(&mut objects, Some(&options), true).expect("they can be sorted");
        objects.iter().map(|object| format!("{} {}", object.header.api_version, object.header.kind)).collect()
    }

    #[test]
    fn the_core_comes_first_among_namespaces() {
        let all = ["zed.io/v1 Namespace", "acme.io/v1 Thing", "v1 Namespace"];
        for first in [&["Namespace"][..], &[]] {
            let sorted = sorted(&all, first);
            let at = |text: &str| sorted.iter().position(|known| known == text);
            assert!(at("v1 Namespace") < at("zed.io/v1 Namespace"), "{sorted:?}");
        }
    }

    /// Kustomize's comparison is a circle there, with which sorting may panic.
    #[test]
    fn a_kind_between_namespaces_has_an_order_all_the_same() {
        let mut all = vec!["v1 Namespace", "zed.io/v1 Namespace", "zzz.io/v1 Thing"];
        let names: Vec<String> = (0..200).map(|at| format!("z{at}.io/v1 {}", ["Namespace", "Thing"][at % 2])).collect();
        all.extend(names.iter().map(String::as_str));
        let once = sorted(&all, &[]);
        all.reverse();
        assert_eq!(sorted(&all, &[]), once);
        assert_eq!(once.len(), all.len());
    }
}
