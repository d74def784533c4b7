//! What is said beside an entity when it is written, and what comes back.

use crate::domain::moment::Moment;

/// The flags of a write; all default to false.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteOptions {
    pub upsert: bool,
    /// Only with `upsert`: what the draft does not name stays.
    pub merge: bool,
    /// Everything is checked and nothing written.
    pub validation_only: bool,
    pub create_missing_related_entities: bool,
    pub run_id: Option<String>,
}

/// Who writes, as the catalog records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// The API client's id; `createdBy` and `updatedBy`.
    pub id: String,
    /// The User-Agent; the entity's datasource.
    pub user_agent: String,
    pub now: Moment,
}

/// What became of one entity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    pub identifier: String,
    pub created: bool,
}
