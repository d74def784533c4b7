//! Groups the problems of an evaluation by the expression that failed.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::document::span::Span;
use crate::domain::evaluation::Problem;
use crate::domain::mapping_facts::ClusterFacts;

/// An expression with the objects for which it fails.
pub(crate) struct Failed<'a> {
    /// That of the first object.
    pub problem: &'a Problem,
    pub span: Span,
    pub objects: BTreeSet<usize>,
}

/// The expressions with a problem that `is_wanted`, in the order of the mapping. Values that are no expressions are left out.
pub(crate) fn failed_objects<'a>(cluster: &'a ClusterFacts, is_wanted: impl Fn(&Problem) -> bool) -> Vec<Failed<'a>> {
    let mut found: BTreeMap<(Span, Option<&str>), Failed<'a>> = BTreeMap::new();
    let has_expression = |problem: &&Problem| problem.expression.is_some() && is_wanted(problem);
    for problem in cluster.problems.iter().filter(has_expression) {
        let (Some(span), Some(object)) = (problem.span, problem.object_index) else { continue };
        let key = (span, problem.field.as_deref());
        let failed = found.entry(key).or_insert_with(|| Failed { problem, span, objects: BTreeSet::new() });
        failed.objects.insert(object);
    }
    found.into_values().collect()
}
