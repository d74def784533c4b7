//! The patterns of git generators: of folders, and of files as Git or the newer globbing of the controller reads them.

use std::fmt::Write as _;

use regex_automata::meta::Regex;

use crate::delivery::glob;

/// Patterns with braces stand for at most so many.
const MAX_ALTERNATIVES: usize = 200;

/// Whether a folder matches: a star stays in its level.
pub(super) fn matches_folder(pattern: &str, path: &str) -> bool {
    let mut names = path.split('/');
    let mut patterns = pattern.split('/');
    loop {
        match (patterns.next(), names.next()) {
            (None, None) => return true,
            (Some(pattern), Some(name)) if glob::matches(pattern, name) => {}
            _ => return false,
        }
    }
}

/// A pattern of files.
#[derive(Debug)]
pub(super) enum FilePattern {
    /// As `git ls-files` reads it: a path, a folder, or a pattern whose star crosses folders.
    Git { path: String, regex: Option<Regex> },
    /// Alternatives, each in levels; `**` stands for any number of them.
    New(Vec<Vec<String>>),
}

impl FilePattern {
    /// `None`: a form that is not followed here.
    pub(super) fn of(pattern: &str, has_new_globbing: bool) -> Option<Self> {
        if has_new_globbing {
            let alternatives = expand_braces(pattern)?;
            let levels = alternatives.iter().map(|pattern| {
                let names = pattern.split('/').filter(|name| !matches!(*name, "" | "."));
                names.map(ToOwned::to_owned).collect()
            });
            return Some(Self::New(levels.collect()));
        }
        if pattern.starts_with([':', '/']) || pattern.split('/').any(|name| name == "..") {
            return None;
        }
        let names: Vec<&str> = pattern.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
        let mut path = names.join("/");
        if pattern.ends_with('/') && !path.is_empty() {
            path.push('/');
        }
        let has_wildcards = path.contains(['*', '?', '[', '\\']);
        let regex = if has_wildcards { Some(wildcard_regex(&path)?) } else { None };
        Some(Self::Git { path, regex })
    }

    pub(super) fn matches(&self, file: &str) -> bool {
        match self {
            Self::Git { path, regex } => {
                let folder = path.trim_end_matches('/');
                let is_below = file
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/') || rest.is_empty() && !path.ends_with('/'));
                folder.is_empty() || is_below || regex.as_ref().is_some_and(|regex| regex.is_match(file))
            }
            Self::New(alternatives) => {
                let names: Vec<&str> = file.split('/').collect();
                alternatives.iter().any(|levels| matches_levels(levels, &names))
            }
        }
    }
}

fn matches_levels(levels: &[String], names: &[&str]) -> bool {
    // Which numbers of names the levels so far may stand for.
    let mut reached = vec![false; names.len() + 1];
    reached[0] = true;
    for level in levels {
        let mut next = vec![false; names.len() + 1];
        let mut is_open = false;
        for at in 0..=names.len() {
            if level == "**" {
                is_open |= reached[at];
                next[at] = is_open;
            } else if at > 0 && reached[at - 1] && glob::matches(level, names[at - 1]) {
                next[at] = true;
            }
        }
        reached = next;
    }
    reached[names.len()]
}

/// The patterns that one with braces stands for.
fn expand_braces(pattern: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut waiting = vec![pattern.to_owned()];
    while let Some(pattern) = waiting.pop() {
        if done.len() + waiting.len() > MAX_ALTERNATIVES || pattern.contains('\\') {
            return None;
        }
        let Some(open) = pattern.find('{') else {
            done.push(pattern);
            continue;
        };
        let inner = pattern.get(open + 1..)?;
        let close = inner.find('}')?;
        let (choices, rest) = (inner.get(..close)?, inner.get(close + 1..)?);
        if choices.contains('{') {
            return None;
        }
        for choice in choices.split(',') {
            waiting.push(format!("{}{choice}{rest}", pattern.get(..open)?));
        }
    }
    Some(done)
}

/// Git's own wildcards, in which a star crosses `/`.
fn wildcard_regex(pattern: &str) -> Option<Regex> {
    let mut text = String::from(r"(?s)\A");
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            '\\' => write_literal(&mut text, rest.next()?),
            '[' => {
                text.push('[');
                if rest.next_if(|next| matches!(next, '!' | '^')).is_some() {
                    text.push('^');
                }
                let mut is_first = true;
                loop {
                    match rest.next()? {
                        ']' if !is_first => break,
                        // Classes of characters by name are not followed.
                        '[' => return None,
                        '\\' => write_literal(&mut text, rest.next()?),
                        '-' if !is_first && rest.peek() != Some(&']') => text.push('-'),
                        member => write_literal(&mut text, member),
                    }
                    is_first = false;
                }
                text.push(']');
            }
            character => write_literal(&mut text, character),
        }
    }
    text.push_str(r"\z");
    Regex::new(&text).ok()
}

fn write_literal(text: &mut String, character: char) {
    if character.is_ascii_alphanumeric() || !character.is_ascii() {
        text.push(character);
    } else {
        // Writing to a string cannot fail.
        let _ = write!(text, "\\x{{{:x}}}", u32::from(character));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_crosses_folders_for_files_only() {
        assert!(matches_folder("catalog/*", "catalog/eu"));
        assert!(!matches_folder("catalog/**", "catalog/eu/deep"));
        assert!(!matches_folder("catalog/eu/", "catalog/eu"));
        let git = |pattern: &str, file: &str| FilePattern::of(pattern, false).expect("a pattern").matches(file);
        assert!(git("clusters/*.json", "clusters/eu/config.json"));
        assert!(git("clusters", "clusters/eu/config.json"));
        assert!(git("./clusters/eu/", "clusters/eu/config.json"));
        assert!(git("**/[a-c]onfig.json", "clusters/config.json"));
        assert!(!git("clust", "clusters/eu"));
        assert!(FilePattern::of(":(glob)a", false).is_none());
        let new = |pattern: &str, file: &str| FilePattern::of(pattern, true).expect("a pattern").matches(file);
        assert!(!new("clusters/*.json", "clusters/eu/config.json"));
        assert!(new("**/config.json", "config.json"));
        assert!(new("clusters/**/*.{json,yaml}", "clusters/a/b/c.yaml"));
    }
}
