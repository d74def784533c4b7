//! The time limit of searches: one over large entities, with many rules and long paths, would otherwise block others
//! for minutes. SQLite calls a progress handler in the searching thread, which decides whether to continue.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rusqlite::Connection;

pub(super) const SEARCH_TIME: Duration = Duration::from_secs(30);
/// SQLite instructions between two calls of the progress handler: a fraction of a millisecond.
const INSTRUCTIONS_PER_CHECK: i32 = 10_000;

thread_local! {
    /// The deadline of the current search.
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
    /// The time left for the searches of the current transaction.
    static TIME_LEFT: Cell<Duration> = const { Cell::new(SEARCH_TIME) };
    #[cfg(test)]
    static TEST_LIMIT: Cell<Option<Duration>> = const { Cell::new(None) };
}

/// Starts the time limit that all searches of a transaction share.
pub(super) fn begin_transaction() {
    TIME_LEFT.set(limit());
}

/// The time limit applies while this value lives, so only searches are limited: if SQLite interrupts a statement that
/// writes, it rolls back the whole transaction. A search within a search shares its time.
pub(super) struct Search {
    begun: Instant,
    is_inner: bool,
}

impl Search {
    pub fn begin() -> Self {
        let (begun, is_inner) = (Instant::now(), DEADLINE.get().is_some());
        if !is_inner {
            DEADLINE.set(Some(begun + TIME_LEFT.get()));
        }
        Self { begun, is_inner }
    }

    /// Whether the searches of the current transaction have no time left.
    pub fn is_over() -> bool {
        match DEADLINE.get() {
            Some(ends) => Instant::now() >= ends,
            None => TIME_LEFT.get().is_zero(),
        }
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        if self.is_inner {
            return;
        }
        DEADLINE.set(None);
        TIME_LEFT.set(TIME_LEFT.get().saturating_sub(self.begun.elapsed()));
    }
}

fn limit() -> Duration {
    #[cfg(test)]
    if let Some(limit) = TEST_LIMIT.get() {
        return limit;
    }
    SEARCH_TIME
}

/// Installs the progress handler; once per connection.
pub(super) fn install(connection: &mut Connection) -> rusqlite::Result<()> {
    connection
        .progress_handler(INSTRUCTIONS_PER_CHECK, Some(|| DEADLINE.get().is_some_and(|ends| Instant::now() >= ends)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::wire::{EntityDraft, WriteOptions, Writer};
    use crate::embedded::api::{SearchQuery, Shape, Strictness};
    use crate::embedded::store::{Failure, Store, system_clock};

    #[test]
    fn a_search_that_takes_too_long_is_refused_and_the_next_one_is_not() {
        let store = Store::in_memory(system_clock()).expect("memory is there");
        let writer = Writer { id: "ada".to_owned(), user_agent: "tests".to_owned(), now: store.now() };
        let blueprint = json!({"identifier": "b", "title": "B", "schema": {"properties": {"n": {"type": "number"}}}});
        store.create_blueprint(blueprint, &writer).expect("it is taken");
        let drafts = (0..2000).map(|n| {
            let body = json!({"identifier": format!("e{n}"), "properties": {"n": n}});
            EntityDraft::parse(&body, Strictness::Open)
        });
        store.bulk_upsert("b", drafts.collect(), &WriteOptions::default(), &writer).expect("they are taken");
        let query = json!({"combinator": "and", "rules": [{"property": "n", "operator": "=", "value": -1}]});
        let query = SearchQuery::parse(&query).expect("it is a search");
        let search = || store.search("b", &query, &Shape::default(), 10, None);
        TEST_LIMIT.set(Some(Duration::ZERO));
        let refused = search().expect_err("it takes too long");
        let everywhere = store.search_everywhere(&query, &Shape::default()).expect_err("it takes too long");
        for refused in [refused, everywhere] {
            let is_told = |message: &Option<String>| message.as_ref().is_some_and(|it| it.contains("30 seconds"));
            let is_refused = matches!(&refused, Failure::Refused(it) if it.status == 422 && is_told(&it.message));
            assert!(is_refused, "{refused:?}");
        }
        assert!(store.count("b").is_ok(), "what is no search has no limit");
        TEST_LIMIT.set(None);
        assert!(search().is_ok_and(|page| page.entities.is_empty()));
    }

    #[test]
    fn a_search_within_a_search_shares_its_time() {
        begin_transaction();
        let outer = Search::begin();
        let deadline = DEADLINE.get();
        drop(Search::begin());
        assert_eq!(DEADLINE.get(), deadline);
        drop(outer);
        assert_eq!(DEADLINE.get(), None);
        assert!(!Search::is_over());
    }
}
