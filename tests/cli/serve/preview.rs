//! Tests `serve --preview`: the pages of the catalog after the merge, over the plan that `diff` shows.

use serde_json::json;

use super::server::{ID, SECRET, Server};
use crate::cli::{Run, run, run_with};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

pub const CHOSEN: [(&str, &str); 2] = [("PORTOLAN_SERVE_CLIENT_ID", ID), ("PORTOLAN_SERVE_CLIENT_SECRET", SECRET)];

/// A run that must succeed.
pub(super) fn done(run: Run) {
    assert_eq!(run.code, 0, "{}", run.talk);
}

fn service(name: &str, rest: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec:\n  blueprint: service\n  identifier: {name}\n{rest}"
    )
}

/// A repository whose main branch is pushed, and a branch that changes, creates, renames and deletes.
pub fn branch() -> Repo {
    let repo = Repo::new();
    let properties = json!({
        "tier": {"type": "number", "title": "Tier"}, "note": {"type": "string", "format": "markdown", "title": "Note"},
        "apiToken": {"type": "string", "title": "API token"},
    });
    let blueprint = json!({
        "identifier": "service", "title": "Service", "description": "What we deploy", "schema": {"properties": properties},
        "relations": {"dependsOn": {"target": "service", "many": true, "required": false, "title": "Depends on"}},
    });
    repo.git(&["init", "--quiet", "--initial-branch=main"]);
    repo.write("portolan.yaml", "catalog: local\nscope: acme/catalog\nprune: {enabled: true, max: 1}\n");
    repo.write(".portolan/blueprints/service.json", blueprint.to_string());
    repo.write(".gitignore", ".portolan/local.db*\n");
    repo.write(
        "catalog/cart.yaml",
        service("cart", "  title: Cart\n  properties: {tier: 1, note: \"one\\ntwo\\n\"}\n"),
    );
    repo.write("catalog/shop.yaml", service("shop", "  relations: {dependsOn: [cart, old]}\n"));
    repo.write("catalog/old.yaml", service("old", "  title: Old\n"));
    repo.write("catalog/gone.yaml", service("gone", ""));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "one"]);
    done(run(&repo, "push"));
    repo.git(&["switch", "--quiet", "--create", "tiers"]);
    repo.write(
        "catalog/cart.yaml",
        service("cart", "  title: Cart\n  properties: {tier: 2, note: \"one\\nthree\\n\"}\n"),
    );
    repo.write("catalog/shop.yaml", service("shop", "  relations: {dependsOn: [cart, new]}\n"));
    repo.write("catalog/new.yaml", service("new", "  title: <b>New</b>\n  relations: {dependsOn: [cart]}\n"));
    repo.remove("catalog/old.yaml");
    repo.remove("catalog/gone.yaml");
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "two"]);
    repo
}

#[test]
fn a_preview_says_what_a_merge_does_and_changes_nothing() {
    let repo = branch();
    let before = run(&repo, "diff --base main --output json").results;
    let server = Server::of(&repo, "--preview --base main");
    let home = server.page("/").body;
    for text in [
        "What merging the branch tiers changes",
        "2 entities are removed",
        "2 entities are updated",
        "1 entity is added",
    ] {
        assert!(home.contains(text), "{text}: {home}");
    }
    assert!(home.contains("Look at these before the merge") && home.contains("Needs approval"), "{home}");
    assert!(home.contains("&lt;b&gt;New&lt;/b&gt;") && !home.contains("<b>New"), "{home}");
    let entity = |name: &str| server.page(&format!("/blueprints/service/entities/{name}")).body;
    let cart = entity("cart");
    for text in ["Merging changes 2 fields", "Tier", "<del>\u{2212} two</del>", "<ins>+ three</ins>"] {
        assert!(cart.contains(text), "{text}: {cart}");
    }
    assert!(entity("new").contains("merging adds it to the catalog") && entity("gone").contains("merging removes it"));
    let shop = entity("shop");
    assert!(shop.contains(">new</a>") && shop.contains("node-created"), "{shop}");
    let list = server.page("/blueprints/service").body;
    assert_eq!(list.matches("class=\"mark deleted\"").count(), 5, "the banner, and two entities twice: {list}");
    assert!(server.page("/changes").body.contains("<code>catalog/new.yaml:1</code>"));
    assert_eq!(server.page("/search.json?q=new").json()[0]["mark"], "created");
    // It is a copy, and takes no writes.
    let body = json!({"identifier": "x"});
    assert_eq!(server.call("POST", "/v1/blueprints/service/entities", &body).refusal(), (403, "read_only".to_owned()));
    drop(server);
    assert_eq!(run(&repo, "diff --base main --output json").results, before);
}

