//! Tests what an adoption writes, what it omits, and how it names files. Paths are always relative to the root.

use serde_json::json;

use super::*;
use crate::domain::entity::Record;
use crate::domain::platform::PORT;

fn blueprint() -> Blueprint {
    let json = json!({
        "identifier": "service",
        "schema": {"properties": {
            "tier": {"type": "number", "default": 3}, "name": {"type": "string", "default": "x"},
            "labels": {"type": "object", "default": {"a": 1, "b": [1.0]}}, "score": {"type": "number"},
            "apiKey": {"type": "string"}, "tokenUrl": {"type": "string"},
        }, "required": ["name"]},
        "relations": {"system": {"target": "system"}, "uses": {"target": "service", "many": true},
            "old": {"target": "service"}},
        "calculationProperties": {"computed": {"calculation": "1"}},
    });
    Blueprint::from_json(json).expect("it is one").0
}

fn entity(identifier: &str, properties: serde_json::Value) -> Entity {
    let Value::Map(properties) = Value::from_json(&properties) else { panic!("it is an object") };
    Entity {
        key: EntityKey { blueprint: "service".into(), identifier: identifier.into() },
        texts: Texts { title: Some("A title".into()), ..Texts::default() },
        team: ["checkout".into()].into(),
        properties: properties.into_iter().map(|(name, value)| (Arc::from(name), value)).collect(),
        relations: [
            ("old".into(), Targets::Many(["one".into()].into())),
            ("uses".into(), Targets::One("two".into())),
            ("system".into(), Targets::None),
        ]
        .into(),
        record: Record::default(),
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Adopts into an empty repository.
fn adopted(entities: &[Entity], root: &Path, change: impl FnOnce(&mut AdoptOptions<'_>)) -> Adoption {
    let shape = blueprint();
    let pattern = Pattern::default();
    let mut wishes = AdoptOptions {
        root,
        files: &[],
        platform: &PORT,
        pattern: &pattern,
        include: &[],
        delivery_is_cluster: false,
        replaces: &|_| false,
        overwrites: false,
        merged: &BTreeMap::new(),
        mask: &Mask::derived(b"x", Vec::new()),
    };
    change(&mut wishes);
    let entities: Vec<&Entity> = entities.iter().collect();
    adopt(&entities, &BTreeMap::from([("service", &shape)]), &ManifestIndex::default(), &wishes)
        .expect("there is a folder")
}

fn text(adoption: &Adoption) -> &str {
    adoption.adopted[0].text().expect("it is written")
}

#[test]
fn only_what_says_something_is_written() {
    let root = folder();
    let entity = entity(
        "cart",
        json!({"score": null, "computed": 1, "labels": {"b": [1], "a": 1.0}, "name": "x", "tier": 3, "gone": true}),
    );
    let adoption = adopted(std::slice::from_ref(&entity), root.path(), |_| {});
    assert_eq!(
        text(&adoption),
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: cart\nspec:\n  blueprint: service\n  identifier: cart\n  \
         title: A title\n  team:\n    - checkout\n  properties:\n    name: x\n  relations:\n    uses:\n      - two\n    old: one\n"
    );
    assert_eq!(adoption.adopted[0].path, "catalog/service/cart.yaml");
    assert_eq!(adoption.notes, ["1 value of properties that the blueprints do not have were omitted."]);
    // With `replace`, a property that the manifest does not name would be unset, so defaults are written too.
    let whole = adopted(std::slice::from_ref(&entity), root.path(), |wishes| wishes.replaces = &|_| true);
    assert!(text(&whole).contains("    tier: 3\n    name: x\n    labels:\n      b:\n        - 1\n      a: 1.0\n"));
    let cluster = adopted(&[entity], root.path(), |wishes| wishes.delivery_is_cluster = true);
    assert!(!text(&cluster).contains("title") && !text(&cluster).contains("team"));
    assert!(cluster.notes[1].starts_with("Title, icon and team of 1 entity were omitted"), "{:?}", cluster.notes);
}

#[test]
fn what_its_blueprint_would_not_take_gets_no_manifest() {
    let root = folder();
    let whole = entity("cart", json!({"name": "x"}));
    let bare = [entity("b", json!({})), entity("a", json!({"name": null}))];
    let adoption = adopted(&[bare[0].clone(), whole, bare[1].clone()], root.path(), |_| {});
    let keys: Vec<&str> = adoption.adopted.iter().map(|it| it.key.identifier.as_ref()).collect();
    assert_eq!(keys, ["cart"]);
    let note =
        "No manifest for 2 entities that lack values which the blueprint requires, the first of them: `service/a`.";
    assert_eq!(adoption.notes, [note]);
    let one = adopted(&bare[..1], root.path(), |_| {});
    assert_eq!(one.notes, ["No manifest for 1 entity that lacks values which the blueprint requires: `service/b`."]);
}

#[test]
fn names_are_safe_and_nobody_elses() {
    let root = folder();
    std::fs::create_dir_all(root.path().join("catalog/service")).expect("a folder");
    std::fs::write(root.path().join("catalog/service/cart-service.yaml"), "not ours").expect("a file");
    let long = "x".repeat(1000);
    let names = ["cart", "Cart", "CART", "../../etc/passwd", "a/b:c", "con", "注文", "注", long.as_str()];
    let entities: Vec<Entity> = names.iter().map(|name| entity(name, json!({"name": "x"}))).collect();
    let adoption = adopted(&entities, root.path(), |_| {});
    let paths: BTreeMap<&str, &str> =
        adoption.adopted.iter().map(|it| (it.key.identifier.as_ref(), it.path.as_str())).collect();
    let long_path = format!("catalog/service/{}.yaml", "x".repeat(200));
    let expected = [
        ("CART", "catalog/service/cart.yaml"),
        ("Cart", "catalog/service/cart-service-2.yaml"),
        ("cart", "catalog/service/cart-service-3.yaml"),
        ("../../etc/passwd", "catalog/service/etc-passwd.yaml"),
        ("a/b:c", "catalog/service/a-b-c.yaml"),
        ("con", "catalog/service/con-service.yaml"),
        ("注", "catalog/service/entity.yaml"),
        ("注文", "catalog/service/entity-service.yaml"),
        (long.as_str(), long_path.as_str()),
    ];
    assert_eq!(paths, expected.into());
}

const SECRET: &str = "f3J9x0Qp2LmN8vRt";

#[test]
fn a_value_that_looks_like_a_credential_is_not_written_and_is_named_with_its_place() {
    let root = folder();
    let mut found = entity(
        "cart",
        json!({
            "name": "x", "apiKey": SECRET, "labels": {"db": {"password": SECRET}}, "tokenUrl": "https://sso.example.com/token",
        }),
    );
    found.texts.title = Some("ghp_0123456789abcdefghijABCDEFGHIJ0123456789".into());
    let adoption = adopted(&[found.clone()], root.path(), |_| {});
    let written = text(&adoption);
    assert!(!written.contains(SECRET) && !written.contains("ghp_") && !written.contains("apiKey"), "{written}");
    assert!(written.contains("tokenUrl: https://sso.example.com/token"), "{written}");
    let note = adoption.notes.iter().find(|note| note.contains("catalog/service/cart.yaml")).expect("it is named");
    for field in ["`title`", "`properties.apiKey`", "`properties.labels`"] {
        assert!(note.contains(field) && !note.contains(SECRET), "{note}");
    }
    // The config exempts these fields from masking.
    let allowing = Mask::derived(b"x", vec!["apiKey".to_owned(), "labels".to_owned()]);
    let allowed = entity("cart", json!({"name": "x", "apiKey": SECRET}));
    let adoption = adopted(&[allowed], root.path(), |wishes| wishes.mask = Box::leak(Box::new(allowing)));
    assert!(text(&adoption).contains(SECRET) && adoption.notes.is_empty());
}

#[test]
fn an_entity_gets_no_manifest_where_leaving_the_value_out_would_clear_it_or_be_refused() {
    let root = folder();
    let replaced = entity("cart", json!({"name": "x", "apiKey": SECRET}));
    let adoption = adopted(&[replaced], root.path(), |wishes| wishes.replaces = &|_| true);
    assert!(adoption.adopted.is_empty(), "{:?}", adoption.adopted);
    assert!(adoption.notes[0].contains("`service/cart`") && adoption.notes[0].contains("`properties.apiKey`"));
    let required = entity("cart", json!({"name": "postgres://app:hunter22@db/x"}));
    let adoption = adopted(&[required], root.path(), |_| {});
    assert!(adoption.adopted.is_empty() && adoption.notes[0].contains("`properties.name`"), "{:?}", adoption.notes);
}
