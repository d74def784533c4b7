//! Tests `cluster mapping --explain`: what each expression of a mapping gives for one object of the repository.

use serde_json::{Value, json};

use super::CONFIG;
use crate::cli::run;
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

const MAPPING: &str = "\
resources:
  - kind: getport.io/v1/entities
    selector:
      query: .spec.blueprint == \"service\"
    port:
      entity:
        mappings:
          - identifier: .spec.identifier
            blueprint: .spec.blueprint
            properties:
              tier: .spec.properties.tier
              lang: .spec.properties.lang // \"go\"
            relations:
              system: .spec.relations.system
  - kind: getport.io/v1/Entity
    selector:
      query: .spec.blueprint == \"system\"
    port: {entity: {mappings: [{identifier: .spec.identifier, blueprint: .spec.blueprint}]}}
  - kind: apps/v1/deployments
    port:
      itemsToParse: .spec.template.spec.containers
      entity:
        mappings:
          - {identifier: .item.name, blueprint: '\"container\"', properties: {image: .item.image}}
";

const CART: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata: {name: cart, namespace: shop}
spec:
  blueprint: service
  identifier: cart
  properties:
    tier: gold
  relations:
    system: shop
";

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
        - {name: nginx, image: 'nginx:1'}
        - {name: proxy, image: 'envoy:2'}
";

fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", CONFIG).write("platform/exporter.yaml", MAPPING);
    repo.write("catalog/cart.yaml", CART).write("deploy/web.yaml", WEB);
    repo
}

