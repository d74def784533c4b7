//! The impact of changed blueprints: lints the manifests with the old and the new blueprints, and judges what differs. `diff`,
//! `lint` and `pull` share it.

pub(crate) mod compare;
mod error;
mod given;
pub(crate) mod output;
pub(crate) mod sides;
mod stored;
