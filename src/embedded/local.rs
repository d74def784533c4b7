//! The embedded catalog as a [`Catalog`]: the store without HTTP. Its rejections use the platform's messages, so that
//! both behave the same.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::store::{Failure, Store, StoreError};
use crate::catalog::ApplyOptions;
use crate::catalog::apply::{ApplyRun, Batch, MethodKind, batches, draft, outcome_of_write, patch_draft};
use crate::catalog::decode::Decoder;
use crate::catalog::wire::{EntityDraft, Refusal, WriteOptions, Writer, Written};
use crate::catalog::{Catalog, CatalogError, ErrorFacts, LastWrites, Part, ReadLimit, Relabelling, WriteFailure};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::foreign_owner::ForeignOwner;
use crate::domain::entity::{Datasource, Entity, EntityKey, Owner};
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::domain::plan::request::WriteRequest;
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};
use crate::embedded::api::{ComputedParts, Shape};

/// The value of `createdBy`: the embedded catalog has no API clients.
const WRITER: &str = "portolan";
/// Entities per transaction, so that other processes can access the file in between.
const ENTITIES_PER_TRANSACTION: usize = 1000;
/// One in so many is few: they are read one by one.
const FEW: u64 = 4;
/// Entities per delete request: the platform's limit. Each request is all or nothing.
const DELETES_PER_REQUEST: usize = 100;

#[derive(Debug)]
pub struct LocalCatalog {
    name: String,
    store: Store,
    user_agent: String,
}

