//! Tests the connection to a catalog, from the flags on: which catalog is selected, which address gets the credentials,
//! and the errors of a failed connection.

use std::io::Read;
use std::net::TcpListener;

use super::{run, run_with};
use crate::testkit::Repo;
use crate::testkit::issuing::start_issuing;

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
    // An address of this machine that only the config names.
    let address = format!("https://0.0.0.0:{port}");
    let repo = config(&format!("scope: acme/catalog\ncatalog: {address}\n"));
    let talk = run_with(&repo, "pull", &CREDENTIALS).was_refused();
    assert!(talk.contains("no credentials are sent to") && talk.contains("portolan.yaml:2"), "{talk}");
    assert!(talk.contains(&format!("--catalog {address}")), "{talk}");
    listener.set_nonblocking(true).expect("it is ours");
    assert!(listener.accept().is_err(), "nobody came");
    // Named on the command line, it is called; the TLS handshake fails, and no secret was sent.
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
    assert!(run.talk.contains(&format!("no connection to `{closed}`: nothing listens there")), "{}", run.talk);
    assert!(!run.talk.contains("hunter2"), "{}", run.talk);
}

#[test]
fn what_is_missing_is_named_before_anything_is_called() {
    let repo = config("scope: acme/catalog\ncatalog: us\n");
    let talk = run_with(&repo, "pull", &CREDENTIALS[..1]).was_refused();
    assert!(talk.contains("`PORT_CLIENT_ID` is set, `PORT_CLIENT_SECRET` is not"), "{talk}");
    let bundle = [CREDENTIALS[0], CREDENTIALS[1], ("PORTOLAN_CA_BUNDLE", "none.pem")];
    let talk = run_with(&repo, "pull", &bundle).was_refused();
    assert!(talk.contains("CA bundle `") && talk.contains("none.pem"), "{talk}");
    let talk = run(&repo, "--catalog mars pull").was_refused();
    assert!(talk.contains("Port has no region `mars`"), "{talk}");
}

#[test]
fn an_address_that_is_set_and_not_used_is_told() {
    let repo = config("scope: acme/catalog\ncatalog: local\n");
    // Without blueprints, the embedded catalog would report another error.
    repo.write(
        ".portolan/blueprints/service.json",
        r#"{"identifier":"service","title":"Service","schema":{"properties":{}}}"#,
    );
    let base = ("PORT_BASE_URL", "https://catalog.acme.example");
    let told = "note: `PORT_BASE_URL` is set but not used: `catalog` is `local` (portolan.yaml:2). Pass `--catalog URL` to use it.";
    let said = run_with(&repo, "pull", &[base]);
    assert!(said.code == 0 && said.talk.contains(told), "{}", said.talk);
    let said = run_with(&repo, "pull", &[base, ("PORTOLAN_CATALOG", "local")]);
    assert!(said.talk.contains("`catalog` is `local` (environment PORTOLAN_CATALOG)"), "{}", said.talk);
    run_with(&repo, "--catalog local pull", &[base]).quietly_gave();
    run_with(&repo, "lint", &[base]).quietly_gave();
    repo.write("portolan.yaml", "scope: acme/catalog\n");
    let said = run_with(&repo, "pull", &[base]);
    assert!(said.talk.contains("without `PORT_CLIENT_ID` and `PORT_CLIENT_SECRET`"), "{}", said.talk);
    // One variable alone is a mistake, and never selects the embedded catalog.
    let said = run_with(&repo, "pull", &[base, CREDENTIALS[0]]);
    assert!(said.code == 64 && said.talk.contains("`PORT_CLIENT_SECRET` is not"), "{}", said.talk);
}

