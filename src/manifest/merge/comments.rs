//! Finds the comments of a document: what follows a `#` outside of every key and value.

use crate::domain::document::tree::{Kind, Value, View};

/// The comments in order, each with its position.
pub(super) fn comments(view: View<'_>) -> Vec<(usize, String)> {
    let mut outside = view.source.as_bytes().to_vec();
    if let Some(root) = view.root() {
        hide_scalars(root, &mut outside);
    }
    let mut found = Vec::new();
    let mut start = 0;
    for line in view.source.split_inclusive('\n') {
        let bytes = outside.get(start..start + line.len()).unwrap_or_default();
        let is_comment =
            |at: &usize| bytes.get(*at) == Some(&b'#') && (*at == 0 || matches!(bytes.get(at - 1), Some(b' ' | b'\t')));
        if let Some(at) = (0..bytes.len()).find(is_comment) {
            let comment = line.get(at..).unwrap_or_default().trim_end();
            found.push((start + at, comment.to_owned()));
        }
        start += line.len();
    }
    found
}

/// Replaces the bytes of keys and values, so that a `#` in them is no comment.
fn hide_scalars(value: Value<'_>, outside: &mut [u8]) {
    value.items().for_each(|item| hide_scalars(item, outside));
    for (key, value) in value.entries() {
        hide_scalars(key, outside);
        hide_scalars(value, outside);
    }
    if !matches!(value.kind(), Kind::List | Kind::Map)
        && let Some(bytes) = outside.get_mut(value.span().range())
    {
        bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b'x');
    }
}
