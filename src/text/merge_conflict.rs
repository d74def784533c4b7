//! Finds the markers of an unresolved merge conflict (`<<<<<<<`, `=======`, `>>>>>>>`), so that a file with a conflict
//! is reported as such and not as broken YAML or JSON.

use std::ops::Range;

/// One conflict, or the rest of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeConflict {
    /// The line of the first marker.
    pub first: Range<usize>,
    /// The line of the last marker; the same as `first` if only one is left.
    pub last: Range<usize>,
    /// The line number, counted from 1.
    pub first_line: usize,
    pub last_line: usize,
    /// The names of both sides in the markers: `HEAD`, a branch, a commit.
    pub sides: Option<(String, String)>,
}

impl MergeConflict {
    /// What is wrong, without a period.
    pub fn message(&self) -> String {
        let lines = match self.first_line == self.last_line {
            true => format!("line {}", self.first_line),
            false => format!("lines {} to {}", self.first_line, self.last_line),
        };
        match &self.sides {
            Some((ours, theirs)) if !ours.is_empty() && !theirs.is_empty() => {
                format!("Unresolved merge conflict between `{ours}` and `{theirs}` ({lines})")
            }
            Some(_) => format!("Unresolved merge conflict ({lines})"),
            None => format!("Mark of a merge conflict that was not resolved completely ({lines})"),
        }
    }
}

/// The help for files that people write.
pub const HELP: &str = "keep the lines that are right, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`";

/// All conflicts of a text, in order.
pub fn merge_conflicts(text: &str) -> Vec<MergeConflict> {
    let bytes = text.as_bytes();
    if !["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| memchr::memmem::find(bytes, mark.as_bytes()).is_some()) {
        return Vec::new();
    }
    let mut found: Vec<MergeConflict> = Vec::new();
    let mut open: Option<MergeConflict> = None;
    let mut start = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        let range = start..end;
        start += line.len();
        let Some((mark, label)) = mark(text.get(range.clone()).unwrap_or_default()) else { continue };
        let this = || MergeConflict {
            first: range.clone(),
            last: range.clone(),
            first_line: number,
            last_line: number,
            sides: None,
        };
        match (mark, open.take()) {
            ('<', before) => {
                found.extend(before);
                open = Some(MergeConflict { sides: Some((label.to_owned(), String::new())), ..this() });
            }
            ('=', Some(conflict)) => open = Some(MergeConflict { last: range, last_line: number, ..conflict }),
            ('>', Some(conflict)) => {
                let ours = conflict.sides.map(|(ours, _)| ours).unwrap_or_default();
                found.push(MergeConflict {
                    last: range,
                    last_line: number,
                    sides: Some((ours, label.to_owned())),
                    ..conflict
                });
            }
            // The first marker was removed, so the other two belong to one conflict.
            ('>', None) if found.last().is_some_and(is_separator) => {
                if let Some(conflict) = found.last_mut() {
                    (conflict.last, conflict.last_line) = (range, number);
                }
            }
            (_, None) => found.push(this()),
            (_, Some(conflict)) => found.push(conflict),
        }
    }
    found.extend(open);
    found
}

/// Whether this is a single separator line.
fn is_separator(conflict: &MergeConflict) -> bool {
    conflict.sides.is_none() && conflict.first == conflict.last && conflict.first.len() == 7
}

/// The kind of marker in a line, and the text after it.
fn mark(line: &str) -> Option<(char, &str)> {
    let kind = line.chars().next().filter(|first| matches!(first, '<' | '=' | '>'))?;
    let rest = line.trim_start_matches(kind);
    let is_mark = line.len() - rest.len() == 7 && (rest.is_empty() || kind != '=' && rest.starts_with(' '));
    is_mark.then(|| (kind, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_conflict_is_found_once_with_its_sides() {
        let text = "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> feature/x\nc: 4\r\n<<<<<<< HEAD\r\n||||||| base\r\n=======\r\n>>>>>>> y\r\n";
        let found = merge_conflicts(text);
        assert_eq!(found.iter().map(|it| (it.first_line, it.last_line)).collect::<Vec<_>>(), [(2, 6), (8, 11)]);
        assert_eq!(found[0].message(), "Unresolved merge conflict between `HEAD` and `feature/x` (lines 2 to 6)");
        assert_eq!(&text[found[0].first.clone()], "<<<<<<< HEAD");
        assert_eq!(&text[found[1].last.clone()], ">>>>>>> y");
    }

    #[test]
    fn what_is_left_of_a_conflict_is_found() {
        for (text, lines) in [
            ("a\n=======\nb\n", vec![(2, 2)]),
            ("a\n=======\nb\n>>>>>>> x\n", vec![(2, 4)]),
            ("<<<<<<< HEAD\na\n", vec![(1, 1)]),
            (">>>>>>> x", vec![(1, 1)]),
            ("<<<<<<< HEAD\na\n<<<<<<< HEAD\nb\n=======\n>>>>>>> x\n", vec![(1, 1), (3, 6)]),
        ] {
            let found = merge_conflicts(text);
            assert_eq!(found.iter().map(|it| (it.first_line, it.last_line)).collect::<Vec<_>>(), lines, "{text:?}");
        }
    }

    #[test]
    fn text_that_looks_alike_is_no_conflict() {
        for text in [
            "a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> x\n",
            "# =======\n",
            "========\n",
            "<<<<<<<< x\n",
            "a: <<<<<<< HEAD\n",
            "======= x\n",
            "<<: *anchor\n",
        ] {
            assert_eq!(merge_conflicts(text), [], "{text:?}");
        }
    }
}
