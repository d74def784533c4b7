//! Reads entities by their identifiers: several hundred in each request, several requests at once.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use super::call::ApiCall;
use super::client_error::ClientError;
use super::concurrency::CallKind;
use super::pages::{Cursor, PagesRepeat};
use super::route::route;
use super::session::Session;
use super::tasks::joined;
use crate::catalog::decode::Decoder;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::Entity;

/// The maximum number of identifiers in one call, which is also the page size.
const MAX_IDENTIFIERS: usize = 500;
/// The maximum total length of the identifiers in one call, in bytes: far below the platform's limit.
const MAX_IDENTIFIER_BYTES: usize = 1 << 18;
/// Concurrent calls.
const MAX_CONCURRENT: usize = 8;

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

/// Drops entities that were not requested, since a catalog may return more.
pub(super) fn only(entities: Vec<Entity>, identifiers: &[Box<str>]) -> Vec<Entity> {
    let wanted: HashSet<&str> = identifiers.iter().map(AsRef::as_ref).collect();
    sorted(entities.into_iter().filter(|entity| wanted.contains(entity.key.identifier.as_ref())).collect())
}

/// Sorts by identifier; of duplicates, the last one read is kept.
pub(super) fn sorted(mut entities: Vec<Entity>) -> Vec<Entity> {
    entities.sort_by(|one, other| one.key.identifier.cmp(&other.key.identifier));
    entities.dedup_by(|later, earlier| {
        let is_same = later.key.identifier == earlier.key.identifier;
        if is_same {
            std::mem::swap(later, earlier);
        }
        is_same
    });
    entities
}
