//! The names of clusters in the rows of ApplicationSets: people know a server by the name that stands beside its address.

use std::collections::BTreeMap;

use super::model::Deliverer;
use crate::delivery::files::FileId;
use crate::delivery::place::Place;
use crate::delivery::repository::Repository;
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;

/// Keys under which rows have the name of a cluster.
const KEYS: [&str; 3] = ["cluster", "clusterName", "cluster_name"];
/// Keys of the address of a cluster: the `name` beside one is that of the cluster.
const ADDRESSES: [&str; 4] = ["server", "url", "address", "clusterUrl"];

/// The name in the row of each deliverer that has one, by the index of the deliverer.
pub(super) fn row_names(deliverers: &[Deliverer], repository: &Repository<'_>) -> BTreeMap<usize, String> {
    let mut rows: BTreeMap<FileId, Vec<(usize, Span)>> = BTreeMap::new();
    for (at, deliverer) in deliverers.iter().enumerate() {
        if let Some((_, Some(Place { file, span }))) = deliverer.set {
            rows.entry(file).or_default().push((at, span));
        }
    }
    let mut names = BTreeMap::new();
    for (file, rows) in rows {
        let Some(text) = repository.text(file) else { continue };
        repository.documents(&text, &mut |document| {
            let Some(root) = document.value else { return };
            for (at, span) in &rows {
                let name = row_at(root, *span).and_then(name_in);
                names.extend(name.map(|name| (*at, name)));
            }
        });
    }
    names
}

/// The value at a place of a document; all of it, if the place is a whole file.
fn row_at(root: Value<'_>, span: Span) -> Option<Value<'_>> {
    if span.start == span.end {
        return Some(root);
    }
    let mut waiting = vec![root];
    while let Some(value) = waiting.pop() {
        if value.span() == span {
            return Some(value);
        }
        let holds = |member: &Value<'_>| member.span().start <= span.start && span.end <= member.span().end;
        waiting.extend(value.items().chain(value.entries().map(|(_, member)| member)).filter(holds));
    }
    None
}

fn name_in(row: Value<'_>) -> Option<String> {
    let named = KEYS.into_iter().find_map(|key| {
        let value = row.get(key)?;
        value.as_str().or_else(|| value.get("name")?.as_str())
    });
    let has_address = ADDRESSES.into_iter().any(|key| row.get(key).is_some());
    let beside_address = || row.get("name").filter(|_| has_address).and_then(Value::as_str);
    named.or_else(beside_address).filter(|name| !name.is_empty()).map(str::to_owned)
}
