//! Reads all entities, several blueprints concurrently, in the largest pages. A blueprint is complete only if the
//! catalog's count equals the number of entities read; if one route fails, another is tried.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::failure::ClientError;
use super::pace::CallKind;
use super::route::route;
use super::transport::Answer;
use crate::catalog::Part;
use crate::catalog::decode::{Decoder, Page};
use crate::catalog::http::session::{ApiCall, Session};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::Entity;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};

/// The platform's maximum page size.
const PAGE: usize = 1000;
/// Blueprints read concurrently; the pages of one blueprint are sequential.
const MAX_CONCURRENT: usize = 8;
/// More pages than any catalog has: the pages repeat.
pub(super) const MAX_PAGES: usize = 100_000;

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

/// The result of a task that we spawned; a panic in it is resumed.
pub(super) fn joined<T>(done: Result<T, tokio::task::JoinError>) -> Result<T, ClientError> {
    done.map_err(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => ClientError::Setup { reason: "it was interrupted".to_owned(), help: "rerun the command" },
    })
}

struct Reader {
    session: Arc<Session>,
    blueprint: String,
    decoder: Decoder,
    part: Part,
    advanced: UnboundedSender<u64>,
}

/// The entities of one blueprint, and why some are missing.
struct Brought {
    entities: Vec<Entity>,
    missing: Option<String>,
}

impl Reader {
    async fn read(mut self) -> (String, Result<Shelf, ClientError>) {
        let shelf = self.shelf().await;
        (self.blueprint, shelf)
    }

    async fn shelf(&mut self) -> Result<Shelf, ClientError> {
        let mut incomplete = None;
        // A blueprint that changed while it was read is read once more.
        for _ in 0..2 {
            let Brought { entities, missing } = self.all().await?;
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
                self.own_fault(error).map(|why| Err(format!("the catalog did not count the entities ({why})")))
            }
        }
    }

    /// Reads by pages; if that route is missing, gone (410) or times out (504), reads all in one request; if that fails
    /// too, reads by pages with all retries. A route is abandoned early only for errors that the other route may avoid;
    /// a bad connection is retried.
    async fn all(&mut self) -> Result<Brought, ClientError> {
        let mut is_brief = true;
        loop {
            let error = match self.pages(is_brief).await {
                Ok(brought) => return Ok(brought),
                Err(error) => error,
            };
            if is_brief && is_worn_out(&error) && !leads_elsewhere(&error) {
                is_brief = false;
                continue;
            }
            if !is_brief || !leads_elsewhere(&error) {
                return self.nothing(error);
            }
            let is_last_way = error.status() != Some(504);
            match self.whole(!is_last_way).await {
                Ok(entities) => return Ok(Brought { entities, missing: None }),
                Err(other) if !is_last_way && (leads_elsewhere(&other) || is_worn_out(&other)) => is_brief = false,
                Err(other) => return self.nothing(other),
            }
        }
    }

    fn nothing(&self, error: ClientError) -> Result<Brought, ClientError> {
        Ok(Brought { entities: Vec::new(), missing: Some(self.own_fault(error)?) })
    }

    /// The reason why only this blueprint cannot be read; an error that affects all blueprints is returned as `Err`.
    fn own_fault(&self, error: ClientError) -> Result<String, ClientError> {
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

    async fn pages(&mut self, is_brief: bool) -> Result<Brought, ClientError> {
        let mut entities: Vec<Entity> = Vec::new();
        let mut from: Option<Box<RawValue>> = None;
        let mut seen = HashSet::new();
        let missing = loop {
            let page = self.page(from.as_deref(), is_brief).await?;
            // The receiver is gone if the whole read was abandoned.
            let _ = self.advanced.send(page.entities.len() as u64);
            entities.extend(page.entities);
            let Some(next) = page.next else { break None };
            if !seen.insert(next.get().to_owned()) || seen.len() > MAX_PAGES {
                break Some("the catalog's pages repeat".to_owned());
            }
            from = Some(next);
        };
        Ok(Brought { entities: sorted(entities), missing })
    }

    async fn page(&mut self, from: Option<&RawValue>, is_brief: bool) -> Result<Page, ClientError> {
        let mut body = json!({"query": {"combinator": "and", "rules": []}, "limit": PAGE});
        if self.part == Part::Keys {
            body["include"] = json!(["$identifier"]);
        }
        let mut body = body.to_string();
        if let Some(from) = from {
            body.truncate(body.len() - 1);
            body.push_str(",\"from\":");
            body.push_str(from.get());
            body.push('}');
        }
        let route = route(&["blueprints", &self.blueprint, "entities", "search"]);
        let mut call = ApiCall::query(route, body.into_bytes(), CallKind::Page);
        call.is_brief = is_brief;
        let decoder = &mut self.decoder;
        self.session.send(&call, |answer| decoder.page(&answer.body)).await
    }

    async fn whole(&mut self, is_brief: bool) -> Result<Vec<Entity>, ClientError> {
        let part = match self.part {
            Part::Whole => "",
            Part::Keys => "&include=identifier",
        };
        let route = route(&["blueprints", &self.blueprint, "entities"]);
        let mut call = ApiCall::get(format!("{route}?exclude_calculated_properties=true{part}"));
        call.work = CallKind::Page;
        call.is_brief = is_brief;
        let decoder = &mut self.decoder;
        let page = self.session.send(&call, |answer: &Answer| decoder.page(&answer.body)).await?;
        let _ = self.advanced.send(page.entities.len() as u64);
        Ok(sorted(page.entities))
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
pub(super) fn leads_elsewhere(error: &ClientError) -> bool {
    matches!(error.status(), Some(410 | 504)) || error.is_no_route()
}

/// Whether all retries were used.
fn is_worn_out(error: &ClientError) -> bool {
    matches!(error, ClientError::GaveUp { .. })
}
