//! Reads a search page by page: the body of each request, and the guard against pages that repeat.

use std::collections::HashSet;

use serde_json::value::RawValue;

/// More pages than any catalog has: the pages repeat.
const MAX_PAGES: usize = 100_000;

/// The position in a search. Cursors are sent back exactly as the catalog wrote them.
#[derive(Debug)]
pub(super) struct Cursor {
    from: Option<Box<RawValue>>,
    seen: HashSet<String>,
    max_pages: usize,
}

/// The catalog returned a page that it had returned before, or more pages than there can be.
#[derive(Debug)]
pub(super) struct PagesRepeat;

impl Cursor {
    pub fn new() -> Self {
        Self::within(MAX_PAGES)
    }

    /// For a search that cannot have more pages than this.
    pub fn within(max_pages: usize) -> Self {
        Self { from: None, seen: HashSet::new(), max_pages }
    }

    /// The body of the request for this page. `query`: a JSON object without `from`.
    pub fn body(&self, query: &str) -> Vec<u8> {
        match (&self.from, query.strip_suffix('}')) {
            (Some(from), Some(open)) => format!("{open},\"from\":{}}}", from.get()).into_bytes(),
            (Some(_), None) | (None, _) => query.as_bytes().to_vec(),
        }
    }

    /// Moves to the next page; `false`: there is none.
    pub fn advance(&mut self, next: Option<Box<RawValue>>) -> Result<bool, PagesRepeat> {
        self.from = next.filter(|next| !matches!(next.get(), "null" | "\"\"" | "false"));
        let Some(from) = &self.from else { return Ok(false) };
        let is_new = self.seen.insert(from.get().to_owned());
        if is_new && self.seen.len() <= self.max_pages { Ok(true) } else { Err(PagesRepeat) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Option<Box<RawValue>> {
        Some(RawValue::from_string(json.to_owned()).expect("it is JSON"))
    }

    #[test]
    fn a_cursor_is_sent_back_as_it_came_until_there_is_none() {
        let mut cursor = Cursor::new();
        assert_eq!(cursor.body("{\"limit\":1}"), b"{\"limit\":1}");
        assert!(cursor.advance(raw("{\"id\": 1.50}")).is_ok_and(|more| more));
        assert_eq!(cursor.body("{\"limit\":1}"), b"{\"limit\":1,\"from\":{\"id\": 1.50}}");
        for end in [None, raw("null"), raw("\"\""), raw("false")] {
            assert!(cursor.advance(end).is_ok_and(|more| !more));
        }
    }

    #[test]
    fn pages_that_repeat_are_noticed() {
        let mut cursor = Cursor::within(2);
        assert!(cursor.advance(raw("1")).is_ok() && cursor.advance(raw("2")).is_ok());
        assert!(cursor.advance(raw("2")).is_err(), "the same page again");
        assert!(cursor.advance(raw("3")).is_err(), "more pages than there can be");
    }
}
