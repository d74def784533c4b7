//! Renders how a mapping takes one object: each expression with its result and the line of the manifest that it reads, and
//! what is sent.

mod json;
mod text;
mod view;

pub use json::{json, schema};
pub use text::text;
pub use view::MappingExplanation;