impl LocalCatalog {
    /// `name` is used in messages; `user_agent` is stored as the datasource of every write.
    pub fn of(store: Store, name: String, user_agent: &str) -> Self {
        Self { name, store, user_agent: user_agent.to_owned() }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The author of a write made now.
    pub fn writer(&self) -> Writer {
        Writer { id: WRITER.to_owned(), user_agent: self.user_agent.clone(), now: self.store.now() }
    }

    fn shelf(&self, blueprint: &Blueprint, part: &Part, progress: &dyn Progress) -> Result<Shelf, CatalogError> {
        let include = match part {
            Part::Whole | Part::Relevant(_) => Vec::new(),
            Part::Keys => vec!["$identifier".to_owned()],
        };
        let shape = Shape { computed: ComputedParts::None, exclude_unset: true, include, ..Shape::default() };
        let mut decoder = Decoder::new(blueprint);
        let (mut entities, mut read) = (Vec::new(), 0_u64);
        let counted = self.store.each_page(&blueprint.identifier, &shape, ENTITIES_PER_TRANSACTION, |page| {
            progress.advance(page.len() as u64);
            read += page.len() as u64;
            for entity in &page {
                let entity = decoder.entity(entity.get()).map_err(LocalError::Unreadable)?;
                entities.extend(Some(entity).filter(|entity| part.keeps(blueprint, entity)));
            }
            Ok::<_, CatalogError>(())
        })?;
        let completeness = if counted == read {
            Completeness::Complete
        } else {
            // The count and the entities come from one transaction, so another tool must have changed the file.
            Completeness::Incomplete(format!("the catalog counts {counted} entities but returned {read}"))
        };
        Ok(Shelf { entities, completeness })
    }

    /// The identifiers to read, if reading only these is less than reading all.
    fn named(&self, blueprint: &Blueprint, part: &Part) -> Result<Option<Vec<Box<str>>>, CatalogError> {
        let Part::Relevant(relevant) = part else { return Ok(None) };
        let Some(identifiers) = relevant.only(blueprint) else { return Ok(None) };
        let all = self.store.count(&blueprint.identifier)?;
        Ok(Some(identifiers).filter(|identifiers| (identifiers.len() as u64).saturating_mul(FEW) < all))
    }

    /// Performs requests of one batch.
    fn perform_lot(&self, batch: &Batch, lot: &[&WriteRequest], run: &ApplyRun<'_>) -> Vec<Result<(), WriteFailure>> {
        let options = run.options.write_options(batch.method);
        let outcomes = match batch.method {
            MethodKind::Create | MethodKind::Merge | MethodKind::Replace => self.write_lot(batch, lot, &options),
            MethodKind::Patch | MethodKind::Rename => self.patch_lot(batch, lot, &options),
            MethodKind::Delete => {
                let identifiers: Vec<String> = lot.iter().map(|request| request.key.identifier.to_string()).collect();
                self.delete(&batch.blueprint, &identifiers, &Silent)
            }
        };
        outcomes.unwrap_or_else(|error| {
            // The failure applies to all lots: a file that cannot be written now cannot be written for the next lot
            // either.
            run.record_failed_call(&error, false);
            lot.iter().map(|_| Err(WriteFailure::CallFailed(error.clone()))).collect()
        })
    }

    fn write_lot(&self, batch: &Batch, lot: &[&WriteRequest], options: &WriteOptions) -> Results {
        let drafts: Vec<EntityDraft> = lot.iter().map(|request| draft(request)).collect();
        let written = self.upsert(&batch.blueprint, &drafts, options, &Silent)?;
        Ok(written.into_iter().map(|outcome| outcome_of_write(batch.method, outcome)).collect())
    }

    fn patch_lot(&self, batch: &Batch, lot: &[&WriteRequest], options: &WriteOptions) -> Results {
        let mut outcomes = Vec::with_capacity(lot.len());
        for request in lot {
            let outcome = self.patch(&batch.blueprint, request.stored_identifier(), &patch_draft(request), options)?;
            outcomes.push(outcome.map_err(WriteFailure::from));
        }
        Ok(outcomes)
    }

    fn delete_lot(&self, blueprint: &str, lot: &[String]) -> Results {
        match self.store.delete_entities(blueprint, lot, false, &self.writer()) {
            Ok(_) => return Ok(lot.iter().map(|_| Ok(())).collect()),
            Err(Failure::Refused(_)) => {}
            Err(Failure::Store(error)) => return Err(error.into()),
        }
        let mut outcomes = Vec::with_capacity(lot.len());
        for identifier in lot {
            outcomes.push(match self.store.delete_entity(blueprint, identifier, false, &self.writer()) {
                Ok(()) => Ok(()),
                Err(Failure::Refused(refusal)) if refusal.status == 404 => Ok(()),
                Err(Failure::Refused(refusal)) => Err(WriteFailure::Refused(refusal)),
                Err(Failure::Store(error)) => return Err(error.into()),
            });
        }
        Ok(outcomes)
    }
}

/// The result for each entity of a lot.
type Results = Result<Vec<Result<(), WriteFailure>>, CatalogError>;

impl Catalog for LocalCatalog {
    fn mask_key(&self) -> Option<Vec<u8>> {
        // If the key cannot be read, the caller masks with a key of this run.
        self.store.mask_key().ok()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn organization(&self) -> Result<Value, CatalogError> {
        Ok(self.store.organization()?)
    }

    fn blueprints(&self) -> Result<Vec<Value>, CatalogError> {
        let mut blueprints = self.store.blueprints()?;
        blueprints.sort_by_cached_key(|blueprint| blueprint["identifier"].as_str().unwrap_or_default().to_owned());
        Ok(blueprints)
    }

    fn read(&self, blueprints: &[Blueprint], part: &Part, progress: &dyn Progress) -> Result<Snapshot, CatalogError> {
        progress.start("reading the catalog", 0);
        let mut snapshot = Snapshot::default();
        for blueprint in blueprints {
            let shelf = match self.named(blueprint, part)? {
                Some(identifiers) => self.read_some(blueprint, &identifiers, &Silent)?,
                None => self.shelf(blueprint, part, progress)?,
            };
            snapshot.blueprints.insert(blueprint.identifier.clone(), shelf);
        }
        progress.finish();
        Ok(snapshot)
    }

    fn read_some(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        progress: &dyn Progress,
    ) -> Result<Shelf, CatalogError> {
        progress.start("reading the catalog", identifiers.len() as u64);
        let shape = Shape { computed: ComputedParts::None, exclude_unset: true, ..Shape::default() };
        let mut identifiers: Vec<&str> = identifiers.iter().map(AsRef::as_ref).collect();
        identifiers.sort_unstable();
        identifiers.dedup();
        let found = self.store.entities_of(&blueprint.identifier, &identifiers, &shape)?;
        let mut decoder = Decoder::new(blueprint);
        let entities = found.iter().map(|entity| decoder.entity(entity.get()).map_err(LocalError::Unreadable));
        let entities = entities.collect::<Result<_, _>>()?;
        progress.advance(identifiers.len() as u64);
        progress.finish();
        Ok(Shelf { entities, completeness: Completeness::Complete })
    }

    fn find(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        _limit: ReadLimit<'_>,
    ) -> Result<Vec<Entity>, CatalogError> {
        Ok(self.read_some(blueprint, identifiers, &Silent)?.entities)
    }

    fn owned_among(
        &self,
        owner: &Owner,
        blueprint: &str,
        identifiers: &[Box<str>],
        _limit: ReadLimit<'_>,
    ) -> Result<LastWrites, CatalogError> {
        let asked: HashSet<&str> = identifiers.iter().map(AsRef::as_ref).collect();
        let owned = self.owned(owner)?.into_iter();
        let mine = owned.filter(|key| key.blueprint.as_ref() == blueprint).map(|key| key.identifier);
        let mine = mine.filter(|identifier| asked.contains(identifier.as_ref()));
        Ok(mine.map(|identifier| (identifier, None)).collect())
    }

    fn owners_of(
        &self,
        blueprint: &str,
        identifiers: &[Box<str>],
        _scopes: &[String],
        _limit: ReadLimit<'_>,
    ) -> Result<HashMap<Box<str>, ForeignOwner>, CatalogError> {
        let mut owners = HashMap::new();
        for identifier in identifiers {
            let datasource = self.store.datasource_of(blueprint, identifier)?;
            let owner = datasource.as_deref().and_then(ForeignOwner::of_datasource);
            owners.extend(owner.map(|owner| (identifier.clone(), owner)));
        }
        Ok(owners)
    }

    fn datasources(&self, _limit: ReadLimit<'_>) -> Result<Option<Vec<String>>, CatalogError> {
        Ok(Some(self.store.datasources()?.into_iter().map(|(text, _)| text).collect()))
    }

    fn datasources_of(
        &self,
        blueprint: &str,
        identifiers: &[Box<str>],
        _limit: ReadLimit<'_>,
    ) -> Result<HashMap<Box<str>, String>, CatalogError> {
        let mut found = HashMap::new();
        for identifier in identifiers {
            let datasource = self.store.datasource_of(blueprint, identifier)?;
            found.extend(datasource.map(|datasource| (identifier.clone(), datasource)));
        }
        Ok(found)
    }

    fn written_by(&self, datasource: &Datasource) -> Result<Vec<EntityKey>, CatalogError> {
        Ok(self.store.written_by(datasource)?)
    }

    fn upsert(
        &self,
        blueprint: &str,
        drafts: &[EntityDraft],
        options: &WriteOptions,
        progress: &dyn Progress,
    ) -> Result<Vec<Result<Written, WriteFailure>>, CatalogError> {
        progress.start("writing to the catalog", drafts.len() as u64);
        let mut outcomes: Vec<Result<Written, WriteFailure>> = Vec::with_capacity(drafts.len());
        for lot in drafts.chunks(ENTITIES_PER_TRANSACTION) {
            let entities = lot.iter().cloned().map(Ok).collect();
            match self.store.bulk_upsert(blueprint, entities, options, &self.writer()) {
                Ok(written) => outcomes.extend(written.into_iter().map(|one| one.map_err(WriteFailure::from))),
                // The rejection applies to the whole call: the blueprint does not exist, or it is a system blueprint.
                Err(Failure::Refused(refusal)) => {
                    outcomes.extend(lot.iter().map(|_| Err(WriteFailure::Refused(refusal.clone()))));
                }
                Err(Failure::Store(error)) if outcomes.is_empty() => return Err(error.into()),
                Err(Failure::Store(error)) => {
                    outcomes.resize(drafts.len(), Err(WriteFailure::CallFailed(error.into())));
                    break;
                }
            }
            progress.advance(lot.len() as u64);
        }
        progress.finish();
        Ok(outcomes)
    }

    fn relabel(
        &self,
        blueprint: &str,
        identifiers: &[Box<str>],
        datasource: &str,
        options: ApplyOptions<'_>,
    ) -> Relabelling {
        let mut may_be_applied = false;
        for lot in identifiers.chunks(ENTITIES_PER_TRANSACTION) {
            if options.cancellation.is_cancelled() {
                break;
            }
            let lot: Vec<&str> = lot.iter().map(AsRef::as_ref).collect();
            may_be_applied |= self.store.relabel_entities(blueprint, &lot, datasource).is_ok();
        }
        Relabelling { calls: 0, may_be_applied, is_pending: false }
    }

    fn patch(
        &self,
        blueprint: &str,
        identifier: &str,
        draft: &EntityDraft,
        options: &WriteOptions,
    ) -> Result<Result<(), Refusal>, CatalogError> {
        match self.store.patch_entity(blueprint, identifier, draft, options, &self.writer()) {
            Ok(_) => Ok(Ok(())),
            Err(Failure::Refused(refusal)) => Ok(Err(*refusal)),
            Err(Failure::Store(error)) => Err(error.into()),
        }
    }

    fn delete(
        &self,
        blueprint: &str,
        identifiers: &[String],
        progress: &dyn Progress,
    ) -> Result<Vec<Result<(), WriteFailure>>, CatalogError> {
        progress.start("deleting from the catalog", identifiers.len() as u64);
        let mut outcomes: Vec<Result<(), WriteFailure>> = Vec::with_capacity(identifiers.len());
        for lot in identifiers.chunks(DELETES_PER_REQUEST) {
            match self.delete_lot(blueprint, lot) {
                Ok(gone) => outcomes.extend(gone),
                Err(error) if outcomes.is_empty() => return Err(error),
                Err(error) => {
                    outcomes.resize(identifiers.len(), Err(WriteFailure::CallFailed(error)));
                    break;
                }
            }
            progress.advance(lot.len() as u64);
        }
        progress.finish();
        Ok(outcomes)
    }

    fn perform(&self, requests: &[&WriteRequest], options: ApplyOptions<'_>) -> Vec<Result<(), WriteFailure>> {
        let run = ApplyRun::new(options);
        let mut outcomes: Vec<Option<Result<(), WriteFailure>>> = requests.iter().map(|_| None).collect();
        for batch in batches(requests) {
            let lot = match (options.stop_on_failure, batch.method) {
                (true, _) | (false, MethodKind::Patch | MethodKind::Rename) => 1,
                (false, MethodKind::Create | MethodKind::Merge | MethodKind::Replace) => ENTITIES_PER_TRANSACTION,
                (false, MethodKind::Delete) => DELETES_PER_REQUEST,
            };
            for members in batch.members.chunks(lot).take_while(|_| run.may_send()) {
                let lot: Vec<&WriteRequest> = members.iter().map(|member| requests[*member]).collect();
                let ends = self.perform_lot(&batch, &lot, &run);
                for (member, end) in members.iter().zip(ends) {
                    if end.is_err() {
                        run.record_failed_write();
                    }
                    outcomes[*member] = Some(end);
                }
                run.advance(members.len() as u64);
            }
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(run.unsent()))).collect()
    }
}

/// Errors of calls that the store itself carried out.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum LocalError {
    #[error("embedded catalog refused the request ({} `{}`{})", .0.status, .0.error, message_of(.0))]
    #[diagnostic(
        code("local-refused"),
        help("run `portolan pull` to update the blueprints that the embedded catalog uses")
    )]
    Refused(Box<Refusal>),
    #[error("embedded catalog has an entity that cannot be read: {0}")]
    #[diagnostic(code("local-unreadable"), help("the file is damaged: delete it to start with an empty catalog"))]
    Unreadable(serde_json::Error),
}

