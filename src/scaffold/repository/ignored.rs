//! The lines of `.gitignore` for files that belong to one machine: the embedded catalog and the outcome of the last
//! push. The caller asks Git which of them are already ignored.

use super::drafts::{Draft, Wanted};
use super::facts::Facts;
use super::names::within;

const COMMENT: &str = "# portolan: the embedded catalog and the last push of this machine.";
/// Each pattern with a file that it must ignore.
pub const PATTERNS: [(&str, &str); 2] =
    [(".portolan/local.db*", ".portolan/local.db"), (".portolan/last-push.json", ".portolan/last-push.json")];

pub(super) fn path(folder: &str) -> String {
    within(folder, ".gitignore")
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let path = path(facts.folder);
    let before = facts.texts.get(&path);
    // An existing pattern without effect was undone on purpose, by a later `!` line or in another file.
    let is_there = |pattern: &str| before.is_some_and(|text| text.lines().any(|line| line.trim() == pattern));
    let missing: Vec<&str> = facts.unignored.iter().copied().filter(|pattern| !is_there(pattern)).collect();
    if missing.is_empty() {
        return;
    }
    let lines: Vec<&str> = std::iter::once(COMMENT).chain(missing).collect();
    match before {
        None => draft.files.push(Wanted { path, before: None, after: append_lines("", &lines) }),
        Some(before) => draft.change(path, before, append_lines(before, &lines)),
    }
}

/// The text with more lines at its end, with its own line endings.
pub(super) fn append_lines(before: &str, lines: &[&str]) -> String {
    let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let mut after = before.to_owned();
    if !after.is_empty() && !after.ends_with('\n') {
        after.push_str(end);
    }
    for line in lines {
        after.push_str(line);
        after.push_str(end);
    }
    after
}
