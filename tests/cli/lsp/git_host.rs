//! Tests that an editor shows of a bare entity file what `portolan lint` reports, on every Git host, and that it finds names
//! as the app of the host reads them.

use serde_json::{Value, json};

use super::Server;
use crate::cli::git_host::{GITHUB, GITLAB, move_to, shop};
use crate::cli::run;
use crate::testkit::Repo;

/// The rule and the line of each finding of `port.yml`.
fn linted(repo: &Repo) -> Vec<String> {
    let report: Value = serde_json::from_str(&run(repo, "lint --output json").results).expect("JSON");
    let findings = report["findings"].as_array().expect("a list").iter();
    let mut found: Vec<String> =
        findings.map(|it| format!("{} {} {}", it["start"]["line"], it["rule"], it["message"])).collect();
    found.sort();
    found
}

/// The file, open in a new server.
fn open(repo: &Repo) -> (Server, String, Vec<String>) {
    let mut server = Server::start(repo);
    server.initialize(repo);
    let uri = format!("file://{}/port.yml", repo.path().display());
    let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": repo.read("port.yml")});
    server.notify("textDocument/didOpen", &json!({"textDocument": document}));
    let published = server.wait_for(|message| message["method"] == "textDocument/publishDiagnostics");
    let diagnostics = published["params"]["diagnostics"].as_array().expect("a list").iter();
    let line = |it: &Value| it["range"]["start"]["line"].as_u64().expect("a line") + 1;
    let mut found: Vec<String> =
        diagnostics.map(|it| format!("{} {} {}", line(it), it["code"], it["message"])).collect();
    found.sort();
    (server, uri, found)
}

#[test]
fn an_editor_shows_what_lint_reports_on_every_host() {
    let repo = shop(GITHUB, "  replicas: 010\n  country: no\n  public: 1_000\n");
    let mut counts = Vec::new();
    for remote in [GITHUB, GITLAB, "https://git.acme.example/acme/shop"] {
        move_to(&repo, remote);
        let (server, _, shown) = open(&repo);
        let reported = linted(&repo);
        assert_eq!(shown.len(), reported.len(), "{remote}: {shown:#?} {reported:#?}");
        for (shown, reported) in shown.iter().zip(&reported) {
            // An editor shows the help after the message.
            assert!(shown.starts_with(reported.trim_end_matches('"')), "{remote}: {shown} {reported}");
        }
        counts.push(reported.len());
        server.end();
    }
    assert_eq!(counts, [2, 5, 5]);
}

#[test]
fn an_editor_finds_names_as_the_app_of_the_host_reads_them() {
    let repo = shop(GITHUB, "");
    repo.write(
        "port.yml",
        "- {identifier: no, blueprint: service}\n- identifier: shop\n  blueprint: service\n  relations:\n    uses: [no]\n",
    );
    for (remote, is_name) in [(GITHUB, true), (GITLAB, false)] {
        move_to(&repo, remote);
        let (mut server, uri, _) = open(&repo);
        let file = json!({"uri": uri});
        let at = json!({"textDocument": file, "position": {"line": 4, "character": 11}});
        let definition = server.ask(10, "textDocument/definition", &at)["result"].take();
        assert_eq!(definition[0]["range"]["start"]["line"] == 0, is_name, "{remote}: {definition}");
        let hover = server.ask(11, "textDocument/hover", &at)["result"].take();
        let text = hover["contents"]["value"].as_str().unwrap_or_default();
        assert_eq!(text.contains("port.yml:1"), is_name, "{remote}: {hover}");
        let symbols = server.ask(12, "textDocument/documentSymbol", &json!({"textDocument": file}))["result"].take();
        let name = if is_name { "no" } else { "(no identifier)" };
        assert_eq!(symbols[0]["name"], name, "{remote}: {symbols}");
        let rename = json!({"textDocument": file, "position": at["position"], "newName": "on"});
        let renamed = server.ask(13, "textDocument/rename", &rename)["result"].take();
        let edits = renamed["changes"][&uri].as_array().map_or(0, Vec::len);
        assert_eq!(edits, if is_name { 2 } else { 0 }, "{remote}: {renamed}");
        if is_name {
            assert_eq!(renamed["changes"][&uri][0]["newText"], "\"on\"", "{renamed}");
        }
        server.end();
    }
}
