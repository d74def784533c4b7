//! Random work of an editor: the server has the editor's text, what it publishes is what `portolan lint` says of the open
//! files, and no question at any place is too strange.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};

use super::client::{Client, repository, write};
use super::{CART, PAY, SERVICE};
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::request::Request;
use crate::commands::lint::run::{LintResult, lint};
use crate::commands::lint::unlisted_place;
use crate::commands::rule_names;
use crate::commands::workspace::git::Git;
use crate::commands::workspace::open::Workspace;
use crate::domain::finding::Finding;
use crate::domain::progress::Silent;
use crate::editor::lines::{Lines, Units};
use crate::generated_cases;
use crate::report::positions::Files;
use crate::settings::{self, Environment};

const PATHS: [&str; 6] =
    ["catalog/cart.yaml", "catalog/pay.yaml", "catalog/new.yaml", "catalog/é 1.yaml", "other/x.yaml", "port.yml"];

/// What is typed or pasted.
const PIECES: [&str; 22] = [
    "",
    " ",
    "\n",
    "\r\n",
    "\r",
    "  ",
    ":",
    "- ",
    "🚢",
    "é",
    "\u{feff}",
    "identifier: pay",
    "uses: [pay, gone]",
    "teir: gold",
    "tier: on",
    "# portolan: ignore[unknown-property]\n",
    "\n---\n",
    "&a ",
    "*a",
    "\t",
    "\"",
    "{",
];

const TEXTS: [&str; 8] = [
    CART,
    PAY,
    "blueprint: service\nidentifier: cart\nrelations: {uses: [pay, gone], system: shop}\nteam: ops\n",
    "\u{feff}blueprint: service\r\nidentifier: é🚢\r\nproperties:\r\n  teir: 🚢\r\n  tier: on\r\n",
    "blueprint: service\nidentifier: [x\n",
    "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: pay}\nspec:\n  blueprint: service\n  identifier: Pay\n  properties:\n    # portolan: ignore[unknown-property]\n    nope: 1\n",
    "",
    "a: 1\n---\nblueprint: nix\nidentifier: x\ntoken: ghp_0123456789abcdefghijABCDEFGHIJ012345\n",
];

#[derive(Debug, Clone)]
enum Step {
    Open(usize),
    Close(usize),
    Save(usize),
    Edit { path: usize, from: (u32, u32), to: (u32, u32), piece: usize },
    Paste { path: usize, text: usize },
    WriteOnDisk { path: usize, text: usize },
    Delete(usize),
    Ask { path: usize, method: usize, at: (u32, u32) },
}

const METHODS: [&str; 8] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/documentSymbol",
    "textDocument/codeAction",
];

fn step() -> impl Strategy<Value = Step> {
    let path = 0..PATHS.len();
    let place = (0..16_u32, 0..30_u32);
    prop_oneof![
        3 => path.clone().prop_map(Step::Open),
        1 => path.clone().prop_map(Step::Close),
        1 => path.clone().prop_map(Step::Save),
        8 => (path.clone(), place.clone(), (0..2_u32, 0..8_u32), 0..PIECES.len()).prop_map(|(path, from, more, piece)| {
            Step::Edit { path, from, to: (from.0 + more.0, if more.0 == 0 { from.1 + more.1 } else { more.1 }), piece }
        }),
        2 => (path.clone(), 0..TEXTS.len()).prop_map(|(path, text)| Step::Paste { path, text }),
        2 => (path.clone(), 0..TEXTS.len()).prop_map(|(path, text)| Step::WriteOnDisk { path, text }),
        1 => path.clone().prop_map(Step::Delete),
        6 => (path, 0..METHODS.len(), place).prop_map(|(path, method, at)| Step::Ask { path, method, at }),
    ]
}

fn place((line, character): (u32, u32)) -> Json {
    json!({"line": line, "character": character})
}

