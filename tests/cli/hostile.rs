//! Tests hostile texts at every place where text enters the real binary: manifests, blueprints, the config, file names,
//! Git, arguments, the environment. Nothing that it prints controls a terminal or a CI runner.

use std::ffi::OsString;

use serde_json::json;

use crate::hostile_texts::{CORPUS, markdown_faults, runner_faults, terminal_faults};
use crate::testkit::{Repo, portolan};

/// File names.
const NAMES: &[&str] = &[
    "::error::owned.yaml",
    "##[error]owned.yaml",
    "##vso[task.complete]x.yaml",
    "a\u{1b}[2Jb.yaml",
    "a\n::error::b.yaml",
    "a\rb.yaml",
    "\u{202e}b.yaml",
    "a\u{2028}b.yaml",
    "a`|<b>@team.yaml",
    "\u{9b}2J.yaml",
];

/// A YAML scalar for any text.
fn yaml(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | ':' | '#' | '[' | ']' | '`' | '|' | '<' | '>' | '@' | '-' => {
            c.to_string()
        }
        c => format!("\\U{:08x}", u32::from(c)),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn manifest(name: &str, text: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec:\n  blueprint: service\n  identifier: \
         {name}\n  title: {}\n  team: [{}]\n  properties:\n    language: {}\n    {}: 1\n  relations:\n    system: {}\n",
        yaml(text),
        yaml(text),
        yaml(&format!("{text}\n{text}")),
        yaml(text),
        yaml(text)
    )
}

/// A repository with a text at every place that a stranger could control.
fn repository(text: &str, file: &str) -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", "scope: acme/shop\nmanifests: {include: [\"catalog/**/*.yaml\"]}\n");
    repo.write(".gitignore", ".portolan/local.db*\n");
    let service = json!({"identifier": "service", "title": text, "description": text, "schema": {"properties": {
        "language": {"type": "string", "title": text, "description": text},
        "kind": {"type": "string", "enum": [text, "x"], "default": text, "description": text},
        text: {"type": "string", "description": text}}, "required": ["kind"]},
        "relations": {"system": {"title": text, "description": text, "target": "system", "required": false, "many": false}}});
    let system =
        json!({"identifier": "system", "title": text, "schema": {"properties": {}, "required": []}, "relations": {}});
    repo.write(".portolan/blueprints/service.json", service.to_string());
    repo.write(".portolan/blueprints/system.json", system.to_string());
    repo.write("catalog/cart.yaml", manifest("cart", text));
    repo.write("catalog/raw.yaml", format!("{}x: {text}\n    {text}\n  {text}\n", manifest("raw", "plain")));
    repo.write(
        "catalog/fixable.yaml",
        format!("# {text}\nblueprint: service\nidentifier: fix\nproperties:\n  language: 1.10 # {text}\n"),
    );
    if !file.contains('\0') {
        repo.write(&format!("catalog/{file}"), manifest("named", text));
    }
    let name: String = text.chars().filter(|c| !matches!(c, '\0' | '<' | '>')).take(60).collect();
    let words = if name.trim().is_empty() { "nothing" } else { name.as_str() };
    repo.git(&["init", "--quiet"]);
    repo.git(&["add", "--all"]);
    let author = format!("--author=x {} <a@example.com>", words.replace('\n', " "));
    repo.git(&["commit", "--quiet", "--allow-empty-message", "--no-verify", &author, "--message", words]);
    repo
}

/// Runs portolan once, and checks what it printed.
#[track_caller]
fn check(repo: &Repo, arguments: &[&str], variables: &[(&str, &str)], is_github: bool) -> String {
    let fits = |text: &str| !text.contains('\0');
    if !arguments.iter().all(|it| fits(it)) || !variables.iter().all(|(_, value)| fits(value)) {
        return String::new();
    }
    let mut shown = String::new();
    for paints in [false, true] {
        let mut command = portolan(repo);
        if paints {
            command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1");
        }
        command.args(arguments.iter().map(OsString::from)).envs(variables.iter().copied());
        let output = command.timeout(std::time::Duration::from_secs(60)).output().expect("the binary runs");
        for (stream, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
            let text = String::from_utf8(bytes).expect("what portolan says is UTF-8");
            // CRLF line endings and tabs are allowed in a diff.
            let bare = text.replace("\r\n", "\n").replace('\t', " ");
            let faults = [terminal_faults(&bare, paints), runner_faults(&text, is_github)].concat();
            assert!(faults.is_empty(), "{arguments:?} {variables:?} {stream}: {faults:#?}\n{text}");
            assert!(!text.contains("panicked"), "{arguments:?}: {text}");
            if stream == "stdout" && !paints {
                shown = text;
            }
        }
        assert!(output.status.code().is_some_and(|code| code != 70), "{arguments:?} {variables:?}: {shown}");
    }
    shown
}

#[test]
#[ignore = "slow"]
fn nothing_that_is_printed_is_obeyed() {
    // One text with everything; a long run also tests the whole corpus, one text at a time.
    let all = [
        "x\r::error::a\n##[group]b ##vso[c]\u{1b}[2J\u{1b}[8m\u{9b}1m\u{202e}\u{2028}::error::d\u{85}`|</details>@team",
    ];
    let is_long = crate::generated_cases::cases(1) > 1;
    let corpus = if is_long { CORPUS } else { &[] };
    for (at, text) in all.iter().chain(corpus).enumerate() {
        let repo = repository(text, NAMES[at % NAMES.len()]);
        lint(&repo);
        plan(&repo, text);
        others(&repo, text);
        errors(&repo, text);
    }
}

