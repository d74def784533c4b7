//! Renders one entity: what the manifest declares, what the catalog stores, what it points to and what points to it. As
//! text, and as `portolan.show/1` for programs.

mod json;
mod text;
mod view;

pub use json::{json, schema};
pub use text::text;
pub use view::{EntityPage, FieldGroup, LiveEntity, PageField, PageReference, Target, TargetState};
