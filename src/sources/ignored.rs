//! What `.gitignore` files leave out, folder by folder. The nearest file that says anything about a path decides, so a
//! deeper `!keep.yaml` beats what a folder above ignores. Works outside Git as well; what Git tracks all the same is
//! `tracked`'s affair.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The rules that hold in one folder: its own, and through `above` those of the folders over it.
#[derive(Debug)]
pub(super) struct Ignored {
    rules: Gitignore,
    above: Option<Arc<Ignored>>,
}

impl Ignored {
    /// Rules from over the root: those of the Git repository it lies in, and `.git/info/exclude`. Outside Git nothing
    /// over the root counts, or a `.gitignore` in a home folder would hide everything.
    pub(super) fn above(root: &Path) -> Option<Arc<Ignored>> {
        let top = root.ancestors().find(|folder| folder.join(".git").exists())?;
        let mut rules = Self::excludes(top);
        let between: Vec<&Path> = root.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
        for folder in between.into_iter().rev() {
            rules = Self::enter(rules, folder);
        }
        rules
    }

    /// Those of one clone; `top` is the top of its work tree.
    fn excludes(top: &Path) -> Option<Arc<Ignored>> {
        add(None, top, &git_folder(top).join("info/exclude"))
    }

    /// The rules in `folder`, where its own `.gitignore` is known to be, or may be.
    pub(super) fn enter(above: Option<Arc<Ignored>>, folder: &Path) -> Option<Arc<Ignored>> {
        add(above, folder, &folder.join(".gitignore"))
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

/// A line that is no glob is skipped, as Git does; a file that is not there adds nothing.
fn add(above: Option<Arc<Ignored>>, folder: &Path, file: &Path) -> Option<Arc<Ignored>> {
    let mut builder = GitignoreBuilder::new(folder);
    builder.add(file);
    finish(above, &builder)
}

fn finish(above: Option<Arc<Ignored>>, builder: &GitignoreBuilder) -> Option<Arc<Ignored>> {
    match builder.build() {
        Ok(rules) if !rules.is_empty() => Some(Arc::new(Ignored { rules, above })),
        Ok(_) | Err(_) => above,
    }
}

/// `.git`, or in a linked work tree the repository it is linked to.
fn git_folder(top: &Path) -> PathBuf {
    let own = own_git_folder(top);
    match std::fs::read_to_string(own.join("commondir")) {
        Ok(common) => own.join(common.trim()),
        Err(_) => own,
    }
}

/// `.git`, or in a linked work tree and in a submodule what is kept for it alone.
pub(super) fn own_git_folder(top: &Path) -> PathBuf {
    let git = top.join(".git");
    let linked = std::fs::read_to_string(&git).ok();
    linked.and_then(|text| Some(top.join(text.strip_prefix("gitdir:")?.trim()))).unwrap_or(git)
}