#[test]
fn a_preview_shows_a_renamed_entity_with_all_that_it_keeps() {
    let repo = branch();
    repo.git(&["switch", "--quiet", "main"]);
    // Without a base, what the manifest no longer sets stays in the catalog.
    repo.write(
        "catalog/cart.yaml",
        service("basket", "  title: Cart\n  properties: {tier: 1}\n").replace(
            "metadata: {name: basket}",
            "metadata: {name: basket, annotations: {portolan.dev/renamed-from: cart}}",
        ),
    );
    repo.write("catalog/shop.yaml", service("shop", "  relations: {dependsOn: [basket, old]}\n"));
    let server = Server::of(&repo, "--preview");
    let entity = |name: &str| server.page(&format!("/blueprints/service/entities/{name}")).body;
    let basket = entity("basket");
    assert!(basket.contains("The identifier was") && basket.contains("two"), "{basket}");
    assert!(entity("cart").contains("Merging gives this entity a new identifier"), "{}", entity("cart"));
}

#[test]
fn a_pull_request_without_credentials_is_compared_with_its_merge_base() {
    let repo = branch();
    repo.write("portolan.yaml", "scope: acme/catalog\n");
    let mut variables = CHOSEN.to_vec();
    variables.extend([("GITHUB_ACTIONS", "true"), ("CI", "true"), ("GITHUB_EVENT_NAME", "pull_request")]);
    variables.extend([
        ("GITHUB_BASE_REF", "main"),
        ("GITHUB_HEAD_REF", "tiers/2"),
        ("GITHUB_REF", "refs/pull/1/merge"),
    ]);
    let server = Server::in_folder(repo.path(), "--preview --base main", &variables);
    let home = server.page("/").body;
    assert!(home.contains("What merging the branch tiers/2 changes") && home.contains("the merge base with"), "{home}");
    assert!(server.page("/blueprints/service/entities/cart").body.contains("Merging changes"));
}

#[test]
fn a_preview_of_wrong_manifests_shows_the_findings_instead() {
    let repo = branch();
    let talk = run_with(&repo, "serve --preview --base nowhere", &CHOSEN).was_refused();
    assert!(talk.contains("nowhere"), "{talk}");
    repo.write("catalog/new.yaml", service("new", "  properties: {tier: high}\n"));
    let found = run_with(&repo, "serve --preview --base main", &CHOSEN);
    assert_eq!(found.code, 1, "{}", found.talk);
    assert!(found.results.contains("catalog/new.yaml"), "{}", found.results);
    for line in ["serve --preview --store memory", "serve --preview --seed .", "serve --base main"] {
        run(&repo, line).was_refused();
    }
    let outside = Repo::outside_git();
    assert_error(&run(&outside, "serve --preview").was_refused(), "no-repository");
}

#[test]
fn a_preview_of_nothing_says_so() {
    let repo = branch();
    repo.git(&["switch", "--quiet", "main"]);
    let server = Server::of(&repo, "--preview --base main");
    let home = server.page("/").body;
    assert!(home.contains("Merging changes nothing in the catalog"), "{home}");
    repo.write("catalog/new.yaml", service("new", ""));
    let dirty = Server::of(&repo, "--preview --base main");
    assert!(dirty.page("/").body.contains("not committed"));
}

#[test]
fn a_preview_of_a_catalog_elsewhere_reads_what_the_plan_is_about() {
    let repo = branch();
    let elsewhere = Server::of(&repo, "");
    let other = json!({
        "identifier": "other", "title": "Other", "schema": {"properties": {"size": {"type": "number"}}},
        "relations": {"service": {"target": "service", "many": false, "required": false}},
    });
    elsewhere.gives("POST", "/v1/blueprints", &other);
    elsewhere.gives("POST", "/v1/blueprints/other/entities", &json!({"identifier": "x", "properties": {"size": 1}}));
    let url = format!("http://{}", elsewhere.address);
    let mut variables = CHOSEN.to_vec();
    variables.extend([("PORTOLAN_CATALOG", url.as_str()), ("PORT_CLIENT_ID", ID), ("PORT_CLIENT_SECRET", SECRET)]);
    let server = Server::in_folder(repo.path(), "--preview --base main", &variables);
    let home = server.page("/").body;
    assert!(home.contains("2 entities are updated") && home.contains(&url), "{home}");
    assert!(home.contains("this repository declares none of them"), "{home}");
    assert!(server.page("/blueprints/service/entities/cart").body.contains("Merging changes 2 fields"));
    let written = elsewhere.gives("GET", "/v1/blueprints/service/entities/cart", &serde_json::Value::Null);
    assert_eq!(written["entity"]["properties"]["tier"], 1, "nothing was written");
}

