//! Tests the web pages: access, content, and rendering in a browser.

use serde_json::json;

use super::server::{ID, Server};

/// A catalog in which every text contains markup.
pub fn hostile() -> Server {
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

pub const ENTITY: &str = "/blueprints/service/entities/a%2Fb";

#[test]
fn an_unknown_address_is_a_page_for_browsers_and_json_for_programs() {
    let server = hostile();
    let key = ("authorization", "Basic YWRhOmFuLW9wZW4tc2VjcmV0LW9mLXRoZS10ZXN0cw==");
    let browser = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    for path in ["/blueprint/service", "/entities", "/v1x", "/blueprints/service/entities/c/d"] {
        let page = server.ask("GET", path, &[key, browser], "");
        assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")), "{path}");
        assert!(
            page.body.contains("There is no page at this address") && page.body.contains("href=\"/\""),
            "{}",
            page.body
        );
        assert!(page.header("content-security-policy").is_some(), "{path}");
        assert_eq!(server.ask("GET", path, &[browser], "").status, 401, "{path}: it asks who this is");
        for headers in [&[key][..], &[key, ("accept", "application/json")], &[key, ("accept", "*/*")]] {
            assert_eq!(server.ask("GET", path, headers, "").refusal().0, 404, "{path}");
        }
        assert_eq!(server.ask("POST", path, &[key, browser], "").refusal().0, 404, "{path}");
    }
    assert_eq!(server.ask("GET", "/v1/nothing", &[key, browser], "").refusal(), (404, "not_found".to_owned()));
}

#[test]
fn a_page_is_for_who_has_the_credentials() {
    let server = hostile();
    for path in ["/", "/search?q=service", "/search.json?q=a", "/blueprints/service", ENTITY, "/blueprints/nothing"] {
        for headers in [&[][..], &[("authorization", "Basic YWRhOndyb25n")][..], &[("authorization", "Bearer x")][..]] {
            let answer = server.ask("GET", path, headers, "");
            assert_eq!(answer.status, 401, "{path}");
            assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Basic ")), "{path}");
            assert!(!answer.body.contains("service"), "{path}");
            assert!(answer.body.contains("<style>"), "{path}: it is a page");
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
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("script-src 'sha256-") && policy.contains("style-src 'sha256-"), "{policy}");
        // The page's own script and style are the same everywhere, so everything else is between them.
        let content =
            page.body.split("</style>").nth(1).and_then(|rest| rest.split("<script>").next()).expect("a page");
        for markup in ["<script", "<img", "<b>", "<u>", "<i>", "href=\"javascript", "\u{202E}", "\u{1b}"] {
            assert!(!content.contains(markup), "{path}: {markup}\n{content}");
        }
    }
}

#[test]
fn a_page_shows_relations_both_ways_and_who_wrote() {
    let server = hostile();
    let b = server.page(ENTITY).body;
    let (before, pointed) = b.split_once("What points to it").expect("its part");
    assert!(before.contains("<svg") && pointed.contains("<a href=\"/blueprints/service/entities/c\">See</a>"), "{b}");
    assert!(pointed.contains("tests/1 (statekey/tests)") && pointed.contains(&format!("by <code>{ID}</code>")), "{b}");
    let c = server.page("/blueprints/service/entities/c").body;
    let points = c.split("It points to").nth(1).expect("its part");
    assert!(points.contains(&format!("<a href=\"{ENTITY}\">")) && !points.contains("What points to it"), "{c}");
    assert!(c.contains("href=\"https://c.example/?a=b&amp;c=d\""), "{c}");
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
        assert!(body.contains(&format!("201 entities, page {page} of 3")), "{body}");
        seen.extend(names.iter().filter(|name| body.contains(&format!("<code>{name}</code>"))).cloned());
        let next = link_named(&body, "Next page");
        assert_eq!(next.is_some(), page < 3, "{body}");
        path = next.unwrap_or_default();
    }
    assert_eq!(seen, names);
    // A page behind the last is the last.
    assert!(server.page("/blueprints/n?page=99").body.contains("page 3 of 3"));
    assert!(server.page("/blueprints/n?page=-1").body.contains("page 1 of 3"));
}

/// The address of the link with this text.
fn link_named(body: &str, text: &str) -> Option<String> {
    let is_it = |rest: &&str| rest.split('>').nth(1).is_some_and(|shown| shown.starts_with(&format!("{text}<")));
    let link = body.split("<a href=\"").find(is_it)?;
    Some(link.split('"').next()?.replace("&amp;", "&"))
}

