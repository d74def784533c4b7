//! Tests a push that renames: the entity of the catalog keeps what others wrote to it, over HTTP and in the embedded catalog.

use serde_json::{Value, json};

use super::{BLUEPRINT, push, server};
use crate::cli::{run, run_with};
use crate::testkit::Repo;
use crate::testkit::counts::{planned, pushed};
use crate::testkit::plain::Plain;
use crate::testkit::says::ONE_HAZARD;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET};

fn service(name: &str, rest: &str) -> String {
    format!(
        "---\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\n\
         spec: {{blueprint: service, identifier: {name}{rest}}}\n"
    )
}

/// `cart`, and `shop` that points to it.
fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", "scope: acme/catalog\n");
    repo.write(".portolan/blueprints/service.json", BLUEPRINT);
    repo.write("catalog/cart.yaml", service("cart", ", title: Cart, properties: {size: 1}"));
    repo.write("catalog/shop.yaml", service("shop", ", relations: {next: cart}"));
    repo
}

fn entity(plain: &Plain, name: &str) -> Value {
    let all = plain.all("service");
    all.into_iter().find(|entity| entity["identifier"] == name).unwrap_or(Value::Null)
}

#[test]
fn a_renamed_entity_keeps_what_others_wrote() {
    let repo = repository();
    let (serving, plain) = server(&[]);
    assert_eq!(push(&repo, &serving, "").code, 0);
    let created = entity(&plain, "cart")["createdAt"].clone();
    // Another run of the scope sets what no manifest names; the entity points to another one, and one points to it.
    let agent = "portolan/0.0.0 (statekey/acme/catalog)";
    let theirs = json!({"icon": "Box", "relations": {"next": "shop"}});
    Plain::connect_as(agent, &serving.url).must("PATCH", "blueprints/service/entities/cart", Some(&theirs));
    plain.must(
        "POST",
        "blueprints/service/entities",
        Some(&json!({"identifier": "desk", "relations": {"next": "cart"}})),
    );
    let renamed = run(&repo, "rename service/cart basket --yes");
    assert_eq!(renamed.code, 0, "{}", renamed.talk);
    let refused = push(&repo, &serving, "");
    assert!(refused.code == 4 && refused.talk.contains(ONE_HAZARD), "{}{}", refused.results, refused.talk);
    assert!(refused.results.contains("is renamed from `cart`, but 1 entity points to the old"), "{}", refused.results);
    assert_eq!(planned(&refused.results)[..4], [0, 1, 0, 1], "{}", refused.results);
    let digest = refused.talk.split("--approve ").nth(1).and_then(|rest| rest.get(..48)).expect("a digest");
    let done = push(&repo, &serving, &format!("--approve {digest}"));
    assert_eq!((done.code, &pushed(&done.results)[..4]), (0, &[0, 1, 0, 1][..]), "{}{}", done.results, done.talk);
    assert_eq!(entity(&plain, "cart"), Value::Null);
    let basket = entity(&plain, "basket");
    assert_eq!(basket["createdAt"], created);
    assert_eq!((&basket["icon"], &basket["relations"]["next"]), (&json!("Box"), &json!("shop")));
    assert_eq!((&basket["title"], &basket["properties"]["size"]), (&json!("Cart"), &json!(1)));
    assert_eq!(entity(&plain, "shop")["relations"]["next"], "basket");
    assert_eq!(entity(&plain, "desk")["relations"]["next"], "basket");
    let again = push(&repo, &serving, "");
    assert_eq!((again.code, pushed(&again.results)), (0, [0, 0, 0, 0, 0, 2]), "{}", again.results);
}

#[test]
fn a_rename_can_be_verified_and_changes_fields_too() {
    let repo = repository();
    let (serving, plain) = server(&[]);
    assert_eq!(push(&repo, &serving, "").code, 0);
    assert_eq!(run(&repo, "rename service/cart basket --yes").code, 0);
    let changed = repo.read("catalog/cart.yaml").replace("size: 1", "size: 2");
    repo.write("catalog/cart.yaml", changed);
    let variables = [("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)];
    let verified = run_with(&repo, &format!("diff --verify --catalog {}", serving.url), &variables);
    assert_eq!(verified.code, 0, "{}{}", verified.results, verified.talk);
    assert!(verified.results.contains("Verified: the catalog accepts every change"), "{}", verified.results);
    assert_eq!(entity(&plain, "cart")["properties"]["size"], 1);
    let done = push(&repo, &serving, "");
    assert_eq!((done.code, &pushed(&done.results)[..4]), (0, &[0, 1, 0, 1][..]), "{}{}", done.results, done.talk);
    assert_eq!(entity(&plain, "basket")["properties"]["size"], 2);
}

#[test]
fn an_identifier_that_is_taken_meanwhile_is_an_ordinary_change() {
    let repo = repository();
    let (serving, plain) = server(&[]);
    assert_eq!(push(&repo, &serving, "").code, 0);
    assert_eq!(run(&repo, "rename service/cart basket --yes").code, 0);
    let plan = push(&repo, &serving, "--dry-run");
    assert_eq!(planned(&plan.results)[..4], [0, 1, 0, 1], "{}", plan.results);
    plain.must("POST", "blueprints/service/entities", Some(&json!({"identifier": "basket", "title": "Theirs"})));
    let refused = push(&repo, &serving, "");
    assert_eq!(refused.code, 4, "{}", refused.talk);
    assert!(refused.talk.contains("--adopt"), "{}", refused.talk);
    assert_eq!(entity(&plain, "basket")["title"], "Theirs");
}

#[test]
fn beside_an_exporter_a_rename_is_a_create_and_a_delete() {
    let repo = repository();
    repo.write("catalog/cart.yaml", service("cart", ", properties: {size: 1}"));
    let (serving, _plain) = server(&[]);
    assert_eq!(push(&repo, &serving, "").code, 0);
    assert_eq!(run(&repo, "rename service/cart basket --yes").code, 0);
    repo.write("portolan.yaml", "scope: acme/catalog\ndelivery: cluster\n");
    let plan = push(&repo, &serving, "--dry-run");
    assert_eq!(planned(&plan.results)[..4], [1, 1, 1, 0], "{}{}", plan.results, plan.talk);
    let words = plan.results.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("`service/basket` replaces `service/cart`") && words.contains("knows no renames"),
        "{words}"
    );
}
