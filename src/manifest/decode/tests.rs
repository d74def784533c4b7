//! Tests which documents contain entities, which almost do, and where their parts are.

use super::*;
use crate::domain::platform::GLINT;
use crate::manifest::{Limits, Reader};

/// Each entity as `platform form blueprint/identifier near-miss`.
fn found(file_name: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut reader = Reader::new(Limits::default());
    reader.read(text, &mut |document| {
        let mut manifests = Vec::new();
        decode(document.view, file_name, &mut manifests);
        for manifest in manifests {
            let form = match manifest.form {
                Form::Resource(kind) => kind.name(),
                Form::Bare => "bare",
                Form::Mapped => "mapped",
            };
            let miss = match manifest.near_miss {
                Some(NearMiss::Version(id)) if id == manifest.root => " version=?".to_owned(),
                Some(NearMiss::Version(id)) => format!(" version={}", document.view.value(id).raw()),
                Some(NearMiss::Kind(id)) if id == manifest.root => " kind=?".to_owned(),
                Some(NearMiss::Kind(id)) => format!(" kind={}", document.view.value(id).raw()),
                None => String::new(),
            };
            let blueprint = manifest.blueprint_text(document.view).unwrap_or("?");
            let identifier = manifest.identifier_text(document.view).unwrap_or("?");
            lines.push(format!("{} {form} {blueprint}/{identifier}{miss}", manifest.platform.name));
        }
    });
    lines
}

fn entity(version: &str, kind: &str) -> String {
    format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec:\n  blueprint: b\n  identifier: i\n")
}

#[test]
fn both_kinds_of_both_platforms() {
    assert_eq!(found("a.yaml", &entity("getport.io/v1", "Entity")), ["port Entity b/i"]);
    assert_eq!(found("a.yaml", &entity("useglint.io/v1", "ClusterEntity")), ["glint ClusterEntity b/i"]);
    assert_eq!(found("a.yaml", "apiVersion: getport.io/v1\nkind: Entity\n"), ["port Entity ?/?"]);
}

#[test]
fn what_looks_like_ours_is_told_with_what_is_wrong() {
    let cases = [
        ("getport.io/v2", "Entity", "port Entity b/i version=getport.io/v2"),
        ("getport.io", "Entity", "port Entity b/i version=getport.io"),
        ("getport.io/v1", "Entitty", "port Entity b/i kind=Entitty"),
        ("getport.io/v1", "Clusterentity", "port ClusterEntity b/i kind=Clusterentity"),
        ("getprot.io/v1", "Entity", "port Entity b/i version=getprot.io/v1"),
        ("useglint.io/V1", "ClusterEntity", "glint ClusterEntity b/i version=useglint.io/V1"),
    ];
    for (version, kind, expected) in cases {
        assert_eq!(found("a.yaml", &entity(version, kind)), [expected]);
    }
    assert_eq!(found("a.yaml", "apiVersion: getport.io/v1\nspec: {blueprint: b}\n"), ["port Entity b/? kind=?"]);
}

#[test]
fn an_entity_by_kind_and_content_never_vanishes_for_its_version() {
    let spec = "spec: {blueprint: b}\n";
    let cases = [
        ("kind: Entity\n", "port Entity b/? version=?"),
        ("kind: clusterentity\n", "port ClusterEntity b/? version=?"),
        ("kind: Entitty\n", "port Entity b/? version=?"),
        ("apiversion: useglint.io/v1\nkind: Entity\n", "glint Entity b/? version=?"),
        ("apiVersion:\nkind: Entity\n", "port Entity b/? version="),
        ("apiVersion: port.io/v1\nkind: Entity\n", "port Entity b/? version=port.io/v1"),
        ("apiVersion: getport/v1\nkind: entity\n", "port Entity b/? version=getport/v1"),
        ("apiVersion: glint.io/v1\nkind: Entity\n", "glint Entity b/? version=glint.io/v1"),
        ("apiVersion: v1\nkind: Entity\n", "port Entity b/? version=v1"),
    ];
    for (head, expected) in cases {
        assert_eq!(found("a.yaml", &format!("{head}{spec}")), [expected], "{head}");
    }
    assert_eq!(found("glint.yml", &format!("kind: Entity\n{spec}")), ["glint Entity b/? version=?"]);
    assert_eq!(
        found("a.yaml", &entity("catalog.example.org/v1", "Entity")),
        ["port Entity b/i version=catalog.example.org/v1"]
    );
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- kind: Entity\n  {spec}");
    assert_eq!(found("a.yaml", &list), ["port Entity b/? version=?"]);
}

#[test]
fn what_is_not_ours_is_skipped() {
    for text in [
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nspec: {blueprint: b, identifier: i}\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: {blueprint: b, identifier: i}\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {blueprint: b, identifier: i}\n",
        "apiVersion: backstage.io/v1alpha1\nkind: Entity\nspec: {blueprint: b}\n",
        "apiVersion: catalog.example.org/v1\nkind: entity\nspec: {blueprint: b, identifier: i}\n",
        "kind: Entity\nspec: {name: x}\nblueprint: b\n",
        "kind: Component\nspec: {blueprint: b, identifier: i}\n",
        "services:\n  identifier: x\n  blueprint: y\n",
        "identifier: x\nports: [80]\n",
        "- identifier: x\n- blueprint: y\n",
    ] {
        assert!(found("other.yaml", text).is_empty(), "{text}");
    }
    assert!(found("port.yaml", "http: 80\nidentifier: 443\n").is_empty());
    assert!(found("port.yml", "blueprint: b\nhttp: 80\n").is_empty());
}

