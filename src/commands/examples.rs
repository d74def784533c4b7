//! The examples of the rules: the files of `testdata/rules`, which are part of the program.

use include_dir::{Dir, include_dir};

use crate::report::explain::Example;

static RULE_FOLDERS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/testdata/rules");

/// Larger examples are left out of the pages.
const MAX_EXAMPLE_BYTES: usize = 3000;

/// The examples in `testdata/rules/<rule>/<side>`, sorted by path. `side`: `bad` or `good`.
pub(super) fn examples(rule: &str, side: &str) -> Vec<Example<'static>> {
    let Some(folder) = RULE_FOLDERS.get_dir(format!("{rule}/{side}")) else { return Vec::new() };
    let mut found = Vec::new();
    let mut left = vec![folder];
    while let Some(inner) = left.pop() {
        left.extend(inner.dirs());
        for file in inner.files() {
            let path = file.path().strip_prefix(folder.path()).ok().and_then(|path| path.to_str());
            let (Some(path), Some(text)) = (path, file.contents_utf8()) else { continue };
            // `GENERATE` describes an example that is too large to keep.
            if text.len() <= MAX_EXAMPLE_BYTES && path != "GENERATE" {
                found.push(Example { path, text });
            }
        }
    }
    found.sort_by_key(|example| example.path);
    found
}

/// What lint prints for the bad examples.
pub(super) fn finding(rule: &str) -> Option<&'static str> {
    RULE_FOLDERS.get_file(format!("{rule}/bad.txt"))?.contents_utf8()
}

/// Whether `--fix` fixes the bad examples.
pub(super) fn is_fixable(rule: &str) -> bool {
    RULE_FOLDERS.get_dir(format!("{rule}/fixed")).is_some()
}
