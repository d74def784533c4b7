//! What a report of blueprint impact shows.

use crate::domain::finding::Place;
use crate::domain::impact::{Effect, Impact};
use crate::report::positions::{Files, LineRange, Places};

/// The input of a report.
#[derive(Clone, Copy)]
pub struct ImpactReport<'a> {
    pub impact: &'a Impact,
    /// The names of the two sets of blueprints, as Markdown: paths and revisions are in backticks.
    pub old: &'a str,
    pub new: &'a str,
    /// The manifests and the new blueprints.
    pub files: &'a dyn Files,
    pub scope: &'a str,
    /// The `--target`, if any.
    pub target: Option<&'a str>,
    /// Nothing is abbreviated in the text.
    pub is_full: bool,
    /// Notes on the whole run, as sentences.
    pub notes: &'a [String],
}

impl<'a> ImpactReport<'a> {
    /// The positions of all effects and faults.
    pub(super) fn places(&self) -> Places<'a> {
        let effects = self.impact.entities.iter().flat_map(|entity| &entity.effects);
        let faults = self.impact.faults.iter().map(|finding| finding.place);
        Places::at(effects.filter_map(|effect| effect.place).chain(faults), self.files)
    }

    /// Path and position of an effect; `None` if it is on a value that only the catalog has.
    pub(super) fn position(&self, effect: &Effect, places: &Places<'a>) -> Option<(&'a str, LineRange)> {
        effect.place.map(|place| self.at(place, places))
    }

    pub(super) fn at(&self, place: Place, places: &Places<'a>) -> (&'a str, LineRange) {
        (self.files.path(place.file), places.extent(place))
    }
}
