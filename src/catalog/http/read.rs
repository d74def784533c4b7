//! Reads all entities, several blueprints concurrently, in the largest pages. A blueprint is complete only if the
//! catalog's count equals the number of entities read; if one route fails, another is tried.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::HashSet;
use foldhash::fast::RandomState;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::call::ApiCall;
use super::client_error::ClientError;
use super::concurrency::CallKind;
use super::identified::{self, sorted};
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
    part: &Part,
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
                blueprint: blueprint.clone(),
                decoder: Decoder::new(blueprint),
                part: part.clone(),
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
    blueprint: Blueprint,
    decoder: Decoder,
    part: Part,
    advanced: UnboundedSender<u64>,
}

/// The entities of one blueprint, and why some are missing.
#[derive(Default)]
struct ReadEntities {
    /// Those that are needed.
    entities: Vec<Entity>,
    /// The hashes of the identifiers of the others: pages may overlap while a catalog changes.
    dropped: HashSet<u64>,
    hasher: RandomState,
    missing: Option<String>,
}

impl ReadEntities {
    fn of(blueprint: &Blueprint, part: &Part, page: Page) -> Self {
        let mut entities = Self::default();
        entities.add(blueprint, part, page);
        entities.sorted()
    }

    /// Adds a page; what is not needed is dropped.
    fn add(&mut self, blueprint: &Blueprint, part: &Part, page: Page) {
        for entity in page.entities {
            if part.keeps(blueprint, &entity) {
                self.entities.push(entity);
            } else {
                self.dropped.insert(self.hasher.hash_one(&entity.key.identifier));
            }
        }
    }

    fn sorted(self) -> Self {
        Self { entities: sorted(self.entities), ..self }
    }

    /// How many the catalog returned.
    fn len(&self) -> u64 {
        (self.entities.len() + self.dropped.len()) as u64
    }
}

impl Reader {
    async fn read(mut self) -> (String, Result<Shelf, ClientError>) {
        let shelf = self.read_shelf().await;
        (self.blueprint.identifier, shelf)
    }

    async fn read_shelf(&mut self) -> Result<Shelf, ClientError> {
        let mut counted_before = None;
        if let Some(identifiers) = self.named() {
            let counted = self.counted().await?;
            let all = counted.as_ref().map_or(u64::MAX, |count| count.div_ceil(PAGE as u64));
            if identified::calls(identifiers.len()) < all {
                return self.read_named(&identifiers).await;
            }
            counted_before = counted.ok();
        }
        let mut incomplete = None;
        // A blueprint that changed while it was read is read once more.
        for _ in 0..2 {
            let found = self.read_entities().await?;
            let read = found.len();
            let ReadEntities { entities, missing, .. } = found;
            let counted = match missing {
                None if counted_before.take() == Some(read) => Ok(read),
                None => self.counted().await?,
                Some(missing) => Err(missing),
            };
            let all = counted.and_then(|count| match count == read {
                true => Ok(()),
                false => Err(format!("the catalog counts {count} entities but returned {read}")),
            });
            match all {
                Ok(()) => return Ok(Shelf { entities, completeness: Completeness::Complete }),
                Err(why) => incomplete = Some(Shelf { entities, completeness: Completeness::Incomplete(why) }),
            }
        }
        Ok(incomplete.expect("it was read at least once"))
    }

    /// The identifiers that are needed, if no other entity can be.
    fn named(&self) -> Option<Vec<Box<str>>> {
        match &self.part {
            Part::Whole | Part::Keys => None,
            Part::Relevant(relevant) => relevant.only(&self.blueprint),
        }
    }

    async fn read_named(&mut self, identifiers: &[Box<str>]) -> Result<Shelf, ClientError> {
        let advanced = self.advanced.clone();
        // The receiver is gone if the whole read was abandoned.
        let advance = move |count| {
            let _ = advanced.send(count);
        };
        let found = match identified::entities(&self.session, &self.blueprint, identifiers, advance).await {
            Ok(entities) => return Ok(Shelf { entities, completeness: Completeness::Complete }),
            Err(error) if needs_other_route(&error) => self.read_entities().await?,
            Err(error) => self.unreadable(error)?,
        };
        let ReadEntities { entities, missing, .. } = found;
        let completeness = missing.map_or(Completeness::Complete, Completeness::Incomplete);
        Ok(Shelf { entities, completeness })
    }

