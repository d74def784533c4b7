//! Drives the server as an editor does, without streams: what it publishes, what it answers, and that no order of messages
//! breaks it.
#![cfg(unix)] // paths and addresses differ elsewhere
#![expect(clippy::disallowed_methods, reason = "lays out repositories on disk")]

mod client;
mod laws;

use client::Client;
use serde_json::{Value as Json, json};

use crate::commands::lsp::queue::Pending;
use crate::exit::Exit;

/// A repository with a snapshot, and manifests with some faults.
fn client() -> Client {
    Client::new(&[
        ("portolan.yaml", "manifests: {include: [\"catalog/**/*.yaml\"]}\nrules: {unknown-property: warning}\n"),
        (".portolan/blueprints/service.json", SERVICE),
        (
            ".portolan/blueprints/system.json",
            "{\"identifier\": \"system\", \"schema\": {\"properties\": {}}, \"relations\": {}}",
        ),
        (".portolan/known-entities.txt", "# complete: system\n# complete: service\nsystem\tshop\n_team\tops\n"),
        ("catalog/cart.yaml", CART),
        ("catalog/pay.yaml", PAY),
    ])
}

const SERVICE: &str = "{\n  \"identifier\": \"service\",\n  \"schema\": {\"properties\": {\"tier\": {\"type\": \"string\", \"enum\": [\"gold\"]}, \
    \"note\": {\"type\": \"string\"}}},\n  \"relations\": {\"system\": {\"target\": \"system\"}, \"uses\": {\"target\": \"service\", \"many\": true}}\n}\n";

const CART: &str = "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: cart\nspec:\n  blueprint: service\n  identifier: cart\n  \
    properties:\n    tier: gold\n    note: 🚢 é\n  relations:\n    system: shop\n    uses: [pay]\n";

const PAY: &str = "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: pay\nspec:\n  blueprint: service\n  identifier: pay\n  title: Payments\n";

fn at(text: &str, needle: &str) -> Json {
    let start = text.find(needle).expect("the needle is in the text");
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let character: usize = text[line_start..start].chars().map(char::len_utf16).sum();
    json!({"line": text[..start].matches('\n').count(), "character": character})
}

#[test]
fn every_open_file_has_diagnostics_and_they_go_when_it_is_right_or_closed() {
    let mut client = client();
    client.open("catalog/cart.yaml");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec![]), "a clean file is said to be clean");
    client.open("README.md");
    assert_eq!(client.rules("README.md"), Some(vec![]), "any open file");
    client.replace("catalog/cart.yaml", "🚢 é", "🚢 é\n    teir: 1");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["unknown-property".to_owned()]));
    let diagnostic = client.diagnostics("catalog/cart.yaml").remove(0);
    assert_eq!(diagnostic["severity"], 2, "the config makes it a warning");
    assert_eq!(diagnostic["range"]["start"], json!({"line": 10, "character": 4}));
    client.replace("catalog/cart.yaml", "teir: 1", "tier: gold");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["duplicate-key".to_owned()]));
    client.close("catalog/cart.yaml");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec![]), "as it is on disk, and closed");
}

#[test]
fn a_finding_about_two_files_is_shown_in_the_open_one() {
    let mut client = client();
    client.open("catalog/pay.yaml");
    client.replace("catalog/pay.yaml", "identifier: pay", "identifier: cart");
    let diagnostics = client.diagnostics("catalog/pay.yaml");
    assert_eq!(client.rules("catalog/pay.yaml"), Some(vec!["duplicate-entity".to_owned()]));
    let related = &diagnostics[0]["relatedInformation"][0]["location"];
    assert_eq!(related["uri"], json!(client.uri("catalog/cart.yaml")));
    assert_eq!(related["range"]["start"], at(CART, "cart\n  properties"));
    client.close("catalog/pay.yaml");
    client.open("catalog/cart.yaml");
    client.replace("catalog/cart.yaml", "identifier: cart", "identifier: pay");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["duplicate-entity".to_owned()]), "the open file has it");
    client.close("catalog/cart.yaml");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec![]));
}

