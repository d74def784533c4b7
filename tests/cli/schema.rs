//! Tests `portolan schema`: the output is a valid schema, accepts the example's config, and rejects what portolan
//! rejects.

mod manifest;
mod session;

use std::path::Path;

use super::run;
use crate::testkit::Repo;

#[test]
fn the_config_schema_takes_what_portolan_takes() {
    let text = run(&Repo::new(), "schema config").quietly_gave();
    let schema: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    let accepts = |config: &str| {
        let value: serde_json::Value = serde_yaml::from_str(config).expect("it is YAML");
        let repo = Repo::new();
        repo.write("portolan.yaml", config);
        let by_portolan = run(&repo, "config").code == 0;
        assert_eq!(schema.is_valid(&value), by_portolan, "the schema and portolan do not agree on\n{config}");
        by_portolan
    };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme/portolan.yaml");
    assert!(accepts(&std::fs::read_to_string(example).expect("the example has a config")));
    assert!(accepts("write: {default: merge, service: replace}\nsnapshot: {max-age: 2w}\n"));
    assert!(accepts("platform: glint\nrules: {wrong-type: \"off\", foreign-field: warn}\n"));
    assert!(accepts("rules: {wrong-type: {level: warn, paths: {\"a/**\": \"off\", b: info}}}\n"));
    assert!(accepts("targets: {a: {rules: {wrong-type: {paths: {b: error}}}}}\n"));
    assert!(accepts("targets: {production: {catalog: eu, prune: {enabled: false}}}\n"));
    for bad in [
        "plaform: port\n",
        "platform: backstage\n",
        "prune: {max-percent: 101}\n",
        "prune: {max: -1}\n",
        "manifests: {include: catalog}\n",
        "rules: {wrong-type: loud}\n",
        "rules: {wrong-type: {}}\n",
        "rules: {wrong-type: {max: 3}}\n",
        "rules: {wrong-type: {paths: {a: loud}}}\n",
        "rules: {wrong-type: {paths: [a]}}\n",
        "write: sometimes\n",
        "snapshot: {max-age: 30}\n",
        "scope: a b\n",
        "targets: {a: {targets: {}}}\n",
    ] {
        assert!(!accepts(bad), "{bad}");
    }
}
