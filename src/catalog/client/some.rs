//! Reading a few entities of a blueprint by their names: as many names in a call as it takes, several calls at once. A
//! catalog that cannot be searched is read as a whole; either way what comes back is what was asked for and not more.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;
use serde_json::value::RawValue;
use tokio::task::JoinSet;

use super::caller::{Call, Caller};
use super::failure::ClientError;
use super::pace::Work;
use super::read::{self, MOST_PAGES, joined, leads_elsewhere, sorted};
use super::route::route;
use crate::catalog::Part;
use crate::catalog::decode::Decoder;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::Entity;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Completeness, Shelf};

/// Names in one call: as many as it gives entities at once.
const MOST: usize = 500;
/// Their length together, in bytes: far below what a platform takes.
const LONGEST: usize = 1 << 18;
/// Calls at once.
const TOGETHER: usize = 8;

/// Those of `identifiers` that are there, sorted.
pub(super) async fn some(
    caller: &Arc<Caller>,
    blueprint: &Blueprint,
    identifiers: &[Box<str>],
    progress: &dyn Progress,
) -> Result<Shelf, ClientError> {
    progress.start("reading the catalog", identifiers.len() as u64);
    let mut waiting = lots(identifiers).into_iter();
    let mut readers = JoinSet::new();
    let mut entities = Vec::with_capacity(identifiers.len());
    loop {
        while readers.len() < TOGETHER
            && let Some(lot) = waiting.next()
        {
            readers.spawn(named(Arc::clone(caller), Decoder::new(blueprint), blueprint.identifier.clone(), lot));
        }
        let Some(done) = readers.join_next().await else { break };
        match joined(done)? {
            Ok((count, found)) => {
                progress.advance(count);
                entities.extend(found);
            }
            Err(error) if leads_elsewhere(&error) => {
                readers.abort_all();
                return from_all(caller, blueprint, identifiers, progress).await;
            }
            Err(error) => return Err(error),
        }
    }
    progress.finish();
    Ok(Shelf { entities: only(entities, identifiers), completeness: Completeness::Complete })
}

/// In lots that one call takes.
fn lots(identifiers: &[Box<str>]) -> Vec<Vec<Box<str>>> {
    let mut lots: Vec<Vec<Box<str>>> = Vec::new();
    let mut length = 0;
    for identifier in identifiers {
        length += identifier.len();
        match lots.last_mut().filter(|lot| lot.len() < MOST && length <= LONGEST) {
            Some(lot) => lot.push(identifier.clone()),
            None => {
                length = identifier.len();
                lots.push(vec![identifier.clone()]);
            }
        }
    }
    lots
}

/// How many were asked for, and those that are there.
async fn named(
    caller: Arc<Caller>,
    mut decoder: Decoder,
    blueprint: String,
    lot: Vec<Box<str>>,
) -> Result<(u64, Vec<Entity>), ClientError> {
    let rule = json!({"property": "$identifier", "operator": "in", "value": lot});
    let body = json!({"query": {"combinator": "and", "rules": [rule]}, "limit": MOST}).to_string();
    let route = route(&["blueprints", &blueprint, "entities", "search"]);
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut from: Option<Box<RawValue>> = None;
    loop {
        let body = match &from {
            Some(from) => format!("{},\"from\":{}}}", &body[..body.len() - 1], from.get()),
            None => body.clone(),
        };
        let call = Call::ask(route.clone(), body.into_bytes(), Work::Page);
        let page = caller.call(&call, |answer| decoder.page(&answer.body)).await?;
        found.extend(page.entities);
        let Some(next) = page.next else { return Ok((lot.len() as u64, found)) };
        if !seen.insert(next.get().to_owned()) || seen.len() > MOST_PAGES {
            let reason = "its pages repeat".to_owned();
            return Err(ClientError::Unreadable { asked: caller.asked(&call), reason });
        }
        from = Some(next);
    }
}

async fn from_all(
    caller: &Arc<Caller>,
    blueprint: &Blueprint,
    identifiers: &[Box<str>],
    progress: &dyn Progress,
) -> Result<Shelf, ClientError> {
    let mut all = read::read(caller, std::slice::from_ref(blueprint), Part::Whole, progress).await?;
    let shelf = all.blueprints.remove(&blueprint.identifier).expect("a blueprint that is read has its shelf");
    Ok(Shelf { entities: only(shelf.entities, identifiers), ..shelf })
}

/// A catalog may answer more than it was asked.
fn only(entities: Vec<Entity>, identifiers: &[Box<str>]) -> Vec<Entity> {
    let wanted: HashSet<&str> = identifiers.iter().map(AsRef::as_ref).collect();
    sorted(entities.into_iter().filter(|entity| wanted.contains(entity.key.identifier.as_ref())).collect())
}
