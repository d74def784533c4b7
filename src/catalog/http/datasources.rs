//! Lists the datasources of a catalog: the User-Agent of every writer whose entities still exist. The route is
//! undocumented, so a catalog that does not have it, or does not permit it, simply lists none.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::call::ApiCall;
use super::client_error::ClientError;
use super::owned::{MAX_IDENTIFIERS, search};
use super::session::Session;
use crate::catalog::LastWrites;

/// The maximum number of datasources that one blueprint is searched for, because each takes a call.
const MAX_SEARCHED: usize = 60;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataSources {
    /// Not every item has a datasource.
    data_sources: Vec<Value>,
}

/// A datasource, and the blueprints that it wrote entities of.
pub(super) struct ListedDatasource {
    pub text: String,
    blueprints: Vec<String>,
}

impl ListedDatasource {
    fn of(item: &Value) -> Option<Self> {
        let text = item["datasource"].as_str().filter(|text| !text.is_empty())?.to_owned();
        let name = |blueprint: &Value| blueprint["identifier"].as_str().or(blueprint.as_str()).map(str::to_owned);
        let blueprints = item["blueprints"].as_array().into_iter().flatten().filter_map(name).collect();
        Some(Self { text, blueprints })
    }

    /// A datasource that names no blueprints may have written any.
    pub fn may_have_written(&self, blueprint: &str) -> bool {
        self.blueprints.is_empty() || self.blueprints.iter().any(|name| name == blueprint)
    }
}

/// `None`: the catalog does not list them.
pub(super) async fn listed(session: &Session) -> Result<Option<Vec<ListedDatasource>>, ClientError> {
    let call = ApiCall::get("/v1/data-sources".to_owned());
    let found = session.send(&call, |answer| serde_json::from_slice::<DataSources>(&answer.body)).await;
    match found {
        Ok(found) => Ok(Some(found.data_sources.iter().filter_map(ListedDatasource::of).collect())),
        Err(error) if error.is_no_route() || error.status().is_some_and(|status| status < 500) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The datasource of each of these entities, as far as the catalog lists it.
pub(super) async fn of_entities(
    session: &Session,
    blueprint: &str,
    identifiers: &[Box<str>],
) -> Result<HashMap<Box<str>, String>, ClientError> {
    let mut found = HashMap::new();
    let mut texts: Vec<String> = listed(session)
        .await?
        .unwrap_or_default()
        .into_iter()
        .filter(|listed| listed.may_have_written(blueprint))
        .map(|listed| listed.text)
        .collect();
    // A search finds texts that contain the asked one, so a text is asked for before those that it contains.
    texts.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    texts.dedup();
    let mut left = identifiers.to_vec();
    for text in texts.into_iter().take(MAX_SEARCHED) {
        if left.is_empty() {
            break;
        }
        let mut written = LastWrites::new();
        for lot in left.chunks(MAX_IDENTIFIERS) {
            search(session, blueprint, lot, &[&text], &mut written).await?;
        }
        left.retain(|identifier| !written.contains_key(identifier));
        found.extend(written.into_keys().map(|identifier| (identifier, text.clone())));
    }
    Ok(found)
}
