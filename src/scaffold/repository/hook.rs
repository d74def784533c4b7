//! Adds the hook to `.pre-commit-config.yaml`. It uses `repo: local`, so no repository URL is needed: a published
//! release is installed as a wheel of its version, and a build from source is taken from the PATH.

use serde_json::{Map, Value};

use super::block;
use super::drafts::{Draft, Wanted};
use super::facts::Facts;
use super::names::{quoted, shell_word, suffix};
use super::paste::Paste;

pub(super) const PATH: &str = ".pre-commit-config.yaml";

/// Without this key, `pre-commit install` installs only the first type, and clean merges are not checked.
const TYPES_KEY: &str = "default_install_hook_types";
const TYPES: [&str; 2] = ["pre-commit", "pre-merge-commit"];

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let item = item(facts);
    let lines: Vec<&str> = item.iter().map(String::as_str).collect();
    let types = format!("{TYPES_KEY}: [{}]\n", TYPES.join(", "));
    let Some(before) = facts.texts.get(PATH) else {
        let after = types + &block::append("", "repos", &lines).unwrap_or_default();
        draft.files.push(Wanted { path: PATH.to_owned(), before: None, after });
        return;
    };
    let wanted = format!("{types}repos:\n  {}\n", lines.join("\n  "));
    let Some(old) = (facts.read)(before) else {
        draft.pastes.push(Paste::whole(PATH.to_owned(), "it is not valid YAML", wanted));
        return;
    };
    if is_hooked(&old, facts.folder) {
        draft.keep(PATH.to_owned(), "has the hook");
        return;
    }
    let after = block::append(before, "repos", &lines).and_then(|after| with_types(&after, &old));
    match after.filter(|after| (facts.read)(after).is_some_and(|new| is_added(&old, &new, facts))) {
        Some(after) => draft.change(PATH.to_owned(), before, after),
        None => draft.paste(facts, PATH.to_owned(), "its layout cannot be edited safely", &wanted),
    }
}

/// The config with all hook types that our hook requires; `None` if the list has a style that is not edited.
fn with_types(config: &str, old: &Value) -> Option<String> {
    match old.get(TYPES_KEY) {
        None => block::append_line(config, &format!("{TYPES_KEY}: [{}]", TYPES.join(", "))),
        Some(listed) => {
            let missing = missing_types(listed)?;
            block::append_words(config, TYPES_KEY, &missing)
        }
    }
}

/// `None` if the value is not a list.
fn missing_types(listed: &Value) -> Option<Vec<&'static str>> {
    let listed = listed.as_array()?;
    Some(TYPES.into_iter().filter(|wanted| !listed.iter().any(|it| it == wanted)).collect())
}

fn item(facts: &Facts<'_>) -> Vec<String> {
    let mut lines = vec![
        "- repo: local".to_owned(),
        "  hooks:".to_owned(),
        format!("    - id: portolan-lint{}", suffix(facts.folder)),
        format!("      name: {}", name(facts.folder)),
        format!("      entry: {}", entry(facts.folder)),
    ];
    match facts.published {
        Some(version) => {
            lines.push("      language: python".to_owned());
            lines.push(format!("      additional_dependencies: [\"portolan-gitops=={version}\"]"));
        }
        None => {
            lines.push("      # The portolan on the PATH: the one that wrote this was built from source.".to_owned());
            lines.push("      language: system".to_owned());
        }
    }
    if facts.folder.is_empty() {
        lines.push("      types_or: [yaml, json, text]".to_owned());
        lines.push("      files: '\\.ya?ml$|^(.*/)?\\.portolan/'".to_owned());
    } else {
        lines.push("      pass_filenames: false".to_owned());
    }
    lines.push("      # A commit that only deletes files can break relations of the other files.".to_owned());
    lines.push("      always_run: true".to_owned());
    lines.push("      require_serial: true".to_owned());
    lines.push("      stages: [pre-commit, pre-merge-commit, manual]".to_owned());
    lines
}

/// The displayed name, which distinguishes the hooks of several folders.
fn name(folder: &str) -> String {
    if folder.is_empty() { "portolan lint".to_owned() } else { quoted(&format!("portolan lint ({folder})")) }
}

/// The command of the hook. Below the top, the file names that pre-commit passes are not relative to the folder; staged
/// files are found without them.
fn entry(folder: &str) -> String {
    if folder.is_empty() {
        return "portolan lint --pre-commit".to_owned();
    }
    let word = shell_word(folder);
    let entry = format!("portolan -C {word} lint --pre-commit");
    if word == folder { entry } else { quoted(&entry) }
}

fn hooks(config: &Value) -> impl Iterator<Item = &Value> {
    let repositories = config["repos"].as_array().into_iter().flatten();
    repositories.flat_map(|repository| repository["hooks"].as_array().into_iter().flatten())
}

/// Whether there is a portolan hook for this folder, written by `init` or by hand.
fn is_hooked(config: &Value, folder: &str) -> bool {
    let own = format!("portolan-lint{}", suffix(folder));
    hooks(config).any(|hook| {
        let id = hook["id"].as_str().unwrap_or_default();
        let entry = hook["entry"].as_str().unwrap_or_default();
        let is_ours = id.starts_with("portolan") || entry.starts_with("portolan ");
        if folder.is_empty() { is_ours && !entry.contains(" -C ") } else { id == own }
    })
}

/// Whether the only changes are our repository at the end, and the hook types.
fn is_added(old: &Value, new: &Value, facts: &Facts<'_>) -> bool {
    let (Value::Object(mut before), Value::Object(mut after)) = (old_or_empty(old), new.clone()) else { return false };
    let Some(Value::Array(mut repositories)) = after.shift_remove("repos") else { return false };
    let Some(added) = repositories.pop() else { return false };
    let earlier = match before.shift_remove("repos") {
        Some(Value::Array(earlier)) => earlier,
        Some(Value::Null) | None => Vec::new(),
        Some(_) => return false,
    };
    let mut types = before.shift_remove(TYPES_KEY).unwrap_or_else(|| Value::Array(Vec::new()));
    let Some(missing) = missing_types(&types) else { return false };
    if let Some(listed) = types.as_array_mut() {
        listed.extend(missing.into_iter().map(Value::from));
    }
    let own = format!("portolan-lint{}", suffix(facts.folder));
    let is_ours = added["repo"] == "local" && added["hooks"][0]["id"] == own.as_str();
    is_ours && after.shift_remove(TYPES_KEY) == Some(types) && before == after && earlier == repositories
}

fn old_or_empty(old: &Value) -> Value {
    if old.is_null() { Value::Object(Map::new()) } else { old.clone() }
}
