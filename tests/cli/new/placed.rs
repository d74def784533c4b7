//! Tests the path of a new manifest, and the name of its resource.

use crate::cli::new::acme;
use crate::cli::run;
use crate::testkit::{Repo, contents, portolan_in};

#[test]
fn a_name_that_is_taken_is_not_given_twice() {
    let repo = acme();
    assert_eq!(run(&repo, "new service Shop/Cart").results, "catalog/logistics/quoting/shop-cart.yaml\n");
    let text = repo.read("catalog/logistics/quoting/shop-cart.yaml");
    assert!(text.contains("  name: shop-cart\n") && text.contains("  identifier: Shop/Cart\n"), "{text}");
    let before = contents(repo.path());
    assert_eq!(run(&repo, "new service shop-cart").results, "catalog/logistics/quoting/shop-cart-service.yaml\n");
    assert!(repo.read("catalog/logistics/quoting/shop-cart-service.yaml").contains("  name: shop-cart-service\n"));
    assert_eq!(run(&repo, "new service con").results, "catalog/logistics/quoting/con-service.yaml\n");
    let after = contents(repo.path());
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)), "something was overwritten");
}

#[test]
fn the_first_of_a_blueprint_goes_where_lint_looks() {
    let repo = Repo::new();
    repo.write(
        ".portolan/blueprints/team.json",
        r#"{"identifier": "team", "schema": {"properties": {}}, "relations": {}}"#,
    );
    assert_eq!(run(&repo, "new team payments").quietly_gave(), "catalog/team/payments.yaml\n");
    assert_eq!(
        repo.read("catalog/team/payments.yaml").lines().take(7).collect::<Vec<_>>(),
        [
            "apiVersion: getport.io/v1",
            "kind: Entity",
            "metadata:",
            "  name: payments",
            "spec:",
            "  blueprint: team",
            "  identifier: payments"
        ]
    );
    repo.write("portolan.yaml", "manifests: {include: [\"docs/entities/*.yml\"]}\n");
    assert_eq!(run(&repo, "new team platform").quietly_gave(), "docs/entities/platform.yml\n");
    repo.write("portolan.yaml", "manifests: {include: [\"one.yaml\"]}\n");
    let talk = run(&repo, "new team third").was_refused();
    assert!(talk.contains("matches no new file") && talk.contains("--file"), "{talk}");
}

#[test]
fn among_bare_entities_the_next_one_is_beside_them() {
    let repo = Repo::new();
    repo.write(".portolan/blueprints/x.json", r#"{"identifier": "x", "schema": {"properties": {}}, "relations": {}}"#);
    repo.write("portolan.yaml", "manifests: {include: [\"**/port.yml\"]}\n");
    assert!(run(&repo, "new x cart").was_refused().contains("matches no new file"));
    for name in ["apps/cart", "apps/shop", "infra/db"] {
        repo.write(&format!("{name}/port.yml"), format!("blueprint: x\nidentifier: {}\n", name.replace('/', "-")));
    }
    assert_eq!(run(&repo, "new x Web").quietly_gave(), "apps/web/port.yml\n");
    assert!(repo.read("apps/web/port.yml").starts_with("blueprint: x\nidentifier: Web\n"));
    // An existing folder of another entity is not used, nor one that the pattern does not match.
    assert!(run(&repo, "new x web").was_refused().contains("--file"));
    repo.write("portolan.yaml", "manifests: {include: [\"apps/cart/port.yml\"]}\n");
    assert!(run(&repo, "new x other").was_refused().contains("--file"));
}

#[test]
fn a_file_that_is_named_is_written_as_its_name_wants() {
    let repo = acme();
    repo.write("apps/cart/main.rs", "");
    let made =
        portolan_in(&repo.path().join("apps/cart")).args(["new", "service", "cart", "--file", "port.yml"]).output();
    let made = made.expect("the binary runs");
    assert_eq!(String::from_utf8_lossy(&made.stdout), "port.yml\n");
    assert!(repo.read("apps/cart/port.yml").starts_with("blueprint: service\nidentifier: cart\n"));
    assert_eq!(
        run(&repo, "new service two --file catalog/new/deep/two.yaml --namespace shop").results,
        "catalog/new/deep/two.yaml\n"
    );
    assert!(repo.read("catalog/new/deep/two.yaml").contains("  name: two\n  namespace: shop\n"));
    let outside = run(&repo, "new service three --file elsewhere/three.yaml");
    assert!(outside.talk.contains("`elsewhere/three.yaml` does not match `manifests.include`"), "{}", outside.talk);
}
