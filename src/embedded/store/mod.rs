//! The embedded catalog: one SQLite file that behaves like the platform. Everything here blocks, so the server calls it
//! on blocking threads. Each operation is one transaction.

mod aggregation;
mod blueprint_cache;
mod blueprints;
mod compiled_blueprint;
mod connection;
mod entities;
mod entity_page;
mod error;
mod find_text;
mod history;
mod integrations;
mod list_query;
mod listing;
mod mask_key;
mod migrations;
mod organization;
mod owned;
mod search;
mod teams;
mod time_limit;

pub use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
pub use crate::embedded::store::entity_page::{EntityDetails, IncomingRelations, RelatedEntity};
pub use blueprints::{BlueprintConflict, SnapshotChanges};
pub use connection::{Clock, Store, system_clock};
pub use error::{Failure, StoreError};
pub use find_text::{FoundEntity, words_of};
pub use history::{FieldUpdate, StoredValue, Update};
pub use integrations::INGEST_ATTRIBUTES;
pub use list_query::{Filter, ListField, ListQuery, Sorting};
pub use listing::Listing;
pub use search::OwnedEntities;
pub use teams::TeamDraft;
