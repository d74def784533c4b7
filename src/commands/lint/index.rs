//! Indexes the entities and references of the repository, by the same files, snapshot and cache as a lint of it: right after
//! a lint, it reads no manifest.

use crate::analysis::{Index, Snapshot};
use crate::commands::lint::prepared::Prepared;
use crate::commands::lint::request::Request;
use crate::commands::mapping::repository::MappedRepository;
use crate::domain::finding::FileId;
use crate::domain::git_host::GitHost;
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
    /// Whose app reads bare entity files.
    pub git_host: GitHost,
    /// About files that could not be read, and the snapshot.
    pub notes: Vec<String>,
}

impl RepositoryIndex {
    pub fn of(request: &Request<'_>, progress: &dyn Progress) -> Result<Self, Error> {
        let mut prepared = Prepared::new(request)?;
        let (index, mapped) = prepared.index(request, progress)?;
        let mut notes: Vec<String> = prepared.absent.iter().map(|(_, place)| format!("{place}.")).collect();
        notes.extend(prepared.loaded.notes);
        let git_host = request.options.git_host;
        Ok(Self { index, files: prepared.found.files, snapshot: prepared.loaded.snapshot, mapped, git_host, notes })
    }

    /// The path of a file, as the run lists it.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |file| file.path.as_str())
    }
}
