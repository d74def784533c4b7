//! A page of entities.

/// `next` is the `from` of the next page; absent on the last page.
#[derive(Debug, Clone)]
pub struct EntityPage<T> {
    pub entities: Vec<T>,
    pub next: Option<String>,
}
