//! The library's own client, connected to a local server, and entities to write with it.

use std::sync::Arc;

use portolan::catalog::http::{Client, ClientConfig, Credentials, NamedBy, Notices, Trusted, Waiting};
use portolan::domain::platform::Platform;
use portolan::domain::secret::Secret;

use super::serving::{CLIENT_ID, CLIENT_SECRET};

pub struct Unheard;

impl Notices for Unheard {
    fn waiting(&self, _waiting: &Waiting) {}
}

pub fn config(url: &str) -> ClientConfig {
    let platform = Platform::by_name("port").expect("the platform is known");
    ClientConfig {
        platform,
        address: Trusted::check(url, &NamedBy::User, platform).expect("loopback is trusted"),
        credentials: Credentials { id: Secret::new(CLIENT_ID), secret: Secret::new(CLIENT_SECRET) },
        user_agent: "portolan/0.0.0 (statekey/proof/connected)".to_owned(),
        certificates: Vec::new(),
        proxy: None,
    }
}

pub fn connect(url: &str) -> Client {
    Client::connect(config(url), Arc::new(Unheard)).expect("a client can be made")
}
