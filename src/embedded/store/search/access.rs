//! Uses indexes to narrow a search: if a predicate can hold only for a few entities, only those are read. The predicate
//! is still evaluated on each of them.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::embedded::api::Test;
use crate::embedded::store::search::compile::{Place, Predicate};

#[derive(Debug, Clone, Default)]
pub(super) struct Narrow {
    pub identifiers: BTreeSet<String>,
    /// Row ids, of any blueprint.
    pub rows: Vec<Arc<HashSet<i64>>>,
    pub datasources: BTreeSet<i64>,
}

impl Narrow {
    /// The maximum number of entities. The number per datasource is unknown without counting.
    fn cost(&self) -> usize {
        if !self.datasources.is_empty() {
            return usize::MAX;
        }
        self.identifiers.len() + self.rows.iter().map(|rows| rows.len()).sum::<usize>()
    }
}

/// `None`: any entity of the blueprint may satisfy the predicate.
pub(super) fn narrow(predicate: &Predicate) -> Option<Narrow> {
    match predicate {
        Predicate::Always(true) => None,
        Predicate::Always(false) => Some(Narrow::default()),
        Predicate::Every(parts) => parts.iter().filter_map(narrow).min_by_key(Narrow::cost),
        Predicate::Any(parts) => {
            let mut all = Narrow::default();
            for part in parts {
                let part = narrow(part)?;
                all.identifiers.extend(part.identifiers);
                all.rows.extend(part.rows);
                all.datasources.extend(part.datasources);
            }
            Some(all)
        }
        Predicate::Member(rows) => Some(Narrow { rows: vec![Arc::clone(rows)], ..Narrow::default() }),
        Predicate::Datasource(among) => Some(Narrow { datasources: among.as_ref().clone(), ..Narrow::default() }),
        Predicate::Check(Place::Identifier, statement) if !statement.negated => {
            let identifiers = match &statement.test {
                Test::Equal(wanted) => wanted.as_str().into_iter().map(str::to_owned).collect(),
                Test::In(wanted) => wanted.iter().cloned().collect(),
                Test::Compare(..)
                | Test::Within(_)
                | Test::Contains(_)
                | Test::ContainsAny(_)
                | Test::BeginsWith(_)
                | Test::EndsWith(_)
                | Test::Empty
                | Test::Expired => return None,
            };
            Some(Narrow { identifiers, ..Narrow::default() })
        }
        Predicate::UpdatedBefore(_) | Predicate::Check(..) => None,
    }
}
