//! The files that setting up a repository writes, extends or keeps.

use super::facts::Facts;
use super::paste::Paste;

/// A file with its new content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub path: String,
    /// The old content; `None` for a new file.
    pub before: Option<String>,
    pub after: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub files: Vec<Wanted>,
    pub pastes: Vec<Paste>,
    pub kept: Vec<Kept>,
}

/// A file that `init` would write or extend, and that stays unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub path: String,
    pub why: &'static str,
}

impl Draft {
    /// A file that only `init` writes: created if it does not exist.
    pub(super) fn own(&mut self, facts: &Facts<'_>, path: String, text: String) {
        match facts.texts.get(&path) {
            None => self.files.push(Wanted { path, before: None, after: text }),
            Some(there) if same_lines(there, &text) => self.keep(path, "is up to date"),
            Some(_) => {
                self.keep(path, "was changed; to get the one of this version, delete it and run `portolan init`")
            }
        }
    }

    /// The only file that a CI system reads: shown as lines to add if it has other content. `job`: the name in it by which
    /// ours is known.
    pub(super) fn own_or_paste(&mut self, facts: &Facts<'_>, path: &str, text: String, job: &str) {
        let there = facts.texts.get(path).filter(|there| !same_lines(there, &text));
        let Some(there) = there else { return self.own(facts, path.to_owned(), text) };
        let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if there.split(|c| !is_word(c)).any(|word| word == job) {
            return self.keep(path.to_owned(), "runs portolan already");
        }
        let why = "it has jobs already, and one file holds all";
        self.paste(facts, path.to_owned(), why, &text);
    }

    /// Shows the lines that a file with other content lacks.
    pub(super) fn paste(&mut self, facts: &Facts<'_>, path: String, why: &'static str, lines: &str) {
        let theirs = facts.texts.get(&path).and_then(|text| (facts.read)(text));
        let paste = Paste::of(path, why, lines, theirs.as_ref(), facts.read);
        match paste.parts.is_empty() {
            true => self.keep(paste.path, "has the lines already"),
            false => self.pastes.push(paste),
        }
    }

    pub(super) fn keep(&mut self, path: String, why: &'static str) {
        self.kept.push(Kept { path, why });
    }

    pub(super) fn change(&mut self, path: String, before: &str, after: String) {
        self.files.push(Wanted { path, before: Some(before.to_owned()), after });
    }
}

/// Compares lines only, because Git may have changed the line endings.
fn same_lines(one: &str, other: &str) -> bool {
    one.lines().eq(other.lines())
}