fn take(client: &mut Client, step: &Step) {
    match *step {
        Step::Open(path) if !client.is_open(PATHS[path]) => client.open(PATHS[path]),
        Step::Close(path) if client.is_open(PATHS[path]) => client.close(PATHS[path]),
        Step::Save(path) if client.is_open(PATHS[path]) => client.save(PATHS[path]),
        Step::Edit { path, from, to, piece } if client.is_open(PATHS[path]) => {
            client.change(PATHS[path], json!({"start": place(from), "end": place(to)}), PIECES[piece]);
            assert_eq!(client.text_of_server(PATHS[path]), client.text(PATHS[path]));
        }
        Step::Paste { path, text } if client.is_open(PATHS[path]) => client.set(PATHS[path], TEXTS[text]),
        // An editor would ask before it overwrites what it has open.
        Step::WriteOnDisk { path, text } if !client.is_open(PATHS[path]) => client.write(PATHS[path], TEXTS[text]),
        Step::Delete(path) if !client.is_open(PATHS[path]) => client.delete(PATHS[path]),
        Step::Ask { path, method, at } => {
            let position = place(at);
            let mut params = json!({
                "textDocument": {"uri": client.uri(PATHS[path])}, "position": position,
                "range": {"start": position, "end": position},
                "context": {"includeDeclaration": true, "diagnostics": [], "only": ["quickfix", "source"]},
                "newName": "basket",
            });
            if METHODS[method] == "textDocument/completion" {
                params["context"] = json!({"triggerKind": 1});
            }
            let answer = client.ask(METHODS[method], params);
            // A rename that a person must decide is refused with a reason.
            let is_refused = METHODS[method] == "textDocument/rename" && answer["error"]["code"] == -32803;
            assert!(answer.get("error").is_none() || is_refused, "{answer}");
            client.idle();
        }
        _ => {}
    }
}

/// The findings of `portolan lint FILES` for the open files, and those of `portolan lint`, in a folder that has the open
/// texts on disk.
fn linted(client: &Client) -> (BTreeSet<String>, BTreeSet<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    repository(folder.path());
    copy(client.root(), folder.path());
    let mut paths = Vec::new();
    for path in PATHS.iter().filter(|path| client.is_open(path)) {
        write(folder.path(), path, client.text(path));
        paths.push(folder.path().join(path));
    }
    let environment = Environment::new([], folder.path().to_owned(), 1_700_000_000);
    let settings = settings::resolve(&settings::Request::default(), &environment, &rule_names()).expect("settings");
    let git = Git::new(&settings, &environment);
    let workspace = Workspace::of_work_tree(&settings, &git).expect("a pattern");
    let config = LintConfig::of(&workspace, &environment);
    let include = unlisted_place(&settings);
    let request = Request { paths, force_exclude: true, include: include.as_deref(), ..config.whole() };
    let is_nothing_open = request.paths.is_empty();
    let named = lint(&request, &Silent).expect("it is linted");
    // With names, files that the config does not include are left out.
    let whole = Request { include: include.as_deref(), ..config.whole() };
    let whole = lint(&whole, &Silent).expect("it is linted");
    let is_unlisted = |finding: &&Finding| {
        finding.rule.name == "unlisted-manifest" && client.is_open(whole.texts.path(finding.place.file))
    };
    let unlisted = whole.findings.iter().filter(is_unlisted).map(|finding| (finding, &whole));
    let findings = named.findings.iter().filter(|finding| finding.rule.name != "unlisted-manifest");
    let line = |finding: &Finding, linted: &LintResult| {
        let file = finding.place.file;
        let text = linted.texts.text(file).unwrap_or_default();
        let path = linted.texts.path(file);
        // The text of the editor has its mark.
        let whole = if client.is_open(path) { client.text(path) } else { text };
        let (start, _) = Lines::new(whole, Units::Utf16).range(finding.place.span);
        format!("{} {}:{} {}", client.uri(path), start.line, start.character, finding.rule.name)
    };
    let all = whole.findings.iter().map(|finding| line(finding, &whole)).collect();
    let shown = findings.map(|finding| (finding, &named)).chain(unlisted);
    let shown = shown.map(|(finding, linted)| line(finding, linted)).filter(|_| !is_nothing_open);
    (shown.collect(), all)
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("it can be listed") {
        let entry = entry.expect("it can be listed");
        if entry.file_name() == ".git" {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("it is copied");
        }
    }
}

