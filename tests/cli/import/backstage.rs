//! Tests what becomes of the fields of Backstage entities: by the built-in mapping, and by one of the repository.

use super::{imported, lints_clean, manifests, repository};
use crate::cli::run;
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

use serde_json::{Value as Json, json};

/// A repository with these blueprints.
fn with_blueprints(blueprints: &[Json]) -> Repo {
    let repo = Repo::new();
    for blueprint in blueprints {
        let name = blueprint["identifier"].as_str().expect("an identifier");
        repo.write(&format!(".portolan/blueprints/{name}.json"), blueprint.to_string());
    }
    repo.write(".portolan/known-entities.txt", "");
    repo.write("portolan.yaml", "manifests: {include: ['catalog/**/*.yaml']}\n");
    repo
}

fn blueprint(identifier: &str, properties: Json, relations: Json) -> Json {
    let schema = json!({"properties": properties, "required": []});
    json!({"identifier": identifier, "title": identifier, "schema": schema, "relations": relations})
}

fn component(name: &str, rest: &str) -> String {
    format!("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\n{rest}\n")
}

/// Field and reason of what had no place.
fn unconverted(report: &Json) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let all = report["unconverted"].as_array().expect("a list").iter();
    all.map(|unconverted| (text(&unconverted["field"]), text(&unconverted["reason"]))).collect()
}

#[test]
fn a_mapping_file_replaces_parts_of_the_built_in_one() {
    let text = json!({"type": "string"});
    let stage = json!({"type": "string", "enum": ["live", "beta"]});
    let app = json!({"stage": stage, "tier": {"type": "number"}, "mail": text, "ref": text});
    let repo = with_blueprints(&[
        blueprint("app", app, json!({"runsOn": {"target": "app", "many": true}})),
        blueprint("person", json!({"email": text}), json!({})),
    ]);
    repo.write("catalog-info.yaml", component("a", "spec: {lifecycle: production, owner: user:ada, dependsOn: [component:b]}\n---")
        + &component("b", "spec: {lifecycle: unknown, type: tool}\n---")
        + "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: ada}\nspec: {profile: {email: ada@acme.io}}\n");
    repo.write(
        ".portolan/import-backstage.yaml",
        "\
fields:
  spec.owner: [mail]
kinds:
  Component:
    blueprint: app
    fields: {spec.lifecycle: stage, spec.dependsOn: runsOn, spec.type: []}
    values: {spec.lifecycle: {production: live}}
    set: {tier: 3, ref: none}
  User: {identifier: spec.profile.email}
",
    );
    let report = imported(&repo, "import backstage");
    let written = manifests(&repo);
    let a = &written["catalog/app/a.yaml"];
    for line in ["stage: live", "tier: 3", "mail: ada@acme.io", "ref: none", "runsOn:\n      - b"] {
        assert!(a.contains(line), "{line}: {a}");
    }
    assert!(written["catalog/person/ada-acme.io.yaml"].contains("identifier: ada@acme.io"));
    let reason = "`stage` must be one of `live` and `beta`".to_owned();
    assert_eq!(unconverted(&report), [("spec.lifecycle".to_owned(), reason)]);
    lints_clean(&repo);
}

#[test]
fn a_faulty_mapping_is_refused_with_the_lines() {
    let repo = repository("backstage");
    repo.write(".portolan/import-backstage.yaml", "kind: {}\nfields: {spec.owner: $owner}\n");
    let talk = run(&repo, "import backstage").was_refused();
    assert_error(&talk, "faulty-mapping");
    for part in ["line 1", "did you mean `kinds`?", "line 2", "`$owner`"] {
        assert!(talk.contains(part), "{part}: {talk}");
    }
    assert!(manifests(&repo).is_empty());
}

