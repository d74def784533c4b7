//! The settings of VS Code by which its YAML extension finds the schema of manifests. They are JSON with comments, which
//! is only added to where it is JSON without: anything else is shown to be pasted.

use serde_json::{Value, json};

use super::{Draft, Paste, Wanted, within};

/// What a repository's editor is told.
#[derive(Debug)]
pub struct Schema<'a> {
    /// Relative to the folder that is opened.
    pub file: &'a str,
    pub globs: &'a [String],
}

pub fn path(folder: &str) -> String {
    within(folder, ".vscode/settings.json")
}

/// `before`: the settings that are there, if any.
pub fn draft(path: String, before: Option<&str>, schema: &Schema<'_>, draft: &mut Draft) {
    let patterns = patterns(schema.globs);
    let entry = json!({ "yaml.schemas": { schema.file: patterns } });
    let Some(before) = before.filter(|text| !text.trim().is_empty()) else {
        draft.files.push(Wanted { path, before: before.map(str::to_owned), after: format!("{entry:#}\n") });
        return;
    };
    if before.contains(schema.file) {
        return;
    }
    match added(before, schema.file, &patterns) {
        Some(after) => draft.change(path, before, after),
        None => draft.pastes.push(Paste {
            path,
            why: "it is JSON with comments, or has schemas already",
            lines: format!("{entry:#}\n"),
        }),
    }
}

/// The globs as yaml-language-server reads them: a `*` goes past folders, and braces stand for themselves.
fn patterns(globs: &[String]) -> Vec<String> {
    let mut patterns: Vec<String> = Vec::new();
    for glob in globs.iter().flat_map(|glob| without_braces(glob)) {
        let mut pattern = glob.replace("/**/", "/*");
        while pattern.contains("**") {
            pattern = pattern.replace("**", "*");
        }
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    patterns
}

/// `a.{b,c}` as `a.b` and `a.c`.
fn without_braces(glob: &str) -> Vec<String> {
    let inner = glob.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match inner {
        None => vec![glob.to_owned()],
        Some((before, (choices, after))) => {
            choices.split(',').flat_map(|choice| without_braces(&format!("{before}{choice}{after}"))).collect()
        }
    }
}

/// One line more at the front, where nothing has to be known of what follows.
fn added(before: &str, file: &str, patterns: &[String]) -> Option<String> {
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
    let line = format!("\"yaml.schemas\": {{{}: {}}}{comma}", Value::from(file), json!(patterns));
    let gap = if rest.starts_with(['\n', '\r']) { "" } else { end };
    let after = format!("{}{end}{blanks}{line}{gap}{rest}", before.get(..=open)?);
    let mut expected = old;
    expected.as_object_mut()?.insert("yaml.schemas".to_owned(), json!({ file: patterns }));
    (serde_json::from_str::<Value>(&after).ok()? == expected).then_some(after)
}