#[test]
fn a_list_is_filtered_and_sorted_by_its_address() {
    let server = Server::start("");
    let properties = json!({
        "tier": {"type": "number", "title": "Tier"}, "language": {"type": "string", "enum": ["go", "rust"]},
        "note": {"type": "string"},
    });
    let blueprint = json!({"identifier": "s", "title": "Service", "schema": {"properties": properties}});
    server.gives("POST", "/v1/blueprints", &blueprint);
    for (name, tier, language) in [("a", 10, "go"), ("b", 9, "rust"), ("c", 1, "go")] {
        let body = json!({"identifier": name, "properties": {"tier": tier, "language": language, "note": format!("Note {name}")}});
        server.gives("POST", "/v1/blueprints/s/entities", &body);
    }
    let shown = |path: &str| {
        let body = server.page(path).body;
        let cells = body.split("<th scope=\"row\"><a href=\"/blueprints/s/entities/").skip(1);
        (cells.filter_map(|rest| rest.split('"').next()).collect::<String>(), body)
    };
    assert_eq!(shown("/blueprints/s").0, "abc");
    let (order, body) = shown("/blueprints/s?sort=property.tier");
    assert!(order == "cba" && body.contains("aria-sort=\"ascending\""), "{body}");
    // The link of the same column turns the order round.
    let reversed = link_named(&body, "Tier").expect("a link");
    let (order, body) = shown(&reversed);
    assert!(order == "abc" && body.contains("aria-sort=\"descending\""), "{reversed}");
    let (order, body) = shown("/blueprints/s?property.language=go&sort=property.tier");
    assert!(order == "ca" && body.contains("2 entities with these filters"), "{body}");
    assert!(link_named(&body, "Tier").expect("a link").contains("property%2Elanguage=go"), "{body}");
    assert_eq!(shown("/blueprints/s?property.note=TE+B").0, "b");
    // What no blueprint has is ignored.
    assert_eq!(shown("/blueprints/s?property.none=1&sort=property.none&order=up&page=x&title=").0, "abc");
}

#[test]
fn a_search_finds_by_words_and_shows_nothing_that_is_masked() {
    let server = Server::start("");
    let properties = json!({"note": {"type": "string"}, "apiToken": {"type": "string"}});
    server.gives(
        "POST",
        "/v1/blueprints",
        &json!({"identifier": "s", "title": "Service", "schema": {"properties": properties}}),
    );
    let body = json!({"identifier": "cart", "title": "Cart", "properties": {"note": "Holds things", "apiToken": "q7Zk2mXw9Lr4Tn8v"}});
    server.gives("POST", "/v1/blueprints/s/entities", &body);
    let found = |text: &str| server.page(&format!("/search.json?q={text}")).json();
    assert_eq!(
        found("hold+car"),
        json!([{"href": "/blueprints/s/entities/cart", "title": "Cart", "kind": "Service \u{b7} cart"}])
    );
    assert_eq!(found("serv"), json!([{"href": "/blueprints/s", "title": "Service", "kind": "Blueprint"}]));
    assert!(server.page("/search?q=things").body.contains("1 result for <q>things</q>"));
    for guess in ["q7zk", "q7Zk2mXw9Lr4Tn8v"] {
        assert_eq!(found(guess), json!([]), "a masked value must not be guessed");
        let list = server.page(&format!("/blueprints/s?property.apiToken={guess}")).body;
        assert!(list.contains("0 entities with these filters"), "{list}");
    }
    let entity = server.page("/blueprints/s/entities/cart").body;
    assert!(entity.contains("Holds things") && !entity.contains("q7Zk2mXw"), "{entity}");
}

#[test]
fn a_page_shows_the_history_and_masks_it() {
    let server = Server::start("");
    let properties = json!({"tier": {"type": "number", "title": "Tier"}, "apiToken": {"type": "string"}});
    let blueprint = json!({"identifier": "s", "title": "S", "schema": {"properties": properties}});
    server.gives("POST", "/v1/blueprints", &blueprint);
    for (tier, token) in [(1, "q7Zk2mXw9Lr4Tn8v"), (2, "w8Zk2mXw9Lr4Tn8v")] {
        let body = json!({"identifier": "cart", "properties": {"tier": tier, "apiToken": token}});
        server.gives("POST", "/v1/blueprints/s/entities?upsert=true", &body);
    }
    let body = server.page("/blueprints/s/entities/cart").body;
    assert!(body.contains("Tier: <code>1</code> \u{2192} <code>2</code>") && body.contains(": created"), "{body}");
    assert!(!body.contains("2mXw9"), "{body}");
}

#[test]
fn the_link_signs_one_browser_in() {
    let server = Server::start("");
    let link = server.told["pages"].as_str().expect("a link").to_owned();
    let path = link.split(&server.address).nth(1).expect("a path").to_owned();
    // A program that looks at the link first does not use it up.
    let mut looking = server.connect();
    let head = format!("HEAD {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", server.address);
    std::io::Write::write_all(&mut looking, head.as_bytes()).expect("it listens");
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut looking, &mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 403 ") && !answer.contains("set-cookie"), "{answer}");
    assert_eq!(server.ask("GET", "/sign-in?token=0", &[], "").status, 403);
    let answer = server.ask("GET", &path, &[], "");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert!(answer.body.contains("http-equiv=\"refresh\"") && !answer.body.contains("token"), "{}", answer.body);
    let (pair, _) = cookie.split_once(';').expect("attributes");
    assert_eq!(server.ask("GET", "/", &[("cookie", pair)], "").status, 200);
    assert_eq!(server.ask("GET", "/v1/blueprints", &[("cookie", pair)], "").status, 401, "a session reads pages only");
    let again = server.ask("GET", &path, &[], "");
    assert!(again.status == 403 && again.header("set-cookie").is_none() && again.body.contains("no longer works"));
    let said = server.talk_so_far().join("\n");
    let token = path.split('=').nth(1).expect("a token");
    assert!(!said.contains(token), "{said}");
}
