//! The lines of `.gitattributes` that make Git merge the snapshot: two branches that both pulled have different lists
//! of known entities, and the union of their lines is right. Existing content of the file is preserved; lines are added
//! at its end.

use super::drafts::{Draft, Wanted};
use super::facts::Facts;
use super::names::within;

const COMMENT: &str = "# Snapshots of two branches merge line by line.";
const FILES: [&str; 2] = [".portolan/known-entities.txt", ".portolan/source.json"];

pub fn path(folder: &str) -> String {
    within(folder, ".gitattributes")
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let path = path(facts.folder);
    let before = facts.texts.get(&path);
    let Some(after) = add(before.map_or("", String::as_str)) else {
        return draft.keep(path, "says how the snapshot is merged");
    };
    draft.files.push(Wanted { path, before: before.cloned(), after });
}

/// The text with the missing lines added; `None` if none is missing.
pub fn add(before: &str) -> Option<String> {
    let missing: Vec<&str> =
        FILES.into_iter().filter(|file| !before.lines().any(|line| speaks_of(line, file))).collect();
    if missing.is_empty() {
        return None;
    }
    let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let mut after = before.to_owned();
    if !after.is_empty() && !after.ends_with('\n') {
        after.push_str(end);
    }
    let lines = missing.iter().map(|file| format!("{file} merge=union"));
    for line in std::iter::once(COMMENT.to_owned()).chain(lines) {
        after.push_str(&line);
        after.push_str(end);
    }
    Some(after)
}

/// Whether a line determines how the file is merged, ours or another.
fn speaks_of(line: &str, file: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let pattern = words.next().unwrap_or_default().trim_matches('"').trim_start_matches('/');
    let name = file.rsplit('/').next().unwrap_or(file);
    let is_of_folder = matches!(pattern, ".portolan/*" | ".portolan/**");
    let mut sets_merge = words.map(|word| word.trim_start_matches(['-', '!'])).map(|word| word.split('=').next());
    let is_meant = pattern == file || pattern == name || pattern.strip_prefix("**/") == Some(file) || is_of_folder;
    is_meant && sets_merge.any(|word| matches!(word, Some("merge" | "binary")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_at_the_end_and_nothing_else_changes() {
        let ours = format!("{COMMENT}\n.portolan/known-entities.txt merge=union\n.portolan/source.json merge=union\n");
        assert_eq!(add("").as_deref(), Some(ours.as_str()));
        for before in ["* text=auto\n", "*.png binary", "* text=auto\r\n", "# portolan\n\n", "*.json -merge\n"] {
            let after = add(before).expect("lines are missing");
            let rest = after.strip_prefix(before).expect("what was there is there");
            assert_eq!(rest.trim_start().replace("\r\n", "\n"), ours, "{before:?}");
            assert_eq!(after.contains("\r\n"), before.contains("\r\n") && !after.replace("\r\n", "").contains('\n'));
            assert_eq!(add(&after), None, "{before:?}");
        }
    }

    #[test]
    fn what_somebody_chose_stays() {
        let half = add(".portolan/known-entities.txt merge=ours\n").expect("one is missing");
        assert!(half.ends_with(&format!("{COMMENT}\n.portolan/source.json merge=union\n")), "{half}");
        for before in
            [".portolan/** merge=union\n", "/.portolan/* -merge\n", "known-entities.txt -merge\nsource.json binary\n"]
        {
            assert_eq!(add(before), None, "{before}");
        }
        assert!(add(".portolan/** linguist-generated\n").is_some(), "it says nothing of merging");
    }
}
