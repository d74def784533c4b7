//! Reads manifests: text becomes a tree with spans, then entities. Two readers build the same tree: `fast` for common
//! documents, and `full`, a complete YAML 1.1 parser, for the rest.

mod broken_document;
mod candidate;
mod duplicate_keys;
pub mod edit;
mod missing_content;
pub mod scalar;

mod decode;
mod encode;
mod expand;
mod fast;
mod faults;
mod full;
mod job;
mod json;
mod json_values;
mod limits;
mod merge;
mod overridden;
mod places;
mod plain_scalar;
mod reader;
mod split;
mod tags;
mod yaml;

pub use crate::manifest::broken_document::claims_ours;
pub use crate::manifest::candidate::{looks_ours, salvage};
pub use crate::manifest::missing_content::Missing;
pub use decode::decode;
pub use encode::sketch::{Around, encode_sketch};
pub use encode::{Wrapper, encode};
pub use limits::Limits;
pub use merge::{EntityMerge, FieldMerge, Merged, ReadAs, Refusal, merge};
pub use reader::{Document, Producer, Reader};

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "reads the examples")]
mod tests;
