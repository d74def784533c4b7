//! Lists the entities of an owner: the keys of all entities with the owner's mark in their datasource. The route for
//! that is not in the published API description; if it does not exist, a search across all blueprints returns the same.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::call::ApiCall;
use super::client_error::ClientError;
use super::concurrency::CallKind;
use super::pages::{Cursor, PagesRepeat};
use super::redact::clean_json;
use super::route::route;
use super::session::Session;
use super::transport::Answer;
use crate::catalog::LastWrites;
use crate::domain::entity::{Datasource, EntityKey, Owner};
use crate::domain::secret::Secret;
use crate::domain::value::timestamp::Moment;
use crate::text::plural::list;

const ROUTE: &str = "/v1/blueprints/entities/datasource-entities\
                     ?exclude_calculated_properties=true&include=blueprint&include=identifier";
const SEARCH: &str = "/v1/entities/search?exclude_calculated_properties=true&include=blueprint&include=identifier";
const PAGE: usize = 1000;
/// The maximum number of identifiers in one search.
pub(super) const MAX_IDENTIFIERS: usize = 500;
/// The maximum number of failed blueprints that an error names.
const MAX_NAMED: usize = 5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    entities: Vec<Key>,
    /// Blueprints that could not be searched: their entities are missing in `entities`.
    #[serde(default)]
    failed_blueprints: Option<Vec<Value>>,
    #[serde(default)]
    next: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Key {
    blueprint: String,
    identifier: Box<str>,
}

impl Keys {
    fn read(answer: &Answer, secrets: &[&Secret]) -> Result<Self, serde_json::Error> {
        let mut keys: Self = serde_json::from_slice(&answer.body)?;
        // Only these texts of the answer are shown to users.
        let failed =
            keys.failed_blueprints.take().map(|all| all.into_iter().map(|it| clean_json(it, secrets)).collect());
        keys.failed_blueprints = failed;
        Ok(keys)
    }
}

