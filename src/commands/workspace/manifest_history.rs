//! Follows the manifests of entities back through Git, also where an entity moved to another file: each version, and when
//! the branch got it.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::path::Path;

use crate::commands::workspace::entities::ManifestSet;
use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::Desired;
use crate::domain::finding::FileId;
use crate::domain::git_host::GitHost;
use crate::domain::value::timestamp::Moment;
use crate::sources::git::{CommitId, GitError, Repository, Step, StepFile, WalkEnd};
use crate::sources::{Pattern, SourceFile};

/// What looks at the versions of one manifest, the newest first.
pub(crate) trait VersionSearch {
    /// The branch has this version since `since`; `None`: it did not declare the entity.
    fn look_at(&mut self, version: Option<&Desired>, since: Moment);
    /// Whether older versions change nothing.
    fn is_decided(&self) -> bool;
}

/// An entity whose manifest is followed.
pub(crate) struct Followed<S> {
    pub key: EntityKey,
    /// The file that declares it, where the walk is now.
    pub path: String,
    pub search: S,
    /// Whether all versions that could matter were looked at.
    pub is_whole: bool,
}

/// The manifests of one root.
pub(crate) struct ManifestHistory<'a> {
    pub repository: &'a Repository,
    pub root: &'a Path,
    pub pattern: &'a Pattern,
    pub git_host: GitHost,
}

/// No version is older.
const FIRST: Moment = Moment(i64::MIN);

/// Files of one commit that are searched for an entity that came from elsewhere. A commit that changed more has moved
/// whatever there is.
const MAX_SEARCHED: usize = 1_000;

/// The walk: the version of each entity where it is now; `None` if its search has ended.
struct Walk<'f, S> {
    git_host: GitHost,
    followed: &'f mut [Followed<S>],
    versions: Vec<Option<Desired>>,
    /// The searches that go on, by the file that declares the entity.
    by_path: HashMap<String, Vec<usize>>,
}

impl ManifestHistory<'_> {
    /// Follows the entities from the commit back.
    pub fn follow<S: VersionSearch>(&self, from: CommitId, followed: &mut [Followed<S>]) -> Result<(), GitError> {
        let mut walk =
            Walk { git_host: self.git_host, versions: vec![None; followed.len()], followed, by_path: HashMap::new() };
        self.start(from, &mut walk)?;
        if walk.by_path.is_empty() {
            return Ok(());
        }
        let end = self.repository.walk_back(self.root, self.pattern, from, &mut |step| {
            walk.step_back(&step);
            if walk.by_path.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        walk.end(end);
        Ok(())
    }

    /// Reads the versions of the first commit.
    fn start<S: VersionSearch>(&self, from: CommitId, walk: &mut Walk<'_, S>) -> Result<(), GitError> {
        let is_open = |followed: &&Followed<S>| !followed.search.is_decided();
        let paths: BTreeSet<&str> =
            walk.followed.iter().filter(is_open).map(|followed| followed.path.as_str()).collect();
        let (mut files, mut links) = (Vec::new(), BTreeSet::new());
        for path in paths {
            match self.repository.file_at(self.root, path, from)? {
                Some(file) => files.push(file),
                // A link has no history of its own.
                None if self.repository.has_at(self.root, path, from)? => drop(links.insert(path.to_owned())),
                None => {}
            }
        }
        let ids: Vec<FileId> = (0..files.len()).map(FileId::of).collect();
        let entities = ManifestSet::map_chosen(&files, &ids, None, self.git_host, |entity| entity);
        let path_of = |entity: &Desired| files.get(entity.place.file.0 as usize).map(|file| file.path.clone());
        let mut versions: HashMap<(String, EntityKey), Desired> = HashMap::new();
        for entity in entities {
            let Some(path) = path_of(&entity) else { continue };
            versions.entry((path, entity.key.clone())).or_insert(entity);
        }
        for (at, followed) in walk.followed.iter_mut().enumerate() {
            if followed.search.is_decided() || links.contains(&followed.path) {
                continue;
            }
            match versions.remove(&(followed.path.clone(), followed.key.clone())) {
                Some(version) => {
                    walk.by_path.entry(followed.path.clone()).or_default().push(at);
                    walk.versions[at] = Some(version);
                }
                // No commit has the manifest yet.
                None => {
                    followed.search.look_at(None, FIRST);
                    followed.is_whole = true;
                }
            }
        }
        Ok(())
    }
}

impl<S: VersionSearch> Walk<'_, S> {
    /// Goes to the state before a commit.
    fn step_back(&mut self, step: &Step) {
        let since = Moment::from_seconds(step.seconds);
        let mut read: HashMap<&str, Vec<Desired>> = HashMap::new();
        for file in &step.files {
            let Some(entities_here) = self.by_path.remove(&file.path) else { continue };
            for at in entities_here {
                self.look_at(at, since);
                if self.followed[at].search.is_decided() {
                    continue;
                }
                match before(&self.followed[at].key, file, step, (self.git_host, &mut read)) {
                    Some((path, version)) => {
                        self.versions[at] = Some(version);
                        self.followed[at].path.clone_from(&path);
                        self.by_path.entry(path).or_default().push(at);
                    }
                    None => {
                        self.followed[at].search.look_at(None, FIRST);
                        self.followed[at].is_whole = true;
                    }
                }
            }
        }
    }

    fn look_at(&mut self, at: usize, since: Moment) {
        let version = self.versions[at].take();
        self.followed[at].search.look_at(version.as_ref(), since);
    }

    fn end(mut self, end: WalkEnd) {
        let open: Vec<usize> = self.by_path.values().flatten().copied().collect();
        for at in open {
            match end {
                WalkEnd::Complete => {}
                // What did not change in so many commits is taken to have no older version.
                WalkEnd::Limit => self.followed[at].is_whole = true,
                WalkEnd::Shallow { seconds } => self.look_at(at, Moment::from_seconds(seconds)),
            }
        }
    }
}

/// The version before a commit that changed its file: in the same file, or in another one that the commit changed.
fn before<'s>(
    key: &EntityKey,
    file: &'s StepFile,
    step: &'s Step,
    (git_host, read): (GitHost, &mut HashMap<&'s str, Vec<Desired>>),
) -> Option<(String, Desired)> {
    let others = step.files.iter().filter(|other| other.path != file.path).take(MAX_SEARCHED);
    for file in std::iter::once(file).chain(others) {
        let Some(old) = &file.before else { continue };
        let entities = read.entry(&file.path).or_insert_with(|| entities(old, git_host));
        if let Some(version) = entities.iter().find(|entity| entity.key == *key) {
            return Some((file.path.clone(), version.clone()));
        }
    }
    None
}

/// The entities that a version of a file declares.
fn entities(file: &SourceFile, git_host: GitHost) -> Vec<Desired> {
    ManifestSet::map_chosen(std::slice::from_ref(file), &[FileId(0)], None, git_host, |entity| entity)
}
