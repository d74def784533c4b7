//! Extends the settings of VS Code so that its YAML extension finds the schema of manifests. The file is JSON with
//! comments and is edited only if it is plain JSON; otherwise the lines are shown for the user to add.

use serde_json::{Value, json};

use super::drafts::{Draft, Wanted};
use super::names::within;
use super::paste::{Paste, PastePart};

/// The schema file, and the manifests that it applies to.
#[derive(Debug)]
pub struct Schema<'a> {
    /// Relative to the folder that is opened.
    pub file: &'a str,
    pub globs: &'a [String],
}

pub fn path(folder: &str) -> String {
    within(folder, ".vscode/settings.json")
}

/// `before`: the existing settings, if any.
pub fn draft(path: String, before: Option<&str>, schema: &Schema<'_>, draft: &mut Draft) {
    let entry = json!({ "yaml.schemas": { schema.file: schema.globs } });
    let Some(before) = before.filter(|text| !text.trim().is_empty()) else {
        draft.files.push(Wanted { path, before: before.map(str::to_owned), after: format!("{entry:#}\n") });
        return;
    };
    if before.contains(schema.file) {
        draft.keep(path, "names the schema already");
        return;
    }
    match added(before, schema) {
        Some(after) => draft.change(path, before, after),
        None => {
            let (why, lines) = ("it is JSON with comments, or names other schemas", format!("{entry:#}\n"));
            let instruction = "Merge this into it".to_owned();
            draft.pastes.push(Paste { path, why, parts: vec![PastePart { instruction, lines }] });
        }
    }
}

/// Adds one line at the start, where it does not depend on the rest.
fn added(before: &str, schema: &Schema<'_>) -> Option<String> {
    let old: Value = serde_json::from_str(before).ok()?;
    if old.as_object()?.contains_key("yaml.schemas") {
        return None;
    }
    let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let open = before.find('{')?;
    let rest = before.get(open + 1..)?;
    let first = rest.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let blanks = &first[..first.len() - first.trim_start().len()];
    let blanks = if blanks.is_empty() { "  " } else { blanks };
    let comma = if old.as_object()?.is_empty() { "" } else { "," };
    let line = format!("\"yaml.schemas\": {{{}: {}}}{comma}", Value::from(schema.file), json!(schema.globs));
    let gap = if rest.starts_with(['\n', '\r']) { "" } else { end };
    let after = format!("{}{end}{blanks}{line}{gap}{rest}", before.get(..=open)?);
    let mut expected = old;
    expected.as_object_mut()?.insert("yaml.schemas".to_owned(), json!({ schema.file: schema.globs }));
    (serde_json::from_str::<Value>(&after).ok()? == expected).then_some(after)
}
