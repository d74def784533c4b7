//! The config as editors see it: a mirror of the file's keys, only to make a JSON Schema of. A key that `layer` reads
//! and this does not know fails a test.

// The fields are never read: they exist to be described.
#![expect(dead_code, reason = "a description of the file, not a value")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// portolan.yaml: which manifests are ours, which catalog they go to, and how loud each rule is.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "portolan.yaml")]
struct Config {
    /// The catalog's brand. Default: port.
    platform: Option<PlatformName>,
    /// `local` (the embedded catalog), a region (`eu`, `us`), or an `https://` address. Default: the platform's first
    /// region where its credentials are in the environment, else `local`.
    catalog: Option<String>,
    /// Whose entities these are. Default: owner/repo of the Git remote `origin`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9._/@-]{1,200}$"))]
    scope: Option<String>,
    /// How manifests reach the catalog: portolan pushes them, or a cluster does. Default: direct.
    delivery: Option<DeliveryName>,
    manifests: Option<Manifests>,
    /// Whether a manifest is the whole entity. Default: merge.
    write: Option<WriteChoice>,
    prune: Option<Prune>,
    push: Option<Push>,
    /// How loud each rule is. `portolan explain` lists the rules.
    rules: Option<BTreeMap<String, LevelName>>,
    snapshot: Option<Snapshot>,
    /// Named overrides, chosen with `--target`.
    targets: Option<BTreeMap<String, Target>>,
}

/// What a target says instead.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Target {
    /// The catalog's brand.
    platform: Option<PlatformName>,
    /// `local`, a region, or an `https://` address.
    catalog: Option<String>,
    /// Whose entities these are.
    #[schemars(regex(pattern = r"^[A-Za-z0-9._/@-]{1,200}$"))]
    scope: Option<String>,
    /// How manifests reach the catalog.
    delivery: Option<DeliveryName>,
    manifests: Option<Manifests>,
    /// Whether a manifest is the whole entity.
    write: Option<WriteChoice>,
    prune: Option<Prune>,
    push: Option<Push>,
    /// How loud each rule is.
    rules: Option<BTreeMap<String, LevelName>>,
    snapshot: Option<Snapshot>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PlatformName {
    Port,
    Glint,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DeliveryName {
    Direct,
    Cluster,
}

/// Which files are looked at; globs relative to the root.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Manifests {
    /// Default: every YAML file, told apart by content.
    include: Option<Vec<String>>,
    /// Left out even where they are included.
    exclude: Option<Vec<String>>,
}

#[derive(JsonSchema, Deserialize)]
#[schemars(untagged)]
enum WriteChoice {
    /// For all blueprints.
    All(WriteName),
    /// By blueprint; `default` is for the others.
    ByBlueprint(BTreeMap<String, WriteName>),
}

/// `merge`: what a manifest does not name is left alone. `replace`: the manifest is the whole entity.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WriteName {
    Merge,
    Replace,
}

/// What may be deleted without a person's yes.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Prune {
    /// Whether entities that are ours and no longer declared are deleted. Default: true.
    enabled: Option<bool>,
    /// More deletes than this in one change need a yes. Default: 5.
    max: Option<u32>,
    /// More deletes than this share of our entities, in percent, need a yes. It counts where ten or more are ours, when
    /// all of several go, and where it is 0. Default: 10.
    #[schemars(range(max = 100))]
    max_percent: Option<u32>,
}

/// Where a push to a platform may come from. The embedded catalog takes every push.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Push {
    /// The branches from which CI may push: names or globs (`release/*`). Default: the remote's default branch.
    branches: Option<Branches>,
    /// Whether manifests, config and snapshot must be as committed. Default: false.
    require_clean: Option<bool>,
    /// Whether the commit that is pushed must carry a valid signature. A commit can change this key too: in a pipeline
    /// PORTOLAN_REQUIRE_SIGNED comes before it. Default: false.
    require_signed: Option<bool>,
}

#[derive(JsonSchema, Deserialize)]
#[schemars(untagged)]
enum Branches {
    One(String),
    Several(#[schemars(length(min = 1))] Vec<String>),
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LevelName {
    Error,
    Warn,
    Warning,
    Info,
    Off,
}

/// The catalog's blueprints and entities, as `.portolan/` holds them.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Snapshot {
    /// The age at which it is called stale: `30d`, `4w`. Default: 30d.
    #[schemars(regex(pattern = r"^[0-9]+[dw]$"))]
    max_age: Option<String>,
}

/// The JSON Schema of the config file.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Config).to_value()
}

#[cfg(test)]
mod tests {
    use super::super::layer::KEYS;
    use super::super::level::Level;
    use super::super::value::Delivery;
    use super::schema;
    use crate::domain::write::WriteMode;

    #[test]
    fn the_mirror_shows_what_the_reader_reads() {
        let schema = schema();
        let keys = |of: &serde_json::Value| -> Vec<String> {
            let mut keys: Vec<String> =
                of["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
            keys.sort();
            keys
        };
        let mut known: Vec<&str> = KEYS.to_vec();
        known.sort_unstable();
        assert_eq!(keys(&schema["$defs"]["Target"]), known);
        known.push("targets");
        known.sort_unstable();
        assert_eq!(keys(&schema), known);
        let choices = |name: &str| schema["$defs"][name]["enum"].clone();
        assert_eq!(choices("LevelName"), serde_json::json!(Level::WORDS));
        assert_eq!(choices("DeliveryName"), serde_json::json!(Delivery::WORDS));
        assert_eq!(choices("WriteName"), serde_json::json!(WriteMode::WORDS));
    }
}