/// What was there before, and what another program does, is for `portolan lint`.
#[test]
fn what_an_edit_causes_in_a_closed_file_is_shown_there() {
    let mut client = client();
    client.write("catalog/old.yaml", &CART.replace("cart", "old").replace("uses: [pay]", "uses: [gone]"));
    client.open("catalog/pay.yaml");
    assert_eq!((client.rules("catalog/cart.yaml"), client.rules("catalog/old.yaml")), (None, None));
    client.replace("catalog/pay.yaml", "identifier: pay", "identifier: payments");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["dangling-relation".to_owned()]));
    assert_eq!(client.diagnostics("catalog/cart.yaml")[0]["range"]["start"], at(CART, "pay]"));
    assert_eq!(client.rules("catalog/old.yaml"), None, "it was there before");
    // The cause goes, and comes again.
    client.replace("catalog/pay.yaml", "identifier: payments", "identifier: pay");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec![]));
    client.replace("catalog/pay.yaml", "identifier: pay", "identifier: payments");
    client.save("catalog/pay.yaml");
    client.close("catalog/pay.yaml");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["dangling-relation".to_owned()]), "it is on disk now");
    // Another program writes other files, and breaks more of them.
    client.write("catalog/new.yaml", &CART.replace("cart", "new").replace("uses: [pay]", "uses: [gone]"));
    assert_eq!(client.rules("catalog/new.yaml"), None);
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["dangling-relation".to_owned()]), "it stays");
    // An opened file shows all that it has, and a closed one nothing.
    client.open("catalog/cart.yaml");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["dangling-relation".to_owned()]));
    client.close("catalog/cart.yaml");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec![]));
}

/// Deliverers make each check one of all files, which waits for a pause.
#[test]
fn what_the_file_gives_by_itself_is_shown_before_the_rest() {
    let flux = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: own, namespace: flux-system}\nspec: {interval: 1m, \
        url: https://git.example.com/acme/catalog.git, ref: {branch: main}}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
        metadata: {name: catalog, namespace: flux-system}\nspec: {interval: 5m, path: ./catalog, targetNamespace: shop, prune: true, sourceRef: {kind: GitRepository, name: own}}\n";
    let mut client = Client::new(&[
        ("portolan.yaml", "manifests: {include: [\"catalog/**/*.yaml\"]}\n"),
        (".portolan/blueprints/service.json", SERVICE),
        (".portolan/known-entities.txt", "# complete: system\n# complete: service\nsystem\tshop\n_team\tops\n"),
        ("catalog/cart.yaml", CART),
        ("catalog/pay.yaml", PAY),
        ("clusters/flux.yaml", flux),
    ]);
    client.open("catalog/cart.yaml");
    client.replace("catalog/cart.yaml", "uses: [pay]", "uses: [gone]");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["dangling-relation".to_owned()]));
    client.type_text("catalog/cart.yaml", "tier: gold", "tier: silver\n    teir: 1");
    assert_eq!(client.server.pending(), Pending::Short);
    client.idle_once();
    let rules = client.rules("catalog/cart.yaml");
    let expected = ["value-not-allowed", "unknown-property", "dangling-relation"].map(str::to_owned).to_vec();
    assert_eq!(rules, Some(expected.clone()), "before the pause");
    let text = client.text("catalog/cart.yaml").to_owned();
    assert_eq!(client.diagnostics("catalog/cart.yaml")[2]["range"]["start"], at(&text, "gone]"), "it has moved");
    assert_eq!(client.server.pending(), Pending::Long);
    client.idle();
    assert_eq!(client.rules("catalog/cart.yaml"), Some(expected));
}

/// A mapping decides what an entity has, so that only faults of the text do not wait.
#[test]
fn with_a_mapping_faults_of_the_text_are_shown_before_the_rest() {
    let mapping = "resources:\n  - kind: getport.io/v1/entities\n    selector: {query: .spec.blueprint != null}\n    port:\n      entity:\n        mappings:\n          \
        - identifier: .spec.identifier\n            blueprint: .spec.blueprint\n            properties:\n              tier: .spec.properties.tier\n";
    let mut client = Client::new(&[
        ("portolan.yaml", "clusters: {prod: {mapping: platform/exporter.yaml}}\n"),
        ("platform/exporter.yaml", mapping),
        (".portolan/blueprints/service.json", SERVICE),
        (".portolan/known-entities.txt", "# complete: service\n"),
        ("catalog/pay.yaml", &PAY.replace("name: pay", "name: pay\n  namespace: shop")),
    ]);
    client.open("catalog/pay.yaml");
    let before = client.rules("catalog/pay.yaml").expect("it is open");
    client.type_text(
        "catalog/pay.yaml",
        "  title: Payments",
        "  properties: {tier: silver, teir: 1}\n  identifier: pay",
    );
    assert_eq!(client.server.pending(), Pending::Short);
    client.idle_once();
    let new = |client: &Client| -> Vec<String> {
        let rules = client.rules("catalog/pay.yaml").expect("it is open");
        rules.into_iter().filter(|rule| !before.contains(rule)).collect()
    };
    assert_eq!(new(&client), ["duplicate-key"]);
    client.idle();
    assert_eq!(new(&client), ["value-not-allowed", "duplicate-key"], "the mapping leaves `teir` out");
}

