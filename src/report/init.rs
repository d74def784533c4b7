//! Renders the report of `init`: with `--dry-run` every new file in full and every change as a diff, and always a
//! summary with the files, those left unchanged, and the settings.

use crate::report::escape::{clean, lines};
use crate::report::style::{Role, Style};
use crate::report::unified_diff::unified;

/// A file with its new content.
#[derive(Debug)]
pub struct File<'a> {
    pub path: &'a str,
    /// The old content; `None` for a new file.
    pub before: Option<&'a str>,
    pub after: &'a str,
}

/// Lines that the user has to add to a file.
#[derive(Debug)]
pub struct Lines<'a> {
    pub path: &'a str,
    /// A clause.
    pub why: &'a str,
    /// `Add these lines to it`, with the lines.
    pub parts: &'a [(&'a str, &'a str)],
}

/// All files in full.
pub fn contents(files: &[File<'_>], style: &Style) -> String {
    let mut out = String::new();
    for file in files {
        match file.before {
            Some(before) => out.push_str(&unified(file.path, before, file.after, style)),
            None => {
                out.push_str(&style.paint(Role::Strong, &format!("{} (new)", clean(file.path))));
                out.push('\n');
                for line in file.after.lines() {
                    let line = format!("+ {}", clean(line));
                    out.push_str(style.paint(Role::Good, line.trim_end()).as_str());
                    out.push('\n');
                }
            }
        }
        out.push('\n');
    }
    lines(out)
}

/// A file that stays unchanged.
#[derive(Debug)]
pub struct Kept<'a> {
    pub path: &'a str,
    /// The text after the path: `is up to date`.
    pub why: &'a str,
}

/// One line for each file.
pub fn list(files: &[File<'_>], style: &Style) -> String {
    let line = |file: &File<'_>| {
        let word = if file.before.is_some() { "changed" } else { "new    " };
        format!("  {} {}\n", style.paint(Role::Dim, word), style.paint(Role::Path, &clean(file.path)))
    };
    lines(files.iter().map(line).collect())
}

pub fn left_alone(files: &[Kept<'_>], style: &Style) -> String {
    if files.is_empty() {
        return String::new();
    }
    let line = |file: &Kept<'_>| format!("  {} {}\n", style.paint(Role::Path, &clean(file.path)), file.why);
    let files: String = files.iter().map(line).collect();
    lines(format!("Left alone:\n{files}"))
}

/// Names and values in two columns.
pub fn settings(rows: &[(&str, String)], style: &Style) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let row = |(name, value): &(&str, String)| {
        let name = format!("{name:width$}");
        format!("  {} {}\n", style.paint(Role::Dim, &name), clean(value))
    };
    let rows: String = rows.iter().map(row).collect();
    lines(if rows.is_empty() { rows } else { format!("Settings:\n{rows}") })
}

/// The lines that the user has to add.
pub fn pastes(all: &[Lines<'_>], style: &Style) -> String {
    let mut out = String::new();
    for paste in all {
        let path = style.paint(Role::Path, &clean(paste.path));
        out.push_str(&format!("{path} is not changed: {}. ", paste.why));
        for (instruction, lines) in paste.parts {
            out.push_str(&format!("{}:\n\n", clean(instruction)));
            lines.lines().for_each(|line| out.push_str(&format!("    {}\n", clean(line))));
            out.push('\n');
        }
    }
    lines(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_shown_whole_and_a_change_as_a_difference() {
        let files = [
            File { path: "portolan.yaml", before: None, after: "platform: port\n\n# \u{1b}[31mred\n" },
            File { path: ".gitignore", before: Some("a\n"), after: "a\nb\n" },
        ];
        assert_eq!(
            contents(&files, &Style::PLAIN),
            "portolan.yaml (new)\n+ platform: port\n+\n+ # red\n\n--- a/.gitignore\n+++ b/.gitignore\n@@ -1 +1,2 @@\n \
             a\n+b\n\n"
        );
        assert_eq!(list(&files, &Style::PLAIN), "  new     portolan.yaml\n  changed .gitignore\n");
    }

    #[test]
    fn the_summary_lists_what_is_left_alone_and_the_settings() {
        let kept = [Kept { path: "a\u{7}.yml", why: "is up to date" }];
        assert_eq!(left_alone(&kept, &Style::PLAIN), "Left alone:\n  a.yml is up to date\n");
        assert_eq!(left_alone(&[], &Style::PLAIN), "");
        let rows = [("region", "eu".to_owned()), ("CI", "GitHub".to_owned())];
        assert_eq!(settings(&rows, &Style::PLAIN), "Settings:\n  region eu\n  CI     GitHub\n");
        assert_eq!(settings(&[], &Style::PLAIN), "");
    }
}