    /// The catalog's count; the inner `Err` says why it is not known.
    async fn counted(&self) -> Result<Result<u64, String>, ClientError> {
        #[derive(Deserialize)]
        struct Count {
            count: u64,
        }
        let call = ApiCall::get(route(&["blueprints", &self.blueprint.identifier, "entities-count"]));
        match self.session.send(&call, |answer| serde_json::from_slice::<Count>(&answer.body)).await {
            Ok(Count { count }) => Ok(Ok(count)),
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
                Ok(page) => return Ok(ReadEntities::of(&self.blueprint, &self.part, page)),
                Err(other) if !is_last_way && (needs_other_route(&other) || gave_up(&other)) => is_brief = false,
                Err(other) => return self.unreadable(other),
            }
        }
    }

    fn unreadable(&self, error: ClientError) -> Result<ReadEntities, ClientError> {
        Ok(ReadEntities { missing: Some(self.error_of_blueprint(error)?), ..ReadEntities::default() })
    }

    /// The reason why only this blueprint cannot be read; an error that affects all blueprints is returned as `Err`.
    fn error_of_blueprint(&self, error: ClientError) -> Result<String, ClientError> {
        match error.refusal() {
            Some(refusal) if refusal.status == 404 && !error.is_no_route() => {
                let trace = error.trace().map(str::to_owned);
                Err(ClientError::NoBlueprint { blueprint: self.blueprint.identifier.clone(), trace })
            }
            // These statuses affect every blueprint.
            Some(refusal) if matches!(refusal.status, 401 | 407 | 429) => Err(error),
            Some(_) => Ok(error.to_string()),
            None => Err(error),
        }
    }

    async fn read_pages(&mut self, is_brief: bool) -> Result<ReadEntities, ClientError> {
        let mut query = json!({"query": {"combinator": "and", "rules": []}, "limit": PAGE});
        if matches!(self.part, Part::Keys) {
            query["include"] = json!(["$identifier"]);
        }
        let query = query.to_string();
        let route = route(&["blueprints", &self.blueprint.identifier, "entities", "search"]);
        let mut entities = ReadEntities::default();
        let mut cursor = Cursor::new();
        loop {
            let mut call = ApiCall::query(route.clone(), cursor.body(&query), CallKind::Page);
            call.is_brief = is_brief;
            let mut page = self.read_page(&call).await?;
            let next = page.next.take();
            entities.add(&self.blueprint, &self.part, page);
            let missing = match cursor.advance(next) {
                Ok(true) => continue,
                Ok(false) => None,
                Err(PagesRepeat) => Some("the catalog's pages repeat".to_owned()),
            };
            return Ok(ReadEntities { missing, ..entities.sorted() });
        }
    }

    async fn read_page(&mut self, call: &ApiCall) -> Result<Page, ClientError> {
        let decoder = &mut self.decoder;
        let page = self.session.send(call, |answer| decoder.page(&answer.body)).await?;
        // The receiver is gone if the whole read was abandoned.
        let _ = self.advanced.send(page.entities.len() as u64);
        Ok(page)
    }

    async fn read_at_once(&mut self, is_brief: bool) -> Result<Page, ClientError> {
        let part = match self.part {
            Part::Whole | Part::Relevant(_) => "",
            Part::Keys => "&include=identifier",
        };
        let route = route(&["blueprints", &self.blueprint.identifier, "entities"]);
        let mut call = ApiCall::get(format!("{route}?exclude_calculated_properties=true{part}"));
        call.kind = CallKind::Page;
        call.is_brief = is_brief;
        self.read_page(&call).await
    }
}

/// Whether the other route may succeed: this one is gone, missing or timed out.
pub(super) fn needs_other_route(error: &ClientError) -> bool {
    matches!(error.status(), Some(410 | 504)) || error.is_no_route()
}

/// Whether all retries were used.
fn gave_up(error: &ClientError) -> bool {
    matches!(error, ClientError::GaveUp { .. })
}
