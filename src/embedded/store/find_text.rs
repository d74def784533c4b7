//! Finds entities by the words that people type: each must begin a word of the identifier, the title, a team or a
//! property. Entities with such an identifier come first, then those with such a title, then the rest.

use rusqlite::types::ToSql;
use rusqlite::{Transaction, params_from_iter};

use super::connection::Store;
use super::entities::{Row, columns};
use super::error::Failure;
use super::time_limit::Search;

/// The maximum number of words of one search.
const MAX_WORDS: usize = 8;

/// An entity that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEntity {
    pub blueprint: String,
    pub identifier: String,
    pub title: Option<String>,
    /// JSON: a list.
    pub team: String,
    /// JSON: an object with the stored values.
    pub properties: String,
}

impl Store {
    /// The entities that have all words of `text`. Those that `accepts` refuses are left out: it sees what the user may
    /// see, while the index also has values that are masked.
    pub fn find_text(
        &self,
        text: &str,
        limit: usize,
        accepts: &dyn Fn(&FoundEntity) -> bool,
    ) -> Result<Vec<FoundEntity>, Failure> {
        let words = words_of(text);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        self.read(|transaction| {
            let _limited = Search::begin();
            let mut search =
                TextSearch { store: self, transaction, limit, accepts, ids: Vec::new(), found: Vec::new() };
            search.by_identifier(text.trim())?;
            let words: Vec<String> = words.iter().map(|word| format!("\"{}\"*", word.replace('"', "\"\""))).collect();
            let all = words.join(" AND ");
            search.by_words(&format!("name : ({all})"))?;
            search.by_words(&all)?;
            Ok(search.found)
        })
    }
}

/// The words of a text in lower case, as the index has them. Every other character separates words.
pub fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(MAX_WORDS).map(str::to_lowercase).collect()
}

struct TextSearch<'s> {
    store: &'s Store,
    transaction: &'s Transaction<'s>,
    limit: usize,
    accepts: &'s dyn Fn(&FoundEntity) -> bool,
    /// The row ids of what was found or refused.
    ids: Vec<i64>,
    found: Vec<FoundEntity>,
}

impl TextSearch<'_> {
    /// The entities of each blueprint whose identifier begins with the text: the exact ones first.
    fn by_identifier(&mut self, text: &str) -> Result<(), Failure> {
        const EXACT: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM blueprints b CROSS JOIN entities e ON e.blueprint = b.id AND e.identifier = ?1 \
             WHERE b.entity_count > 0 LIMIT ?2"
        );
        const BEGINNING: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM blueprints b CROSS JOIN entities e ON e.blueprint = b.id \
             AND e.identifier >= ?1 AND e.identifier < ?2 WHERE b.entity_count > 0 LIMIT ?3"
        );
        let most = self.most();
        self.add(EXACT, &[&text, &most])?;
        // No character is greater than this one.
        let end = format!("{text}\u{10FFFF}");
        self.add(BEGINNING, &[&text, &end, &most])
    }

    /// `words` is a query of the index.
    fn by_words(&mut self, words: &str) -> Result<(), Failure> {
        const FOUND: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM words w CROSS JOIN entities e ON e.id = w.rowid \
             WHERE words MATCH ?1 ORDER BY w.rowid LIMIT ?2"
        );
        let most = self.most();
        self.add(FOUND, &[&words, &most])
    }

    /// The number of rows to read: those that were found before may come again.
    fn most(&self) -> i64 {
        i64::try_from(self.limit + self.ids.len()).unwrap_or(i64::MAX)
    }

    fn add(&mut self, sql: &str, parameters: &[&dyn ToSql]) -> Result<(), Failure> {
        if self.found.len() >= self.limit {
            return Ok(());
        }
        let mut statement = self.transaction.prepare_cached(sql)?;
        let rows = statement.query_map(params_from_iter(parameters), Row::read)?.collect::<Result<Vec<_>, _>>()?;
        for row in rows {
            if self.found.len() == self.limit || self.ids.contains(&row.id) {
                continue;
            }
            self.ids.push(row.id);
            let compiled = self.store.compiled_by_id(self.transaction, row.blueprint)?;
            let found = FoundEntity {
                blueprint: compiled.identifier().to_owned(),
                identifier: row.identifier,
                title: row.texts.title,
                team: row.team,
                properties: row.properties,
            };
            if (self.accepts)(&found) {
                self.found.push(found);
            }
        }
        Ok(())
    }
}
