//! Tests the web pages: access, content, and rendering in a browser.

use std::process::Command;

use serde_json::json;

use super::server::{ID, SECRET, Server};
use crate::testkit::Repo;

/// A catalog in which every text contains markup.
fn hostile() -> Server {
    let server = Server::start("");
    let blueprint = json!({
        "identifier": "service",
        "title": "<img src=x onerror=alert(1)>",
        "description": "</p><script>alert(2)</script>",
        "schema": {"properties": {"text": {"type": "string"}, "home": {"type": "string"}}},
        "relations": {"dependsOn": {"target": "service", "many": true, "required": false}},
    });
    server.gives("POST", "/v1/blueprints", &blueprint);
    let body = json!({
        "identifier": "a/b", "title": "<script>document.title='owned'</script>", "icon": "\"><b>", "team": ["<u>&amp;"],
        "properties": {"text": "'\"><script>document.title='owned'</script>\u{202E}\u{1b}[31m", "home": "javascript:alert(1)"},
    });
    server.gives("POST", "/v1/blueprints/service/entities", &body);
    server.gives(
        "POST",
        "/v1/blueprints/service/entities",
        &json!({"identifier": "c", "title": "See", 
        "properties": {"home": "https://c.example/?a=b&c=d"}, "relations": {"dependsOn": ["a/b"]}}),
    );
    server
}

const ENTITY: &str = "/blueprints/service/entities/a%2Fb";

#[test]
fn a_page_is_for_who_has_the_credentials() {
    let server = hostile();
    for path in ["/", "/style.css", "/blueprints/service", ENTITY, "/blueprints/nothing"] {
        for headers in [&[][..], &[("authorization", "Basic YWRhOndyb25n")][..], &[("authorization", "Bearer x")][..]] {
            let answer = server.ask("GET", path, headers, "");
            assert_eq!(answer.status, 401, "{path}");
            assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Basic ")), "{path}");
            assert!(!answer.body.contains("service"), "{path}");
        }
        let status = if path.ends_with("nothing") { 404 } else { 200 };
        assert_eq!(server.page(path).status, status, "{path}");
    }
    // DNS rebinding: a page under a foreign host name is not served, whatever it sends.
    for host in ["evil.example", "evil.example:80", "169.254.169.254"] {
        let answer =
            server.ask("GET", "/", &[("authorization", "Basic YWRhOmFuLW9wZW4tc2VjcmV0LW9mLXRoZS10ZXN0cw==")], "");
        assert_eq!(answer.status, 200);
        let request = format!(
            "GET / HTTP/1.1\r\nhost: {host}\r\nauthorization: Basic YWRhOmFuLW9wZW4tc2VjcmV0LW9mLXRoZS10ZXN0cw==\r\n\r\n"
        );
        let mut stream = server.connect();
        std::io::Write::write_all(&mut stream, request.as_bytes()).expect("it listens");
        assert_eq!(super::server::read_answer(&mut stream).expect("it answers").status, 421, "{host}");
    }
}

#[test]
fn pages_hold_texts_and_no_markup_of_others() {
    let server = hostile();
    for path in ["/", "/blueprints/service", ENTITY, "/blueprints/service/entities/c", "/blueprints/%3Cscript%3E"] {
        let page = server.page(path);
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("script"),
            "{policy}"
        );
        for markup in ["<script", "<img", "<b>", "<u>", "<i>", "href=\"javascript", "\u{202E}", "\u{1b}"] {
            assert!(!page.body.contains(markup), "{path}: {markup}\n{}", page.body);
        }
    }
}

#[test]
fn a_page_shows_relations_both_ways_and_who_wrote() {
    let server = hostile();
    let b = server.page(ENTITY).body;
    let (before, pointed) = b.split_once("Pointed to by").expect("its part");
    assert!(
        !before.contains("entities/c\"") && pointed.contains("<a href=\"/blueprints/service/entities/c\">See</a>"),
        "{b}"
    );
    assert!(pointed.contains("tests/1 (statekey/tests)") && pointed.contains(&format!("by <code>{ID}</code>")), "{b}");
    let c = server.page("/blueprints/service/entities/c").body;
    let (points, _) = c.split_once("Pointed to by").expect("its part");
    assert!(points.contains(&format!("<a href=\"{ENTITY}\">a/b</a>")), "{c}");
    assert!(points.contains("href=\"https://c.example/?a=b&amp;c=d\""), "{c}");
}

#[test]
fn many_entities_are_shown_a_page_at_a_time() {
    let server = Server::start("");
    server.gives("POST", "/v1/blueprints", &json!({"identifier": "n", "title": "N", "schema": {"properties": {}}}));
    let names: Vec<String> = (0..201).map(|number| format!("n{number:03}/+")).collect();
    for some in names.chunks(20) {
        let bodies: Vec<_> = some.iter().map(|name| json!({"identifier": name})).collect();
        assert_eq!(server.call("POST", "/v1/blueprints/n/entities/bulk", &json!({"entities": bodies})).status, 200);
    }
    let mut path = "/blueprints/n".to_owned();
    let mut seen = Vec::new();
    for page in 1..=3 {
        let body = server.page(&path).body;
        assert!(body.contains("201 entities"), "{body}");
        seen.extend(names.iter().filter(|name| body.contains(&format!("<code>{name}</code>"))).cloned());
        let next =
            body.split("<a href=\"").find(|rest| rest.contains(">Next page<")).and_then(|rest| rest.split('"').next());
        assert_eq!(next.is_some(), page < 3, "{body}");
        path = next.unwrap_or_default().to_owned();
    }
    assert_eq!(seen, names);
}

/// Renders the pages in a browser, with scripts enabled; without a browser, the test prints that it was skipped.
#[test]
fn a_browser_shows_the_pages_and_runs_nothing() {
    let server = hostile();
    let Some(browser) = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| is_there(name))
    else {
        eprintln!("\n*** SKIPPED: no Chromium is installed, so no browser has looked at the pages ***\n");
        return;
    };
    let look = |path: &str| {
        let profile = Repo::new();
        let mut command = Command::new(browser);
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
        ]);
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg("--dump-dom");
        let output = command.arg(format!("http://{ID}:{SECRET}@{}{path}", server.address)).output().expect("it runs");
        String::from_utf8(output.stdout).expect("a page is text")
    };
    let home = look("/");
    assert!(home.contains("The embedded catalog") && home.contains("&lt;img src=x onerror=alert(1)&gt;"), "{home}");
    let entity = look(ENTITY);
    // The script is text in the title, and did not run.
    assert!(entity.contains("<title>&lt;script&gt;document.title='owned'&lt;/script&gt;</title>"), "{entity}");
    assert!(entity.contains(">See</a>") && !entity.contains("<script"), "{entity}");
    assert!(look("/blueprints/service").contains("a/b"));
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}
