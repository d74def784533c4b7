//! Applies edits to a text and leaves all other bytes unchanged. Edits come from independent rules, so overlapping ones
//! are left for the next run.

use crate::domain::finding::Edit;

/// The new text, and the number of applied edits. Edits that overlap an earlier one (by position, then end, then
/// replacement) or lie outside the text are skipped.
pub fn apply(text: &str, edits: &[Edit]) -> (String, usize) {
    let mut order = edits.iter().collect::<Vec<_>>();
    order.sort_by(|a, b| (a.span, &a.replacement).cmp(&(b.span, &b.replacement)));
    order.dedup();
    let mut out = String::with_capacity(text.len());
    let mut applied = 0;
    let mut at = 0;
    let mut inserted = None;
    for edit in order {
        let range = edit.span.range();
        // The result of two insertions at one position would depend on their order.
        let clashes = range.start < at || range.is_empty() && inserted == Some(range.start);
        if clashes || text.get(range.clone()).is_none() {
            continue;
        }
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&edit.replacement);
        at = range.end;
        applied += 1;
        inserted = range.is_empty().then_some(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, applied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::span::Span;

    fn edit(start: usize, end: usize, replacement: &str) -> Edit {
        Edit { span: Span::new(start, end), replacement: replacement.to_owned() }
    }

    #[test]
    fn only_the_spans_change() {
        let edits = [edit(6, 8, "\"no\""), edit(0, 1, "A")];
        assert_eq!(
            apply("a: 1\nb: no # c\n", &[edit(8, 10, "\"no\""), edit(0, 1, "A")]),
            ("A: 1\nb: \"no\" # c\n".to_owned(), 2)
        );
        assert_eq!(apply("é", &edits[1..]), ("é".to_owned(), 0));
        assert_eq!(apply("abc", &[edit(3, 3, "d")]), ("abcd".to_owned(), 1));
    }

    #[test]
    fn what_overlaps_or_does_not_fit_is_left_out_whatever_the_order() {
        let (a, b, c) = (edit(0, 3, "x"), edit(2, 5, "y"), edit(5, 6, "z"));
        for edits in [[a.clone(), b.clone(), c.clone()], [c.clone(), b.clone(), a.clone()]] {
            assert_eq!(apply("0123456789", &edits), ("x34z6789".to_owned(), 2));
        }
        assert_eq!(apply("abc", &[edit(2, 9, "x"), edit(9, 9, "y")]), ("abc".to_owned(), 0));
        assert_eq!(apply("abc", &[edit(1, 1, "x"), edit(1, 1, "y")]), ("axbc".to_owned(), 1));
        assert_eq!(apply("abc", &[edit(1, 2, "x"), edit(1, 2, "x")]), ("axc".to_owned(), 1));
    }
}