#[derive(Deserialize)]
struct Named {
    entities: Vec<NamedKey>,
    #[serde(default)]
    next: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedKey {
    identifier: Box<str>,
    #[serde(default)]
    updated_at: Value,
}

/// The keys of the entities with this datasource, sorted and without duplicates.
pub(super) async fn written_by(session: &Session, datasource: &Datasource) -> Result<Vec<EntityKey>, ClientError> {
    let found = match by_datasource(session, datasource).await {
        Err(error) if error.is_no_route() => by_search(session, datasource).await?,
        other => other?,
    };
    let mut blueprints: HashSet<Arc<str>> = HashSet::new();
    let mut keys: Vec<EntityKey> = Vec::with_capacity(found.len());
    for Key { blueprint, identifier } in found {
        let shared = match blueprints.get(blueprint.as_str()) {
            Some(shared) => Arc::clone(shared),
            None => Arc::from(blueprint),
        };
        blueprints.insert(Arc::clone(&shared));
        keys.push(EntityKey { blueprint: shared, identifier });
    }
    keys.sort();
    keys.dedup();
    Ok(keys)
}

async fn by_datasource(session: &Session, datasource: &Datasource) -> Result<Vec<Key>, ClientError> {
    let Datasource { program, mark } = datasource;
    let query = json!({"datasource_prefix": program, "datasource_suffix": mark, "limit": PAGE}).to_string();
    let mut found = Vec::new();
    let mut cursor = Cursor::new();
    loop {
        let call = ApiCall::query(ROUTE.to_owned(), cursor.body(&query), CallKind::Page);
        let page = session.send_redacted(&call, Keys::read).await?;
        check_complete(session, &call, &page)?;
        found.extend(page.entities);
        match cursor.advance(page.next) {
            Ok(true) => {}
            Ok(false) => return Ok(found),
            Err(PagesRepeat) => return Err(ClientError::pages_repeat(session.request_line(&call))),
        }
    }
}

async fn by_search(session: &Session, datasource: &Datasource) -> Result<Vec<Key>, ClientError> {
    let rules = [datasource.program, &datasource.mark].map(datasource_contains);
    let body = json!({"combinator": "and", "rules": rules}).to_string();
    let call = ApiCall::query(SEARCH.to_owned(), body.into_bytes(), CallKind::Page);
    let page = session.send_redacted(&call, Keys::read).await?;
    check_complete(session, &call, &page)?;
    Ok(page.entities)
}

/// The identifiers that the owner owns, with their last writes. A catalog that cannot search a blueprint by datasource is asked for all
/// entities of the owner instead.
pub(super) async fn among(
    session: &Session,
    owner: &Owner,
    blueprint: &str,
    identifiers: &[Box<str>],
) -> Result<LastWrites, ClientError> {
    let mut owned = HashMap::new();
    for lot in identifiers.chunks(MAX_IDENTIFIERS) {
        match named(session, owner, blueprint, lot, &mut owned).await {
            Ok(()) => {}
            Err(error) if error.is_no_route() || matches!(error.status(), Some(400 | 410 | 422)) => {
                let all = written_by(session, &owner.datasource()).await?.into_iter();
                let mine = all.filter(|key| key.blueprint.as_ref() == blueprint).map(|key| key.identifier);
                let asked: HashSet<&Box<str>> = identifiers.iter().collect();
                let mine = mine.filter(|identifier| asked.contains(identifier));
                return Ok(mine.map(|identifier| (identifier, None)).collect());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(owned)
}

async fn named(
    session: &Session,
    owner: &Owner,
    blueprint: &str,
    identifiers: &[Box<str>],
    owned: &mut LastWrites,
) -> Result<(), ClientError> {
    search(session, blueprint, identifiers, &[Owner::PRODUCT, &owner.mark()], owned).await
}

/// Finds those of `identifiers` whose datasource contains all `parts`.
pub(super) async fn search(
    session: &Session,
    blueprint: &str,
    identifiers: &[Box<str>],
    parts: &[&str],
    found: &mut LastWrites,
) -> Result<(), ClientError> {
    let among = json!({"property": "$identifier", "operator": "in", "value": identifiers});
    let mut rules = vec![among];
    rules.extend(parts.iter().map(|part| datasource_contains(part)));
    let query = json!({"combinator": "and", "rules": rules});
    let query = json!({"query": query, "include": ["$identifier", "$updatedAt"], "limit": PAGE}).to_string();
    let path = route(&["blueprints", blueprint, "entities", "search"]);
    // There cannot be more pages than identifiers.
    let mut cursor = Cursor::within(MAX_IDENTIFIERS);
    loop {
        let call = ApiCall::query(path.clone(), cursor.body(&query), CallKind::Page);
        let page = session.send(&call, |answer| serde_json::from_slice::<Named>(&answer.body)).await?;
        for NamedKey { identifier, updated_at } in page.entities {
            found.insert(identifier, updated_at.as_str().and_then(Moment::parse));
        }
        match cursor.advance(page.next) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(PagesRepeat) => return Err(ClientError::pages_repeat(session.request_line(&call))),
        }
    }
}

fn datasource_contains(part: &str) -> Value {
    json!({"property": "$datasource", "operator": "contains", "value": part})
}

/// Rejects an incomplete answer: missing entities would look like entities without an owner.
fn check_complete(session: &Session, call: &ApiCall, page: &Keys) -> Result<(), ClientError> {
    let failed = page.failed_blueprints.as_deref().unwrap_or_default();
    if failed.is_empty() {
        return Ok(());
    }
    let name = |blueprint: &Value| {
        let name = blueprint.as_str().or_else(|| blueprint.get("identifier")?.as_str());
        name.unwrap_or("one without a name").to_owned()
    };
    let blueprints =
        failed.iter().take(MAX_NAMED).map(|blueprint| format!("`{}`", name(blueprint))).collect::<Vec<_>>();
    Err(ClientError::Partial {
        request: session.request_line(call),
        blueprints: list(&blueprints),
        count: failed.len(),
    })
}
