//! Reads all entities, several blueprints concurrently, in the largest pages. A blueprint is complete only if the
//! catalog's count equals the number of entities read; if one route fails, another is tried.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::call::ApiCall;
use super::client_error::ClientError;
use super::concurrency::CallKind;
use super::pages::{Cursor, PagesRepeat};
use super::route::route;
use super::session::Session;
use super::tasks::joined;
use crate::catalog::Part;
use crate::catalog::decode::{Decoder, Page};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::Entity;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};

/// The platform's maximum page size.
const PAGE: usize = 1000;
/// Blueprints read concurrently; the pages of one blueprint are sequential.
const MAX_CONCURRENT: usize = 8;

/// Reads the entities of all `blueprints`.
pub(super) async fn read(
    session: &Arc<Session>,
    blueprints: &[Blueprint],
    part: Part,
    progress: &dyn Progress,
) -> Result<Snapshot, ClientError> {
    progress.start("reading the catalog", 0);
    let (advanced, mut advances) = unbounded_channel();
    let mut waiting = blueprints.iter();
    let mut readers = JoinSet::new();
    let mut snapshot = Snapshot::default();
    loop {
        while readers.len() < MAX_CONCURRENT
            && let Some(blueprint) = waiting.next()
        {
            let reader = Reader {
                session: Arc::clone(session),
                blueprint: blueprint.identifier.clone(),
                decoder: Decoder::new(blueprint),
                part,
                advanced: advanced.clone(),
            };
            readers.spawn(reader.read());
        }
        tokio::select! {
            Some(by) = advances.recv() => progress.advance(by),
            done = readers.join_next() => match done {
                None => break,
                Some(done) => {
                    let (blueprint, shelf) = joined(done)?;
                    snapshot.blueprints.insert(blueprint, shelf?);
                }
            },
        }
    }
    progress.finish();
    Ok(snapshot)
}

struct Reader {
    session: Arc<Session>,
    blueprint: String,
    decoder: Decoder,
    part: Part,
    advanced: UnboundedSender<u64>,
}

/// The entities of one blueprint, and why some are missing.
struct ReadEntities {
    entities: Vec<Entity>,
    missing: Option<String>,
}

impl Reader {
    async fn read(mut self) -> (String, Result<Shelf, ClientError>) {
        let shelf = self.read_shelf().await;
        (self.blueprint, shelf)
    }

    async fn read_shelf(&mut self) -> Result<Shelf, ClientError> {
        let mut incomplete = None;
        // A blueprint that changed while it was read is read once more.
        for _ in 0..2 {
            let ReadEntities { entities, missing } = self.read_entities().await?;
            let counted = match missing {
                None => self.count(entities.len()).await?,
                Some(missing) => Err(missing),
            };
            match counted {
                Ok(()) => return Ok(Shelf { entities, completeness: Completeness::Complete }),
                Err(why) => incomplete = Some(Shelf { entities, completeness: Completeness::Incomplete(why) }),
            }
        }
        Ok(incomplete.expect("it was read at least once"))
    }

    /// Compares the catalog's count with the number read; the inner `Err` describes a difference.
    async fn count(&self, read: usize) -> Result<Result<(), String>, ClientError> {
        #[derive(Deserialize)]
        struct Count {
            count: u64,
        }
        let call = ApiCall::get(route(&["blueprints", &self.blueprint, "entities-count"]));
        match self.session.send(&call, |answer| serde_json::from_slice::<Count>(&answer.body)).await {
            Ok(Count { count }) if count == read as u64 => Ok(Ok(())),
            Ok(Count { count }) => Ok(Err(format!("the catalog counts {count} entities but returned {read}"))),
            Err(error) => {
                self.error_of_blueprint(error).map(|why| Err(format!("the catalog did not count the entities ({why})")))
            }
        }
    }

