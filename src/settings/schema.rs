//! Generates the JSON Schema of the config from a mirror of its keys. A test fails if `layer` reads a key that is
//! missing here.

// The fields are never read; they only describe the file.
#![expect(dead_code, reason = "a description of the file, not a value")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// portolan.yaml: the manifests of this repository, their catalog, and the severity of each rule.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "portolan.yaml")]
struct Config {
    /// The catalog's brand. Default: port.
    platform: Option<PlatformName>,
    /// `local` (the embedded catalog), a region (`eu`, `us`), or an `https://` URL. Default: the platform's first
    /// region if its credentials are in the environment, otherwise `local`.
    catalog: Option<String>,
    /// The owner of these entities. A push to a platform requires it.
    #[schemars(regex(pattern = r"^[A-Za-z0-9._/@-]{1,200}$"))]
    scope: Option<String>,
    /// How manifests reach the catalog: portolan pushes them, or a cluster does. Default: cluster if `clusters` is set,
    /// otherwise direct.
    delivery: Option<DeliveryName>,
    /// The host of the Git repository. Bare entity files (`port.yml`) are read as the platform's app for this host reads
    /// them. Default: that of the remote `origin`, or of the CI system.
    git_host: Option<GitHostName>,
    manifests: Option<Manifests>,
    /// Whether a manifest is the whole entity. Default: merge.
    write: Option<WriteChoice>,
    prune: Option<Prune>,
    push: Option<Push>,
    /// Conditions over a plan that make it a hazard or refuse it, by name.
    policies: Option<BTreeMap<PolicyName, Policy>>,
    /// The level of each rule. `portolan explain` lists the rules.
    rules: Option<BTreeMap<String, RuleChoice>>,
    secrets: Option<Secrets>,
    snapshot: Option<Snapshot>,
    /// The clusters whose exporters write to the catalog, by name.
    clusters: Option<BTreeMap<String, Cluster>>,
    /// Named overrides, selected with `--target`.
    targets: Option<BTreeMap<String, Target>>,
}

/// A cluster that brings manifests to the catalog: its Kubernetes exporter maps them.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Cluster {
    /// The exporter's mapping: its config.yaml, the integration's JSON, or Helm values. A path relative to this config.
    /// With it, `diff` and `push` compare what the exporter would write.
    mapping: Option<String>,
    /// The exporter's state key: it tells which entities the exporter owns.
    state_key: Option<String>,
    /// The exporter's version. Default: 0.7.9.
    #[schemars(regex(pattern = r"^v?[0-9]+\.[0-9]+\.[0-9]+$"))]
    exporter: Option<String>,
    /// The exporter's environment, as far as expressions read it (`env.CLUSTER_NAME`).
    env: Option<BTreeMap<String, String>>,
    /// The tool that applies the manifests. Default: kubectl.
    deliverer: Option<DelivererName>,
    /// The namespace of manifests that name none.
    namespace: Option<String>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DelivererName {
    Flux,
    Argocd,
    Kubectl,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GitHostName {
    GitHub,
    GitLab,
    Bitbucket,
    Azure,
}

/// The settings that a target overrides.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Target {
    /// The catalog's brand.
    platform: Option<PlatformName>,
    /// `local`, a region, or an `https://` URL.
    catalog: Option<String>,
    /// The owner of these entities.
    #[schemars(regex(pattern = r"^[A-Za-z0-9._/@-]{1,200}$"))]
    scope: Option<String>,
    /// How manifests reach the catalog.
    delivery: Option<DeliveryName>,
    /// The host of the Git repository.
    git_host: Option<GitHostName>,
    manifests: Option<Manifests>,
    /// Whether a manifest is the whole entity.
    write: Option<WriteChoice>,
    prune: Option<Prune>,
    push: Option<Push>,
    /// Policies of this target, in addition; one replaces the policy of the same name.
    policies: Option<BTreeMap<PolicyName, Policy>>,
    /// The level of each rule.
    rules: Option<BTreeMap<String, RuleChoice>>,
    secrets: Option<Secrets>,
    snapshot: Option<Snapshot>,
}

/// The name of a policy.
#[derive(JsonSchema, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct PolicyName(#[schemars(regex(pattern = r"^[A-Za-z0-9-]{1,60}$"))] String);

/// A condition over the changes of a plan, and what follows from it.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Policy {
    /// The message in every report of the plan.
    #[schemars(length(min = 1))]
    message: Option<String>,
    /// `hazard`: the plan needs approval. `refuse`: no approval helps. Default: hazard.
    verdict: Option<VerdictName>,
    /// The changes that it is about. All conditions must hold.
    #[schemars(extend("minProperties" = 1))]
    when: When,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum VerdictName {
    Hazard,
    Refuse,
}