#[test]
fn the_config_and_the_snapshot_are_read_again() {
    let mut client = client();
    client.open("catalog/cart.yaml");
    client.replace("catalog/cart.yaml", "tier: gold", "tier: silver");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["value-not-allowed".to_owned()]));
    client.write(".portolan/blueprints/service.json", &SERVICE.replace("\"gold\"", "\"silver\""));
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec![]));
    client.write("portolan.yaml", "manifests: {exclude: [catalog]}\n");
    client.replace("catalog/cart.yaml", "tier: silver", "tier: gold");
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec![]), "it is excluded");
    client.write("portolan.yaml", "# é\nmanifests: {includ: 🚢}\n");
    let errors = client.diagnostics("portolan.yaml");
    assert_eq!((errors.len(), &errors[0]["range"]["start"]), (1, &json!({"line": 1, "character": 12})));
    client.write("portolan.yaml", "");
    assert_eq!(client.rules("portolan.yaml"), Some(vec![]));
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec!["value-not-allowed".to_owned()]));
}

#[test]
fn files_outside_of_any_repository_and_files_that_are_none_are_answered() {
    let outside = tempfile::tempdir().expect("a folder");
    let mut client = client();
    let path = outside.path().join("x [1].yaml");
    std::fs::write(&path, "").expect("it is written");
    let uri = client.uri_of(&path);
    client.open_as(
        &uri,
        "apiVersion: getport.io/v1\nkind: Entitty\nmetadata: {name: a}\nspec: {blueprint: a, identifier: a}\n",
    );
    assert_eq!(client.rules_of(&uri), Some(vec!["unknown-kind".to_owned()]));
    for uri in ["untitled:Untitled-1", "file:///no/such/folder/x.yaml", "git:/a.yaml", "file://server/x.yaml"] {
        client.open_as(uri, CART);
        assert_eq!(client.rules_of(uri), Some(vec![]), "{uri}");
        let answer = client.ask_at("textDocument/hover", uri, &json!({"line": 5, "character": 14}));
        assert!(answer.get("error").is_none(), "{answer}");
    }
}

