//! Generated Backstage repositories: whatever they hold, the manifests have no lint error, and a second run writes nothing.

use proptest::prelude::*;

use super::{imported, repository};
use crate::cli::run;

/// Values of fields, in YAML.
const VALUES: [&str; 18] = [
    "on",
    "012",
    "1e3",
    "~",
    "production",
    "Production",
    "\"#\"",
    "[]",
    "{}",
    "[a, b, a]",
    "{a: {b: [1]}}",
    "https://a.b/c",
    "url:https://a.b/c",
    "'  '",
    "\"\\u0000\"",
    "file://x",
    "{$text: ./gone}",
    "{url: 'https://a.b', title: T}",
];
const FIELDS: [&str; 10] =
    ["type", "lifecycle", "tier", "repository", "tags", "links", "jiraProjectKey", "definition", "engine", "other"];
const KINDS: [&str; 8] = ["Component", "API", "Resource", "System", "Domain", "Group", "User", "Strange"];
const RELATIONS: [&str; 12] = [
    "owner",
    "system",
    "domain",
    "subcomponentOf",
    "providesApis",
    "consumesApis",
    "dependsOn",
    "dependencyOf",
    "parent",
    "children",
    "members",
    "memberOf",
];
const NAMES: [&str; 6] = ["a", "A", "b", "c.d", "e_f", "'ü'"];

fn reference() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec!["", "component:", "API:", "resource:", "system:", "group:", "user:", "x:"]);
    let namespace = prop::sample::select(vec!["", "default/", "shop/", "/"]);
    (kind, namespace, prop::sample::select(NAMES.to_vec()))
        .prop_map(|(kind, namespace, name)| format!("'{kind}{namespace}{}'", name.trim_matches('\'')))
}

fn document() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(KINDS.to_vec());
    let name = prop::sample::select(NAMES.to_vec());
    let namespace = prop::sample::select(vec!["", ", namespace: shop", ", namespace: default"]);
    let value = || prop::sample::select(VALUES.to_vec());
    let fields = prop::collection::vec((prop::sample::select(FIELDS.to_vec()), value()), 0..4);
    let relations = prop::collection::vec(
        (prop::sample::select(RELATIONS.to_vec()), prop::collection::vec(reference(), 1..4)),
        0..4,
    );
    let metadata = prop::collection::vec(
        (prop::sample::select(vec!["title", "description", "tags", "links", "labels", "annotations"]), value()),
        0..3,
    );
    (kind, name, namespace, fields, relations, metadata).prop_map(|(kind, name, namespace, fields, relations, metadata)| {
        let metadata: String = metadata.iter().map(|(key, value)| format!(", {key}: {value}")).collect();
        let mut text = format!("apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}{namespace}{metadata}}}\nspec:\n  x: y\n");
        for (key, value) in fields {
            text.push_str(&format!("  {key}: {value}\n"));
        }
        for (key, references) in relations {
            text.push_str(&format!("  {key}: [{}]\n", references.join(", ")));
        }
        text
    })
}

proptest! {
    #![proptest_config(crate::generated_cases::config(48))]

    #[test]
    fn an_import_lints_without_an_error_and_is_complete(documents in prop::collection::vec(document(), 1..40)) {
        let repo = repository("backstage");
        repo.write("generated/catalog-info.yaml", documents.join("---\n"));
        let report = imported(&repo, "import backstage");
        prop_assert_eq!(report["findings"].as_array().map(Vec::len), Some(0), "{:#}", report["findings"]);
        let lint = run(&repo, "lint");
        prop_assert_eq!(lint.code, 0, "{}{}", lint.results, documents.join("---\n"));
        let again = imported(&repo, "import backstage");
        prop_assert_eq!(&again["outcome"], "unchanged", "{:#}", again["manifests"]);
    }
}
