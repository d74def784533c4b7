//! Generates the first `portolan.yaml`: the detected or chosen settings, each with a comment. It contains only settings
//! that differ from the defaults, or that must not change with the environment, such as the scope.

use super::facts::{ConfigDelivery, Facts};
use super::names::{quoted, within};
use crate::domain::cluster::Deliverer;

pub(super) fn path(folder: &str) -> String {
    within(folder, "portolan.yaml")
}

pub(super) fn text(facts: &Facts<'_>) -> String {
    let purpose = match facts.delivery {
        None => "and pushes them to the catalog",
        Some(_) => "and shows what of them reaches the catalog",
    };
    let mut text =
        format!("# portolan lints the manifests of this repository {purpose}. All settings: portolan config\n");
    if let Some(url) = schema_url(facts) {
        text.insert_str(0, &format!("# yaml-language-server: $schema={url}\n"));
    }
    text.push_str(&format!("platform: {}\n", facts.platform.name));
    let regions: Vec<String> = facts.platform.regions.iter().map(|(region, _)| format!("`{region}`")).collect();
    text.push_str(&format!(
        "\n# The catalog that diff and push use: {}, a URL, or `local` (the embedded catalog).\n",
        regions.join(", ")
    ));
    match facts.catalog {
        Some(catalog) => text.push_str(&format!("catalog: {}\n", plain(catalog))),
        None => text.push_str(&format!(
            "# Default: {} if the environment has {}, otherwise `local`.\n# catalog: {}\n",
            facts.platform.brand,
            facts.platform.client_id_variable,
            facts.platform.regions.first().map_or("local", |(region, _)| *region)
        )),
    }
    text.push_str(
        "\n# Ownership scope. A push deletes entities that this scope created and that no manifest declares any more.\n",
    );
    match facts.scope {
        Some(scope) => text.push_str(&format!("scope: {}\n", plain(scope))),
        None => text.push_str("# scope: owner/repository\n"),
    }
    text.push_str("\n# Where manifests are. portolan recognises them by content and ignores other YAML.\n");
    if facts.include.is_empty() {
        text.push_str("# Default: every YAML file.\n# manifests:\n#   include: [\"catalog/**/*.{yaml,yml}\"]\n");
    } else {
        text.push_str("manifests:\n  include:\n");
        text.push_str(&items(facts.include));
        // The CRDs say which fields the API server accepts.
        if let Some(crds) = facts.delivery.as_ref().and_then(|delivery| delivery.crds) {
            let glob = format!("{crds}/**/*.{{yaml,yml}}");
            if !facts.include.contains(&glob) {
                text.push_str(&items(&[glob]));
            }
        }
    }
    if !facts.exclude.is_empty() {
        let head = if facts.include.is_empty() { "manifests:\n" } else { "" };
        text.push_str(&format!("{head}  # These folders have a config, and a scope, of their own.\n  exclude:\n"));
        text.push_str(&items(facts.exclude));
    }
    text.push_str(&format!(
        "\n# Where a push to the platform may come from: these branches in CI, and only what is committed.\n\
         push: {{branches: [{}], require-clean: true}}\n",
        quoted(facts.branch)
    ));
    if let Some(delivery) = &facts.delivery {
        text.push('\n');
        text.push_str(&delivery.text());
    }
    text
}

impl ConfigDelivery<'_> {
    /// The lines of the config.
    pub fn text(&self) -> String {
        let tool = match self.deliverer {
            Deliverer::Flux => "Flux applies the manifests",
            Deliverer::ArgoCd => "Argo CD applies the manifests",
            Deliverer::Kubectl => "kubectl applies the manifests",
        };
        let mut text = format!(
            "# {tool} to the cluster, and the exporter in it writes the catalog. The state key tells what it owns.\n\
             delivery: cluster\nclusters:\n  {}:\n    deliverer: {}\n",
            word(self.cluster),
            self.deliverer.word()
        );
        if let Some(namespace) = self.namespace {
            text.push_str(&format!("    namespace: {}\n", word(namespace)));
        }
        text.push_str(&format!("    mapping: {}\n    state-key: {}\n", plain(self.mapping), word(self.cluster)));
        text
    }
}

/// A DNS label without quotes if every YAML reader reads it as this text.
fn word(label: &str) -> String {
    let is_boolean = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&label);
    let is_text = label.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_boolean;
    if is_text { label.to_owned() } else { quoted(label) }
}

/// The URL of this config's schema for editors; `None` if the package metadata names no repository.
fn schema_url(facts: &Facts<'_>) -> Option<String> {
    let path = facts.source.strip_prefix("https://github.com/")?;
    let revision = facts.published.map_or_else(|| "HEAD".to_owned(), |version| format!("v{version}"));
    Some(format!("https://raw.githubusercontent.com/{path}/{revision}/schemas/config.json"))
}

fn items(globs: &[String]) -> String {
    globs.iter().map(|glob| format!("    - {}\n", quoted(glob))).collect()
}

/// The text without quotes if every YAML reader reads it as this text.
fn plain(text: &str) -> String {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.contains('/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
    let is_region = text.len() < 20 && !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase());
    let is_boolean = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&text);
    if (is_word || is_region) && !is_boolean { text.to_owned() } else { quoted(text) }
}