/// All bytes that connections send within a moment.
fn heard_at(listener: &TcpListener) -> String {
    listener.set_nonblocking(true).expect("it is ours");
    let mut heard = String::new();
    while let Ok((mut stream, _)) = listener.accept() {
        heard.push_str("connected ");
        let mut bytes = [0; 4096];
        stream.set_nonblocking(false).expect("it is ours");
        stream.set_read_timeout(Some(std::time::Duration::from_secs(1))).expect("it is ours");
        let count = stream.read(&mut bytes).unwrap_or_default();
        heard.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    heard
}

#[test]
fn a_loopback_address_of_the_config_gets_no_credentials_of_the_platform() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    // The credentials were issued by `portolan serve` for another port.
    let (_other, credentials) = start_issuing(&["--store", "memory"]);
    let issued_elsewhere = [("PORT_CLIENT_ID", credentials.0.as_str()), ("PORT_CLIENT_SECRET", credentials.1.as_str())];
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let address = format!("http://{host}:{port}");
        let in_config = format!("scope: acme/catalog\ncatalog: {address}\n");
        let in_target = format!("scope: acme/catalog\ntargets:\n  staging:\n    catalog: {address}\n");
        for (text, flags) in [(&in_config, ""), (&in_target, "--target staging ")] {
            let repo = config(text);
            repo.write("a.yaml", "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: a}\nspec: {}\n");
            for verb in ["pull", "diff", "push", "init --yes"] {
                for credentials in [&CREDENTIALS[..], &issued_elsewhere] {
                    let run = run_with(&repo, &format!("{flags}{verb}"), credentials);
                    let secret = credentials[1].1;
                    assert!(run.code != 0 || verb == "init --yes", "{verb} {}", run.talk);
                    assert!(!run.talk.contains(secret) && !run.results.contains(secret), "{verb} {}", run.talk);
                }
            }
            let refused = run_with(&repo, &format!("{flags}pull"), &CREDENTIALS).was_refused();
            assert!(refused.contains("no credentials are sent to") && refused.contains("portolan.yaml:"), "{refused}");
            assert!(refused.contains(&format!("--catalog {address}")), "{refused}");
        }
    }
    assert_eq!(heard_at(&listener), "", "no program on that port may hear anything");
}

#[test]
fn a_loopback_address_of_the_config_gets_the_credentials_that_serve_issued_for_it() {
    let (serving, credentials) = start_issuing(&["--store", "memory"]);
    let issued = [("PORT_CLIENT_ID", credentials.0.as_str()), ("PORT_CLIENT_SECRET", credentials.1.as_str())];
    let by_name = serving.url.replace("127.0.0.1", "localhost");
    for address in [&serving.url, &by_name] {
        let repo = config(&format!("scope: acme/catalog\ncatalog: {address}\n"));
        let run = run_with(&repo, "diff", &issued);
        assert_eq!(run.code, 0, "{}", run.talk);
        assert!(run.results.contains("nothing to do"), "{}", run.results);
    }
    // A flag or the environment may name any address, with any credentials: here these are just invalid.
    let repo = config(&format!("scope: acme/catalog\ncatalog: {}\n", serving.url));
    for (flags, variable) in [
        (format!("--catalog {} ", serving.url), ("LANG", "C")),
        (String::new(), ("PORTOLAN_CATALOG", serving.url.as_str())),
        (String::new(), ("PORT_BASE_URL", serving.url.as_str())),
    ] {
        let run = run_with(&repo, &format!("{flags}pull"), &[CREDENTIALS[0], CREDENTIALS[1], variable]);
        assert_eq!(run.code, 5, "{}", run.talk);
    }
}

/// A proxy that answers every CONNECT with this status line.
fn proxy(status: &'static str) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _read = stream.read(&mut [0; 4096]);
            let _written = stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn a_proxy_that_refuses_is_named() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "scope: acme/catalog\ncatalog: eu\n");
    let run = |proxy: &str, variable: &str| {
        let variables = [("PORT_CLIENT_ID", "x"), ("PORT_CLIENT_SECRET", "y"), (variable, proxy)];
        super::run_with(&repo, "diff", &variables)
    };
    for (status, why) in [("407 Proxy Authentication Required", "credentials"), ("403 Forbidden", "refuses to connect")]
    {
        let refusing = proxy(status);
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            let refused = run(&refusing, variable);
            assert_eq!(refused.code, 5, "{}", refused.talk);
            let named = format!("`api.port.io` through the proxy `{refusing}`: it ");
            assert!(refused.talk.contains(&named) && refused.talk.contains(why), "{}", refused.talk);
        }
    }
    // The proxy's password must not be printed.
    let with_password = proxy("403 Forbidden").replace("http://", "http://ada:hunter2@");
    let refused = run(&with_password, "HTTPS_PROXY");
    assert!(refused.talk.contains("through the proxy") && !refused.talk.contains("hunter2"), "{}", refused.talk);
}
