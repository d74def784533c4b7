//! The blueprints of the snapshot and the entities that relations may point to: the choices of `new`. An unusable
//! blueprint is reported by name, so that it does not look missing.

use std::path::Path;

use crate::commands::lint::find::overlay;
use crate::commands::workspace::index::ManifestIndex;
use crate::commands::workspace::saved_blueprints::{SavedBlueprints, Unusable, read_saved_blueprints};
use crate::commands::workspace::snapshot::{KNOWN, SnapshotSource};
use crate::domain::blueprint::Blueprint;
use crate::domain::known_entities::KnownEntities;
use crate::scaffold::Candidates;
use crate::sources::{self, DiscoverError, Pattern, ReadBuffer, SourceFile};

pub(crate) struct Choices {
    /// Sorted by identifier; system blueprints are last.
    pub blueprints: Vec<Blueprint>,
    pub unusable: Vec<Unusable>,
    /// Entities of the repository, and the known ones of the catalog.
    pub candidates: Candidates,
    pub declared: ManifestIndex,
    /// The files of the repository, as they were read.
    pub files: Vec<SourceFile>,
    /// Entities that the catalog has and the repository does not.
    pub known: KnownEntities,
}

impl Choices {
    /// `earlier`: files that this run has read before.
    pub fn of(root: &Path, pattern: &Pattern, earlier: Vec<SourceFile>) -> Result<Self, DiscoverError> {
        Self::of_snapshot(root, pattern, earlier, &SnapshotSource::Disk)
    }

    pub fn of_snapshot(
        root: &Path,
        pattern: &Pattern,
        mut earlier: Vec<SourceFile>,
        snapshot: &SnapshotSource,
    ) -> Result<Self, DiscoverError> {
        let SavedBlueprints { blueprints, unusable } = read_saved_blueprints(root, snapshot);
        let blueprints = blueprints.into_values().filter_map(|raw| Blueprint::from_json(raw).ok());
        let mut blueprints: Vec<Blueprint> = blueprints.map(|(blueprint, _)| blueprint).collect();
        blueprints.sort_by_key(|blueprint| blueprint.identifier.starts_with('_'));
        earlier.retain(|file| pattern.matches(Path::new(&file.path)));
        let mut files = overlay(earlier, sources::discover(root, pattern)?.files);
        let declared = ManifestIndex::of(&mut files);
        let known = known(root, snapshot);
        let mut candidates = Candidates::default();
        for name in declared.entities() {
            candidates.add(&name.blueprint, &name.identifier);
        }
        for (blueprint, identifier) in known.pairs() {
            candidates.add(blueprint, identifier);
        }
        Ok(Self { blueprints, unusable, candidates, declared, files, known })
    }

    pub fn blueprint(&self, identifier: &str) -> Option<&Blueprint> {
        self.blueprints.iter().find(|blueprint| blueprint.identifier == identifier)
    }
}

/// The known entities. Lint reports an unreadable file; here it only means fewer candidates.
fn known(root: &Path, snapshot: &SnapshotSource) -> KnownEntities {
    let mut buffer = ReadBuffer::default();
    let file = snapshot.file(root, KNOWN);
    let text = file.and_then(|file| sources::read(&file, &mut buffer).ok().map(|text| text.text.to_owned()));
    KnownEntities::parse(text.unwrap_or_default()).0
}
