//! What the commands that look things up share: the index of the repository, the entity that the user names, its
//! values, and the catalog's side of it.

pub(crate) mod condition;
pub(crate) mod fields;
pub(crate) mod impossible;
pub(crate) mod live;
pub(crate) mod open;
pub(crate) mod places;
pub(crate) mod subject;
