//! Fuzzes edits on any text: only the bytes within the spans change, and nothing panics.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::domain::finding::Edit;
use portolan::domain::document::span::Span;
use portolan::manifest::edit;

fuzz_target!(|input: (&str, Vec<(u16, u16, &str)>)| {
    let (text, edits) = input;
    let edits = edits
        .into_iter()
        .map(|(start, end, replacement)| Edit {
            span: Span { start: start.into(), end: end.into() },
            replacement: replacement.to_owned(),
        })
        .collect::<Vec<_>>();
    let (edited, applied) = edit::apply(text, &edits);
    assert!(applied <= edits.len());
    if applied == 0 {
        assert_eq!(edited, text);
    }
    let first = edits.iter().map(|edit| edit.span.start as usize).min().unwrap_or(text.len()).min(text.len());
    let last = edits.iter().map(|edit| edit.span.end as usize).max().unwrap_or(0).min(text.len());
    assert!(edited.as_bytes().starts_with(&text.as_bytes()[..first]));
    assert!(edited.as_bytes().ends_with(&text.as_bytes()[last.max(first)..]));
});
