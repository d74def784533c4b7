//! The next resync of the exporters: maps the repository for each cluster, reads what the exporters own in the catalog, and
//! forecasts what they write and delete. `cluster forecast` shows it, and `diff` takes deletes and reasons from it.

pub(crate) mod clusters;
pub(crate) mod live;
pub(crate) mod revision;
