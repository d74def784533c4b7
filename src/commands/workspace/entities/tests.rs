//! Tests which entities manifests declare, and which files are in doubt.

use serde_json::json;

use super::*;
use crate::domain::entity::patch::Patch;
use crate::domain::progress::Silent;
use crate::sources;

fn asked(files: &[(&str, &str)]) -> ManifestSet {
    let file = |(path, text): &(&str, &str)| SourceFile {
        path: (*path).to_owned(),
        place: sources::Place::Given(Arc::from(text.as_bytes())),
    };
    ManifestSet::of_files(files.iter().map(file).collect(), &Silent)
}

const CART: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata:
  name: cart
  annotations: {portolan.dev/renamed-from: basket}
spec:
  blueprint: service
  identifier: cart
  title: Cart
  icon: null
  team: shop
  properties:
    tier: 012
    on: yes
    nested: {a: 1, b: [1.0, null], a: 2}
  relations:
    domain: shop
    dependsOn: [a, b]
    owner:
";

#[test]
fn an_entity_is_asked_for_as_the_cluster_would_read_it() {
    let asked = asked(&[("catalog/cart.yaml", CART)]);
    assert_eq!(asked.unusable, []);
    let [cart] = asked.entities.as_slice() else { panic!("there is one entity") };
    assert_eq!((cart.key.blueprint.as_ref(), cart.key.identifier.as_ref()), ("service", "cart"));
    let title = &cart.texts.title;
    assert_eq!(title.patch, Patch::Set("Cart".into()));
    assert_eq!(title.span.map(|span| span.slice(CART)), Some("Cart"));
    assert!(cart.texts.icon.patch.is_null() && cart.texts.icon.span.is_some());
    assert_eq!(cart.team.patch, Patch::Set(Teams::One("shop".into())));
    let properties: Vec<_> =
        cart.properties.iter().map(|property| (property.name.as_ref(), property.value.to_json())).collect();
    assert_eq!(properties, [("tier", json!(10)), ("true", json!(true)), ("nested", json!({"a": 2, "b": [1, null]}))]);
    assert_eq!(cart.properties[0].span.slice(CART), "012");
    let targets: Vec<_> = cart.relations.iter().map(|relation| relation.targets.clone()).collect();
    let many = Targets::Many(["a", "b"].map(Box::from).into());
    assert_eq!(targets, [Targets::One("shop".into()), many, Targets::None]);
    assert_eq!(cart.renamed_from.as_deref(), Some("basket"));
    assert_eq!(asked.path(cart.place), "catalog/cart.yaml");
}

#[test]
fn what_is_not_named_is_absent() {
    let asked = asked(&[(
        "port.yml",
        "- identifier: a\n  blueprint: service\n- {identifier: b, blueprint: service, team: []}\n",
    )]);
    assert_eq!(asked.unusable, []);
    let [a, b] = asked.entities.as_slice() else { panic!("there are two entities") };
    assert!(a.texts == Texts::default() && a.team == DesiredField::default());
    assert!(a.properties.is_empty() && a.relations.is_empty() && a.renamed_from.is_none());
    assert!(matches!(&b.team.patch, Patch::Set(Teams::Many(teams)) if teams.is_empty()));
    assert!(Arc::ptr_eq(&a.key.blueprint, &b.key.blueprint), "names are shared");
}

#[test]
fn a_fault_is_told_with_its_place_and_hides_no_neighbour() {
    let head = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: x}\nspec:\n  blueprint: service\n";
    let text = |rest: &str| format!("{head}{rest}---\n{CART}");
    for (rest, line, reason, is_named) in [
        ("  identifier: 7\n", 6, "`identifier` must be a string, found a number", false),
        ("  title: x\n", 1, "`identifier` is missing", false),
        ("  identifier: ''\n", 6, "`identifier` is empty", true),
        ("  identifier: x\n  title: [a]\n", 7, "`title` must be a string, found a list", true),
        ("  identifier: x\n  team: [a, 1]\n", 7, "an item of `team` must be a string, found a number", true),
        ("  identifier: x\n  properties: 1\n", 7, "`properties` must be a mapping, found a number", true),
        (
            "  identifier: x\n  relations:\n    a: b\n    c: {d: e}\n",
            9,
            "`relations.c` must be an identifier or a list of them, found a mapping",
            true,
        ),
        (
            "  identifier: x\n  relations: {a: [b, null]}\n",
            7,
            "an item of `relations.a` must be a string, found null",
            true,
        ),
    ] {
        let asked = asked(&[("x.yaml", &text(rest))]);
        let [unusable] = asked.unusable.as_slice() else { panic!("{rest}: {:?}", asked.unusable) };
        assert_eq!(
            (unusable.line, unusable.reason.as_str(), !unusable.entities.is_empty()),
            (line, reason, is_named),
            "{rest}"
        );
        assert_eq!(asked.entities.len(), 1, "{rest}");
    }
}

#[test]
fn what_cannot_be_read_is_doubted() {
    let broken =
        format!("{CART}---\napiVersion: getport.io/v1\nkind: Entity\nspec:\n  blueprint: service\n  identifier: [x\n");
    let wrong = CART.replace("getport.io/v1", "getport.io/v2");
    let foreign = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
    let asked =
        asked(&[("broken.yaml", &broken), ("wrong.yaml", &wrong), ("foreign.yaml", foreign), ("also.yaml", "a: [")]);
    assert_eq!(asked.entities.len(), 1);
    let doubted: Vec<_> = asked.unusable.iter().map(|unusable| asked.path(unusable.place)).collect();
    assert_eq!(doubted, ["broken.yaml", "wrong.yaml"], "{:?}", asked.unusable);
    assert_eq!(asked.unusable[1].entities.len(), 1);
}