#[test]
fn hover_definition_and_references_know_the_other_files() {
    let mut client = client();
    client.open("catalog/cart.yaml");
    let uri = client.uri("catalog/cart.yaml");
    let hover = |client: &mut Client, needle: &str| {
        let answer = client.ask_at("textDocument/hover", &uri, &at(CART, needle));
        answer["result"]["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(
        hover(&mut client, "pay]"),
        "**pay** (service)\n\nPayments\n\nDeclared in `catalog/pay.yaml:7`.\n\nNamed in 1 place."
    );
    assert!(hover(&mut client, "tier").starts_with("**tier** (string)"));
    assert!(hover(&mut client, "shop").contains("In the catalog"));
    let definition = |client: &mut Client, needle: &str| {
        let answer = client.ask_at("textDocument/definition", &uri, &at(CART, needle));
        let location = answer["result"][0].clone();
        (location["uri"].as_str().unwrap_or_default().to_owned(), location["range"]["start"].clone())
    };
    assert_eq!(definition(&mut client, "pay]"), (client.uri("catalog/pay.yaml"), at(PAY, "pay\n  title")));
    let blueprint = client.uri(".portolan/blueprints/service.json");
    assert_eq!(definition(&mut client, "service"), (blueprint.clone(), at(SERVICE, "\"identifier\"")));
    assert_eq!(definition(&mut client, "tier"), (blueprint.clone(), at(SERVICE, "\"tier\"")));
    assert_eq!(definition(&mut client, "uses"), (blueprint, at(SERVICE, "\"uses\"")));
    let mut params = json!({"textDocument": {"uri": uri}, "position": at(CART, "pay]")});
    params["context"] = json!({"includeDeclaration": true});
    let answer = client.ask("textDocument/references", params);
    assert_eq!(answer["result"].as_array().map(Vec::len), Some(2), "{answer}");
    // A place in a text that was just changed is one of that text.
    client.type_text("catalog/cart.yaml", "apiVersion", "# new\napiVersion");
    let answer = client.ask_at("textDocument/definition", &uri, &json!({"line": 7, "character": 15}));
    assert_eq!(answer["result"][0]["range"]["start"], json!({"line": 7, "character": 14}), "{answer}");
}

#[test]
fn a_rename_edits_every_file_as_the_editor_has_it() {
    let mut client = client();
    client.open("catalog/cart.yaml");
    client.replace("catalog/cart.yaml", "uses: [pay]", "uses: [x, pay]");
    let text = CART.replace("uses: [pay]", "uses: [x, pay]");
    let (uri, pay) = (client.uri("catalog/cart.yaml"), client.uri("catalog/pay.yaml"));
    let place = at(&text, "pay]");
    let prepared = client.ask_at("textDocument/prepareRename", &uri, &place);
    assert_eq!((&prepared["result"]["placeholder"], &prepared["result"]["range"]["start"]), (&json!("pay"), &place));
    let rename = |client: &mut Client, to: &str| {
        let params = json!({"textDocument": {"uri": uri}, "position": place, "newName": to});
        client.ask("textDocument/rename", params)
    };
    let edits = rename(&mut client, "till")["result"]["changes"].clone();
    assert_eq!(edits[&uri], json!([{"range": {"start": place, "end": at(&text, "]\n")}, "newText": "till"}]));
    let texts: Vec<&str> =
        edits[&pay].as_array().expect("edits").iter().filter_map(|edit| edit["newText"].as_str()).collect();
    assert_eq!(texts, ["  annotations:\n    portolan.dev/renamed-from: pay\n", "till"]);
    for (to, words) in [("cart", "exists already"), ("a b", "`a b`"), ("pay", "already")] {
        let error = rename(&mut client, to)["error"].clone();
        assert_eq!(error["code"], -32803, "{error}");
        assert!(error["message"].as_str().is_some_and(|message| message.contains(words)), "{error}");
    }
    let nothing = client.ask_at("textDocument/prepareRename", &uri, &at(&text, "note"));
    assert_eq!(nothing["result"], Json::Null);
}

#[test]
fn completion_and_symbols_are_converted() {
    let mut client = client();
    client.open("catalog/cart.yaml");
    client.replace("catalog/cart.yaml", "[pay]", "[pay, ]");
    let text = CART.replace("[pay]", "[pay, ]");
    let uri = client.uri("catalog/cart.yaml");
    let answer = client.ask_at("textDocument/completion", &uri, &at(&text, "]"));
    assert_eq!(answer["result"]["items"][0]["label"], "cart", "{answer}");
    assert_eq!(answer["result"]["items"][0]["textEdit"]["range"]["start"], at(&text, "]"));
    let answer = client.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}}));
    assert_eq!(answer["result"][0]["name"], "cart", "{answer}");
    assert_eq!(answer["result"][0]["children"][1]["selectionRange"]["start"], at(&text, "note"));
    let answer = client.ask("workspace/symbol", json!({"query": "SERVICE/p"}));
    assert_eq!(answer["result"][0]["location"]["uri"], json!(client.uri("catalog/pay.yaml")), "{answer}");
}

#[test]
fn fixes_and_ignores_are_offered_and_work() {
    let mut client = client();
    client.open("catalog/cart.yaml");
    client.replace("catalog/cart.yaml", "tier: gold", "teir: gold");
    let uri = client.uri("catalog/cart.yaml");
    let position = at(CART, "tier");
    let range = json!({"start": position, "end": position});
    let diagnostics = client.diagnostics("catalog/cart.yaml");
    let params = json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": diagnostics}});
    let answer = client.ask("textDocument/codeAction", params);
    let titles: Vec<&str> =
        answer["result"].as_array().expect("actions").iter().filter_map(|it| it["title"].as_str()).collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert_eq!(answer["result"][0]["diagnostics"][0]["code"], "unknown-property");
    let (fix, ignore) = (answer["result"][0].clone(), answer["result"][1].clone());
    client.apply("catalog/cart.yaml", &ignore);
    assert_eq!(client.rules("catalog/cart.yaml"), Some(vec![]));
    assert!(client.text("catalog/cart.yaml").contains("    # portolan: ignore[unknown-property]\n    teir: gold"));
    client.set("catalog/cart.yaml", &CART.replace("tier: gold", "teir: gold"));
    client.apply("catalog/cart.yaml", &fix);
    assert_eq!(client.text("catalog/cart.yaml"), CART);
}

