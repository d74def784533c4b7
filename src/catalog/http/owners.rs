//! Names the owners of entities that other writers own. The API does not return the datasource, but a search can test
//! whether it contains a text: first those of known kinds of writers, then the names of other scopes, the datasources that
//! the catalog lists, and the names of this organisation's integrations.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::call::ApiCall;
use super::client_error::ClientError;
use super::datasources;
use super::listed_datasource::ListedDatasource;
use super::owned::search;
use super::session::Session;
use crate::domain::entity::Owner;
use crate::domain::entity::foreign_owner::{ForeignOwner, OwnerKind, WRITERS};

/// The maximum number of names tried for each kind, because each takes a call and the names are only for messages.
const MAX_NAMES: usize = 30;

type Owners = HashMap<Box<str>, ForeignOwner>;

/// The properties of an integration that are used here; the API returns many more.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Integration {
    installation_id: String,
    #[serde(default)]
    installation_app_type: Option<String>,
}

#[derive(Deserialize)]
struct Integrations {
    integrations: Vec<Integration>,
}

pub(super) async fn owners_of(
    session: &Session,
    blueprint: &str,
    identifiers: &[Box<str>],
    scopes: &[String],
) -> Result<Owners, ClientError> {
    let mut owners = Owners::new();
    let mut left: Vec<Box<str>> = identifiers.to_vec();
    for (part, kind, name) in WRITERS {
        if left.is_empty() {
            break;
        }
        let owner = ForeignOwner::new(kind, name.map(str::to_owned));
        let found = written_by(session, blueprint, &left, &[part]).await?;
        left.retain(|identifier| !found.contains(identifier));
        owners.extend(found.into_iter().map(|identifier| (identifier, owner.clone())));
    }
    for scope in scopes.iter().take(MAX_NAMES) {
        let mark = Owner { scope: scope.clone() }.mark();
        for kind in [OwnerKind::Scope, OwnerKind::Exporter] {
            set_names(session, blueprint, &mut owners, kind, &[&mark], scope).await?;
        }
    }
    let is_complete = |owners: &Owners, kinds: &[OwnerKind]| kinds.iter().all(|kind| unnamed(owners, *kind).is_empty());
    if !is_complete(&owners, &[OwnerKind::Scope, OwnerKind::Integration, OwnerKind::Exporter]) {
        set_listed_names(session, blueprint, &mut owners).await?;
    }
    if is_complete(&owners, &[OwnerKind::Integration, OwnerKind::Exporter]) {
        return Ok(owners);
    }
    let call = ApiCall::get("/v1/integration".to_owned());
    let listed = session.send(&call, |answer| serde_json::from_slice::<Integrations>(&answer.body)).await;
    // Listing integrations requires a permission that this API client may not have.
    let Ok(Integrations { integrations }) = listed else { return Ok(owners) };
    for Integration { installation_id: id, installation_app_type } in integrations.iter().take(MAX_NAMES) {
        let mark = format!("(statekey/{id})");
        set_names(session, blueprint, &mut owners, OwnerKind::Exporter, &[&mark], id).await?;
        if let Some(app) = installation_app_type {
            let (app, part) = (app.to_lowercase(), format!("/{id}/"));
            let name = format!("{app}/{id}");
            let parts = [format!("port-ocean/{app}/"), part];
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            set_names(session, blueprint, &mut owners, OwnerKind::Integration, &parts, &name).await?;
        }
    }
    Ok(owners)
}

/// Sets the names that the listed datasources have in them.
async fn set_listed_names(session: &Session, blueprint: &str, owners: &mut Owners) -> Result<(), ClientError> {
    // The names are only for messages, so a catalog that cannot list them now is as good as one that never does.
    let listed = datasources::listed(session).await.ok().flatten().unwrap_or_default();
    let mut tried = 0;
    for ListedDatasource { text, .. } in listed.iter().filter(|listed| listed.may_have_written(blueprint)) {
        let Some(ForeignOwner { kind, name: Some(name) }) = ForeignOwner::of_datasource(text) else { continue };
        if unnamed(owners, kind).is_empty() {
            continue;
        }
        set_names(session, blueprint, owners, kind, &[text], &name).await?;
        tried += 1;
        if tried == MAX_NAMES {
            break;
        }
    }
    Ok(())
}

/// Sets `name` for those of this kind that have none yet and whose datasource contains all `parts`.
async fn set_names(
    session: &Session,
    blueprint: &str,
    owners: &mut Owners,
    kind: OwnerKind,
    parts: &[&str],
    name: &str,
) -> Result<(), ClientError> {
    let left = unnamed(owners, kind);
    if left.is_empty() {
        return Ok(());
    }
    for identifier in written_by(session, blueprint, &left, parts).await? {
        owners.insert(identifier, ForeignOwner::new(kind, Some(name.to_owned())));
    }
    Ok(())
}

fn unnamed(owners: &Owners, kind: OwnerKind) -> Vec<Box<str>> {
    let is_unnamed = |owner: &ForeignOwner| owner.kind == kind && owner.name.is_none();
    let mut left: Vec<Box<str>> =
        owners.iter().filter(|(_, owner)| is_unnamed(owner)).map(|(identifier, _)| identifier.clone()).collect();
    left.sort();
    left
}

async fn written_by(
    session: &Session,
    blueprint: &str,
    identifiers: &[Box<str>],
    parts: &[&str],
) -> Result<HashSet<Box<str>>, ClientError> {
    let mut found = HashMap::new();
    search(session, blueprint, identifiers, parts, &mut found).await?;
    Ok(found.into_keys().collect())
}
