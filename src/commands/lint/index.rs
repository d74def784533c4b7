//! Indexes the entities and references of the repository, by the same files, snapshot and cache as a lint of it: right after
//! a lint, it reads no manifest.

use crate::analysis::{Index, Snapshot};
use crate::commands::lint::find::find;
use crate::commands::lint::request::Request;
use crate::commands::mapping::repository::MappedRepository;
use crate::commands::workspace::cache::LintCache;
use crate::commands::workspace::history::PastManifests;
use crate::commands::workspace::read::{Collects, LintRun};
use crate::commands::workspace::snapshot;
use crate::domain::finding::FileId;
use crate::domain::progress::Progress;
use crate::error::Error;
use crate::sources::SourceFile;

/// The entities and references of the repository, and where they are.
pub(crate) struct RepositoryIndex {
    pub index: Index,
    /// The positions of the index refer to this list.
    pub files: Vec<SourceFile>,
    pub snapshot: Snapshot,
    /// What the mappings of the clusters make of the files, if there are mappings.
    pub mapped: Option<MappedRepository>,
    /// About files that could not be read, and the snapshot.
    pub notes: Vec<String>,
}

impl RepositoryIndex {
    pub fn of(request: &Request<'_>, progress: &dyn Progress) -> Result<Self, Error> {
        let mut found = find(request)?;
        let manifests = found.files.len();
        let loaded = snapshot::load(request.root, &found.shelf, &mut found.files);
        let past = PastManifests::new(request.root, request.pattern, request.git.variables(), found.commit);
        let absent = found.name_absent(&past);
        let cache = request.cache.filter(|_| request.clusters.is_empty()).and_then(|folder| {
            LintCache::new(folder, request.root, request.git, (request.selection, request.options), &loaded)
        });
        let listings = std::mem::take(&mut found.listings);
        let view = found.view(request, &listings);
        let mapped = request.clusters.map(&mut found.files, manifests, &view)?;
        let run = LintRun {
            snapshot: &loaded.snapshot,
            selection: request.selection,
            options: request.options,
            may_be_manifest: &|path, missing| past.is_suspect(path, missing),
            absent: &absent,
            known: &[],
            collects: Collects::Nothing,
            mapped: mapped.as_ref(),
            deliveries: None,
            others_deliver: false,
            crd_fields: None,
            cache: cache.as_ref(),
            keeps_results: false,
        };
        let index = run.index(found.files.get(..manifests).unwrap_or_default(), progress);
        let mut notes: Vec<String> = absent.iter().map(|(_, place)| format!("{place}.")).collect();
        notes.extend(loaded.notes);
        Ok(Self { index, files: found.files, snapshot: loaded.snapshot, mapped, notes })
    }

    /// The path of a file, as the run lists it.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |file| file.path.as_str())
    }
}