/// Conditions on a change. All must hold; of a list, one must.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct When {
    /// Blueprints; `*` is any number of characters.
    blueprint: Option<OneOrMore<String>>,
    /// Identifiers; `*` is any number of characters. A rename is about both.
    identifier: Option<OneOrMore<String>>,
    action: Option<OneOrMore<ActionName>>,
    /// A property, a relation, `title`, `icon` or `team`. Without `changed`, `before` and `after`: it changes.
    field: Option<String>,
    /// Whether the field changes.
    changed: Option<bool>,
    /// The value of the field before the change. Null: it has none; in a text, `*` is any number of characters.
    before: Option<PolicyValues>,
    /// The value of the field after the change.
    after: Option<PolicyValues>,
    /// Who owns the entity before the change. `new`: it is not in the catalog.
    owner: Option<OneOrMore<OwnerName>>,
    /// Whether this branch caused the change.
    origin: Option<OneOrMore<OriginName>>,
    /// Changes to which all of these conditions apply are excepted.
    #[schemars(extend("minProperties" = 1))]
    not: Option<NotWhen>,
    /// How many changes there must be. Default: one.
    #[schemars(extend("minProperties" = 1))]
    count: Option<Count>,
}

/// Conditions of an exception. All must hold; of a list, one must.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct NotWhen {
    blueprint: Option<OneOrMore<String>>,
    identifier: Option<OneOrMore<String>>,
    action: Option<OneOrMore<ActionName>>,
    field: Option<String>,
    changed: Option<bool>,
    before: Option<PolicyValues>,
    after: Option<PolicyValues>,
    owner: Option<OneOrMore<OwnerName>>,
    origin: Option<OneOrMore<OriginName>>,
}

/// The number of matching changes. All limits must be exceeded.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Count {
    more_than: Option<u32>,
    at_least: Option<u32>,
    /// Of the entities that the scope owns, of the blueprints that the policy names.
    #[schemars(range(max = 100))]
    more_than_percent: Option<u32>,
}

#[derive(JsonSchema, Deserialize)]
#[schemars(untagged)]
enum OneOrMore<T> {
    One(T),
    Several(#[schemars(length(min = 1))] Vec<T>),
}

#[derive(JsonSchema, Deserialize)]
#[schemars(untagged)]
enum PolicyValues {
    One(PolicyValue),
    Several(#[schemars(length(min = 1))] Vec<PolicyValue>),
}

#[derive(JsonSchema, Deserialize)]
#[schemars(untagged)]
enum PolicyValue {
    Text(String),
    Number(f64),
    Flag(bool),
    Absent(()),
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ActionName {
    Create,
    Update,
    Rename,
    Adopt,
    Delete,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OwnerName {
    ThisScope,
    Foreign,
    New,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OriginName {
    ThisBranch,
    AlreadyPending,
    Unknown,
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

/// The files that may be manifests: globs relative to the root.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Manifests {
    /// Default: every YAML file; manifests are recognised by content.
    include: Option<Vec<String>>,
    /// Files to exclude, even if `include` matches them.
    exclude: Option<Vec<String>>,
}

#[derive(JsonSchema, Deserialize)]
#[schemars(untagged)]
enum WriteChoice {
    /// For all blueprints.
    All(WriteName),
    /// By blueprint; `default` is for the rest.
    ByBlueprint(BTreeMap<String, WriteName>),
}

/// `merge`: the catalog keeps what a manifest does not set. `replace`: the manifest is the whole entity.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WriteName {
    Merge,
    Replace,
}

/// What may be deleted without approval.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Prune {
    /// Whether owned entities that are no longer declared are deleted. Default: true.
    enabled: Option<bool>,
    /// More deletes than this need approval. Default: 5.
    max: Option<u32>,
    /// More deletes than this percentage of the owned entities need approval. It applies if ten or more are owned, if
    /// all of several are deleted, or if it is 0. Default: 10.
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
    /// Whether the pushed commit must have a valid signature. A commit can change this key too, so set
    /// PORTOLAN_REQUIRE_SIGNED in a pipeline. Default: false.
    require_signed: Option<bool>,
}

/// Which values are masked in reports, comments, plan files and pages.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Secrets {
    /// Properties whose values look like credentials and are none: they are shown. Default: none.
    allow: Option<Vec<String>>,
}

#[derive(JsonSchema, Deserialize)]
#[schemars(untagged)]
enum Branches {
    One(String),
    Several(#[schemars(length(min = 1))] Vec<String>),
}

#[derive(JsonSchema, Deserialize)]
#[schemars(untagged)]
enum RuleChoice {
    /// In all files.
    Everywhere(LevelName),
    ByPath(RuleByPath),
}

/// The levels of a rule by path.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
struct RuleByPath {
    /// The level in files that no glob matches. Default: that of the rule.
    level: Option<LevelName>,
    /// Levels by glob, relative to the root. The last glob that matches a file counts.
    paths: Option<BTreeMap<String, LevelName>>,
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

/// The blueprints and known entities in `.portolan/`.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Snapshot {
    /// The age from which lint reports it: `30d`, `4w`. Default: 30d.
    #[schemars(regex(pattern = r"^[0-9]+[dw]$"))]
    max_age: Option<String>,
}

/// The JSON Schema of the config, as SchemaStore requires: draft 7, with an `$id` if the source repository has a URL.
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft07().into_generator();
    with_head(generator.into_root_schema_for::<Config>().to_value(), env!("CARGO_PKG_REPOSITORY"))
}

/// Puts the keys that identify the schema first.
fn with_head(schema: serde_json::Value, repository: &str) -> serde_json::Value {
    let serde_json::Value::Object(mut body) = schema else { return schema };
    let mut head = serde_json::Map::new();
    if let Some(path) = repository.strip_prefix("https://github.com/") {
        let id = format!("https://raw.githubusercontent.com/{path}/HEAD/schemas/config.json");
        body.insert("$id".to_owned(), id.into());
    }
    for key in ["$schema", "$id", "title", "description"] {
        head.extend(body.shift_remove(key).map(|value| (key.to_owned(), value)));
    }
    head.extend(body);
    serde_json::Value::Object(head)
}

#[cfg(test)]
mod tests {
    use super::super::layer::KEYS;
    use super::super::level::Level;
    use super::super::policies;
    use super::super::value::Delivery;
    use super::{schema, with_head};
    use crate::domain::cluster::Deliverer;
    use crate::domain::plan::change::ActionKind;
    use crate::domain::plan::policy::PolicyVerdict;
    use crate::domain::plan::write_mode::WriteMode;

