//! Reads entities of one blueprint by their identifiers, in several concurrent searches. A catalog without search is
//! read as a whole; either way the result contains only the requested entities.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use super::call::ApiCall;
use super::client_error::ClientError;
use super::concurrency::CallKind;
use super::pages::{Cursor, PagesRepeat};
use super::read::{self, needs_other_route, sorted};
use super::route::route;
use super::session::Session;
use super::tasks::joined;
use crate::catalog::Part;
use crate::catalog::decode::Decoder;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::Entity;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Completeness, Shelf};

/// The maximum number of identifiers in one call, which is also the page size.
const MAX_IDENTIFIERS: usize = 500;
/// The maximum total length of the identifiers in one call, in bytes: far below the platform's limit.
const MAX_IDENTIFIER_BYTES: usize = 1 << 18;
/// Concurrent calls.
const MAX_CONCURRENT: usize = 8;

/// Reads those of `identifiers` that exist, sorted.
pub(super) async fn read(
    session: &Arc<Session>,
    blueprint: &Blueprint,
    identifiers: &[Box<str>],
    progress: &dyn Progress,
) -> Result<Shelf, ClientError> {
    progress.start("reading the catalog", identifiers.len() as u64);
    match entities(session, blueprint, identifiers, |count| progress.advance(count)).await {
        Ok(entities) => {
            progress.finish();
            Ok(Shelf { entities, completeness: Completeness::Complete })
        }
        Err(error) if needs_other_route(&error) => read_all(session, blueprint, identifiers, progress).await,
        Err(error) => Err(error),
    }
}

/// The number of calls that read so many entities by their identifiers.
pub(super) fn calls(identifiers: usize) -> u64 {
    identifiers.div_ceil(MAX_IDENTIFIERS) as u64
}

/// Reads those of `identifiers` that exist, sorted.
pub(super) async fn entities(
    session: &Arc<Session>,
    blueprint: &Blueprint,
    identifiers: &[Box<str>],
    advance: impl Fn(u64),
) -> Result<Vec<Entity>, ClientError> {
    let mut waiting = lots(identifiers).into_iter();
    let mut readers = JoinSet::new();
    let mut entities = Vec::with_capacity(identifiers.len());
    loop {
        while readers.len() < MAX_CONCURRENT
            && let Some(lot) = waiting.next()
        {
            readers.spawn(read_lot(Arc::clone(session), Decoder::new(blueprint), blueprint.identifier.clone(), lot));
        }
        let Some(done) = readers.join_next().await else { break };
        // What still runs ends with `readers`.
        let (count, found) = joined(done)??;
        advance(count);
        entities.extend(found);
    }
    Ok(only(entities, identifiers))
}

/// Splits identifiers into lots for one call each.
fn lots(identifiers: &[Box<str>]) -> Vec<Vec<Box<str>>> {
    let mut lots: Vec<Vec<Box<str>>> = Vec::new();
    let mut length = 0;
    for identifier in identifiers {
        length += identifier.len();
        match lots.last_mut().filter(|lot| lot.len() < MAX_IDENTIFIERS && length <= MAX_IDENTIFIER_BYTES) {
            Some(lot) => lot.push(identifier.clone()),
            None => {
                length = identifier.len();
                lots.push(vec![identifier.clone()]);
            }
        }
    }
    lots
}

/// Returns how many were requested, and those that exist.
async fn read_lot(
    session: Arc<Session>,
    mut decoder: Decoder,
    blueprint: String,
    lot: Vec<Box<str>>,
) -> Result<(u64, Vec<Entity>), ClientError> {
    let rule = json!({"property": "$identifier", "operator": "in", "value": lot});
    let query = json!({"query": {"combinator": "and", "rules": [rule]}, "limit": MAX_IDENTIFIERS}).to_string();
    let route = route(&["blueprints", &blueprint, "entities", "search"]);
    let mut found = Vec::new();
    let mut cursor = Cursor::new();
    loop {
        let call = ApiCall::query(route.clone(), cursor.body(&query), CallKind::Page);
        let page = session.send(&call, |answer| decoder.page(&answer.body)).await?;
        found.extend(page.entities);
        match cursor.advance(page.next) {
            Ok(true) => {}
            Ok(false) => return Ok((lot.len() as u64, found)),
            Err(PagesRepeat) => return Err(ClientError::pages_repeat(session.request_line(&call))),
        }
    }
}

/// Reads all entities of the blueprint, for a catalog that cannot search by identifier.
async fn read_all(
    session: &Arc<Session>,
    blueprint: &Blueprint,
    identifiers: &[Box<str>],
    progress: &dyn Progress,
) -> Result<Shelf, ClientError> {
    let mut all = read::read(session, std::slice::from_ref(blueprint), &Part::Whole, progress).await?;
    let shelf = all.blueprints.remove(&blueprint.identifier).expect("a blueprint that is read has its shelf");
    Ok(Shelf { entities: only(shelf.entities, identifiers), ..shelf })
}

/// Drops entities that were not requested, since a catalog may return more.
fn only(entities: Vec<Entity>, identifiers: &[Box<str>]) -> Vec<Entity> {
    let wanted: HashSet<&str> = identifiers.iter().map(AsRef::as_ref).collect();
    sorted(entities.into_iter().filter(|entity| wanted.contains(entity.key.identifier.as_ref())).collect())
}