#[test]
fn names_and_values_that_the_blueprints_do_not_have_are_refused_with_the_lines() {
    let stage = json!({"type": "string", "enum": ["production", "beta"]});
    let properties = json!({"lifecycle": stage, "tier": {"type": "number"}, "type": {"type": "string"}});
    let repo = with_blueprints(&[
        blueprint("service", properties, json!({"system": {"target": "system", "many": false}})),
        blueprint("system", json!({}), json!({})),
    ]);
    repo.write("catalog-info.yaml", component("a", "spec: {lifecycle: prod}"));
    let mapping = "\
fields:
  spec.type: [lifecylce]
kinds:
  System: {blueprint: sytem}
  Component:
    blueprint: [service]
    types: {library: libary}
    fields:
      spec.dependsOn: [<-systme]
      spec.owner: [owner, maintainer]
    values:
      spec.lifecycle: {prod: prodution, beta: beta}
    set:
      teir: 3
      tier: high
";
    repo.write(".portolan/import-backstage.yaml", mapping);
    let talk = run(&repo, "import backstage").was_refused();
    assert_error(&talk, "faulty-mapping");
    let flat = talk.split(|c: char| c.is_whitespace() || c == '│').filter(|word| !word.is_empty());
    let flat = flat.collect::<Vec<_>>().join(" ");
    for part in [
        "line 2: no blueprint of the snapshot has `lifecylce`; did you mean `lifecycle`?",
        "line 4: the snapshot has no blueprint `sytem`; did you mean `system`?",
        "line 7: the snapshot has no blueprint `libary`",
        "line 9: blueprint `service` does not have `<-systme`; did you mean `<-system`?",
        "line 10: blueprint `service` does not have any of `owner` and `maintainer`",
        "line 12: the value for `prod`: `lifecycle` must be one of `production` and `beta`",
        "line 14: blueprint `service` does not have `teir`; did you mean `tier`?",
        "line 15: `tier` must be a number",
    ] {
        assert!(flat.contains(part), "{part}: {talk}");
    }
    assert!(manifests(&repo).is_empty());
}

/// Backstage has kinds and annotations that no list knows, so that a name without a file is a note.
#[test]
fn names_that_no_imported_file_has_are_noted() {
    let repo = with_blueprints(&[blueprint("service", json!({"tier": {"type": "number"}}), json!({}))]);
    repo.write("catalog-info.yaml", component("a", "spec: {owner: x}"));
    let mapping = "\
create-missing: [Grop]
kinds:
  Componnet: {blueprint: service, set: {tier: 1}}
  Gizmo: {blueprint: service}
  Component:
    blueprint: service
    identifier: spec.profile.emial
    fields: {spec.onwer: tier, metadata.annotations.acme.io/tier: tier}
";
    repo.write(".portolan/import-backstage.yaml", mapping);
    let talk = run(&repo, "import backstage --dry-run").talk;
    let notes: Vec<&str> = talk.lines().filter(|line| line.contains("import-backstage.yaml` line")).collect();
    for (note, parts) in notes.iter().zip([
        ["line 1", "did you mean `Group`?"],
        ["line 3", "did you mean `Component`?"],
        ["line 4", "`Gizmo`"],
        ["line 7", "did you mean `spec.profile.email`?"],
        ["line 8", "did you mean `spec.owner`?"],
    ]) {
        assert!(parts.iter().all(|part| note.contains(part)), "{parts:?}: {note}");
    }
    assert_eq!(notes.len(), 5, "{talk}");
}

/// What one blueprint of a kind has is right, though another one does not have it.
#[test]
fn a_mapping_for_several_blueprints_is_sound() {
    let tier = json!({"tier": {"type": "number"}});
    let grade = json!({"tier": {"type": "string"}, "grade": {"type": "string"}});
    let repo = with_blueprints(&[blueprint("service", tier, json!({})), blueprint("library", grade, json!({}))]);
    repo.write("catalog-info.yaml", component("a", "spec: {type: library}"));
    let mapping = "\
kinds:
  Component: {blueprint: [microservice, service], types: {library: library}, set: {grade: A, tier: 1}}
  Location:
  User: {blueprint: []}
";
    repo.write(".portolan/import-backstage.yaml", mapping);
    imported(&repo, "import backstage");
    assert!(manifests(&repo)["catalog/library/a.yaml"].contains("grade: A"));
}

