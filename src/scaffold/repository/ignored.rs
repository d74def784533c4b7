//! The line of `.gitignore` that leaves out the embedded catalog: it is of one machine. Whether it is ignored already is
//! for Git to say, and is known before this is asked.

use super::{Draft, Facts, Wanted, within};

const LINES: [&str; 2] = ["# The embedded catalog of portolan, for this machine only.", ".portolan/local.db*"];

pub(super) fn path(folder: &str) -> String {
    within(folder, ".gitignore")
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let path = path(facts.folder);
    let Some(before) = facts.texts.get(&path) else {
        draft.files.push(Wanted { path, before: None, after: LINES.join("\n") + "\n" });
        return;
    };
    // Somebody wants it committed, by a `!` further down or elsewhere.
    if before.lines().any(|line| line.trim() == LINES[1]) {
        return;
    }
    let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let mut after = before.clone();
    if !after.is_empty() && !after.ends_with('\n') {
        after.push_str(end);
    }
    for line in LINES {
        after.push_str(line);
        after.push_str(end);
    }
    draft.change(path, before, after);
}
