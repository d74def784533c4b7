//! Tests the start and end of the server, and its messages.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::{Value, json};

use super::server::{ID, SECRET, Server, read_answer};
use crate::cli::{run, run_with};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;
use crate::testkit::says::did_you_mean;

#[test]
fn what_is_issued_is_told_once_and_what_is_chosen_never() {
    let repo = Repo::new();
    let issued = Server::in_folder(repo.path(), "", &[]);
    assert_eq!(issued.told["format"], "portolan.serve/1");
    let text = |key: &str| issued.told[key].as_str().unwrap_or_default().to_owned();
    assert!(text("clientId").starts_with("portolan-serve-") && text("clientId").len() == 31);
    assert!(text("clientSecret").starts_with("portolan-serve-") && text("clientSecret").len() == 96);
    assert!(text("url").starts_with("http://127.0.0.1:") && text("store").ends_with("/.portolan/local.db"));
    assert!(repo.read(".portolan/.gitignore").contains("\nlocal.db*\n"));
    let body = json!({"clientId": text("clientId"), "clientSecret": text("clientSecret")}).to_string();
    assert_eq!(issued.ask("POST", "/v1/auth/access_token", &[], &body).status, 200);
    let chosen = Server::start("");
    assert_eq!((&chosen.told["clientId"], &chosen.told["store"]), (&ID.into(), &"memory".into()));
    assert_eq!(chosen.told.get("clientSecret"), None);
}

