//! What the tools that deliver the repository to clusters make of it, for lint, plans and the commands under `cluster`.

pub(crate) mod absence;
mod addresses;
mod charts;
mod checkout;
pub(crate) mod cluster;
mod definition_facts;
mod emptied;
pub(crate) mod facts;
mod failures;
mod list_items;
pub(crate) mod listing;
mod located;
mod manifest_facts;
mod manifest_values;
mod misspelt_kinds;
pub(crate) mod options;
pub(crate) mod read_files;
pub(crate) mod repository;
pub(crate) mod repository_view;
mod resource_facts;
mod run_files;
mod shared;
mod sync_options;
mod wiring;
