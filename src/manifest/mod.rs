//! Text to spanned tree to entities. One tree, two producers: `fast` reads what people usually write, `full` (a
//! whole YAML 1.2 parser) the rest; nobody downstream can tell which one it was.

pub mod edit;
pub mod scalar;

mod claim;
mod decode;
mod encode;
mod expand;
mod fast;
mod faults;
mod full;
mod json;
mod keys;
mod limits;
mod missing;
mod ours;
mod overridden;
mod places;
mod reader;
mod split;
mod tags;
mod yaml;

pub use decode::decode;
pub use encode::{Around, Wrapper, encode, encode_sketch};
pub use limits::Limits;
pub use missing::Missing;
pub use ours::{claims_ours, looks_ours, salvage};
pub use reader::{Document, Producer, Reader};

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "reads the examples")]
mod tests;
