//! Fuzzes both parsers with any bytes: they agree on the tree and the faults, and every span is within the text, on
//! character boundaries, inside its parent's span.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::domain::document::tree::Value;
use portolan::manifest::{Limits, Producer, Reader};

fuzz_target!(|bytes: &[u8]| {
    // The API group makes the reader parse every document.
    let text = format!("# getport.io\n{}", String::from_utf8_lossy(bytes));
    let seen = |producer| {
        let mut seen = Vec::new();
        Reader::new(Limits::default()).read_with(&text, producer, &mut |document| {
            if let Some(root) = document.view.root() {
                spans_are_sound(&text, root);
            }
            seen.push((document.span, document.broken, document.view.tree.clone(), document.faults.to_vec()));
        });
        seen
    };
    assert_eq!(seen(Producer::FastThenFull), seen(Producer::FullOnly));
});

fn spans_are_sound(text: &str, root: Value<'_>) {
    let mut left = vec![root];
    while let Some(value) = left.pop() {
        let range = value.span().range();
        assert!(text.get(range.clone()).is_some(), "{range:?} cuts a character or leaves the text");
        for child in value.items().chain(value.entries().flat_map(|(key, value)| [key, value])) {
            let inside = range.start <= child.span().range().start && child.span().range().end <= range.end;
            assert!(inside || child.is_copied() || value.is_copied(), "{:?} is not in {range:?}", child.span());
            left.push(child);
        }
    }
}
