//! Prepares the part of a search that is the same for every blueprint: follows relations, selects datasources, and
//! resolves relative times.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use rusqlite::Transaction;

use crate::domain::value::timestamp::Moment;
use crate::embedded::api::{Combinator, Condition, Meta, SearchQuery, SearchRule, Subject, Test};
use crate::embedded::store::error::Failure;
use crate::embedded::store::search::eval::{Check, FieldValue};
use crate::embedded::store::search::relations;

#[derive(Debug, Clone)]
pub(super) enum PreparedSearch {
    Every(Vec<PreparedSearch>),
    Any(Vec<PreparedSearch>),
    /// The entity is one of these.
    Member(Arc<HashSet<i64>>),
    /// The datasource is one of these.
    Datasource(Arc<BTreeSet<i64>>),
    Condition(Arc<PreparedCondition>),
}

/// A condition with its compiled operator.
#[derive(Debug)]
pub(super) struct PreparedCondition {
    pub subject: Subject,
    pub negated: bool,
    /// The operator as requested; `check` is its compiled form.
    pub test: Test,
    pub check: Check,
}

pub(super) fn prepare(
    transaction: &Transaction<'_>,
    query: &SearchQuery,
    now: Moment,
) -> Result<PreparedSearch, Failure> {
    let rules = query.rules.iter().map(|rule| prepare_rule(transaction, rule, now)).collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() {
        // An empty rule list matches everything, with either combinator.
        return Ok(PreparedSearch::Every(rules));
    }
    Ok(match query.combinator {
        Combinator::And => PreparedSearch::Every(rules),
        Combinator::Or => PreparedSearch::Any(rules),
    })
}

fn prepare_rule(transaction: &Transaction<'_>, rule: &SearchRule, now: Moment) -> Result<PreparedSearch, Failure> {
    Ok(match rule {
        SearchRule::Nested(query) => prepare(transaction, query, now)?,
        SearchRule::Related(related) => PreparedSearch::Member(Arc::new(relations::related(transaction, related)?)),
        SearchRule::Path(path) => PreparedSearch::Member(Arc::new(relations::along(transaction, path)?)),
        SearchRule::Condition(condition) if condition.subject == Subject::Meta(Meta::Datasource) => {
            let check = Check::of(&condition.test, now)?;
            let matches = |text: &str| check.matches(&FieldValue::Word(text)) != condition.negated;
            PreparedSearch::Datasource(datasources(transaction, matches)?)
        }
        SearchRule::Condition(Condition { subject, negated, test }) => {
            PreparedSearch::Condition(Arc::new(PreparedCondition {
                subject: subject.clone(),
                negated: *negated,
                check: Check::of(test, now)?,
                test: test.clone(),
            }))
        }
    })
}

/// The datasources whose text satisfies the condition. There are few, so all are tested.
pub(super) fn datasources(
    transaction: &Transaction<'_>,
    satisfies: impl Fn(&str) -> bool,
) -> Result<Arc<BTreeSet<i64>>, Failure> {
    let mut statement = transaction.prepare_cached("SELECT id, text FROM datasources")?;
    let mut rows = statement.query([])?;
    let mut among = BTreeSet::new();
    while let Some(row) = rows.next()? {
        if satisfies(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?) {
            among.insert(row.get(0)?);
        }
    }
    Ok(Arc::new(among))
}
