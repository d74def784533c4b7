//! Tests of the client: against scripted answers over real sockets, for what no correct server sends, and against the
//! embedded server.

mod embedded;
mod encrypted;
mod faults;
mod histories;
mod outcomes;
mod relabel;
mod scripted;
mod secrets;
mod throttled;
mod writes;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::retry::RetryPolicy;
use super::timeouts::Timeouts;
use super::{Client, ClientConfig, ClientError, Credentials, NamedBy, Notices, Trusted, Waiting};
use crate::catalog::CatalogError;
use crate::domain::entity::Owner;
use crate::domain::platform::PORT;
use crate::domain::secret::Secret;

const ID: &str = "id-of-the-tests-0123456789abcdef";
const SECRET: &str = "secret-of-the-tests-that-nobody-may-see";

/// Short waits, so that tests are fast.
const POLICY: RetryPolicy = RetryPolicy {
    first_wait: Duration::from_millis(1),
    max_wait: Duration::from_millis(8),
    max_attempts: 10,
    max_requested_waits: 60,
    max_total: Duration::from_secs(60),
    max_attempts_of_run: 10,
};
const TIMEOUTS: Timeouts =
    Timeouts { connect: Duration::from_secs(5), read: Duration::from_secs(20), total: Duration::from_secs(60) };

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

fn client_with(url: &str, policy: RetryPolicy, timeouts: Timeouts) -> (Client, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let client = Client::with(config(url), Arc::<Heard>::clone(&heard), policy, timeouts);
    (client.expect("it is made ready"), heard)
}

fn client(url: &str) -> Client {
    client_with(url, POLICY, TIMEOUTS).0
}

fn client_error<T: std::fmt::Debug>(result: Result<T, CatalogError>) -> ClientError {
    match result {
        Err(error) => error.downcast_ref().cloned().expect("an error of the client's"),
        other => panic!("no error, but {other:?}"),
    }
}

/// The error as a user sees it: its message, its help, and its debug output.
fn everything(error: &ClientError) -> String {
    let help = miette::Diagnostic::help(error).map(|help| help.to_string()).unwrap_or_default();
    format!("{error}\n{help}\n{error:?}")
}