    /// Reads by pages; if that route is missing, gone (410) or times out (504), reads all in one request; if that fails
    /// too, reads by pages with all retries. A route is abandoned early only for errors that the other route may avoid;
    /// a bad connection is retried.
    async fn read_entities(&mut self) -> Result<ReadEntities, ClientError> {
        let mut is_brief = true;
        loop {
            let error = match self.read_pages(is_brief).await {
                Ok(read_entities) => return Ok(read_entities),
                Err(error) => error,
            };
            if is_brief && gave_up(&error) && !needs_other_route(&error) {
                is_brief = false;
                continue;
            }
            if !is_brief || !needs_other_route(&error) {
                return self.unreadable(error);
            }
            let is_last_way = error.status() != Some(504);
            match self.read_at_once(!is_last_way).await {
                Ok(entities) => return Ok(ReadEntities { entities, missing: None }),
                Err(other) if !is_last_way && (needs_other_route(&other) || gave_up(&other)) => is_brief = false,
                Err(other) => return self.unreadable(other),
            }
        }
    }

    fn unreadable(&self, error: ClientError) -> Result<ReadEntities, ClientError> {
        Ok(ReadEntities { entities: Vec::new(), missing: Some(self.error_of_blueprint(error)?) })
    }

    /// The reason why only this blueprint cannot be read; an error that affects all blueprints is returned as `Err`.
    fn error_of_blueprint(&self, error: ClientError) -> Result<String, ClientError> {
        match error.refusal() {
            Some(refusal) if refusal.status == 404 && !error.is_no_route() => {
                let trace = error.trace().map(str::to_owned);
                Err(ClientError::NoBlueprint { blueprint: self.blueprint.clone(), trace })
            }
            // These statuses affect every blueprint.
            Some(refusal) if matches!(refusal.status, 401 | 407 | 429) => Err(error),
            Some(_) => Ok(error.to_string()),
            None => Err(error),
        }
    }

    async fn read_pages(&mut self, is_brief: bool) -> Result<ReadEntities, ClientError> {
        let mut query = json!({"query": {"combinator": "and", "rules": []}, "limit": PAGE});
        if self.part == Part::Keys {
            query["include"] = json!(["$identifier"]);
        }
        let query = query.to_string();
        let route = route(&["blueprints", &self.blueprint, "entities", "search"]);
        let mut entities: Vec<Entity> = Vec::new();
        let mut cursor = Cursor::new();
        loop {
            let mut call = ApiCall::query(route.clone(), cursor.body(&query), CallKind::Page);
            call.is_brief = is_brief;
            let page = self.read_page(&call).await?;
            entities.extend(page.entities);
            let missing = match cursor.advance(page.next) {
                Ok(true) => continue,
                Ok(false) => None,
                Err(PagesRepeat) => Some("the catalog's pages repeat".to_owned()),
            };
            return Ok(ReadEntities { entities: sorted(entities), missing });
        }
    }

    async fn read_page(&mut self, call: &ApiCall) -> Result<Page, ClientError> {
        let decoder = &mut self.decoder;
        let page = self.session.send(call, |answer| decoder.page(&answer.body)).await?;
        // The receiver is gone if the whole read was abandoned.
        let _ = self.advanced.send(page.entities.len() as u64);
        Ok(page)
    }

    async fn read_at_once(&mut self, is_brief: bool) -> Result<Vec<Entity>, ClientError> {
        let part = match self.part {
            Part::Whole => "",
            Part::Keys => "&include=identifier",
        };
        let route = route(&["blueprints", &self.blueprint, "entities"]);
        let mut call = ApiCall::get(format!("{route}?exclude_calculated_properties=true{part}"));
        call.kind = CallKind::Page;
        call.is_brief = is_brief;
        Ok(sorted(self.read_page(&call).await?.entities))
    }
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

/// Whether the other route may succeed: this one is gone, missing or timed out.
pub(super) fn needs_other_route(error: &ClientError) -> bool {
    matches!(error.status(), Some(410 | 504)) || error.is_no_route()
}

/// Whether all retries were used.
fn gave_up(error: &ClientError) -> bool {
    matches!(error, ClientError::GaveUp { .. })
}
