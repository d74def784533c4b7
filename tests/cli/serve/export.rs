//! Tests `serve --export`: files that link to each other, the same ones each time, and nothing else touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::preview::{branch, done};
use super::server::Server;
use crate::cli::{run, run_with};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

/// The files below a folder by their paths.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("it is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    found
}

/// The file that a link of a page leads to.
fn target(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split(['?', '#']).next().unwrap_or_default().split('/') {
        match part {
            ".." => drop(parts.pop().expect("it stays inside")),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn assert_linked(files: &BTreeMap<String, String>) {
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        let attributes = ["href=\"", "src=\"", "action=\""].iter().flat_map(|name| text.split(name).skip(1));
        for link in attributes.filter_map(|rest| rest.split('"').next()) {
            if link.starts_with('#') || link.starts_with("https://") || link.starts_with("data:") {
                continue;
            }
            assert!(!link.starts_with('/') && files.contains_key(&target(path, link)), "{path}: {link}");
        }
    }
}

#[test]
fn an_export_is_whole_and_the_same_each_time() {
    let repo = branch();
    let server = Server::of(&repo, "");
    let secret = json!({"identifier": "secret", "properties": {"apiToken": "q7Zk2mXw9Lr4Tn8v"}});
    server.gives("POST", "/v1/blueprints/service/entities", &secret);
    drop(server);
    done(run(&repo, "serve --export site"));
    let first = files(&repo.path().join("site"));
    assert_linked(&first);
    let cart = &first["blueprints/service/entities/cart.html"];
    assert!(
        cart.contains("Content-Security-Policy") && !cart.contains("<script>") && !cart.contains(" ago<"),
        "{cart}"
    );
    assert!(!first.values().any(|text| text.contains("2mXw9")), "a masked value is in a file");
    let index = &first["search-index.js"];
    assert!(index.starts_with("globalThis.portolanIndex = [") && index.contains("\"Cart\""), "{index}");
    done(run(&repo, "serve --export site"));
    assert_eq!(files(&repo.path().join("site")), first);
    // What another export wrote goes, what somebody added stays.
    repo.write("site/CNAME", "catalog.example");
    done(run(&repo, "serve --preview --base main --export site"));
    let second = files(&repo.path().join("site"));
    assert_linked(&second);
    assert!(
        second.contains_key("CNAME")
            && second.contains_key("changes.html")
            && second["index.html"].contains("What merging")
    );
    let home = &second["index.html"];
    let row = home.split("<h2>The catalog after the merge</h2>").nth(1).expect("the table");
    assert!(row.contains(">4<") && !row.contains(">6<"), "without the two that go: {row}");
    done(run(&repo, "serve --export site"));
    assert!(!files(&repo.path().join("site")).contains_key("changes.html"));
}

#[test]
fn a_file_that_is_not_committed_has_no_commit_and_no_link() {
    let repo = branch();
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "--message", "all"]);
    repo.git(&["remote", "add", "origin", "https://github.com/acme/catalog.git"]);
    let cart = format!("# mine\n{}", fs::read_to_string(repo.path().join("catalog/cart.yaml")).expect("it is there"));
    repo.write("catalog/cart.yaml", cart);
    done(run(&repo, "serve --preview --base main --export site"));
    let files = files(&repo.path().join("site"));
    let [cart, shop] = ["cart", "shop"].map(|name| &files[&format!("blueprints/service/entities/{name}.html")]);
    assert!(cart.contains("catalog/cart.yaml:2</code>, not committed"), "{cart}");
    assert!(!cart.contains("blob/"), "{cart}");
    assert!(shop.contains("/blob/") && shop.contains(" at commit "), "{shop}");
}

#[test]
fn an_export_leaves_other_folders_alone() {
    let repo = branch();
    assert_error(&run(&repo, "serve --export catalog").was_refused(), "export-not-empty");
    assert_error(&run(&repo, "serve --export portolan.yaml").was_refused(), "export-not-a-folder");
    for flag in ["--open", "--listen 8080", "--client-id a", "--output json"] {
        run(&repo, &format!("serve --export site {flag}")).was_refused();
    }
    assert!(!repo.path().join("site").exists());
}

#[test]
fn strange_identifiers_have_files_too() {
    let repo = Repo::new();
    repo.write(".portolan/blueprints/s.json", r#"{"identifier": "s", "title": "S", "schema": {"properties": {}}}"#);
    let names = ["a/b", "A/b", "../../up", "con", "x=y", "a:b", "a@b", "ü", "+"];
    let entities: String = names.iter().map(|name| format!("- {{blueprint: s, identifier: \"{name}\"}}\n")).collect();
    repo.write("port.yml", entities);
    done(run_with(&repo, "serve --store memory --seed . --export out/site", &[]));
    let files = files(&repo.path().join("out"));
    assert_linked(
        &files.iter().map(|(path, text)| (path.trim_start_matches("site/").to_owned(), text.clone())).collect(),
    );
    let entities: Vec<_> = files.keys().filter(|path| path.contains("/s/entities/")).collect();
    assert_eq!(entities.len(), names.len(), "{entities:?}");
    assert!(entities.iter().all(|path| path.starts_with("site/blueprints/s/entities/")), "{entities:?}");
}
