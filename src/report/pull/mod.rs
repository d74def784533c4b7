//! Renders the result of a pull: changed blueprints and known entities, written manifests, and entities of the
//! repository that no longer match their blueprint. `--check` and `--dry-run` produce the same value.

mod input;
pub mod json;
mod text;

use crate::report::escape::lines;
use crate::report::style::Style;

pub use input::{Before, Counts, FileDeed, FileEdit, FileLine, ManifestDeed, ManifestLine, Mode, Pull, PullFormat};

pub fn render(pull: &Pull<'_>, format: PullFormat, style: &Style) -> String {
    match format {
        PullFormat::Text => lines(text::render(pull, style)),
        PullFormat::Json => json::render(pull),
    }
}

#[cfg(test)]
mod tests;
