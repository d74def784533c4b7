//! Confines file access to the repository: links inside it must not lead out of it or into the Git directory. Paths
//! outside that the command line names are allowed; committed links to them are not.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::inspect::{self, EntryKind};
use crate::text::io_reason;

/// The same limit as in Linux.
const MAX_LINKS_FOLLOWED: usize = 40;

/// Pseudo file systems: their links do not resolve like ordinary links, and they contain no files of a repository.
const SYSTEM_FOLDERS: [&str; 2] = ["/proc", "/dev"];
/// The folder of `/dev` that holds ordinary files, in memory.
const SHARED_MEMORY: &str = "/dev/shm";

/// A folder, without links in its path, that links inside it must not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    root: Arc<Path>,
    /// Links are followed anywhere.
    is_open: bool,
}

/// The end of a path after following all links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    /// Without links. The last components need not exist.
    pub path: PathBuf,
    pub exists: bool,
    /// Whether a link inside the boundary was followed.
    pub by_link: bool,
    /// Whether a link leads to what does not exist.
    pub dangles: bool,
}

/// The reason why a path cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum LinkProblem {
    #[error("the link points out of the repository")]
    Outside,
    #[error("the link points into Git's own folder")]
    GitFolder,
    #[error("the link points to nothing")]
    Nowhere,
    #[error("a part of the path is not a folder")]
    NotAFolder,
    #[error("{}", io_reason(.0))]
    Io(io::Error),
}

impl Boundary {
    /// `folder` may itself be reached by links, because the user chose it. A missing folder contains nothing that could
    /// be read.
    pub fn new(folder: &Path) -> Self {
        let real = inspect::real_path(folder).unwrap_or_else(|| folder.to_owned());
        Self { root: real.into(), is_open: false }
    }

    /// No boundary: for files that no commit can contain, such as those in the Git directory, where links belong to the
    /// user.
    pub(super) fn open() -> Self {
        Self { root: Path::new("/").into(), is_open: true }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Checks that no link inside leads the path out.
    pub fn check(&self, path: &Path) -> Result<(), LinkProblem> {
        self.resolve(path).map(drop)
    }

    /// Whether `path`, which has no links, is inside.
    pub(super) fn holds(&self, path: &Path) -> bool {
        !self.is_open && path.starts_with(&self.root)
    }

    /// Whether `path`, which has no links, is in a Git directory inside the boundary.
    pub(super) fn is_in_git(&self, path: &Path) -> bool {
        let Ok(inside) = path.strip_prefix(&self.root) else { return false };
        !self.is_open && inside.components().any(|part| is_git_folder(part.as_os_str()))
    }

    /// Follows `path`, relative to the root or absolute, link by link.
    pub(super) fn resolve(&self, path: &Path) -> Result<Resolved, LinkProblem> {
        let mut walk = Walk::new(self, path);
        while let Some(part) = walk.left.pop() {
            match part {
                Part::Name(name) => walk.enter(&name)?,
                Part::Up if walk.exists => drop(walk.real.pop()),
                Part::Up => return Err(LinkProblem::Nowhere),
                Part::Top(top) => {
                    walk.real = top;
                    walk.exists = true;
                }
            }
            if walk.is_in_system_folder() {
                if walk.by_link {
                    return Err(LinkProblem::Outside);
                }
                return Ok(walk.end_as_it_is());
            }
        }
        walk.end()
    }
}

/// Case-insensitive file systems open `.GIT` as `.git`.
fn is_git_folder(name: &OsStr) -> bool {
    name.eq_ignore_ascii_case(".git")
}

/// A component of a path.
enum Part {
    Name(OsString),
    Up,
    Top(PathBuf),
}

struct Walk<'b> {
    boundary: &'b Boundary,
    /// The remaining components, the next one last.
    left: Vec<Part>,
    real: PathBuf,
    exists: bool,
    by_link: bool,
    dangles: bool,
    links: usize,
    /// While more components than this remain, they are part of a link target.
    target: Option<usize>,
}

