//! The first `portolan.yaml`: what was guessed, each with a line on what it means. It says only what differs from the
//! defaults or must not change by itself, such as the scope.

use super::{Facts, quoted, within};

pub(super) fn path(folder: &str) -> String {
    within(folder, "portolan.yaml")
}

pub(super) fn text(facts: &Facts<'_>) -> String {
    let mut text = String::from(
        "# Keeps the software catalog in step with this repository. `portolan config` shows every setting.\n",
    );
    text.push_str(&format!("platform: {}\n", facts.platform.name));
    let regions: Vec<String> = facts.platform.regions.iter().map(|(region, _)| format!("`{region}`")).collect();
    text.push_str(&format!(
        "\n# Where `diff` and `push` go: {}, an address, or `local`, the embedded catalog.\n",
        regions.join(", ")
    ));
    match facts.catalog {
        Some(catalog) => text.push_str(&format!("catalog: {}\n", plain(catalog))),
        None => text.push_str(&format!(
            "# Without it: the platform, where {} is in the environment.\n# catalog: {}\n",
            facts.platform.client_id_variable,
            facts.platform.regions.first().map_or("local", |(region, _)| *region)
        )),
    }
    text.push_str(
        "\n# Whose entities these are. What this scope wrote, and no manifest declares any more, a push deletes.\n",
    );
    match facts.scope {
        Some(scope) => text.push_str(&format!("scope: {}\n", plain(scope))),
        None => text.push_str("# scope: owner/repository\n"),
    }
    text.push_str("\n# Files are told apart by what is in them: other YAML in these places does no harm.\n");
    if facts.include.is_empty() {
        text.push_str("# Without it: every YAML file.\n# manifests:\n#   include: [\"catalog/**/*.{yaml,yml}\"]\n");
    } else {
        text.push_str("manifests:\n  include:\n");
        text.push_str(&items(facts.include));
    }
    if !facts.exclude.is_empty() {
        let head = if facts.include.is_empty() { "manifests:\n" } else { "" };
        text.push_str(&format!("{head}  # What has a config, and a scope, of its own.\n  exclude:\n"));
        text.push_str(&items(facts.exclude));
    }
    text.push_str(&format!(
        "\n# Where a push to the platform may come from: these branches in CI, and only what is committed.\n\
         push: {{branches: [{}], require-clean: true}}\n",
        quoted(facts.branch)
    ));
    text
}

fn items(globs: &[String]) -> String {
    globs.iter().map(|glob| format!("    - {}\n", quoted(glob))).collect()
}

/// Bare where nobody could take it for something else.
fn plain(text: &str) -> String {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.contains('/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
    let is_region = text.len() < 20 && !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase());
    let is_boolean = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&text);
    if (is_word || is_region) && !is_boolean { text.to_owned() } else { quoted(text) }
}
