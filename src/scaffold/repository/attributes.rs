//! The line of `.gitattributes` by which two pulls that both added known entities merge without a conflict.

use super::ignored::append_lines;
use super::{Draft, Facts, Wanted, within};

const LINES: [&str; 2] = [
    "# Two pulls can both add known entities: Git keeps the lines of both.",
    ".portolan/known-entities.txt merge=union",
];

pub(super) fn path(folder: &str) -> String {
    within(folder, ".gitattributes")
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let path = path(facts.folder);
    let Some(before) = facts.texts.get(&path) else {
        draft.files.push(Wanted { path, before: None, after: append_lines("", &LINES) });
        return;
    };
    // Whatever the user decided for this file stays.
    let is_pattern = |line: &str| line.split_whitespace().next().is_some_and(|it| it.ends_with("known-entities.txt"));
    if before.lines().any(is_pattern) {
        draft.keep(path, "has a line for known-entities.txt");
        return;
    }
    draft.change(path, before, append_lines(before, &LINES));
}