#[test]
fn bare_entities_by_content() {
    assert_eq!(found("x.yaml", "identifier: i\nblueprint: b\n"), ["port bare b/i"]);
    assert_eq!(found("x.yaml", "identifier: i\nblueprint: b\nproperties: {}\nmine: 1\n"), ["port bare b/i"]);
    assert!(found("x.yaml", "identifier: i\nblueprint: b\nmine: 1\n").is_empty());
    assert_eq!(found("port.yml", "identifier: i\nblueprint: b\nmine: 1\n"), ["port bare b/i"]);
    assert_eq!(
        found("glint.yml", "- identifier: i\n  title: t\n- blueprint: b\n  icon: x\n"),
        ["glint bare ?/i", "glint bare b/?"]
    );
    assert_eq!(GLINT.bare_files[0], "glint.yml");
}

#[test]
fn the_header_of_2022_makes_an_entity_file() {
    let entity = "identifier: i\nblueprint: b\nproperties: {}\n";
    assert_eq!(found("x.yaml", &format!("apiVersion: v0.1\n{entity}")), ["port bare b/i"]);
    assert_eq!(found("port.yml", &format!("{entity}apiVersion: 'v0.1'\n")), ["port bare b/i"]);
    assert_eq!(
        found("port.yml", "- {apiVersion: v0.1, identifier: i, blueprint: b}\n- {identifier: j, blueprint: b}\n"),
        ["port bare b/i", "port bare b/j"]
    );
    assert!(found("x.yaml", "apiVersion: v0.1\nworkloads: {identifier: i, blueprint: b}\n").is_empty());
    assert!(found("x.yaml", &format!("apiVersion: v0.1\nkind: Config\n{entity}")).is_empty());
}

#[test]
fn templates_and_mappings_are_not_entities() {
    for text in [
        "identifier: \"{{ .Values.name }}\"\nblueprint: service\nproperties: {}\n",
        "identifier: a\nblueprint: '{{ cookiecutter.blueprint }}'\n",
        "- identifier: '${{ values.name }}'\n  blueprint: service\n  team: [x]\n",
        "identifier: '{% raw %}x'\nblueprint: service\n",
        "identifier: .metadata.name\nblueprint: '\"service\"'\nproperties: {a: .b}\n",
        "identifier: .spec.identifier\nblueprint: .spec.blueprint\nproperties: {a: .b}\n",
    ] {
        assert!(found("template.yaml", text).is_empty(), "{text}");
    }
    // The file name shows that it is an entity.
    assert_eq!(found("port.yml", "identifier: '{{ name }}'\nblueprint: b\n"), ["port bare b/{{ name }}"]);
}

#[test]
fn a_list_is_read_item_by_item() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: getport.io/v1\n  kind: Entity\n  spec: {blueprint: b, identifier: one}\n- apiVersion: v1\n  kind: Secret\n- apiVersion: getport.io/v1\n  kind: EntityList\n  items:\n  - {apiVersion: getport.io/v1, kind: ClusterEntity, spec: {blueprint: b, identifier: two}}\n";
    assert_eq!(found("a.yaml", text), ["port Entity b/one", "port ClusterEntity b/two"]);
}

#[test]
fn beside_an_entity_every_item_of_a_list_is_one() {
    let text = "- blueprint: b\n- {identifier: i, blueprint: b}\n- identifier: z\n- just text\n- {apiVersion: v1}\n-\n";
    let expected = ["port bare b/?", "port bare b/i", "port bare ?/z", "port bare ?/?", "port bare ?/?"];
    assert_eq!(found("port.yml", text), expected);
    assert_eq!(found("other.yaml", text), expected);
    assert!(found("other.yaml", "- {identifier: i, blueprint: b, mine: 1}\n- blueprint: b\n").is_empty());
}

#[test]
fn given_twice_the_last_counts() {
    assert_eq!(found("a.yaml", "identifier: a\nblueprint: b\nidentifier: c\n"), ["port bare b/c"]);
}

#[test]
fn the_catalogs_other_objects_are_not_entities() {
    for other in [
        "identifier: ready\ntitle: Ready\nblueprint: service\nrules: []\nlevels: []\n",
        "identifier: deploy\ntitle: Deploy\nblueprint: service\nuserInputs: {}\ninvocationMethod: {type: WEBHOOK}\n",
        "identifier: cart\nblueprint: service\nsteps: []\nproperties: {}\n",
    ] {
        let mut found = Vec::new();
        Reader::new(Limits::default()).read(other, &mut |document| decode(document.view, "other.yaml", &mut found));
        assert_eq!(found.len(), 0, "{other}");
    }
}
