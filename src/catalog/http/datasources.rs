//! Lists the datasources of a catalog: the User-Agent of every writer whose entities still exist. The route is
//! undocumented, so a catalog that does not have it, or does not permit it, simply lists none.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::call::ApiCall;
use super::client_error::ClientError;
use super::listed_datasource::ListedDatasource;
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

/// `None`: the catalog does not list them.
pub(super) async fn listed(session: &Session) -> Result<Option<&[ListedDatasource]>, ClientError> {
    Ok(session.datasources.get_or_try_init(|| read(session)).await?.as_deref())
}

async fn read(session: &Session) -> Result<Option<Vec<ListedDatasource>>, ClientError> {
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
    let listed = listed(session).await?.unwrap_or_default().iter();
    let mut texts: Vec<&str> =
        listed.filter(|listed| listed.may_have_written(blueprint)).map(|listed| listed.text.as_str()).collect();
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
            search(session, blueprint, lot, &[text], &mut written).await?;
        }
        left.retain(|identifier| !written.contains_key(identifier));
        found.extend(written.into_keys().map(|identifier| (identifier, text.to_owned())));
    }
    Ok(found)
}