    #[test]
    fn the_schema_is_one_that_schemastore_takes() {
        let schema = schema();
        let head: Vec<&str> = schema.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).take(3).collect();
        assert!(head.starts_with(&["$schema"]) && head.contains(&"title"), "{head:?}");
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
        let named = with_head(schema, "https://github.com/acme/portolan");
        assert_eq!(named["$id"], "https://raw.githubusercontent.com/acme/portolan/HEAD/schemas/config.json");
    }

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
        assert_eq!(keys(&schema["definitions"]["Target"]), known);
        known.extend(["clusters", "targets"]);
        known.sort_unstable();
        assert_eq!(keys(&schema), known);
        let choices = |name: &str| schema["definitions"][name]["enum"].clone();
        assert_eq!(choices("LevelName"), serde_json::json!(Level::WORDS));
        assert_eq!(choices("DeliveryName"), serde_json::json!(Delivery::WORDS));
        let mut cluster = super::super::clusters::KEYS.to_vec();
        cluster.sort_unstable();
        assert_eq!(keys(&schema["definitions"]["Cluster"]), cluster);
        assert_eq!(choices("DelivererName"), serde_json::json!(Deliverer::WORDS));
        assert_eq!(choices("WriteName"), serde_json::json!(WriteMode::WORDS));
        let sorted = |keys: &[&str]| -> Vec<String> {
            let mut keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(&schema["definitions"]["Policy"]), sorted(&policies::KEYS));
        assert_eq!(keys(&schema["definitions"]["NotWhen"]), sorted(&policies::CONDITIONS));
        let when = [&policies::CONDITIONS[..], &["not", "count"]].concat();
        assert_eq!(keys(&schema["definitions"]["When"]), sorted(&when));
        assert_eq!(keys(&schema["definitions"]["Count"]), sorted(&policies::COUNTS));
        assert_eq!(choices("VerdictName"), serde_json::json!(PolicyVerdict::WORDS));
        assert_eq!(choices("ActionName"), serde_json::json!(ActionKind::WORDS));
        let words = |words: Vec<&str>| serde_json::json!(words);
        assert_eq!(choices("OwnerName"), words(policies::OWNERS.map(|(word, _)| word).to_vec()));
        assert_eq!(choices("OriginName"), words(policies::ORIGINS.map(|(word, _)| word).to_vec()));
    }
}
