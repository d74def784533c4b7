//! What an owner wrote: the keys of all entities with its mark as their datasource. The route for that is not in the
//! published description; where it is not there, the search across blueprints knows the same.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::caller::{Call, Caller};
use super::failure::ClientError;
use super::pace::Work;
use super::read::MOST_PAGES;
use super::transport::Answer;
use super::words::shown_json;
use crate::domain::entity::{EntityKey, Owner};
use crate::domain::secret::Secret;
use crate::domain::words::list;

const ROUTE: &str = "/v1/blueprints/entities/datasource-entities\
                     ?exclude_calculated_properties=true&include=blueprint&include=identifier";
const SEARCH: &str = "/v1/entities/search?exclude_calculated_properties=true&include=blueprint&include=identifier";
const PAGE: usize = 1000;
/// So many blueprints that could not be looked through are named.
const MOST_TOLD: usize = 5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    entities: Vec<Key>,
    /// Those that could not be looked through: what they hold is missing in `entities`.
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
        // The only words that are shown.
        let failed =
            keys.failed_blueprints.take().map(|all| all.into_iter().map(|it| shown_json(it, secrets)).collect());
        keys.failed_blueprints = failed;
        Ok(keys)
    }
}

/// Sorted, each once.
pub(super) async fn owned(caller: &Caller, owner: &Owner) -> Result<Vec<EntityKey>, ClientError> {
    let found = match by_datasource(caller, owner).await {
        Err(error) if error.is_no_route() => by_search(caller, owner).await?,
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

async fn by_datasource(caller: &Caller, owner: &Owner) -> Result<Vec<Key>, ClientError> {
    let mut found = Vec::new();
    let mut from: Option<Box<RawValue>> = None;
    let mut seen = HashSet::new();
    loop {
        let mut body =
            json!({"datasource_prefix": Owner::PRODUCT, "datasource_suffix": owner.mark(), "limit": PAGE}).to_string();
        if let Some(from) = &from {
            body.truncate(body.len() - 1);
            body.push_str(&format!(",\"from\":{}}}", from.get()));
        }
        let call = Call::ask(ROUTE.to_owned(), body.into_bytes(), Work::Page);
        let page = caller.call_told(&call, Keys::read).await?;
        whole(caller, &call, &page)?;
        found.extend(page.entities);
        let Some(next) = page.next.filter(|next| !matches!(next.get(), "null" | "\"\"" | "false")) else {
            return Ok(found);
        };
        if !seen.insert(next.get().to_owned()) || seen.len() > MOST_PAGES {
            let reason = "its pages lead back to where they came from".to_owned();
            return Err(ClientError::Unreadable { asked: caller.asked(&call), reason });
        }
        from = Some(next);
    }
}

async fn by_search(caller: &Caller, owner: &Owner) -> Result<Vec<Key>, ClientError> {
    let rule = |value: &str| json!({"property": "$datasource", "operator": "contains", "value": value});
    let body = json!({"combinator": "and", "rules": [rule(Owner::PRODUCT), rule(&owner.mark())]}).to_string();
    let call = Call::ask(SEARCH.to_owned(), body.into_bytes(), Work::Page);
    let page = caller.call_told(&call, Keys::read).await?;
    whole(caller, &call, &page)?;
    Ok(page.entities)
}

/// What is missing would look like what nobody owns.
fn whole(caller: &Caller, call: &Call, page: &Keys) -> Result<(), ClientError> {
    let failed = page.failed_blueprints.as_deref().unwrap_or_default();
    if failed.is_empty() {
        return Ok(());
    }
    let name = |blueprint: &Value| {
        let name = blueprint.as_str().or_else(|| blueprint.get("identifier")?.as_str());
        name.unwrap_or("one without a name").to_owned()
    };
    let blueprints =
        failed.iter().take(MOST_TOLD).map(|blueprint| format!("`{}`", name(blueprint))).collect::<Vec<_>>();
    Err(ClientError::Partial { asked: caller.asked(call), blueprints: list(&blueprints), count: failed.len() })
}
