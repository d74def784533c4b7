//! The hook in `.pre-commit-config.yaml`. It is one of `repo: local`, so it wants nothing but the wheel, and the version
//! is that of the portolan that wrote it.

use serde_json::Value;

use super::{Draft, Facts, Paste, Wanted, block, quoted, suffix};

pub(super) const PATH: &str = ".pre-commit-config.yaml";

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let item = item(facts);
    let lines: Vec<&str> = item.iter().map(String::as_str).collect();
    let Some(before) = facts.texts.get(PATH) else {
        let after = block::append("", "repos", &lines).unwrap_or_default();
        draft.files.push(Wanted { path: PATH.to_owned(), before: None, after });
        return;
    };
    let paste = |why| Paste { path: PATH.to_owned(), why, lines: lines.join("\n") + "\n" };
    let Some(old) = (facts.read)(before) else {
        draft.pastes.push(paste("it is not valid YAML"));
        return;
    };
    if is_hooked(&old, facts.folder) {
        return;
    }
    let after = block::append(before, "repos", &lines);
    match after.filter(|after| (facts.read)(after).is_some_and(|new| is_added(&old, &new, facts))) {
        Some(after) => draft.change(PATH.to_owned(), before, after),
        None => draft.pastes.push(paste("its layout cannot be edited safely")),
    }
}

fn item(facts: &Facts<'_>) -> Vec<String> {
    let mut lines = vec![
        "- repo: local".to_owned(),
        "  hooks:".to_owned(),
        format!("    - id: portolan-lint{}", suffix(facts.folder)),
        format!("      name: {}", name(facts.folder)),
        format!("      entry: {}", entry(facts.folder)),
        "      language: python".to_owned(),
        format!("      additional_dependencies: [\"portolan-gitops=={}\"]", facts.version),
        "      # A commit that only deletes files can break the remaining ones.".to_owned(),
        "      always_run: true".to_owned(),
        "      require_serial: true".to_owned(),
        "      stages: [pre-commit, pre-merge-commit, manual]".to_owned(),
    ];
    if facts.folder.is_empty() {
        lines.insert(7, "      types_or: [yaml, json, text]".to_owned());
        lines.insert(8, "      files: '\\.ya?ml$|^(.*/)?\\.portolan/'".to_owned());
    } else {
        lines.insert(7, "      pass_filenames: false".to_owned());
    }
    lines
}

/// Several folders have a hook each, and people tell them apart by this.
fn name(folder: &str) -> String {
    if folder.is_empty() { "portolan lint".to_owned() } else { quoted(&format!("portolan lint ({folder})")) }
}

/// In a folder below the top the names of files would lead nowhere; what is staged is found without them.
fn entry(folder: &str) -> String {
    if folder.is_empty() {
        return "portolan lint --pre-commit".to_owned();
    }
    let is_plain = folder.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
    let folder = if is_plain { folder.to_owned() } else { format!("'{}'", folder.replace('\'', r"'\''")) };
    let entry = format!("portolan -C {folder} lint --pre-commit");
    if is_plain { entry } else { quoted(&entry) }
}

fn hooks(config: &Value) -> impl Iterator<Item = &Value> {
    let repositories = config["repos"].as_array().into_iter().flatten();
    repositories.flat_map(|repository| repository["hooks"].as_array().into_iter().flatten())
}

/// A hook of ours, however it came here.
fn is_hooked(config: &Value, folder: &str) -> bool {
    let own = format!("portolan-lint{}", suffix(folder));
    hooks(config).any(|hook| {
        let id = hook["id"].as_str().unwrap_or_default();
        let entry = hook["entry"].as_str().unwrap_or_default();
        let is_ours = id.starts_with("portolan") || entry.starts_with("portolan ");
        if folder.is_empty() { is_ours && !entry.contains(" -C ") } else { id == own }
    })
}

/// Nothing but our repository came, and at the end.
fn is_added(old: &Value, new: &Value, facts: &Facts<'_>) -> bool {
    let (Value::Object(old), Value::Object(mut rest)) = (old_or_empty(old), new.clone()) else { return false };
    let Some(Value::Array(mut repositories)) = rest.shift_remove("repos") else { return false };
    let Some(added) = repositories.pop() else { return false };
    let mut before = old;
    let earlier = match before.shift_remove("repos") {
        Some(Value::Array(earlier)) => earlier,
        Some(Value::Null) | None => Vec::new(),
        Some(_) => return false,
    };
    let own = format!("portolan-lint{}", suffix(facts.folder));
    let is_ours = added["repo"] == "local" && added["hooks"][0]["id"] == own.as_str();
    before == rest && earlier == repositories && is_ours
}

fn old_or_empty(old: &Value) -> Value {
    if old.is_null() { Value::Object(serde_json::Map::new()) } else { old.clone() }
}
