//! Turns what other tools know about a repository, CODEOWNERS and Backstage files, into entities. The readers yield source
//! entities, a mapping says where their fields belong, and the draft fills what the blueprints have.

mod assign;
mod backstage;
mod codeowners;
mod convert;
mod draft;
mod fill;
mod input;
mod mapping;
mod mistakes;
mod source;

pub use backstage::{BackstageDocument, DocumentSource, LocationTarget, placeholder_of, read_document};
pub use codeowners::{
    Codeowners, ComponentSearch, Dialect, OwnedComponents, RULE, dialect_of_path, find_components, parse_codeowners,
};
pub use convert::MAX_VALUE_BYTES;
pub use draft::{DraftManifest, ImportDraft, draft};
pub use input::ImportInput;
pub use mapping::{ImportKind, ImportMapping, MappingFault, Mention};
pub use mistakes::{MappingCheck, MappingMistakes};
pub use source::{FieldValue, SourceEntity, SourceField};
