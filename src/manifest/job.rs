//! The document that a reader reads, with its limits, and the fault at which reading ends.

use std::ops::Range;

use super::limits::Limits;
use crate::domain::document::fault::{Fault, ScalarReader};

/// The document to read and its options.
pub(super) struct Job<'j> {
    pub(super) text: &'j str,
    pub(super) range: Range<usize>,
    pub(super) limits: &'j Limits,
    pub(super) wants_notes: bool,
    /// The tool whose reading of plain scalars applies.
    pub(super) reader: ScalarReader,
}

/// The reason why a document could not be read to its end.
#[derive(Debug)]
pub(super) struct Broken(pub(super) Fault);
