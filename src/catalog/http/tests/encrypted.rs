//! Tests TLS with a certificate authority that is not trusted, and how to trust it. The keys in `testdata/tls` were
//! made for this test and protect nothing.

#![expect(clippy::disallowed_types, reason = "speaks TLS by hand")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::scripted::json;
use super::*;
use crate::catalog::Catalog;

const CERTIFICATE: &[u8] = include_bytes!("../../../../testdata/tls/server.der");
const KEY: &[u8] = include_bytes!("../../../../testdata/tls/server-key.der");

/// Answers every request on its own connection, until no more come.
fn server() -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(KEY));
    let config = config.expect("there are versions").with_no_client_auth();
    let config = config.with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key).expect("they belong together");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("https://{}", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("the config is whole");
            let Ok(stream) = stream else { return };
            let mut stream = StreamOwned::new(connection, stream);
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                match stream.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => request.extend_from_slice(&piece[..count]),
                }
            }
            let body = match request.starts_with(b"POST /v1/auth/") {
                true => r#"{"accessToken":"token-of-the-tests","expiresIn":3600}"#,
                false => r#"{"ok":true,"blueprints":[]}"#,
            };
            let _ = stream.write_all(&json(200, body));
            stream.conn.send_close_notify();
            let _ = stream.flush();
            // Closing before the client's body is read would reset the connection.
            let _ = stream.sock.shutdown(std::net::Shutdown::Write);
            let _ = std::io::copy(&mut stream.sock, &mut std::io::sink());
        }
    });
    url
}

#[test]
fn an_authority_that_nobody_knows_is_told_with_the_way_to_trust_it() {
    let error = client_error(client(&server()).blueprints());
    let message = everything(&error);
    assert!(matches!(error, ClientError::Tls { .. }), "{message}");
    assert!(message.contains("not signed by an authority") && message.contains("PORTOLAN_CA_BUNDLE"), "{message}");
}

#[test]
fn a_bundle_makes_it_trusted() {
    let bundle = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/tls/ca.pem")).expect("it is there");
    let with_bundle = |url: &str| ClientConfig { certificates: bundle.clone(), ..config(url) };
    let url = server();
    let client =
        Client::with(with_bundle(&url), Arc::new(Heard::default()), POLICY, TIMEOUTS).expect("it is made ready");
    client.blueprints().expect("it is trusted");
    let config = ClientConfig { certificates: b"no certificates".to_vec(), ..config(&url) };
    let error = Client::with(config, Arc::new(Heard::default()), POLICY, TIMEOUTS).expect_err("there is none in it");
    assert!(everything(&error).contains("holds no certificate"), "{}", everything(&error));
}