/// The text output of a server with a catalog in memory, which is then stopped: results and messages.
fn told_to_a_person(repo: &Repo, arguments: &[&str]) -> String {
    let started = std::process::Command::new(env!("CARGO_BIN_EXE_portolan"))
        .args(["serve", "--store", "memory"])
        .args(arguments)
        .current_dir(repo.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn();
    let mut child = started.expect("the binary runs");
    let mut results = std::io::BufReader::new(child.stdout.take().expect("it is piped"));
    let mut text = String::new();
    while !text.contains("Another browser") {
        let read = std::io::BufRead::read_line(&mut results, &mut text).expect("it is text");
        assert!(read > 0, "it ended: {text}");
    }
    let _ = child.kill();
    let talk = child.wait_with_output().expect("it ends").stderr;
    text + &String::from_utf8_lossy(&talk)
}

#[test]
fn the_text_can_be_pasted_into_a_shell() {
    let text = told_to_a_person(&Repo::new(), &[]);
    let url = text.lines().next().and_then(|line| line.rsplit(' ').next()).expect("the address ends the first line");
    for name in ["PORTOLAN_CATALOG", "PORT_BASE_URL"] {
        assert!(text.contains(&format!("  export {name}={url}\n")), "{text}");
    }
    assert!(text.contains("It has no blueprints and no entities; `--seed .` loads"), "{text}");
    let line = text.lines().find(|line| line.contains("PORT_CLIENT_SECRET=")).expect("the second line to paste");
    let id = line.split_once("PORT_CLIENT_ID=").and_then(|(_, rest)| rest.split(' ').next()).expect("an id");
    assert_eq!((id.len(), text.matches(id).count()), (31, 2), "{text}");
}

#[test]
fn what_is_brought_in_is_what_it_holds() {
    let repo = Repo::new();
    repo.copy_example("acme");
    let text = told_to_a_person(&repo, &["--seed", "."]);
    // System blueprints always exist and are not counted; users and teams are counted as entities.
    assert!(text.contains("\nIt has 8 blueprints and 120 entities.\n"), "{text}");
    let brought = "note: Loaded 109 entities and 8 blueprints from `.`, and 11 known entities.\n";
    assert!(text.contains(brought), "{text}");
}

const NO_SUCH_FOLDER: &str = "no such folder";

#[test]
fn what_cannot_be_served_is_told() {
    let repo = Repo::new();
    let both = [("PORTOLAN_SERVE_CLIENT_ID", ID), ("PORTOLAN_SERVE_CLIENT_SECRET", SECRET)];
    let talk = run(&repo, "serve --store memory --listen 0.0.0.0:0").was_refused();
    assert_error(&talk, "exposed");
    assert!(talk.contains("0.0.0.0:0"), "{talk}");
    let talk = run_with(&repo, "serve --store memory", &both[..1]).was_refused();
    assert_error(&talk, "half-credentials");
    assert!(talk.contains("the client secret") && !talk.contains(ID), "{talk}");
    let talk = run_with(&repo, "serve --store memory --client-id a:b", &both[1..]).was_refused();
    assert_error(&talk, "bad-credentials");
    assert!(talk.contains("it contains a colon") && !talk.contains(SECRET), "{talk}");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound");
    let talk = run(&repo, &format!("serve --store memory --listen {address}")).was_refused();
    assert_error(&talk, "cannot-listen");
    assert!(talk.contains(&address.to_string()) && talk.contains("--listen"), "{talk}");
    for line in ["--listen nowhere", "--rate-limit 5", "--latency 60001", "--token-lifetime 0"] {
        run(&repo, &format!("serve {line}")).was_refused();
    }
    repo.write("file", "not a catalog, and long enough to be looked at: ".repeat(200)).write("folder/x", "");
    for (store, code, words) in [
        ("file", "not-a-catalog", "another kind of file"),
        ("folder", "not-a-catalog", "a folder"),
        ("file/under", "no-such-store", "its folder is a file"),
        ("none/local.db", "no-such-store", NO_SUCH_FOLDER),
        ("Memory", "no-such-store", did_you_mean!("memory")),
        (":memory:", "no-such-store", did_you_mean!("memory")),
    ] {
        let talk = run(&repo, &format!("serve --store {store}")).was_refused();
        assert_error(&talk, code);
        assert!(talk.contains(words) && !talk.contains("delet"), "{store}: {talk}");
    }
    for (seed, words) in [("none", NO_SUCH_FOLDER), ("file", "it is a file")] {
        let talk = run(&repo, &format!("serve --store memory --seed {seed}")).was_refused();
        assert_error(&talk, "no-such-seed");
        assert!(talk.contains(&format!("`{seed}`")) && talk.contains(words) && !talk.contains("-C"), "{talk}");
    }
    let talk = run(&repo, "serve --catalog us").was_refused();
    assert_error(&talk, "serves-no-other");
    assert!(talk.contains("`us`"), "{talk}");
    assert_eq!(repo.read("file").len(), 48 * 200);
}

#[test]
fn the_store_outlives_the_server() {
    let repo = Repo::new();
    let blueprint = json!({"identifier": "service", "title": "Service", "schema": {"properties": {}}});
    let first = Server::of(&repo, "");
    first.gives("POST", "/v1/blueprints", &blueprint);
    first.gives("POST", "/v1/blueprints/service/entities", &json!({"identifier": "cart"}));
    drop(first);
    let second = Server::of(&repo, "");
    let entity = second.gives("GET", "/v1/blueprints/service/entities/cart", &Value::Null);
    assert_eq!(entity["entity"]["createdBy"], ID);
}

#[test]
fn requests_are_logged_and_secrets_are_not() {
    let server = Server::start("-v");
    let token = server.token();
    let strange = "/v1/%1b[31m?clientSecret=an-open-secret-of-the-tests";
    server.ask("GET", strange, &[("authorization", &format!("Bearer {token}"))], "");
    server.ask("GET", "/", &[], "");
    server.page("/");
    server.call("GET", "/v1/blueprints", &Value::Null);
    let mut server = server;
    #[cfg(unix)] // sends a signal
    {
        server.signal("TERM");
        assert_eq!(server.ends(), Some(0));
    }
    let said = server.said();
    // The line begins with the time: `08:15:00`.
    let is_time = |time: &str| time.len() == 8 && time.bytes().filter(|byte| *byte == b':').count() == 2;
    let logged = |start: &str| {
        let of =
            |line: &String| line.split_once(' ').is_some_and(|(time, rest)| is_time(time) && rest.starts_with(start));
        said.iter().any(|line| of(line) && line.ends_with(" ms"))
    };
    for start in [
        "GET /v1/%1b[31m 404 ",
        "GET / 401 ",
        "GET / 200 ",
        "GET /v1/blueprints 200 ",
        "POST /v1/auth/access_token 200 ",
    ] {
        assert!(logged(start), "{start}: {said:#?}");
    }
    let all = said.join("\n");
    assert!(!all.contains(SECRET) && !all.contains(&token) && !all.contains("YWRhOm"), "{all}");
}

#[cfg(unix)] // sends a signal
#[test]
fn a_quiet_one_says_nothing_more() {
    let mut server = Server::start("--quiet");
    server.token();
    server.signal("INT");
    assert_eq!(server.ends(), Some(0));
    assert_eq!(server.said(), [] as [&str; 0]);
}

#[cfg(unix)] // sends signals
#[test]
fn a_signal_lets_requests_in_flight_finish_and_a_second_does_not() {
    // The server sends `100 Continue` when it handles the request: then the request is in flight, however slow the
    // machine.
    let in_flight = |server: &Server| {
        let mut asking = server.connect();
        let request = format!(
            "POST /v1/auth/access_token HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: 2\r\nexpect: 100-continue\r\n\r\n",
            server.address
        );
        asking.write_all(request.as_bytes()).expect("it listens");
        let mut asked_for = [0; 25];
        asking.read_exact(&mut asked_for).expect("it asks for the body");
        assert_eq!(&asked_for, b"HTTP/1.1 100 Continue\r\n\r\n");
        asking
    };
    let mut server = Server::start("");
    let idle = server.connect();
    let mut asking = in_flight(&server);
    server.signal("TERM");
    server.says("Stopping");
    asking.write_all(b"{}").expect("it still reads");
    assert_eq!(read_answer(&mut asking).expect("it is answered").status, 422);
    assert_eq!(server.ends(), Some(0));
    drop(idle);
    for (first, second) in [("TERM", "INT"), ("INT", "TERM")] {
        let mut server = Server::start("");
        let _asking = in_flight(&server);
        server.signal(first);
        server.says("Stopping");
        server.signal(second);
        assert_eq!(server.ends(), Some(130));
    }
}

/// What `--open` starts gets the link, and a failure does not end the server.
#[cfg(target_os = "linux")] // elsewhere the system has another program for it
#[test]
fn the_pages_are_opened_in_the_browser_of_the_system() {
    use std::os::unix::fs::PermissionsExt as _;
    let repo = Repo::new();
    repo.write("bin/xdg-open", "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$OPENED\"\n");
    let program = repo.path().join("bin/xdg-open");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("its own file");
    let opened = repo.path().join("opened");
    let start = |path: &str, display: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_portolan"));
        command.args(["serve", "--store", "memory", "--output", "json", "--open"]).current_dir(repo.path());
        command.env_clear().env("PATH", path).env("OPENED", &opened).stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        if !display.is_empty() {
            command.env("DISPLAY", display);
        }
        command.spawn().expect("the binary runs")
    };
    let first_line = |from: &mut dyn std::io::Read| {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(from), &mut line).expect("it is text");
        line
    };
    let folder = format!("{}:/usr/bin:/bin", repo.path().join("bin").display());
    let mut server = start(&folder, ":0");
    let told: Value = serde_json::from_str(&first_line(&mut server.stdout.take().expect("it is piped"))).expect("JSON");
    let begun = std::time::Instant::now();
    let mut given = String::new();
    while given.is_empty() && begun.elapsed() < super::server::PATIENCE {
        std::thread::sleep(std::time::Duration::from_millis(20));
        given = std::fs::read_to_string(&opened).unwrap_or_default();
    }
    assert_eq!(given.trim_end(), told["pages"].as_str().expect("a link"));
    let _ = server.kill();
    let _ = server.wait();
    for (path, display, why) in
        [("/nowhere", ":0", "`xdg-open` cannot be started"), (folder.as_str(), "", "no graphical session")]
    {
        let mut server = start(path, display);
        let note = first_line(&mut server.stderr.take().expect("it is piped"));
        assert!(note.contains("No browser was opened") && note.contains(why), "{note}");
        assert!(server.try_wait().expect("it was started").is_none(), "it serves");
        let _ = server.kill();
        let _ = server.wait();
    }
}
