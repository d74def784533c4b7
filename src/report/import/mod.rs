//! Renders the result of an import: the manifests, and what had no place in the catalog, counted by field. `--dry-run`
//! produces the same value.

mod input;
pub mod json;
mod text;

use crate::report::style::Style;

pub use input::{DeclaredEntity, Import, ImportFormat, ImportedManifest};

pub fn render(import: &Import<'_>, format: ImportFormat, style: &Style) -> String {
    match format {
        ImportFormat::Text => text::render(import, style),
        ImportFormat::Json => json::render(import),
    }
}

#[cfg(test)]
mod tests;
