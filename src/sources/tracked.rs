//! Reads Git's index to correct the walk: tracked files are not ignored, whatever a `.gitignore` says, and tracked
//! files that are missing in the work tree for other reasons (sparse checkout, hidden changes, conflicts, nested
//! repositories) do not count as deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use git2::Oid;

use super::boundary::Boundary;
use super::git::{Entry, GitDir, IndexFile, Mode, is_content_of};
use super::inspect::{EntryKind, entry_kind, exists, is_taken};
use super::open::read_whole;
use super::path::{path_of_git, path_text};
use super::pattern::Pattern;
use super::read::{MAX_GENERATED_FILE_BYTES, SourceFile};
use super::unreadable::Unreadable;
use crate::sources::hidden_places::Nested;
use crate::text::plural::count;

/// The index of the work tree that contains the root.
pub(super) struct Tracked<'r> {
    git_dir: GitDir,
    within: &'r Boundary,
    root: &'r Path,
    prefix: PathBuf,
    index: IndexFile,
}

impl<'r> Tracked<'r> {
    /// `None` outside of Git; an error if the index cannot be read.
    pub fn open(within: &'r Boundary) -> Result<Option<Self>, git2::Error> {
        let root = within.root();
        let Some(git_dir) = GitDir::of(root) else { return Ok(None) };
        let Ok(prefix) = root.strip_prefix(&git_dir.top).map(Path::to_owned) else { return Ok(None) };
        let index = IndexFile::read(&git_dir.path.join("index"))?;
        Ok(Some(Self { git_dir, within, root, prefix, index }))
    }

