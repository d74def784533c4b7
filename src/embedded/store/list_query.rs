//! What a list of entities is filtered and sorted by, and the lists that were made last.

use std::sync::{Arc, Mutex, PoisonError};

/// The number of lists that are kept.
const MAX_KEPT: usize = 16;

/// What an entity is filtered or sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListField {
    Identifier,
    Title,
    Team,
    UpdatedAt,
    Property(String),
    Relation(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub field: ListField,
    pub text: String,
    /// The text is a part of the value; otherwise it is the whole value. Case does not matter, except in a relation.
    pub is_part: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorting {
    pub field: ListField,
    pub is_descending: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    pub filters: Vec<Filter>,
    /// By default by identifier.
    pub sorting: Option<Sorting>,
}

/// The lists that were made last, the newest at the end.
#[derive(Debug, Default)]
pub(super) struct Listings(Mutex<Vec<KeptList>>);

#[derive(Debug)]
pub(super) struct KeptList {
    pub blueprint: i64,
    pub query: ListQuery,
    /// The revision of the catalog that was listed.
    pub revision: i64,
    /// Row ids, in order.
    pub ids: Arc<[i64]>,
}

impl Listings {
    pub fn find(&self, blueprint: i64, query: &ListQuery, revision: i64) -> Option<Arc<[i64]>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |list: &&KeptList| list.blueprint == blueprint && list.revision == revision && list.query == *query;
        kept.iter().find(is_it).map(|list| Arc::clone(&list.ids))
    }

    pub fn keep(&self, list: KeptList) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| other.revision == list.revision);
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push(list);
    }
}
