//! The embedded catalog: one SQLite file that behaves like the platform. `store` is the file, `pages` shows it to
//! people, `server` has the API and the pages over HTTP, `local` is the same catalog without HTTP.

pub mod api;
pub mod local;
pub mod pages;
pub mod server;
pub mod store;

pub use local::LocalCatalog;
