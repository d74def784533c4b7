//! The options of a write, its author and its result.

use crate::domain::value::timestamp::Moment;

/// The flags of a write; all default to false.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteOptions {
    pub upsert: bool,
    /// Only with `upsert`: values that the draft does not contain are kept.
    pub merge: bool,
    /// Validates without writing.
    pub validation_only: bool,
    pub create_missing_related_entities: bool,
    pub run_id: Option<String>,
}

/// The author of a write, as stored by the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// The API client's id; `createdBy` and `updatedBy`.
    pub id: String,
    /// The User-Agent; the entity's datasource.
    pub user_agent: String,
    pub now: Moment,
}

/// The result for one entity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    pub identifier: String,
    pub created: bool,
}
