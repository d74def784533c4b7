//! Evaluates `.gitignore` files, folder by folder. The nearest file with a matching rule decides, so a deeper
//! `!keep.yaml` overrides a rule of a parent folder. This works outside of Git too; `tracked` handles ignored files
//! that are tracked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::boundary::Boundary;
use super::inspect::exists;
use super::open::{OpenProblem, read_whole};

/// Larger than any hand-written file, and small enough to compile quickly.
const MAX_IGNORE_FILE_BYTES: u64 = 512 * 1024;

/// The file contains a single path.
const MAX_POINTER_FILE_BYTES: u64 = 64 * 1024;

/// A file of rules that could not be read.
#[derive(Debug)]
pub(super) struct UnreadRules {
    pub path: PathBuf,
    pub problem: OpenProblem,
}

/// The rules of one folder: its own, and through `above` those of its parents.
#[derive(Debug)]
pub(super) struct Ignored {
    rules: Gitignore,
    above: Option<Arc<Ignored>>,
}

impl Ignored {
    /// Rules from outside of the root: those of its Git repository and `.git/info/exclude`. Outside of Git there are
    /// none, because a `.gitignore` in the home folder would hide everything.
    pub(super) fn above(root: &Path, unread: &mut Vec<UnreadRules>) -> Option<Arc<Ignored>> {
        let top = root.ancestors().find(|folder| exists(&folder.join(".git")))?;
        let mut rules = Self::excludes(top, unread);
        let within = Boundary::new(top);
        let between: Vec<&Path> = root.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
        for folder in between.into_iter().rev() {
            rules = Self::enter(rules, folder, &within, unread);
        }
        rules
    }

    /// The rules of `.git/info/exclude`; `top` is the top of the work tree.
    fn excludes(top: &Path, unread: &mut Vec<UnreadRules>) -> Option<Arc<Ignored>> {
        add(None, top, &git_folder(top).join("info/exclude"), &Boundary::open(), unread)
    }

    /// Adds the rules of `folder`, whose `.gitignore` may not exist.
    pub(super) fn enter(
        above: Option<Arc<Ignored>>,
        folder: &Path,
        within: &Boundary,
        unread: &mut Vec<UnreadRules>,
    ) -> Option<Arc<Ignored>> {
        add(above, folder, &folder.join(".gitignore"), within, unread)
    }

    pub(super) fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        let mut rules = Some(self);
        while let Some(here) = rules {
            match here.rules.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => rules = here.above.as_deref(),
            }
        }
        false
    }
}

/// Adds the rules of a file. Invalid lines are skipped, as in Git; a missing file adds nothing.
fn add(
    above: Option<Arc<Ignored>>,
    folder: &Path,
    file: &Path,
    within: &Boundary,
    unread: &mut Vec<UnreadRules>,
) -> Option<Arc<Ignored>> {
    let bytes = match read_whole(within, file, MAX_IGNORE_FILE_BYTES) {
        Ok(bytes) => bytes,
        Err(problem) if problem.is_missing() => return above,
        Err(problem) => {
            unread.push(UnreadRules { path: file.to_owned(), problem });
            return above;
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.trim_start_matches('\u{FEFF}').lines() {
        // Git skips such a line too.
        let _ = builder.add_line(Some(file.to_owned()), line);
    }
    finish(above, &builder)
}

fn finish(above: Option<Arc<Ignored>>, builder: &GitignoreBuilder) -> Option<Arc<Ignored>> {
    match builder.build() {
        Ok(rules) if !rules.is_empty() => Some(Arc::new(Ignored { rules, above })),
        Ok(_) | Err(_) => above,
    }
}

/// The Git directory: `.git`, or for a linked work tree that of the main repository.
fn git_folder(top: &Path) -> PathBuf {
    let own = own_git_folder(top);
    match pointer(&own.join("commondir")) {
        Some(common) => own.join(common.trim()),
        None => own,
    }
}

/// The Git directory of this work tree: `.git`, or for a linked work tree or submodule its own.
pub(super) fn own_git_folder(top: &Path) -> PathBuf {
    let git = top.join(".git");
    let linked = pointer(&git);
    linked.and_then(|text| Some(top.join(text.strip_prefix("gitdir:")?.trim()))).unwrap_or(git)
}

/// The content of a file that contains one path.
fn pointer(file: &Path) -> Option<String> {
    String::from_utf8(read_whole(&Boundary::open(), file, MAX_POINTER_FILE_BYTES).ok()?).ok()
}