#[test]
fn each_expression_has_its_result_and_its_line() {
    let repo = repository();
    let shown = run(&repo, "cluster mapping --explain Entity/shop/cart").quietly_gave();
    insta::assert_snapshot!(shown, @r#"
    Entity shop/cart (catalog/cart.yaml:1), mapped by platform/exporter.yaml of cluster `prod`

    resources[0] (platform/exporter.yaml:2)
      selector.query: .spec.blueprint == "service"
        true  (line 5, .spec.blueprint)
      identifier: .spec.identifier
        "cart"  (line 6, .spec.identifier)
      blueprint: .spec.blueprint
        "service"  (line 5, .spec.blueprint)
      properties.tier: .spec.properties.tier
        "gold"  (line 8, .spec.properties.tier)
      properties.lang: .spec.properties.lang // "go"
        "go"  (the manifest has no .spec.properties.lang)
      relations.system: .spec.relations.system
        "shop"  (line 10, .spec.relations.system)
      sent: {"blueprint":"service","identifier":"cart","properties":{"lang":"go","tier":"gold"},"relations":{"system":"shop"}}

    resources[1] (platform/exporter.yaml:15)
      selector.query: .spec.blueprint == "system"
        false  (line 5, .spec.blueprint)
      not sent: the selector does not take it
    "#);
    for name in [
        "entities/cart",
        "ENTITY/cart",
        "getport.io/v1/entity/shop/cart",
        "v1/entities/cart",
        "entities.getport.io/shop/cart",
    ] {
        assert_eq!(run(&repo, &format!("cluster mapping --explain {name}")).quietly_gave(), shown, "{name}");
    }
}

#[test]
fn programs_read_an_explanation_as_json() {
    let repo = repository();
    let shown = run(&repo, "cluster mapping --explain Entity/shop/cart --output json").quietly_gave();
    let found: Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(found["format"], "portolan.mapping-explanation/1");
    let entries = &found["explanations"][0]["entries"];
    assert_eq!((&entries[0]["result"], &entries[0]["sent"][0]["properties"]["tier"]), (&json!("sent"), &json!("gold")));
    let tier = &entries[0]["items"][0]["mappings"][0][2];
    assert_eq!((&tier["field"], &tier["value"]), (&json!("properties.tier"), &json!("gold")));
    assert_eq!(
        (&tier["reads"], &tier["start"]["line"]),
        (&json!({"path": ".spec.properties.tier", "line": 8}), &json!(11))
    );
    assert_eq!(entries[1]["items"][0]["isSelected"], false);
    run(&repo, "cluster mapping --output json").was_refused();
}

#[test]
fn each_item_is_explained() {
    let repo = repository();
    let items = "image: .item.image, itemsToParse: '[1, 2]'";
    repo.write("platform/exporter.yaml", MAPPING.replace("image: .item.image", items));
    let shown = run(&repo, "cluster mapping --explain deployments/web").quietly_gave();
    assert!(shown.contains("properties.itemsToParse: [1, 2]\n      [1,2]\n"), "{shown}");
    repo.write("platform/exporter.yaml", MAPPING);
    let shown = run(&repo, "cluster mapping --explain deployments/web").quietly_gave();
    insta::assert_snapshot!(shown, @r#"
    Deployment shop/web (deploy/web.yaml:1), mapped by platform/exporter.yaml of cluster `prod`

    resources[2] (platform/exporter.yaml:19)
      port.itemsToParse: .spec.template.spec.containers
        2 items  (line 8, .spec.template.spec.containers)
      item 1 of 2:
        identifier: .item.name
          "nginx"
        blueprint: "container"
          "container"
        properties.image: .item.image
          "nginx:1"
      item 2 of 2:
        identifier: .item.name
          "proxy"
        blueprint: "container"
          "container"
        properties.image: .item.image
          "envoy:2"
      sent: {"blueprint":"container","identifier":"nginx","properties":{"image":"nginx:1"}}
      sent: {"blueprint":"container","identifier":"proxy","properties":{"image":"envoy:2"}}
    "#);
}

#[test]
fn every_failing_field_is_shown_with_its_column() {
    let repo = repository();
    let broken = MAPPING
        .replace(".spec.identifier\n            blueprint", ".spec.name\n            blueprint")
        .replace(".spec.properties.tier", ".spec.properties.tier | uppercase")
        .replace("lang: .spec.properties.lang // \"go\"", "lang: .spec.properties.tier + 1");
    repo.write("platform/exporter.yaml", broken);
    let shown = run(&repo, "cluster mapping --explain Entity/cart").quietly_gave();
    insta::assert_snapshot!(shown, @r#"
    Entity shop/cart (catalog/cart.yaml:1), mapped by platform/exporter.yaml of cluster `prod`

    resources[0] (platform/exporter.yaml:2)
      selector.query: .spec.blueprint == "service"
        true  (line 5, .spec.blueprint)
      identifier: .spec.name
        error: must be a string, is null (platform/exporter.yaml:8:25)  (the manifest has no .spec.name)
      blueprint: .spec.blueprint
        "service"  (line 5, .spec.blueprint)
      properties.tier: .spec.properties.tier | uppercase
          .spec.properties.tier | uppercase
                                  ^
        error: function not defined: uppercase/0 (platform/exporter.yaml:11:45)  (line 8, .spec.properties.tier)
      properties.lang: .spec.properties.tier + 1
        error: cannot add: string ("gold") and number (1) (platform/exporter.yaml:12:21)  (line 8, .spec.properties.tier)
      relations.system: .spec.relations.system
        "shop"  (line 10, .spec.relations.system)
      not sent: one error discards the object, and the exporter deletes nothing

    resources[1] (platform/exporter.yaml:15)
      selector.query: .spec.blueprint == "system"
        false  (line 5, .spec.blueprint)
      not sent: the selector does not take it
    "#);
}

#[test]
fn a_name_that_is_wrong_or_ambiguous_is_refused() {
    let repo = repository();
    repo.write("catalog/other.yaml", CART.replace("namespace: shop", "namespace: store"));
    for (name, code, help) in [
        ("cart", "not-an-object-name", "KIND/NAME"),
        ("Entity/", "not-an-object-name", "KIND/NAME"),
        ("Entity/cart", "ambiguous-object", "choose one: `Entity/shop/cart` or `Entity/store/cart`"),
        ("Entity/shop/card", "unknown-object", "did you mean `Entity/shop/cart`?"),
        ("Entity/ship/cart", "unknown-object", "did you mean `Entity/shop/cart` or `Entity/store/cart`?"),
        ("Entiti/cart", "unknown-object", "did you mean the kind `Entity`?"),
        ("pods/cart", "unknown-object", "it has objects of `Deployment` and `Entity`"),
    ] {
        let talk = run(&repo, &format!("cluster mapping --explain {name}")).was_refused();
        assert_error(&talk, code);
        assert!(talk.split_whitespace().collect::<Vec<_>>().join(" ").contains(help), "{name}: {talk}");
    }
    // An object that is written twice is one choice.
    repo.write("catalog/third.yaml", CART);
    let talk = run(&repo, "cluster mapping --explain Entity/cart").was_refused();
    assert!(talk.contains("names 2 objects"), "{talk}");
    // Objects that differ in their version only are told apart by it.
    repo.write("catalog/third.yaml", WEB.replace("apps/v1", "apps/v1beta1"));
    let talk = run(&repo, "cluster mapping --explain Deployment/web").was_refused();
    assert!(talk.contains("`apps/v1/Deployment/shop/web`") && talk.contains("`apps/v1beta1/"), "{talk}");
}

#[test]
fn an_object_may_not_reach_the_mapping() {
    let repo = repository();
    let explain = |name: &str| run(&repo, &format!("cluster mapping --explain {name}")).quietly_gave();
    repo.write("catalog/cart.yaml", CART.replace("  identifier", "  title: Cart\n  identifier"));
    assert!(explain("Entity/cart").contains("not sent: the API server refuses it: unknown field `spec.title`"));
    repo.write("catalog/cart.yaml", CART).write(
        "platform/exporter.yaml",
        MAPPING.replace("entities", "clusterentities").replace("v1/Entity", "v1/clusterentities"),
    );
    let shown = explain("Entity/cart");
    assert!(
        shown.contains(
            "no entry for `getport.io/v1/entities`, only for `apps/v1/deployments` and `getport.io/v1/clusterentities`"
        ),
        "{shown}"
    );
    repo.write("platform/exporter.yaml", "resources: 1\n");
    let shown = explain("Entity/cart");
    assert!(
        shown.contains("the exporter does not start with this mapping: line 1: resources: must be a list"),
        "{shown}"
    );
}

#[test]
fn what_crashes_the_exporter_is_shown() {
    let repo = repository();
    repo.write("catalog/cart.yaml", CART.replace("tier: gold", "tier: gold\n    owners: [ann, null]"));
    let shown = run(&repo, "cluster mapping --explain Entity/cart").quietly_gave();
    assert!(shown.contains("warning: `spec.properties.owners[1]` is null inside a list"), "{shown}");
    repo.write("platform/exporter.yaml", MAPPING.replacen("identifier: .spec.identifier", "identifier: null", 1));
    let shown = run(&repo, "cluster mapping --explain Entity/cart").quietly_gave();
    assert!(
        shown
            .contains("error: the mapping has no identifier, which crashes the exporter (platform/exporter.yaml:8:25)"),
        "{shown}"
    );
    assert!(shown.contains("not sent: the exporter crashes here, at every start"), "{shown}");
    // Which field has a value that JSON does not have is known only of the whole entity.
    repo.write("platform/exporter.yaml", MAPPING.replace(".spec.properties.tier", "nan"));
    let shown = run(&repo, "cluster mapping --explain Entity/cart").quietly_gave();
    assert!(shown.contains("not sent: properties.tier: json: unsupported value: NaN: one error discards"), "{shown}");
}

#[test]
fn the_same_object_in_two_files_is_explained_twice() {
    let repo = repository();
    repo.write("catalog/copy.yaml", CART.replace("gold", "silver"));
    let shown = run(&repo, "cluster mapping --explain Entity/cart").quietly_gave();
    assert!(shown.contains("(catalog/cart.yaml:1)") && shown.contains("(catalog/copy.yaml:1)"), "{shown}");
    assert!(shown.contains("\"tier\":\"silver\""), "{shown}");
}

#[test]
fn another_mapping_or_the_generated_one_is_explained() {
    let repo = repository();
    repo.write("other.yaml", MAPPING.replace(".spec.properties.tier", "'\"fixed\"'"));
    let shown = run(&repo, "cluster mapping --explain Entity/cart --mapping other.yaml").quietly_gave();
    assert!(
        shown.contains("mapped by other.yaml of cluster `prod`") && shown.contains("\"tier\":\"fixed\""),
        "{shown}"
    );
    run(&repo, "cluster mapping --mapping other.yaml").was_refused();
    let service = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {"tier": {"type": "string"}}}, "relations": {}}"#;
    repo.write("portolan.yaml", "scope: acme/catalog\n").write(".portolan/blueprints/service.json", service);
    let shown = run(&repo, "cluster mapping --explain Entity/cart").quietly_gave();
    assert!(shown.contains("mapped by the generated mapping") && shown.contains("\"tier\":\"gold\""), "{shown}");
    repo.write("portolan.yaml", CONFIG.replace("exporter.yaml", "none.yaml"));
    assert_error(&run(&repo, "cluster mapping --explain Entity/cart").was_refused(), "unreadable-mapping");
    let clusters = "clusters:\n  one: {mapping: other.yaml}\n  two: {mapping: platform/exporter.yaml}\n";
    repo.write("portolan.yaml", format!("scope: acme/catalog\n{clusters}"));
    let both = run(&repo, "cluster mapping --explain Entity/cart").quietly_gave();
    assert!(both.contains("cluster `one`") && both.contains("cluster `two`"), "{both}");
    let two = run(&repo, "cluster mapping --explain Entity/cart --cluster two").quietly_gave();
    assert!(!two.contains("cluster `one`") && two.contains("cluster `two`"), "{two}");
}
