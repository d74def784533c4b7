//! Drops the faults of values that never become JSON, because a later entry with the same key replaces them. Kubernetes
//! converts a document to JSON after reading all of it, so `.inf` under a duplicate key does no harm.

use std::collections::{HashMap, HashSet};

use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value, View};

pub(super) fn drop_overridden(view: View<'_>, faults: &mut Vec<Fault>) {
    let is_not_json = |fault: &Fault| matches!(fault.kind, FaultKind::NotJson { .. });
    if !faults.iter().any(is_not_json) {
        return;
    }
    let Some(root) = view.root() else { return };
    let spans = effective_spans(root);
    // An alias used as a key has the span of its anchor in the tree.
    let is_alias = |span: Span| span.slice(view.source).starts_with('*');
    faults.retain(|fault| !is_not_json(fault) || spans.contains(&fault.span) || is_alias(fault.span));
}

/// The spans of all keys and values that become JSON.
fn effective_spans(root: Value<'_>) -> HashSet<Span> {
    let mut spans = HashSet::new();
    let mut waiting = vec![root];
    while let Some(value) = waiting.pop() {
        spans.insert(value.span());
        match value.kind() {
            Kind::List => waiting.extend(value.items()),
            // Of the keys `1` and `"1"`, kubectl keeps a random one; here the last one applies.
            Kind::Map => {
                let last: HashMap<_, _> = value.entries().map(|(key, value)| (key.key_text(), value)).collect();
                spans.extend(value.entries().map(|(key, _)| key.span()));
                waiting.extend(last.into_values());
            }
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => {}
        }
    }
    spans
}
