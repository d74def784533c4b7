//! Backups of a push: what the catalog had before it, and the input of the plan that brings that back. A backup records
//! both sides of every change, so that a restore knows what somebody else changed after the push.

mod capture;
mod codec;
mod document;
mod error;
mod fields;
mod former_owner;
mod former_owners;
mod sides;
mod way_back;

#[cfg(test)]
mod tests;

pub use capture::capture;
pub use codec::schema;
pub use document::{Backup, BackupSource, FORMAT, SavedEntity};
pub use error::BackupError;
pub use former_owner::FormerOwner;
pub use former_owners::FormerOwners;
pub use way_back::{Live, WayBack};
