//! The catalog that a command works with: the connection to a platform, or the embedded catalog.

pub(crate) mod address;
pub(crate) mod certificates;
pub(crate) mod connect;
pub(crate) mod embedded;
pub(crate) mod offline;
pub(crate) mod organization;
pub(crate) mod seed;
pub(crate) mod seed_entities;
