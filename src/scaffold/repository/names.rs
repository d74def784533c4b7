//! Names in generated files: paths in the config's folder, and names of jobs, quoted for YAML.

use serde_json::Value;

/// A scalar that every YAML reader reads as this text.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A word that a POSIX shell reads as this text.
pub(super) fn shell_word(text: &str) -> String {
    let is_plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._/:@-".contains(c));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// A literal that Groovy reads as this text.
pub(super) fn groovy_word(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'").replace('\n', r"\n"))
}

/// The suffix `-services-cart` for the names of a folder's jobs and files; empty at the top.
pub(super) fn suffix(folder: &str) -> String {
    if folder.is_empty() {
        return String::new();
    }
    let plain = folder.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    format!("-{}", plain.collect::<String>().trim_matches('-'))
}

/// The path of a file in the config's folder.
pub(super) fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