fn message_of(refusal: &Refusal) -> String {
    refusal.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default()
}

/// The store rolls back what it does not finish, so a failed call never has an effect.
fn facts(class: ErrorClass, status: Option<u16>) -> ErrorFacts {
    ErrorFacts { class, status, is_about_credentials: false, had_no_effect: true, is_no_route: false }
}

impl From<LocalError> for CatalogError {
    fn from(error: LocalError) -> Self {
        let facts = match &error {
            LocalError::Refused(refusal) => facts(ErrorClass::Unreachable, Some(refusal.status)),
            LocalError::Unreadable(_) => facts(ErrorClass::Failure, None),
        };
        Self::new(error, facts)
    }
}

impl From<StoreError> for CatalogError {
    fn from(error: StoreError) -> Self {
        let class = error.class();
        Self::new(error, facts(class, None))
    }
}

impl From<Failure> for CatalogError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => LocalError::Refused(refusal).into(),
            Failure::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::wire::IdentifierRef;
    use crate::embedded::store::system_clock;

    /// Deletes the first entity after each page that was read.
    struct Meddler(Store);

    impl Progress for Meddler {
        fn start(&self, _stage: &str, _total: u64) {}

        fn advance(&self, _by: u64) {
            let writer = Writer { id: "meddler".to_owned(), user_agent: "meddler".to_owned(), now: self.0.now() };
            let page = self.0.entities("service", &Shape::default(), None, 1).expect("they are there");
            let first: Value = serde_json::from_str(page.entities[0].get()).expect("it is JSON");
            let first = first["identifier"].as_str().expect("it has a name");
            self.0.delete_entity("service", first, false, &writer).expect("nobody points to it");
        }

        fn finish(&self) {}
    }

    #[test]
    fn a_shelf_is_one_state_however_much_is_written_meanwhile() {
        const MANY: usize = ENTITIES_PER_TRANSACTION + 5;
        let folder = tempfile::tempdir().expect("there is room");
        let store = Store::open(&folder.path().join("catalog.db"), system_clock()).expect("it opens");
        let body = json!({"identifier": "service", "title": "Service", "schema": {"properties": {}}});
        let writer = Writer { id: "test".to_owned(), user_agent: "test".to_owned(), now: store.now() };
        store.create_blueprint(body.clone(), &writer).expect("it is taken");
        let draft = |number| EntityDraft {
            identifier: Some(IdentifierRef::Literal(format!("{number:05}"))),
            ..EntityDraft::default()
        };
        let drafts = (0..MANY).map(|number| Ok(draft(number))).collect();
        store.bulk_upsert("service", drafts, &WriteOptions::default(), &writer).expect("they are taken");
        let (blueprint, _) = Blueprint::from_json(body).expect("it is one");
        let catalog = LocalCatalog::of(store.clone(), "the store".to_owned(), "test");
        let snapshot = catalog.read(&[blueprint], &Part::Whole, &Meddler(store.clone())).expect("it is read");
        let shelf = &snapshot.blueprints["service"];
        assert_eq!((shelf.entities.len(), &shelf.completeness), (MANY, &Completeness::Complete));
        assert!(store.count("service").expect("it is there") < MANY as u64, "nothing was written meanwhile");
    }
}