#[test]
fn the_life_of_the_server_is_that_of_the_protocol() {
    let mut client = Client::uninitialized(&[]);
    assert_eq!(client.ask("textDocument/hover", json!({}))["error"]["code"], -32002);
    client.initialize(&json!({"general": {"positionEncodings": ["utf-8", "utf-16"]}}));
    let answer = client.ask("initialize", json!({"capabilities": {}}));
    assert_eq!(answer["error"]["code"], -32600);
    assert_eq!(client.ask("no/such", json!({}))["error"]["code"], -32601);
    assert_eq!(client.ask("textDocument/hover", json!({"textDocument": 1}))["error"]["code"], -32602);
    client.notify(
        "textDocument/didChange",
        json!({"textDocument": {"uri": "file:///x", "version": 1}, "contentChanges": []}),
    );
    client.notify("no/such", json!({}));
    for odd in [json!(1), json!([]), json!({"id": 1}), json!({"id": {}, "method": "x"}), json!({"method": 1})] {
        assert_eq!(client.send(odd.clone())[0]["error"]["code"], -32600, "{odd}");
    }
    assert_eq!(client.server.exit(), Exit::Findings, "without `shutdown`");
    assert_eq!(client.ask("shutdown", Json::Null)["result"], Json::Null);
    assert_eq!(client.ask("textDocument/hover", json!({}))["error"]["code"], -32600);
    client.notify("exit", Json::Null);
    assert!(client.server.has_ended());
    assert_eq!(client.server.exit(), Exit::Success);
}

#[test]
fn a_config_that_cannot_be_used_is_reported_and_every_question_answered() {
    let mut client = Client::new(&[("portolan.yaml", "manifests: {include: [\"a{\"]}\n"), ("a.yaml", CART)]);
    client.open("a.yaml");
    for method in ["textDocument/hover", "textDocument/completion", "textDocument/definition"] {
        let answer = client.ask_at(method, &client.uri("a.yaml"), &at(CART, "tier"));
        assert_eq!(answer["result"], Json::Null, "{answer}");
    }
    client.replace("a.yaml", "gold", "silver");
    client.write("portolan.yaml", "rules: {unknown-blueprint: error}\n");
    assert_eq!(client.rules("a.yaml").map(|rules| rules.is_empty()), Some(true), "without a snapshot");
}

#[test]
fn typing_in_a_file_of_another_tool_checks_nothing() {
    let mut client = client();
    client.open("catalog/cart.yaml");
    client.open_as(&client.uri(".github/workflows/ci.yaml"), "on: push\n");
    client.type_text(".github/workflows/ci.yaml", "push", "pull_request");
    client.idle();
    let project = client.server.state.projects.iter().next().expect("a project").1;
    assert!(!project.is_slow());
}

#[test]
fn each_config_of_a_monorepo_applies_to_its_own_files() {
    let manifest =
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: a}\nspec: {blueprint: a, identifier: a, title: A}\n";
    let mut client = Client::new(&[
        ("one/portolan.yaml", "rules: {foreign-field: error}\n"),
        ("one/a.yaml", manifest),
        ("two/portolan.yaml", "rules: {foreign-field: info}\n"),
        ("two/a.yaml", manifest),
        ("three/a.yaml", manifest),
    ]);
    for path in ["one/a.yaml", "two/a.yaml", "three/a.yaml"] {
        client.open(path);
    }
    let severities = |path: &str| {
        client.diagnostics(path).iter().map(|it| it["severity"].as_u64().unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!((severities("one/a.yaml"), severities("two/a.yaml")), (vec![1], vec![3]));
    assert_eq!(severities("three/a.yaml"), [0; 0], "no config applies to it");
}
