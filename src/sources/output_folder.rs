//! A folder that a command fills and refills: it lists its own files in one of them, so that a later run removes what it no
//! longer writes and touches nothing else.

#![expect(clippy::disallowed_methods, reason = "one of the few files that write")]

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::boundary::{Boundary, LinkProblem};
use super::write::{WriteError, write_atomically};
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::text::io_reason;

/// The file that lists the others.
const LIST: &str = ".portolan-export";
/// The first line of the list.
const HEAD: &str = "portolan export 1";

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum OutputFolderError {
    #[error("`{}` has files that no earlier export wrote", path.display())]
    #[diagnostic(
        code("export-not-empty"),
        help("name a folder that is new or empty, such as `site`; this one has {found}")
    )]
    NotEmpty { path: PathBuf, found: String },
    #[error("`{}` is not a folder", path.display())]
    #[diagnostic(code("export-not-a-folder"), help("name a folder"))]
    NotAFolder { path: PathBuf },
    #[error("the export cannot follow `{}`: {problem}", path.display())]
    #[diagnostic(
        code("export-outside-repository"),
        help("remove the link from the repository, or name another folder")
    )]
    Link { path: PathBuf, problem: LinkProblem },
    #[error("the export cannot be written at `{}`: {}", path.display(), io_reason(source))]
    #[diagnostic(code("export-failed"), help("check the permissions of the folder and the free disk space"))]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] WriteError),
}

impl ExitClass for OutputFolderError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::NotEmpty { .. } | Self::NotAFolder { .. } | Self::Link { .. } => ErrorClass::Usage,
            Self::Io { .. } => ErrorClass::Failure,
            Self::Write(error) => error.class(),
        }
    }
}

#[derive(Debug)]
pub struct OutputFolder {
    /// Without links.
    place: PathBuf,
    /// The files of the earlier export that this one has not written.
    stale: BTreeSet<String>,
    written: BTreeSet<String>,
}

