//! Tests blueprints that follow the snapshot, and seeding from a repository.

use serde_json::{Value, json};

use super::server::{ID, SECRET, Server};
use crate::cli::run_with;
use crate::testkit::Repo;

fn blueprint(identifier: &str, relations: &Value) -> String {
    let schema = json!({"properties": {"tier": {"type": "number"}}});
    json!({"identifier": identifier, "title": identifier, "schema": schema, "relations": relations}).to_string()
}

fn manifest(identifier: &str, rest: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: x}}\nspec:\n  blueprint: service\n  identifier: {identifier}\n{rest}---\n"
    )
}

fn count(server: &Server, blueprint: &str) -> Value {
    server.gives("GET", &format!("/v1/blueprints/{blueprint}/entities-count"), &Value::Null)["count"].clone()
}

/// Services with relations in a cycle, to themselves, to later ones, and to a team that is defined later.
fn repository() -> Repo {
    let repo = Repo::new();
    let relations = json!({
        "dependsOn": {"target": "service", "many": true, "required": false},
        "owner": {"target": "team", "many": false, "required": true},
    });
    repo.write(".portolan/blueprints/service.json", blueprint("service", &relations));
    repo.write(".portolan/blueprints/team.json", blueprint("team", &json!({})));
    let service = |name: &str, on: &str| manifest(name, &format!("  relations: {{owner: z, dependsOn: [{on}]}}\n"));
    let services = ["a", "b", "c", "d", "e"].iter().zip(["b", "c", "a", "d", "a, f"]);
    repo.write("catalog/services.yaml", services.map(|(name, on)| service(name, on)).collect::<String>());
    repo.write("catalog/z.yaml", manifest("f", "  properties: {tier: 1}\n  relations: {owner: z}\n"));
    repo.write("catalog/zz/port.yml", "- {identifier: z, blueprint: team, title: Z}\n");
    repo
}

#[test]
fn a_repository_is_brought_in_whatever_its_circles() {
    let repo = repository();
    let server = Server::of(&Repo::new(), &format!("--store memory --seed {}", repo.path().display()));
    server.says("note: Loaded 7 entities and 2 blueprints");
    for (name, on) in [("a", json!(["b"])), ("c", json!(["a"])), ("d", json!(["d"])), ("e", json!(["a", "f"]))] {
        let entity = server.gives("GET", &format!("/v1/blueprints/service/entities/{name}"), &Value::Null);
        assert_eq!(entity["entity"]["relations"], json!({"dependsOn": on, "owner": "z"}), "{name}");
    }
    assert!(server.page("/blueprints/service/entities/a").body.contains("portolan/"), "the writer is told");
}

#[test]
fn what_the_snapshot_knows_is_there_by_name_and_owned_by_nobody() {
    let repo = repository();
    repo.remove("catalog/zz/port.yml");
    repo.write(".portolan/known-entities.txt", "team\tz\nteam\ty\nnobody\tx\n");
    let server = Server::of(&repo, "--store memory --seed .");
    server.says("note: Loaded 6 entities and 2 blueprints from `.`, and 2 known entities.");
    let known = json!({"datasource_prefix": "portolan", "datasource_suffix": "(known entities)"});
    let found = server.gives("POST", "/v1/blueprints/entities/datasource-entities", &known);
    assert_eq!(found["entities"].as_array().map(Vec::len), Some(2));
    let owned = json!({"datasource_prefix": "portolan", "datasource_suffix": "(statekey/local)"});
    let found = server.gives("POST", "/v1/blueprints/entities/datasource-entities", &owned);
    assert_eq!(found["entities"].as_array().map(Vec::len), Some(6));
}

#[test]
fn what_cannot_be_brought_in_is_told_and_the_rest_is_served() {
    let repo = repository();
    repo.write("catalog/wrong.yaml", manifest("wrong", "  properties: {tier: high}\n  relations: {owner: z}\n"));
    repo.write("catalog/lost.yaml", manifest("lost", "  relations: {owner: nobody}\n"));
    repo.write(
        "catalog/broken.yaml",
        "apiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: service, identifier: [\n",
    );
    repo.write("catalog/shape.yaml", manifest("7", ""));
    repo.write(".portolan/blueprints/cut.json", "{\"identifier\": \"cut\"");
    let server = Server::of(&repo, "--store memory --seed .");
    let last = server.says("note: Loaded 7 entities and 2 blueprints from `.`.");
    assert!(!last.is_empty());
    assert_eq!(count(&server, "service"), 6);
    let server = Server::of(&repo, "--store memory --seed .");
    server.says("note: `.portolan/blueprints/cut.json` has no usable blueprint: it is not JSON");
    server.says("catalog/broken.yaml:3 was skipped: it is not valid YAML");
    server.says("catalog/shape.yaml:6 was skipped: `identifier` must be a string, found a number.");
    server.says("`lost` of catalog/lost.yaml was skipped: ");
    server.says("`wrong` of catalog/wrong.yaml was skipped: ");
}

#[test]
fn where_nothing_can_be_brought_in_nothing_is_served() {
    let repo = Repo::new();
    let chosen = [("PORTOLAN_SERVE_CLIENT_ID", ID), ("PORTOLAN_SERVE_CLIENT_SECRET", SECRET)];
    let talk = run_with(&repo, "serve --store memory --seed .", &chosen).was_refused();
    assert!(talk.contains("seed `.` cannot be used: it has no blueprints and no manifests"), "{talk}");
    let talk = run_with(&repo, "serve --store memory --seed nowhere", &chosen).was_refused();
    assert!(talk.contains("nowhere"), "{talk}");
}

#[test]
fn the_blueprints_of_the_snapshot_are_followed_when_they_change() {
    let repo = repository();
    let first = Server::of(&repo, "");
    first.gives("POST", "/v1/blueprints/team/entities", &json!({"identifier": "z", "properties": {"tier": 1}}));
    // A blueprint created by hand is kept until the snapshot changes.
    first.gives("POST", "/v1/blueprints", &serde_json::from_str(&blueprint("own", &json!({}))).expect("JSON"));
    drop(first);
    let second = Server::of(&repo, "");
    assert_eq!((count(&second, "team"), count(&second, "own")), (1.into(), 0.into()));
    drop(second);
    let text = blueprint("team", &json!({})).replace("\"number\"", "\"string\"");
    repo.write(".portolan/blueprints/team.json", text);
    repo.write(".portolan/blueprints/third.json", blueprint("third", &json!({})));
    let third = Server::of(&repo, "");
    let note = third.says("note: Blueprint `team`");
    assert!(note.contains("1 entity would not fit (`z`)") && note.ends_with("It was not changed."), "{note}");
    assert_eq!(count(&third, "third"), 0);
    assert_eq!(third.call("GET", "/v1/blueprints/own", &Value::Null).status, 404);
    assert_eq!(
        third.gives("GET", "/v1/blueprints/team", &Value::Null)["blueprint"]["schema"]["properties"]["tier"]["type"],
        "number"
    );
}

#[test]
fn another_file_is_another_catalog() {
    let repo = repository();
    let server = Server::of(&repo, "--store other.db");
    assert_eq!(server.call("GET", "/v1/blueprints/service", &Value::Null).status, 404);
    drop(server);
    let server = Server::of(&repo, "--store other.db --seed .");
    assert_eq!(count(&server, "service"), 6);
    drop(server);
    // Seeding again changes nothing.
    let server = Server::of(&repo, "--store other.db --seed .");
    server.says("note: Loaded 7 entities");
    assert_eq!(count(&server, "service"), 6);
}
