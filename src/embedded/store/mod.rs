//! The embedded catalog: one SQLite file that behaves like the platform. Everything here blocks, so the server calls it
//! on blocking threads. Each operation is one transaction.

mod blueprints;
mod compiled;
mod connection;
mod entities;
mod error;
mod integrations;
mod mask_key;
mod organization;
mod owned;
mod portrait;
mod search;
mod system;
mod time_limit;

pub use blueprints::{Followed, Misfit};
pub use compiled::Compiled;
pub use connection::{Clock, Store, system_clock};
pub use error::{Failure, StoreError};
pub use portrait::{Portrait, Source};
