//! Entities: validated like the platform does, written, read and deleted. Everything that can be refused is checked
//! before anything is written.

mod aggregate;
mod calculate;
mod delete;
mod inherited_team;
mod links;
mod members;
mod placeholder;
mod property_messages;
mod query;
mod reachable;
mod read;
mod record_changes;
mod refusals;
mod relation_paths;
mod rename;
mod render;
mod row;
#[cfg(test)]
mod tests;
mod upsert;
mod write;

pub(super) use members::{Members, damaged};
pub(super) use read::existing;
pub(super) use relation_paths::id_list;
pub(super) use row::{Row, columns};
pub(super) use write::{WriteMethod, datasource_id};
