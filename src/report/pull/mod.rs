//! What a pull brought: how the blueprints changed, what became of the known entities, which manifests were made, and
//! which entities of the repository do not fit any more. The same value whether it was done or only looked at.

pub mod json;
mod text;

use crate::domain::blueprint_change::BlueprintChange;
use crate::report::escape::lines;
use crate::report::lint::Lint;
use crate::report::style::Style;

/// All that a report tells.
#[derive(Clone, Copy)]
pub struct Pull<'a> {
    pub mode: Mode,
    pub platform: &'a str,
    /// Where it came from.
    pub catalog: &'a str,
    pub pulled_at: &'a str,
    /// What the snapshot before it says of itself.
    pub before: Option<Before<'a>>,
    /// The snapshot says something else than the one before.
    pub is_news: bool,
    pub counts: Counts,
    pub changes: &'a [BlueprintChange],
    pub manifests: &'a [ManifestLine<'a>],
    /// What lint has to say now and had not before, and how it says it.
    pub misfits: &'a Lint<'a>,
    /// So many of them are not in there.
    pub misfits_untold: usize,
    /// Sentences said once.
    pub notes: &'a [String],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It was done.
    Pull,
    /// Nothing was written: is the snapshot up to date?
    Check,
    /// Nothing was written: what would be?
    DryRun,
}

/// The snapshot that was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before<'a> {
    pub catalog: &'a str,
    pub pulled_at: &'a str,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub blueprints: usize,
    pub known: usize,
    pub known_added: usize,
    pub known_removed: usize,
    /// Entities among the misfits.
    pub misfits: usize,
}

/// What became of one entity's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestLine<'a> {
    pub blueprint: &'a str,
    pub identifier: &'a str,
    pub path: &'a str,
    pub deed: ManifestDeed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestDeed {
    New,
    Rewritten,
    /// It says the same already.
    Unchanged,
    /// It is in the repository, and was left alone; why, as a clause, where it was to be rewritten.
    Kept(Option<&'static str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullFormat {
    Text,
    Json,
}

pub fn render(pull: &Pull<'_>, format: PullFormat, style: &Style) -> String {
    match format {
        PullFormat::Text => lines(text::render(pull, style)),
        PullFormat::Json => json::render(pull),
    }
}

#[cfg(test)]
mod tests;
