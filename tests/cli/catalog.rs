//! The way to a catalog, from the flags on: which one is meant, who gets the credentials, and what a run that does not get
//! there ends with.

#![expect(clippy::disallowed_types, reason = "listens where credentials must not arrive")]

use std::io::Read;
use std::net::TcpListener;

use super::support::Repo;
use super::{run, run_with};

const CREDENTIALS: [(&str, &str); 2] =
    [("PORT_CLIENT_ID", "id-of-mine"), ("PORT_CLIENT_SECRET", "hunter2-hunter2-hunter2")];

fn config(text: &str) -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", text);
    repo
}

#[test]
fn an_address_of_the_config_is_sent_nothing_until_somebody_names_it() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    // A name for this machine that only the config names.
    let address = format!("https://0.0.0.0:{port}");
    let repo = config(&format!("scope: acme/catalog\ncatalog: {address}\n"));
    let talk = run_with(&repo, "pull", &CREDENTIALS).was_refused();
    assert!(talk.contains("send credentials to") && talk.contains("portolan.yaml:2"), "{talk}");
    assert!(talk.contains(&format!("--catalog {address}")), "{talk}");
    listener.set_nonblocking(true).expect("it is ours");
    assert!(listener.accept().is_err(), "nobody came");
    // Named, it is called; what it says is not TLS, and what it got is no secret.
    listener.set_nonblocking(false).expect("it is ours");
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        let mut hello = [0; 4096];
        let count = stream.read(&mut hello).expect("something is said");
        String::from_utf8_lossy(&hello[..count]).into_owned()
    });
    let named = run_with(&repo, &format!("--catalog {address} pull"), &CREDENTIALS);
    assert_eq!(named.code, 5, "{}", named.talk);
    let heard = heard.join().expect("it was heard");
    assert!(!heard.contains("hunter2") && !named.talk.contains("hunter2"), "{}", named.talk);
}

#[test]
fn a_catalog_that_is_not_there_ends_with_5_and_shows_no_secret() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let repo = config("scope: acme/catalog\n");
    let run = run_with(&repo, &format!("-v --catalog http://{closed} pull"), &CREDENTIALS);
    assert_eq!((run.code, run.results.as_str()), (5, ""), "{}", run.talk);
    assert!(run.talk.contains(&format!("failed to connect to `{closed}`: nothing listens there")), "{}", run.talk);
    assert!(!run.talk.contains("hunter2"), "{}", run.talk);
}

#[test]
fn what_is_missing_is_named_before_anything_is_called() {
    let repo = config("scope: acme/catalog\ncatalog: us\n");
    let talk = run_with(&repo, "pull", &CREDENTIALS[..1]).was_refused();
    assert!(talk.contains("`PORT_CLIENT_ID` is set, `PORT_CLIENT_SECRET` is not"), "{talk}");
    let bundle = [CREDENTIALS[0], CREDENTIALS[1], ("PORTOLAN_CA_BUNDLE", "none.pem")];
    let talk = run_with(&repo, "pull", &bundle).was_refused();
    assert!(talk.contains("use the certificates in") && talk.contains("none.pem"), "{talk}");
    let talk = run(&repo, "--catalog mars pull").was_refused();
    assert!(talk.contains("`port` has no region `mars`"), "{talk}");
}

#[test]
fn an_address_that_is_set_and_not_used_is_told() {
    let repo = config("scope: acme/catalog\ncatalog: local\n");
    let base = ("PORT_BASE_URL", "https://catalog.acme.example");
    let told =
        "note: `PORT_BASE_URL` is set and not used: `catalog` is `local` (portolan.yaml:2); `--catalog URL` uses it.";
    let said = run_with(&repo, "pull", &[base]);
    assert!(said.code == 0 && said.talk.contains(told), "{}", said.talk);
    let said = run_with(&repo, "pull", &[base, ("PORTOLAN_CATALOG", "local")]);
    assert!(said.talk.contains("`catalog` is `local` (environment PORTOLAN_CATALOG)"), "{}", said.talk);
    run_with(&repo, "--catalog local pull", &[base]).quietly_gave();
    run_with(&repo, "lint", &[base]).quietly_gave();
    repo.write("portolan.yaml", "scope: acme/catalog\n");
    let said = run_with(&repo, "pull", &[base, CREDENTIALS[0]]);
    assert!(said.talk.contains("without `PORT_CLIENT_ID` and `PORT_CLIENT_SECRET`"), "{}", said.talk);
}
