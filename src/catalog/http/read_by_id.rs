//! Reads entities of one blueprint by their identifiers, in several concurrent searches. A catalog without search is
//! read as a whole; either way the result contains only the requested entities.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;
use serde_json::value::RawValue;
use tokio::task::JoinSet;

use super::failure::ClientError;
use super::pace::CallKind;
use super::read::{self, MAX_PAGES, joined, leads_elsewhere, sorted};
use super::route::route;
use crate::catalog::Part;
use crate::catalog::decode::Decoder;
use crate::catalog::http::session::{ApiCall, Session};
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
pub(super) async fn some(
    session: &Arc<Session>,
    blueprint: &Blueprint,
    identifiers: &[Box<str>],
    progress: &dyn Progress,
) -> Result<Shelf, ClientError> {
    progress.start("reading the catalog", identifiers.len() as u64);
    let mut waiting = lots(identifiers).into_iter();
    let mut readers = JoinSet::new();
    let mut entities = Vec::with_capacity(identifiers.len());
    loop {
        while readers.len() < MAX_CONCURRENT
            && let Some(lot) = waiting.next()
        {
            readers.spawn(named(Arc::clone(session), Decoder::new(blueprint), blueprint.identifier.clone(), lot));
        }
        let Some(done) = readers.join_next().await else { break };
        match joined(done)? {
            Ok((count, found)) => {
                progress.advance(count);
                entities.extend(found);
            }
            Err(error) if leads_elsewhere(&error) => {
                readers.abort_all();
                return from_all(session, blueprint, identifiers, progress).await;
            }
            Err(error) => return Err(error),
        }
    }
    progress.finish();
    Ok(Shelf { entities: only(entities, identifiers), completeness: Completeness::Complete })
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
async fn named(
    session: Arc<Session>,
    mut decoder: Decoder,
    blueprint: String,
    lot: Vec<Box<str>>,
) -> Result<(u64, Vec<Entity>), ClientError> {
    let rule = json!({"property": "$identifier", "operator": "in", "value": lot});
    let body = json!({"query": {"combinator": "and", "rules": [rule]}, "limit": MAX_IDENTIFIERS}).to_string();
    let route = route(&["blueprints", &blueprint, "entities", "search"]);
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut from: Option<Box<RawValue>> = None;
    loop {
        let body = match &from {
            Some(from) => format!("{},\"from\":{}}}", &body[..body.len() - 1], from.get()),
            None => body.clone(),
        };
        let call = ApiCall::query(route.clone(), body.into_bytes(), CallKind::Page);
        let page = session.send(&call, |answer| decoder.page(&answer.body)).await?;
        found.extend(page.entities);
        let Some(next) = page.next else { return Ok((lot.len() as u64, found)) };
        if !seen.insert(next.get().to_owned()) || seen.len() > MAX_PAGES {
            let reason = "its pages repeat".to_owned();
            return Err(ClientError::Unreadable { request: session.request_line(&call), reason });
        }
        from = Some(next);
    }
}

async fn from_all(
    session: &Arc<Session>,
    blueprint: &Blueprint,
    identifiers: &[Box<str>],
    progress: &dyn Progress,
) -> Result<Shelf, ClientError> {
    let mut all = read::read(session, std::slice::from_ref(blueprint), Part::Whole, progress).await?;
    let shelf = all.blueprints.remove(&blueprint.identifier).expect("a blueprint that is read has its shelf");
    Ok(Shelf { entities: only(shelf.entities, identifiers), ..shelf })
}

/// Drops entities that were not requested, since a catalog may return more.
fn only(entities: Vec<Entity>, identifiers: &[Box<str>]) -> Vec<Entity> {
    let wanted: HashSet<&str> = identifiers.iter().map(AsRef::as_ref).collect();
    sorted(entities.into_iter().filter(|entity| wanted.contains(entity.key.identifier.as_ref())).collect())
}