#[test]
fn what_a_blueprint_requires_is_reported_or_left_blank() {
    let required = |name: &str, properties: Json, relations: Json, keys: Json| {
        let mut blueprint = blueprint(name, properties, relations);
        blueprint["schema"]["required"] = keys;
        blueprint
    };
    let text = json!({"type": "string"});
    let system = json!({"system": {"target": "system", "required": true}});
    let repo = with_blueprints(&[
        required("service", json!({"language": text}), system, json!([])),
        required(
            "system",
            json!({"owner": text, "level": {"type": "string", "default": "low"}}),
            json!({}),
            json!(["owner", "level"]),
        ),
    ]);
    repo.write(
        "catalog-info.yaml",
        component("a", "spec: {system: shop}\n---")
            + "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: shop}\nspec: {}\n",
    );
    let report = imported(&repo, "import backstage");
    // The system lacks its owner, so the service lacks its system.
    let reasons: Vec<&Json> = report["skipped"].as_array().expect("a list").iter().map(|it| &it["reason"]).collect();
    assert_eq!(
        reasons,
        ["`service` requires `system`, which nothing fills", "`system` requires `owner`, which nothing fills"]
    );
    assert!(manifests(&repo).is_empty());
    let report = imported(&repo, "import backstage --incomplete");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "{report:#}");
    assert_eq!(report["findings"][0]["rule"], "missing-property");
    let shop = &manifests(&repo)["catalog/system/shop.yaml"];
    assert!(shop.contains("owner:   # required"), "{shop}");
}

#[test]
fn relations_may_point_back_and_names_may_collide() {
    let text = json!({"type": "string"});
    let repo = with_blueprints(&[
        blueprint("service", json!({"type": text}), json!({})),
        blueprint(
            "resource",
            json!({}),
            json!({"users": {"target": "service", "many": true}, "main": {"target": "service"}}),
        ),
    ]);
    repo.write(
        ".portolan/import-backstage.yaml",
        "\
kinds:
  Component: {fields: {spec.dependsOn: [<-users], spec.uses: []}}
  API: {blueprint: service}
",
    );
    let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: CART}\nspec: {type: grpc}\n---\n";
    let resource = "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: db}\nspec: {}\n---\n";
    repo.write(
        "catalog-info.yaml",
        component("cart", "spec: {dependsOn: [resource:db]}\n---")
            + api
            + resource
            + &component("web", "spec: {dependsOn: [resource:db, 'resource:']}"),
    );
    let report = imported(&repo, "import backstage");
    let db = &manifests(&repo)["catalog/resource/db.yaml"];
    assert!(db.contains("users:\n      - cart\n      - web\n"), "{db}");
    assert_eq!(report["renamed"][0]["identifier"], "CART-api");
    let reason = "it is not a reference (`[kind:][namespace/]name`)".to_owned();
    assert_eq!(unconverted(&report), [("spec.dependsOn".to_owned(), reason)]);
    lints_clean(&repo);
}

#[test]
fn credentials_are_not_written_and_not_shown() {
    let text = json!({"type": "string"});
    let repo =
        with_blueprints(&[blueprint("service", json!({"api_token": text, "labels": {"type": "object"}}), json!({}))]);
    let secret = concat!("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a");
    repo.write("catalog-info.yaml", component("a", &format!("spec: {{api_token: {secret}, other: {secret}}}")));
    let run = run(&repo, "import backstage");
    assert_eq!(run.code, 0);
    assert!(!run.results.contains(secret) && run.results.contains("looks like a credential"), "{}", run.results);
    assert!(manifests(&repo).values().all(|text| !text.contains(secret)));
}

#[test]
fn a_cluster_gets_no_title_and_no_team() {
    let repo = repository("backstage");
    let config = repo.read("portolan.yaml");
    repo.write("portolan.yaml", format!("{config}delivery: cluster\n"));
    let report = imported(&repo, "import backstage");
    assert!(manifests(&repo).values().all(|text| !text.contains("  team:") && !text.contains("  title:")));
    let reasons: Vec<String> = unconverted(&report).into_iter().map(|(_, reason)| reason).collect();
    assert!(reasons.contains(&"the CRD in the cluster has no `team`".to_owned()), "{reasons:?}");
}
