//! The embedded catalog: one SQLite file that behaves like the platform. `store` is the file, `server` its API and pages
//! over HTTP, `local` the same catalog without HTTP.

pub mod api;
pub mod local;
pub mod server;
pub mod store;

pub use local::LocalCatalog;
