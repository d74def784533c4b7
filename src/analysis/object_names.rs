//! Names objects in findings about mappings: up to three, and the number of the rest.

use std::collections::BTreeSet;

use crate::analysis::engine::rule::FindingBuilder;
use crate::domain::mapping_facts::{ClusterFacts, ExpressionFacts};
use crate::text::plural::{grouped, list};

/// How many objects a finding names.
const NAMED: usize = 3;

/// "`Entity shop/cart`", "`a`, `b` and `c`", "`a`, `b`, `c` and 9 more".
pub(crate) fn name_objects(cluster: &ClusterFacts, objects: &BTreeSet<usize>) -> String {
    let names = objects.iter().filter_map(|index| cluster.object(*index));
    let mut names: Vec<String> = names.take(NAMED).map(|object| format!("`{}`", object.name)).collect();
    if objects.len() > NAMED {
        names.push(format!("{} more", grouped(objects.len() - NAMED)));
    }
    list(&names)
}

/// Adds the places of the objects that [`name_objects`] names.
pub(crate) fn point_at_objects(
    mut draft: FindingBuilder,
    cluster: &ClusterFacts,
    objects: &BTreeSet<usize>,
) -> FindingBuilder {
    for object in objects.iter().filter_map(|index| cluster.object(*index)).take(NAMED) {
        draft = draft.related_in(object.place.file, object.place.span, format!("`{}`", object.name));
    }
    draft
}

/// Whether the cluster has an object of the kind of the expression's entry here. What an expression does for objects that
/// are not in the repository is no business of lint.
pub(crate) fn has_objects_here(cluster: &ClusterFacts, expression: &ExpressionFacts) -> bool {
    match expression.entry {
        Some(entry) => cluster.objects_of(entry).next().is_some(),
        None => true,
    }
}
