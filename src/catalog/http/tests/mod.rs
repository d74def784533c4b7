//! Tests of the client: against scripted answers over real sockets, for what no correct server sends, and against the
//! embedded server.

mod embedded;
mod encrypted;
mod faults;
mod histories;
mod outcomes;
mod scripted;
mod secrets;
mod throttled;
mod writes;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::retry::RetryPolicy;
use super::transport::Limits;
use super::{Client, ClientConfig, ClientError, Credentials, NamedBy, Notices, Trusted, Waiting};
use crate::catalog::CatalogError;
use crate::domain::entity::Owner;
use crate::domain::platform::PORT;
use crate::domain::secret::Secret;

const ID: &str = "id-of-the-tests-0123456789abcdef";
const SECRET: &str = "secret-of-the-tests-that-nobody-may-see";

/// Short waits, so that tests are fast.
const PATIENCE: RetryPolicy = RetryPolicy {
    first: Duration::from_millis(1),
    longest: Duration::from_millis(8),
    tries: 10,
    waits: 60,
    total: Duration::from_secs(60),
    tries_of_run: 10,
};
const LIMITS: Limits =
    Limits { connect: Duration::from_secs(5), read: Duration::from_secs(20), whole: Duration::from_secs(60) };

/// Records the notices to the user.
#[derive(Debug, Default)]
struct Heard(Mutex<Vec<Waiting>>);

impl Notices for Heard {
    fn waiting(&self, waiting: &Waiting) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(waiting.clone());
    }
}

fn owner() -> Owner {
    Owner { scope: "acme/catalog".to_owned() }
}

fn config(url: &str) -> ClientConfig {
    ClientConfig {
        platform: &PORT,
        address: Trusted::check(url, &NamedBy::User, &PORT).expect("it is on this machine"),
        credentials: Credentials { id: Secret::new(ID), secret: Secret::new(SECRET) },
        user_agent: owner().user_agent(),
        certificates: Vec::new(),
        proxy: None,
    }
}

fn client_with(url: &str, policy: RetryPolicy, limits: Limits) -> (Client, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let client = Client::with(config(url), Arc::<Heard>::clone(&heard), policy, limits);
    (client.expect("it is made ready"), heard)
}

fn client(url: &str) -> Client {
    client_with(url, PATIENCE, LIMITS).0
}

fn client_error<T: std::fmt::Debug>(result: Result<T, CatalogError>) -> ClientError {
    match result {
        Err(CatalogError::Client(error)) => error,
        other => panic!("no error of the client's, but {other:?}"),
    }
}

/// The error as a user sees it: its message, its help, and its debug output.
fn everything(error: &ClientError) -> String {
    let help = miette::Diagnostic::help(error).map(|help| help.to_string()).unwrap_or_default();
    format!("{error}\n{help}\n{error:?}")
}
