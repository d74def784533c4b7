//! What `init` is about to do, as a person reads it: every file whole, every change as a difference, and a short list at
//! the end, for that is what is still on the screen when the question comes.

use crate::report::difference::unified;
use crate::report::escape::{clean, lines};
use crate::report::style::{Role, Style};

/// A file as it will be.
#[derive(Debug)]
pub struct File<'a> {
    pub path: &'a str,
    /// `None`: it is new.
    pub before: Option<&'a str>,
    pub after: &'a str,
}

/// Lines that somebody has to put into a file by hand.
#[derive(Debug)]
pub struct Lines<'a> {
    pub path: &'a str,
    /// As a clause.
    pub why: &'a str,
    pub lines: &'a str,
}

/// All files, one after the other.
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

/// One line for each file.
pub fn list(files: &[File<'_>], style: &Style) -> String {
    let line = |file: &File<'_>| {
        let word = if file.before.is_some() { "changed" } else { "new    " };
        format!("  {} {}\n", style.paint(Role::Dim, word), style.paint(Role::Path, &clean(file.path)))
    };
    lines(files.iter().map(line).collect())
}

/// What is left to a person.
pub fn pastes(all: &[Lines<'_>], style: &Style) -> String {
    let mut out = String::new();
    for paste in all {
        let path = style.paint(Role::Path, &clean(paste.path));
        out.push_str(&format!("{path} was not changed: {}. Add these lines:\n\n", paste.why));
        for line in paste.lines.lines() {
            out.push_str(&format!("    {}\n", clean(line)));
        }
        out.push('\n');
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
}
