//! Looks at the pages of `serve` in a real Chromium: accessibility by axe-core, keyboard, search, small screens, both colour
//! schemes, the content security policy, and requests. Without Chromium, Node, puppeteer-core and axe-core it is left out,
//! aloud; `.ci/run` installs them.

use std::process::Command;

use serde_json::{Value, json};

use crate::cli::serve::preview::branch;
use crate::cli::serve::server::Server;
use crate::testkit::{Repo, portolan, update_is_asked_for};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/check.cjs");

/// The browser, if everything is installed.
#[expect(clippy::print_stderr, reason = "says what it skips")]
fn browser() -> Option<&'static str> {
    let runs = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| runs(Command::new(name).arg("--version")));
    let modules = "require('puppeteer-core'); require('axe-core');";
    let has_modules = runs(Command::new("node").args(["-e", modules]));
    let missing = match found {
        None => "Chromium",
        Some(_) if !has_modules => "puppeteer-core and axe-core",
        Some(_) => return found,
    };
    assert!(std::env::var_os("TESTS_NEED_ALL").is_none(), "{missing}: not installed");
    eprintln!("SKIPPED: no {missing}, so no browser has looked at the pages");
    None
}

fn path_of(program: &str) -> String {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|folder| folder.join(program)).find(|path| path.is_file());
    found.expect("it runs").display().to_string()
}

/// Runs the script, which must find nothing wrong.
fn check(browser: &str, mut request: Value) {
    request["browser"] = path_of(browser).into();
    let output = Command::new("node").arg(SCRIPT).arg(request.to_string()).output().expect("node runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer: Value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}\n{}", String::from_utf8_lossy(&output.stderr)));
    let problems: Vec<&str> = answer["problems"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

fn request(server: &Server, pages: &[&str], search: (&str, &str)) -> Value {
    json!({
        "base": format!("http://{}", server.address), "link": server.told["pages"], "pages": pages,
        "search": {"text": search.0, "found": search.1},
    })
}

/// The example, in a repository of its own.
fn acme() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    repo.git(&["init", "--quiet", "--initial-branch=main"]);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "the catalog"]);
    repo
}

#[test]
fn the_pages_are_for_everybody() {
    let Some(browser) = browser() else { return };
    let repo = acme();
    let server = Server::of(&repo, "--store memory --seed .");
    let pages = [
        "/",
        "/blueprints/service",
        "/blueprints/service?sort=property.tier&order=desc&property.language=go",
        "/blueprints/service/entities/checkout",
        "/blueprints/_team/entities/payments",
        "/search?q=pay",
        "/search",
    ];
    let mut request = request(&server, &pages, ("checkout", "Checkout"));
    request["lost"] = json!(["/blueprint/service", "/blueprints/nothing", "/blueprints/service/entities/nothing"]);
    check(browser, request);
}

#[test]
fn a_preview_is_for_everybody() {
    let Some(browser) = browser() else { return };
    let repo = branch();
    let server = Server::of(&repo, "--preview --base main");
    let entity = |name: &str| format!("/blueprints/service/entities/{name}");
    let entities = ["cart", "shop", "new", "gone"].map(entity);
    let mut pages = vec!["/", "/changes", "/blueprints/service"];
    pages.extend(entities.iter().map(String::as_str));
    check(browser, request(&server, &pages, ("cart", "Cart")));
}

#[test]
fn an_export_works_from_a_folder() {
    let Some(browser) = browser() else { return };
    let repo = branch();
    let output = portolan(&repo).args(["serve", "--preview", "--base", "main", "--export", "out/site"]).output();
    assert!(output.expect("it runs").status.success());
    let base = format!("file://{}/out/site", repo.path().display());
    let pages =
        ["/index.html", "/changes.html", "/blueprints/service/index.html", "/blueprints/service/entities/cart.html"];
    check(browser, json!({"base": base, "pages": pages, "search": {"text": "cart", "found": "Cart"}}));
}

#[test]
fn nothing_in_a_catalog_runs_in_a_browser() {
    let Some(browser) = browser() else { return };
    let server = crate::cli::serve::pages::hostile();
    let entity = crate::cli::serve::pages::ENTITY;
    let script = "<script>document.title='owned'</script>";
    let mut request = json!({"base": format!("http://{}", server.address), "link": server.told["pages"]});
    request["shows"] = json!({"/": "<img src=x onerror=alert(1)>", "/blueprints/service": "alert(2)"});
    request["shows"][entity] = script.into();
    check(browser, request);
}

/// Draws the pictures of the documentation again if `UPDATE` is set. They depend on the fonts of the machine, so they are
/// not compared.
#[test]
fn the_pictures_are_there() {
    const PICTURES: [&str; 3] = ["pages-preview.png", "pages-entity.png", "pages-list.png"];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    let file = |name: &str| folder.join(name).display().to_string();
    if let Some(browser) = browser().filter(|_| update_is_asked_for()) {
        let server = Server::of(&acme_branch(), "--preview --base main");
        let picture = |name: &str, path: &str, height: u32| json!({"file": file(name), "path": path, "width": 900, "height": height});
        let pictures = [
            picture("pages-preview.png", "/", 900),
            picture("pages-entity.png", "/blueprints/service/entities/checkout", 700),
            picture("pages-list.png", "/blueprints/service", 760),
        ];
        check(
            browser,
            json!({"base": format!("http://{}", server.address), "link": server.told["pages"], "pictures": pictures}),
        );
    }
    for name in PICTURES {
        let length = std::fs::metadata(folder.join(name)).map(|metadata| metadata.len()).unwrap_or_default();
        assert!((1..150 * 1024).contains(&length), "{name} has {length} bytes: `UPDATE=1`, look at it, and commit it");
    }
}

/// The example, with a branch that pictures show.
fn acme_branch() -> Repo {
    let repo = acme();
    let push = portolan(&repo).arg("push").output().expect("it runs");
    assert!(push.status.success(), "{}", String::from_utf8_lossy(&push.stderr));
    repo.git(&["switch", "--quiet", "--create", "refunds"]);
    let checkout = repo.read("apps/checkout/port.yml");
    let changed = checkout.replace("tier: 1", "tier: 2").replace("language: kotlin", "language: go");
    let changed = changed
        .replace("dependsOn: [payment-router, fraud-scorer, feature-flags]", "dependsOn: [payment-router, refunds]");
    assert_ne!(changed, checkout, "the example has changed");
    repo.write("apps/checkout/port.yml", changed);
    repo.remove("catalog/logistics/booking/booking-worker.yaml");
    repo.write(
        "apps/refunds/port.yml",
        "identifier: refunds\nblueprint: service\ntitle: Refunds\nteam: payments\nproperties:\n  description: Pays back what was \
         paid twice\n  language: go\n  lifecycle: experimental\n  tier: 2\n  repository: https://git.acme.example/payments/refunds\n\
         relations:\n  system: checkout-flow\n  dependsOn: [ledger]\n",
    );
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "refunds"]);
    repo
}