fn published(client: &Client) -> BTreeSet<String> {
    let line = |uri: &String, it: &Json| {
        let start = &it["range"]["start"];
        format!("{uri} {}:{} {}", start["line"], start["character"], it["code"].as_str().unwrap_or_default())
    };
    let shown: BTreeMap<String, Vec<Json>> = client.shown();
    shown.iter().flat_map(|(uri, all)| all.iter().map(move |it| line(uri, it))).collect()
}

fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("portolan.yaml", "manifests: {include: [\"catalog/**/*.yaml\", \"**/port.yml\"]}\n"),
        (".portolan/blueprints/service.json", SERVICE),
        (".portolan/known-entities.txt", "# complete: system\n# complete: service\nsystem\tshop\n_team\tops\n"),
        (PATHS[0], CART),
        (PATHS[1], PAY),
    ]
}

#[test]
fn what_is_published_is_what_lint_says() {
    check(120, &files());
}

/// Rules about deliverers look at every file.
#[test]
fn the_same_holds_beside_deliverers() {
    let flux = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: own, namespace: flux-system}\nspec: {interval: 1m, \
        url: https://git.example.com/acme/catalog.git, ref: {branch: main}}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
        metadata: {name: catalog, namespace: flux-system}\nspec: {interval: 5m, path: ./catalog, prune: true, sourceRef: {kind: GitRepository, name: own}}\n";
    check(60, &[files(), vec![("clusters/flux.yaml", flux)]].concat());
}

fn check(cases: u32, files: &[(&str, &str)]) {
    let mut runner = TestRunner::new(generated_cases::config(cases));
    let steps = proptest::collection::vec(step(), 1..24);
    runner
        .run(&steps, |steps| {
            let mut client = Client::new(files);
            let (_, at_first) = linted(&client);
            for step in &steps {
                take(&mut client, step);
                // A file that lint does not list is read as it was saved.
                let is_unsaved = |path: &&&str| {
                    let on_disk = fs::read_to_string(client.root().join(path)).unwrap_or_default();
                    client.is_open(path) && client.text(path) != on_disk
                };
                if PATHS[4..5].iter().any(|path| is_unsaved(&path)) {
                    continue;
                }
                let (published, (about_open, all)) = (published(&client), linted(&client));
                prop_assert_eq!(
                    published.intersection(&about_open).count(),
                    about_open.len(),
                    "{:?}: {:?} {:?}",
                    step,
                    published,
                    about_open
                );
                for line in published.difference(&about_open) {
                    let is_open = PATHS
                        .iter()
                        .any(|path| client.is_open(path) && line.starts_with(&format!("{} ", client.uri(path))));
                    prop_assert!(!is_open && all.contains(line) && !at_first.contains(line), "{:?}: {}", step, line);
                }
            }
            Ok(())
        })
        .expect("the law holds");
}

#[test]
fn each_ignore_that_is_offered_silences_its_finding() {
    for text in TEXTS {
        let mut client = Client::new(&files());
        client.open(PATHS[2]);
        client.set(PATHS[2], text);
        let uri = client.uri(PATHS[2]);
        let range = json!({"start": place((0, 0)), "end": place((99, 0))});
        let params = json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": client.diagnostics(PATHS[2])}});
        let answer = client.ask("textDocument/codeAction", params);
        for action in answer["result"].as_array().expect("actions") {
            let is_ignore = action["title"].as_str().is_some_and(|title| title.starts_with("Ignore "));
            let Some(silenced) = action["diagnostics"][0]["code"].as_str().filter(|_| is_ignore) else { continue };
            let count =
                |client: &Client| client.rules(PATHS[2]).iter().flatten().filter(|rule| *rule == silenced).count();
            let before = count(&client);
            client.apply(PATHS[2], action);
            assert!(count(&client) < before, "{silenced} stays in {}", client.text(PATHS[2]));
            client.set(PATHS[2], text);
        }
    }
}
