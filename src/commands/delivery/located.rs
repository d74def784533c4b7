//! Paths and lines of what deliverers point to, for reports that do not list files.

use super::repository::Deliveries;
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::repository::Repository;
use crate::delivery::source::Source;
use crate::domain::document::span::LineIndex;
use crate::domain::finding::FileId;

impl Deliveries {
    /// The path of a file: from the root if it is below it, else from the top of the Git repository.
    pub fn path(&self, file: DeliveredId) -> String {
        self.run.shown(self.checkout.files.path(file))
    }

    /// The path, and the line from 1.
    pub fn locate(&self, place: DeliveredPlace) -> (String, usize) {
        let text = self.checkout.text(self.checkout.files.path(place.file));
        let line = text.map_or(1, |text| LineIndex::new(&text).line_of(place.span.start as usize));
        (self.path(place.file), line)
    }

    /// A manifest of the run as deliverers know it.
    pub fn delivered_id(&self, file: FileId) -> Option<DeliveredId> {
        self.run.listed().find(|known| self.run.listed_id(*known) == Some(file))
    }

    /// The repository as deliverers see it.
    pub fn repository(&self) -> Repository<'_> {
        Repository::new(&self.checkout.files, &*self.checkout)
    }
}