fn lint(repo: &Repo) {
    for format in ["text", "concise", "github"] {
        check(repo, &["lint", "--output", format], &[], format == "github");
    }
    for format in ["json", "sarif", "gitlab"] {
        let text = check(repo, &["lint", "--output", format], &[], false);
        serde_json::from_str::<serde_json::Value>(&text).expect(format);
    }
    let text = check(repo, &["lint", "--output", "junit"], &[], false);
    roxmltree::Document::parse(&text).expect("XML");
    let text = check(repo, &["lint", "--output", "markdown"], &[], false);
    assert_eq!(markdown_faults(&text), Vec::<String>::new());
    check(repo, &["lint"], &[("GITHUB_ACTIONS", "true")], true);
    check(repo, &["lint", "--fix", "--diff"], &[], false);
}

fn plan(repo: &Repo, text: &str) {
    // Lint errors prevent a plan, so both are tested.
    for format in ["text", "json", "markdown", "summary"] {
        check(repo, &["--catalog", "local", "diff", "--output", format], &[], false);
    }
    for name in ["raw.yaml", "fixable.yaml"] {
        repo.remove(&format!("catalog/{name}"));
    }
    let good = format!(
        "blueprint: service\nidentifier: good\ntitle: {0}\nproperties:\n  language: {0}\n  kind: {0}\n",
        yaml(text)
    );
    repo.write("catalog/cart.yaml", good);
    for format in ["text", "json", "markdown", "summary"] {
        let text = check(repo, &["--catalog", "local", "diff", "--full", "--output", format], &[], false);
        match format {
            "json" => drop(serde_json::from_str::<serde_json::Value>(&text).expect("JSON")),
            "markdown" => assert_eq!(markdown_faults(&text), Vec::<String>::new()),
            _ => {}
        }
    }
    for format in ["text", "json", "markdown", "junit"] {
        check(repo, &["--catalog", "local", "push", "--output", format], &[], false);
    }
    check(repo, &["--catalog", "local", "pull", "--dry-run"], &[], false);
    check(repo, &["--catalog", "local", "pull", "--output", "json"], &[], false);
}

fn others(repo: &Repo, text: &str) {
    let schema = check(repo, &["schema", "manifest"], &[], false);
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    assert!(text.is_empty() || text.trim() != text || has_text(&schema, text), "{text:?} is not in the schema");
    check(repo, &["new", "service", "made", "--stdout", "--no-input"], &[], false);
    check(
        repo,
        &["new", "service", "made", "--stdout", "--no-input", "--set", &format!("language={text}\n{text}")],
        &[],
        false,
    );
    check(repo, &["new", "service", text, "--stdout", "--no-input", "--title", text], &[], false);
    check(repo, &["config"], &[], false);
    check(repo, &["config", "--output", "json"], &[], false);
    check(repo, &["init", "--dry-run", "--scope", text], &[], false);
}

fn has_text(json: &serde_json::Value, text: &str) -> bool {
    match json {
        serde_json::Value::String(own) => own.contains(text),
        serde_json::Value::Array(items) => items.iter().any(|item| has_text(item, text)),
        serde_json::Value::Object(all) => all.iter().any(|(key, value)| key.contains(text) || has_text(value, text)),
        _ => false,
    }
}

/// Errors with the text in an argument, in a variable, or in the config.
fn errors(repo: &Repo, text: &str) {
    let joined = format!("--{text}");
    let set = format!("{text}=x");
    let store = format!("no-such-folder/{text}");
    for arguments in [
        vec![text],
        vec![&joined],
        vec!["explain", text],
        vec!["schema", text],
        vec!["completions", text],
        vec!["man", text],
        vec!["lint", text],
        vec!["lint", "--output", text],
        vec!["lint", "--since", text],
        vec!["lint", "--rule", &set],
        vec!["lint", "--baseline", text],
        vec!["lint", "--stdin-filename", text],
        vec!["-C", text, "lint"],
        vec!["--config", text, "lint"],
        vec!["--target", text, "lint"],
        vec!["--catalog", text, "diff"],
        vec!["--color", text, "lint"],
        vec!["diff", "--base", text],
        vec!["diff", "--ref", text],
        vec!["diff", "--only", text],
        vec!["push", "--plan", text],
        vec!["push", "--approve", text],
        vec!["pull", "--entities", text],
        vec!["new", text],
        vec!["new", "service", "x", "--no-input", "--set", &set],
        vec!["new", "service", "x", "--no-input", "--relation", &set],
        vec!["new", "service", "x", "--no-input", "--file", text],
        vec!["serve", "--store", &store],
        vec!["serve", "--listen", text],
        vec!["serve", "--seed", text],
    ] {
        check(repo, &arguments, &[], false);
    }
    for name in
        ["PORTOLAN_CATALOG", "PORT_BASE_URL", "PORTOLAN_SCOPE", "PORTOLAN_TARGET", "PORTOLAN_CONFIG", "PORTOLAN_COLOR"]
    {
        check(repo, &["diff"], &[(name, text)], false);
        check(repo, &["config"], &[(name, text)], false);
    }
    for config in [
        format!("scope: {}\n", yaml(text)),
        format!("{}: 1\nscope: acme/shop\n", yaml(text)),
        format!("scope: acme/shop\ncatalog: {}\n", yaml(text)),
        format!("scope: acme/shop\nmanifests: {{include: [{}]}}\n", yaml(text)),
        format!("scope: acme/shop\ntargets: {{{}: {{catalog: eu}}}}\nplatform: x\n", yaml(text)),
        format!("scope: acme/shop\nrules: {{{}: error}}\n", yaml(text)),
        format!("scope: acme/shop\n{text}\n  {text}: 1\n"),
    ] {
        repo.write("portolan.yaml", config);
        check(repo, &["lint"], &[], false);
        check(repo, &["config"], &[], false);
    }
}