    /// The tracked paths among `left_out` and in its folders, which end with a slash; all are relative to the root.
    pub fn among(&self, left_out: &[PathBuf]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for path in left_out {
            let path = self.prefix.join(path);
            // The index is sorted by name, so the files of a folder and all sides of a conflict are adjacent.
            for at in self.index.first_from(path.as_os_str().as_encoded_bytes())..self.index.len() {
                let Some(entry) = self.index.entry(at) else { break };
                let name = path_of_git(entry.path);
                if !name.starts_with(&path) {
                    break;
                }
                found.extend(name.strip_prefix(&self.prefix).map(Path::to_owned));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Compares the index with the files of the walk, which are sorted by path.
    pub fn absent(&self, pattern: &Pattern, files: &[SourceFile], nested: &mut BTreeMap<PathBuf, Nested>) -> Absent {
        let mut absent = Absent::default();
        let mut prefix = path_text(&self.prefix);
        prefix.extend((!prefix.is_empty()).then_some('/'));
        let mut listed = files.iter().peekable();
        for entry in self.index.iter() {
            // Nearly every entry is a file of the walk, and both are sorted by the bytes of their paths.
            if let Some(name) = entry.path.strip_prefix(prefix.as_bytes()).filter(|_| entry.is_plain()) {
                while listed.next_if(|file| file.path.as_bytes() < name).is_some() {}
                if listed.next_if(|file| file.path.as_bytes() == name).is_some() {
                    continue;
                }
            }
            let path = path_of_git(entry.path);
            let Ok(path) = path.strip_prefix(&self.prefix) else { continue };
            if entry.kind() == Mode::Submodule {
                if pattern.may_be_under(path) && !nested.contains_key(path) {
                    absent.submodules.push(path.to_owned());
                }
            } else if pattern.matches(path) {
                self.look_at(entry, path, files, nested, &mut absent);
            }
        }
        if self.ignores_case() {
            absent.keep_case_twins(&self.index, &self.prefix);
        } else {
            absent.gone.clear();
        }
        absent
    }

    fn look_at(
        &self,
        entry: Entry<'_>,
        path: &Path,
        files: &[SourceFile],
        nested: &mut BTreeMap<PathBuf, Nested>,
        absent: &mut Absent,
    ) {
        if entry.stage() != 0 {
            absent.conflicts.insert(path.to_owned());
            return;
        }
        if entry.is_announced() {
            return;
        }
        let is_skipped = entry.is_left_out();
        if is_skipped || entry.is_assumed_unchanged() {
            let place = self.root.join(path);
            if !is_taken(&place) {
                if is_skipped { &mut absent.skipped } else { &mut absent.assumed }.push(path.to_owned());
            } else if !holds(self.within, &place, entry.id()) {
                absent
                    .hidden_changes
                    .push((path.to_owned(), if is_skipped { "skip-worktree" } else { "assume-unchanged" }));
            }
            return;
        }
        let text = path_text(path);
        if files.binary_search_by(|file| file.path.as_str().cmp(&text)).is_ok() {
            return;
        }
        if let Some(folder) = path.ancestors().skip(1).find(|folder| nested.contains_key(*folder)) {
            if let Some(nested) = nested.get_mut(folder) {
                nested.is_tracked = true;
            }
            return;
        }
        if is_taken(&self.root.join(path)) {
            return;
        }
        let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        let is_other = |kind: Option<EntryKind>| kind.is_some_and(|kind| kind != EntryKind::Folder);
        let other = folders.filter(|folder| entry_kind(&self.root.join(folder)).is_ok_and(is_other));
        match other.last() {
            Some(folder) => drop(absent.replaced.insert(folder.to_owned())),
            None => absent.gone.push(path.to_owned()),
        }
    }

    /// Whether this is a sparse checkout, which a file other than the index records.
    pub fn is_sparse(&self) -> bool {
        exists(&self.git_dir.path.join("info/sparse-checkout"))
    }

    fn ignores_case(&self) -> bool {
        let config = git2::Config::open(&self.git_dir.common().join("config"));
        config.and_then(|config| config.get_bool("core.ignorecase")).unwrap_or(false)
    }
}

/// Tracked manifests that the walk did not find, relative to the root.
#[derive(Debug, Default)]
pub(super) struct Absent {
    skipped: Vec<PathBuf>,
    assumed: Vec<PathBuf>,
    /// Files in the work tree whose changes Git does not show, with the flag that hides them.
    hidden_changes: Vec<(PathBuf, &'static str)>,
    conflicts: BTreeSet<PathBuf>,
    /// Folders of manifests that something else replaced.
    replaced: BTreeSet<PathBuf>,
    /// Missing files without another reason: the user removed them.
    gone: Vec<PathBuf>,
    pub submodules: Vec<PathBuf>,
}

impl Absent {
    /// Keeps only those missing files that a case-insensitive file system cannot store next to another one.
    fn keep_case_twins(&mut self, index: &IndexFile, prefix: &Path) {
        if self.gone.is_empty() {
            return;
        }
        let folded = |path: &Path| path_text(path).to_lowercase();
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for entry in index.iter() {
            if let Ok(path) = path_of_git(entry.path).strip_prefix(prefix) {
                *times.entry(folded(path)).or_default() += 1;
            }
        }
        self.gone.retain(|path| times.get(&folded(path)).is_some_and(|times| *times > 1));
    }

    pub fn into_unreadable(self, is_sparse: bool) -> Vec<Unreadable> {
        let skipped = match is_sparse {
            true => "a sparse checkout leaves it out",
            false => "Git keeps it out of the work tree (`skip-worktree`)",
        };
        let flag = "clear the flag: `git update-index --no-assume-unchanged --no-skip-worktree FILE`";
        let sparse = if is_sparse { "run `git sparse-checkout add` for its folder" } else { flag };
        let assumed = "it is missing, and Git does not report that (`assume-unchanged`)";
        let several = |paths: Vec<PathBuf>, why: &str, help: &'static str| {
            let first = paths.iter().min()?;
            let more = match paths.len() - 1 {
                0 => String::new(),
                more => format!(", and {}", count(more, "more manifest")),
            };
            Some(Unreadable::new(path_text(first), "read", format!("{why}{more}")).help(help))
        };
        let mut found: Vec<Unreadable> = Vec::new();
        found.extend(several(self.skipped, skipped, sparse));
        found.extend(several(self.assumed, assumed, flag));
        found.extend(self.hidden_changes.into_iter().map(|(path, name)| {
            let why = format!("it differs from the committed file, and Git does not report that (`{name}`)");
            Unreadable::new(path_text(&path), "trusted", why).help(flag)
        }));
        found.extend(self.conflicts.into_iter().map(|path| {
            Unreadable::new(path_text(&path), "read", "it has an unresolved merge conflict")
                .help("resolve the conflict and run `git add` on the file")
        }));
        found.extend(self.replaced.into_iter().map(|path| {
            let why = "Git has a folder with manifests there, but it is no longer a folder";
            Unreadable::new(path_text(&path), "read", why)
                .help("restore the folder, or remove its manifests with `git rm`")
        }));
        found.extend(self.gone.into_iter().map(|path| {
            let why = "its name differs from another one in case only, and this file system keeps only one of them";
            Unreadable::new(path_text(&path), "read", why).help("rename one of the two files")
        }));
        found
    }
}

/// Whether a file has the content of a blob, ignoring line endings.
fn holds(within: &Boundary, file: &Path, id: Oid) -> bool {
    let Ok(bytes) = read_whole(within, file, MAX_GENERATED_FILE_BYTES) else { return false };
    is_content_of(id, &bytes) || is_content_of(id, String::from_utf8_lossy(&bytes).replace("\r\n", "\n").as_bytes())
}