#[test]
fn a_renamed_entity_has_one_name_and_a_placeholder_is_no_misfit() {
    let repo = Repo::new();
    let properties = json!({"tier": {"type": "number", "default": 2}, "language": {"type": "string"}});
    let blueprint = json!({
        "identifier": "service", "title": "Service", "schema": {"properties": properties, "required": ["language"]},
        "relations": {"next": {"target": "service", "many": false, "required": false}},
    });
    repo.git(&["init", "--quiet", "--initial-branch=main"]);
    repo.write("portolan.yaml", "catalog: local\nscope: acme/catalog\n");
    repo.write(".portolan/blueprints/service.json", blueprint.to_string());
    repo.write(".gitignore", ".portolan/local.db*\n");
    let go = "  properties: {language: go}\n";
    repo.write("catalog/a.yaml", service("a", &format!("{go}  relations: {{next: b}}\n")));
    repo.write("catalog/b.yaml", service("b", go)).write("catalog/gone.yaml", service("gone", go));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "one"]);
    done(run(&repo, "push"));
    let elsewhere = Server::of(&repo, "");
    let path = "/v1/blueprints/service/entities?create_missing_related_entities=true";
    let entity = json!({"identifier": "theirs", "properties": {"language": "go"}, "relations": {"next": "named-only"}});
    elsewhere.gives("POST", path, &entity);
    repo.remove("catalog/gone.yaml");
    repo.write("catalog/a.yaml", service("a", &format!("{go}  relations: {{next: c}}\n")));
    let annotated = "metadata: {name: c, annotations: {portolan.dev/renamed-from: b}}";
    repo.write("catalog/b.yaml", service("c", go).replace("metadata: {name: c}", annotated));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "two"]);
    let url = format!("http://{}", elsewhere.address);
    let mut variables = CHOSEN.to_vec();
    variables.extend([("PORTOLAN_CATALOG", url.as_str()), ("PORT_CLIENT_ID", ID), ("PORT_CLIENT_SECRET", SECRET)]);
    let server = Server::in_folder(repo.path(), "--preview", &variables);
    let home = server.page("/").body;
    assert!(home.contains("1 entity is renamed") && !home.contains("do not fit"), "{home}");
    assert!(home.contains("<td class=\"number\">4</td>"), "a, c, theirs and what it points to: {home}");
    let list = server.page("/blueprints/service").body;
    assert!(list.contains("4 entities after the merge, and 1 that it deletes"), "{list}");
    let rows = list.split("id=\"entities\"").nth(1).expect("the table");
    assert!(rows.contains("<code>c</code>") && !rows.contains("<code>b</code>"), "{rows}");
    assert_eq!((rows.matches("mark renamed").count(), rows.matches("mark deleted").count()), (1, 1), "{rows}");
    let filtered = server.page("/blueprints/service?property.language=go").body;
    assert!(filtered.contains("with those that the merge deletes"), "{filtered}");
    assert_eq!(server.page("/search.json?q=b").json(), json!([]));
    let old = server.page("/blueprints/service/entities/b").body;
    assert!(old.contains("new identifier") && old.contains("/blueprints/service/entities/c\""), "{old}");
    // An export has the page too, so no link of it leads nowhere.
    let export = run_with(&repo, "serve --preview --export ../site", &variables);
    assert_eq!(export.code, 0, "{}", export.talk);
}

#[test]
fn pages_name_owners_and_no_flags() {
    let repo = branch();
    repo.write("portolan.yaml", "catalog: local\nscope: acme/new\n");
    let server = Server::of(&repo, "--preview --base main");
    let home = server.page("/").body;
    assert!(home.contains("owned by scope <code>acme/catalog</code>"), "{home}");
    let text = home.split("<main").nth(1).expect("the content");
    assert!(!text.contains(" --") && !text.contains("<code>--"), "{text}");
}