impl<'b> Walk<'b> {
    fn new(boundary: &'b Boundary, path: &Path) -> Self {
        // The root has no links, so its components are not examined again.
        let (real, rest) = match path.strip_prefix(boundary.root()) {
            Ok(inside) => (boundary.root().to_owned(), inside),
            Err(_) if path.is_absolute() => (PathBuf::new(), path),
            Err(_) => (boundary.root().to_owned(), path),
        };
        let mut walk = Self {
            boundary,
            left: Vec::new(),
            real,
            exists: true,
            by_link: false,
            dangles: false,
            links: 0,
            target: None,
        };
        walk.push(rest);
        walk
    }

    fn push(&mut self, path: &Path) {
        let mut top = PathBuf::new();
        let mut parts = Vec::new();
        for part in path.components() {
            match part {
                Component::Prefix(_) | Component::RootDir => top.push(part),
                Component::CurDir => {}
                Component::ParentDir => parts.push(Part::Up),
                Component::Normal(name) => parts.push(Part::Name(name.to_owned())),
            }
        }
        self.left.extend(parts.into_iter().rev());
        if !top.as_os_str().is_empty() {
            self.left.push(Part::Top(top));
        }
    }

    fn enter(&mut self, name: &OsStr) -> Result<(), LinkProblem> {
        let next = self.real.join(name);
        if !self.exists {
            self.real = next;
            return Ok(());
        }
        match inspect::entry_kind(&next) {
            Ok(Some(EntryKind::Link)) => self.follow(&next),
            Ok(Some(kind)) => {
                if !self.left.is_empty() && kind != EntryKind::Folder {
                    return Err(LinkProblem::NotAFolder);
                }
                self.real = next;
                Ok(())
            }
            Ok(None) => {
                self.exists = false;
                self.dangles |= self.is_in_target();
                self.real = next;
                Ok(())
            }
            Err(error) => Err(LinkProblem::Io(error)),
        }
    }

    fn follow(&mut self, link: &Path) -> Result<(), LinkProblem> {
        self.links += 1;
        if self.links > MAX_LINKS_FOLLOWED {
            return Err(LinkProblem::Nowhere);
        }
        self.by_link |= self.boundary.holds(link);
        if !self.is_in_target() {
            self.target = Some(self.left.len());
        }
        let target = inspect::link_target(link).map_err(LinkProblem::Io)?;
        self.push(&target);
        Ok(())
    }

    fn is_in_target(&self) -> bool {
        self.target.is_some_and(|left| self.left.len() >= left)
    }

    fn is_in_system_folder(&self) -> bool {
        // /dev, /proc and /sys exist on Unix only.
        if cfg!(windows) || self.is_in_shared_memory() {
            return false;
        }
        let is_in = |folder: &&str| self.real.starts_with(folder) && !self.boundary.root().starts_with(folder);
        SYSTEM_FOLDERS.iter().any(is_in)
    }

    /// Whether the path is in the shared memory, or enters it with its next component.
    fn is_in_shared_memory(&self) -> bool {
        let mut path = self.real.clone();
        if let Some(Part::Name(name)) = self.left.last() {
            path.push(name);
        }
        self.real.starts_with(SHARED_MEMORY) || path == Path::new(SHARED_MEMORY)
    }

    fn end_as_it_is(self) -> Resolved {
        let mut path = self.real;
        for part in self.left.into_iter().rev() {
            match part {
                Part::Name(name) => path.push(name),
                Part::Up => path.push(".."),
                Part::Top(top) => path = top,
            }
        }
        Resolved { path, exists: true, by_link: false, dangles: false }
    }

    fn end(self) -> Result<Resolved, LinkProblem> {
        let Self { boundary, real, exists, by_link, dangles, .. } = self;
        if by_link && !boundary.holds(&real) {
            return Err(LinkProblem::Outside);
        }
        if by_link && boundary.is_in_git(&real) {
            return Err(LinkProblem::GitFolder);
        }
        Ok(Resolved { path: real, exists, by_link, dangles })
    }
}