impl OutputFolder {
    /// Opens the folder, or creates it. A link in the repository must not lead out of it, because a branch may contain
    /// such a link.
    pub fn open(within: &Boundary, place: &Path) -> Result<Self, OutputFolderError> {
        let path = || place.to_owned();
        let failed = |source| OutputFolderError::Io { path: path(), source };
        if within.holds(place) {
            within.check(place).or_else(absent).map_err(|problem| OutputFolderError::Link { path: path(), problem })?;
        }
        match fs::metadata(place) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(OutputFolderError::NotAFolder { path: path() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(place).map_err(failed)?,
            Err(error) => return Err(failed(error)),
        }
        let place = fs::canonicalize(place).map_err(failed)?;
        let stale = match fs::read_to_string(place.join(LIST)) {
            Ok(list) => listed(&list),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let Some(stale) = stale else {
            return match first_files(&place).map_err(failed)? {
                found if found.is_empty() => Ok(Self { place, stale: BTreeSet::new(), written: BTreeSet::new() }),
                found => Err(OutputFolderError::NotEmpty { path: path(), found: found.join(", ") }),
            };
        };
        Ok(Self { place, stale, written: BTreeSet::new() })
    }

    /// Writes a file, and the folders that lead to it. `path` is relative to the folder.
    pub fn write(&mut self, path: &str, text: &str) -> Result<(), OutputFolderError> {
        if self.written.is_empty() {
            // If the run ends early, the next one knows what both wrote.
            self.write_list()?;
        }
        write_atomically(&self.place, path.as_ref(), text.as_bytes())?;
        self.stale.remove(path);
        self.written.insert(path.to_owned());
        Ok(())
    }

    /// Removes what the earlier export wrote and this one did not. Returns the number of files that this one wrote.
    pub fn finish(mut self) -> Result<usize, OutputFolderError> {
        let boundary = Boundary::new(&self.place);
        for path in std::mem::take(&mut self.stale) {
            let file = self.place.join(&path);
            // What a link reaches is not what the export wrote.
            let is_own = boundary.check(&file).is_ok() && !fs::symlink_metadata(&file).is_ok_and(|it| it.is_symlink());
            if is_own && fs::remove_file(&file).is_ok() {
                let mut folder = file.parent();
                // Only empty folders can be removed.
                while let Some(empty) = folder.filter(|folder| *folder != self.place && fs::remove_dir(folder).is_ok())
                {
                    folder = empty.parent();
                }
            }
        }
        self.write_list()?;
        Ok(self.written.len())
    }

    fn write_list(&self) -> Result<(), OutputFolderError> {
        let mut text = format!("{HEAD}\n");
        for path in self.written.union(&self.stale) {
            text.push_str(path);
            text.push('\n');
        }
        Ok(write_atomically(&self.place, LIST.as_ref(), text.as_bytes())?)
    }
}

/// A folder that does not exist yet is inside if its parents are.
fn absent(problem: LinkProblem) -> Result<(), LinkProblem> {
    match problem {
        LinkProblem::Nowhere => Ok(()),
        LinkProblem::Io(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        LinkProblem::Outside | LinkProblem::GitFolder | LinkProblem::NotAFolder | LinkProblem::Io(_) => Err(problem),
    }
}

/// The files of a list; `None`: it is not one. Paths that lead elsewhere are left out.
fn listed(text: &str) -> Option<BTreeSet<String>> {
    let mut lines = text.lines();
    lines.next().filter(|head| *head == HEAD)?;
    let is_inside = |path: &&str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    Some(lines.filter(|path| !path.is_empty()).filter(is_inside).map(str::to_owned).collect())
}

/// The names of some files in a folder. Git's own folder is none of the content.
fn first_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name != ".git" {
            names.push(name);
        }
    }
    names.sort();
    names.truncate(5);
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> Result<OutputFolder, OutputFolderError> {
        OutputFolder::open(&Boundary::new(folder.parent().expect("it has one")), folder)
    }

    fn fill(folder: &Path, files: &[&str]) -> usize {
        let mut output = open(folder).expect("it opens");
        for file in files {
            output.write(file, file).expect("it is written");
        }
        output.finish().expect("it ends")
    }

    #[test]
    fn a_folder_is_filled_again_without_what_is_gone() {
        let folder = tempfile::tempdir().expect("there is room");
        let site = folder.path().join("a/site");
        assert_eq!(fill(&site, &["index.html", "b/c/d.html"]), 2);
        // What somebody added stays.
        fs::write(site.join("CNAME"), "docs.example").expect("it is written");
        assert_eq!(fill(&site, &["index.html", "e.html"]), 2);
        assert!(site.join("CNAME").exists() && site.join("e.html").exists() && !site.join("b").exists());
        let first = fs::read(site.join(LIST)).expect("a list");
        fill(&site, &["index.html", "e.html"]);
        assert_eq!(fs::read(site.join(LIST)).expect("a list"), first);
    }

    #[test]
    fn a_folder_with_other_files_is_left_alone() {
        let folder = tempfile::tempdir().expect("there is room");
        let site = folder.path().join("site");
        fs::create_dir(&site).expect("a folder");
        fs::write(site.join("mine.txt"), "x").expect("a file");
        assert!(matches!(open(&site), Err(OutputFolderError::NotEmpty { found, .. }) if found == "mine.txt"));
        fs::write(site.join(LIST), "something else\n").expect("a file");
        assert!(matches!(open(&site), Err(OutputFolderError::NotEmpty { .. })));
        assert!(matches!(open(&site.join("mine.txt")), Err(OutputFolderError::NotAFolder { .. })));
    }

    #[test]
    fn a_list_cannot_lead_elsewhere() {
        let folder = tempfile::tempdir().expect("there is room");
        let site = folder.path().join("site");
        fill(&site, &["index.html"]);
        fs::write(folder.path().join("other.txt"), "x").expect("a file");
        let absolute = folder.path().join("other.txt");
        let list = format!("{HEAD}\n../other.txt\n{}\nindex.html\n", absolute.display());
        fs::write(site.join(LIST), list).expect("a file");
        fill(&site, &["new.html"]);
        assert!(absolute.exists() && !site.join("index.html").exists());
    }

    #[cfg(unix)] // links
    #[test]
    fn links_do_not_lead_out() {
        let folder = tempfile::tempdir().expect("there is room");
        let (repository, outside) = (folder.path().join("repository"), folder.path().join("outside"));
        fs::create_dir(&repository).expect("a folder");
        fs::create_dir(&outside).expect("a folder");
        std::os::unix::fs::symlink(&outside, repository.join("site")).expect("a link");
        let found = OutputFolder::open(&Boundary::new(&repository), &repository.join("site"));
        assert!(matches!(found, Err(OutputFolderError::Link { .. })), "{found:?}");
        let site = repository.join("pages");
        fill(&site, &["index.html", "a/b.html"]);
        fs::remove_dir_all(site.join("a")).expect("it goes");
        fs::write(outside.join("b.html"), "x").expect("a file");
        std::os::unix::fs::symlink(&outside, site.join("a")).expect("a link");
        let mut output = OutputFolder::open(&Boundary::new(&repository), &site).expect("it opens");
        assert!(output.write("a/c.html", "x").is_err());
        output.write("index.html", "x").expect("it is written");
        output.finish().expect("it ends");
        assert!(outside.join("b.html").exists() && !outside.join("c.html").exists());
    }
}
