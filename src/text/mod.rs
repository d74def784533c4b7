//! Text as such: what a terminal or a pipeline's runner would obey in it, and secrets that must not be shown. It knows
//! nothing of catalogs, files or formats of reports.

pub mod escape;
#[cfg(test)]
pub(crate) mod hostile_texts;
pub mod merge_conflict;
pub mod redact;
