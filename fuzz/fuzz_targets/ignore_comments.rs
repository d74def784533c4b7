//! Fuzzes ignore comments with any text: directives are parsed without a panic, and stay inside the comment.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::analysis::Directives;
use portolan::manifest::{Limits, Reader};

fuzz_target!(|bytes: &[u8]| {
    let text = format!("kind: getport.io # portolan: {}", String::from_utf8_lossy(bytes));
    let mut comments = Vec::new();
    Reader::new(Limits::default()).read(&text, &mut |document| comments.extend_from_slice(document.notes));
    for comment in &comments {
        assert!(comment.slice(&text).starts_with('#'), "{comment:?} is not a comment");
        assert!(!comment.slice(&text).contains('\n'));
    }
    let _ = Directives::read(&text, &comments);
});
