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
mod integrations;
mod mask_key;
mod migrations;
mod organization;
mod owned;
mod search;
mod teams;
mod time_limit;

pub use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
pub use crate::embedded::store::entity_page::{EntityDetails, IncomingRelation};
pub use blueprints::{BlueprintConflict, SnapshotChanges};
pub use connection::{Clock, Store, system_clock};
pub use error::{Failure, StoreError};
pub use integrations::INGEST_ATTRIBUTES;
pub use search::OwnedEntities;
pub use teams::TeamDraft;
