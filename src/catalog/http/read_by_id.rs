//! Reads entities of one blueprint by their identifiers, in several concurrent searches. A catalog without search is
//! read as a whole; either way the result contains only the requested entities.

use std::sync::Arc;

use super::client_error::ClientError;
use super::identified::{entities, only};
use super::read::{self, needs_other_route};
use super::session::Session;
use crate::catalog::Part;
use crate::domain::blueprint::Blueprint;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Completeness, Shelf};

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
