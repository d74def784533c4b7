//! Authentication: one pair of credentials and its access token, a JWT, because some clients read its claims. There is one
//! token at a time, the same until it expires; secrets are compared in constant time and never printed.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::hmac;
use rustls::crypto::SecureRandom;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::catalog::issued::{RANDOM_BYTES, issue};
use crate::domain::secret::Secret;
use crate::domain::value::timestamp::Moment;

/// The path of the routes for logs and metrics; a secret follows.
pub(super) const INGEST_PATH: &str = "/v1/ingest/";

#[derive(Debug, Clone)]
pub struct Credentials {
    pub id: String,
    pub secret: Secret,
}

impl Credentials {
    /// Issues credentials for the server that listens on `address`: a client sends them there even if only a config
    /// contains the address. `None`: the system has no random bytes.
    pub fn issue(address: SocketAddr) -> Option<Self> {
        let mut drawn = [0; RANDOM_BYTES];
        random().fill(&mut drawn).ok()?;
        let (id, secret) = issue(address, &drawn);
        Some(Self { id, secret })
    }
}

/// The source of random bytes of the TLS library.
pub(super) fn random() -> &'static dyn SecureRandom {
    rustls::crypto::ring::default_provider().secure_random
}

/// A random hexadecimal string of `2 * bytes` characters.
pub(super) fn hexadecimal(random: &dyn SecureRandom, bytes: usize) -> Option<String> {
    let mut drawn = vec![0; bytes];
    random.fill(&mut drawn).ok()?;
    let mut text = String::with_capacity(2 * bytes);
    drawn.iter().for_each(|byte| {
        let _ = write!(text, "{byte:02x}");
    });
    Some(text)
}

pub(super) struct Authenticator {
    credentials: Credentials,
    lifetime: Duration,
    /// The id of the store's organisation, which a token names.
    organization: Option<String>,
    live: Mutex<Option<Token>>,
    /// Part of the address for logs and metrics, where clients send no token.
    ingest_secret: OnceLock<Secret>,
}

struct Token {
    text: Secret,
    ends: Instant,
}

/// A token and its remaining lifetime in seconds.
pub(super) struct Issued {
    pub token: Secret,
    pub expires_in: u64,
}

impl Authenticator {
    pub fn new(credentials: Credentials, lifetime: Duration, organization: Option<String>) -> Self {
        Self { credentials, lifetime, organization, live: Mutex::default(), ingest_secret: OnceLock::new() }
    }

    /// The client's id, stored as the writer of entities.
    pub fn id(&self) -> &str {
        &self.credentials.id
    }

    pub fn accepts_credentials(&self, id: &str, secret: &str) -> bool {
        let id = id.as_bytes().ct_eq(self.credentials.id.as_bytes());
        let secret = secret.as_bytes().ct_eq(self.credentials.secret.reveal().as_bytes());
        (id & secret).into()
    }

    /// The current token, or a new one. `None`: the system has no random bytes.
    pub fn issue(&self, now: Instant, clock: Moment) -> Option<Issued> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let token = match live.take().filter(|token| token.ends > now) {
            Some(token) => token,
            None => Token { text: Secret::new(self.jwt(clock)?), ends: now + self.lifetime },
        };
        // Rounded up: with 0 seconds left, a client would request a token again and again.
        let expires_in = token.ends.duration_since(now).as_millis().div_ceil(1000);
        let issued = Issued { token: token.text.clone(), expires_in: u64::try_from(expires_in).unwrap_or(u64::MAX) };
        *live = Some(token);
        Some(issued)
    }

    /// Signed with a key that is then forgotten: a token is accepted because it is the current one.
    fn jwt(&self, clock: Moment) -> Option<String> {
        let mut key = [0; 32];
        random().fill(&mut key).ok()?;
        let issued_at = clock.0.div_euclid(1000);
        let claims = json!({
            "iss": "portolan",
            "jti": hexadecimal(random(), 16)?,
            "clientId": self.credentials.id,
            "orgId": self.organization,
            "isMachine": true,
            "iat": issued_at,
            "exp": issued_at.saturating_add_unsigned(self.lifetime.as_secs()),
        });
        let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let content = format!("{}.{}", encode(&json!({"alg": "HS256", "typ": "JWT"})), encode(&claims));
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), content.as_bytes());
        Some(format!("{content}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }

    /// `None`: the system has no random bytes.
    pub fn ingest_secret(&self) -> Option<&Secret> {
        if let Some(secret) = self.ingest_secret.get() {
            return Some(secret);
        }
        let drawn = Secret::new(hexadecimal(random(), 16)?);
        Some(self.ingest_secret.get_or_init(|| drawn))
    }

    pub fn accepts_ingest_secret(&self, secret: &str) -> bool {
        let expected = self.ingest_secret.get();
        expected.is_some_and(|expected| expected.reveal().as_bytes().ct_eq(secret.as_bytes()).into())
    }

    pub fn accepts_token(&self, token: &str, now: Instant) -> bool {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.as_ref()
            .is_some_and(|live| live.ends > now && live.text.reveal().as_bytes().ct_eq(token.as_bytes()).into())
    }
}

/// The user and password of `Basic dXNlcjpwYXNz`.
pub(super) fn basic(header: &str) -> Option<(String, String)> {
    let encoded = header.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("basic "))?;
    let decoded = BASE64_STANDARD.decode(header[encoded.len()..].trim()).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// The token of `Bearer ...`.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let scheme = header.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer "))?;
    Some(header[scheme.len()..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(lifetime: u64) -> Authenticator {
        let credentials = Credentials { id: "ada".to_owned(), secret: Secret::new("hunter2") };
        Authenticator::new(credentials, Duration::from_secs(lifetime), Some("org_1".to_owned()))
    }

    #[test]
    fn the_token_is_the_same_until_it_ends() {
        let (access, start) = (access(10), Instant::now());
        let clock = Moment::from_seconds(1_000);
        let first = access.issue(start, clock).expect("there is randomness");
        assert_eq!(first.expires_in, 10);
        let later = start + Duration::from_millis(9_500);
        let second = access.issue(later, clock).expect("there is randomness");
        assert_eq!((second.expires_in, second.token.reveal()), (1, first.token.reveal()));
        assert!(access.accepts_token(first.token.reveal(), later) && !access.accepts_token("", later));
        let end = start + Duration::from_secs(10);
        assert!(!access.accepts_token(first.token.reveal(), end));
        let third = access.issue(end, clock).expect("there is randomness");
        assert_eq!(third.expires_in, 10);
        assert!(third.token.reveal() != first.token.reveal() && !access.accepts_token(first.token.reveal(), end));
    }

    #[test]
    fn a_token_has_the_claims_that_clients_read() {
        let issued = access(10).issue(Instant::now(), Moment::from_seconds(1_000)).expect("there is randomness");
        let parts = issued.token.reveal().split('.').collect::<Vec<_>>();
        let decoded = |part: &str| -> Value {
            let decoded = BASE64_URL_SAFE_NO_PAD.decode(part).expect("it is base64");
            serde_json::from_slice(&decoded).expect("it is JSON")
        };
        let [head, claims, signature] = parts[..] else { panic!("{parts:?}") };
        assert_eq!(decoded(head), json!({"alg": "HS256", "typ": "JWT"}));
        let claims = decoded(claims);
        assert_eq!((&claims["isMachine"], &claims["clientId"]), (&json!(true), &json!("ada")));
        assert_eq!(claims["orgId"], "org_1");
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(1000), &json!(1010)));
        assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(signature).expect("it is base64").len(), 32);
    }

    #[test]
    fn the_secret_for_logs_is_issued_once() {
        let access = access(10);
        assert!(!access.accepts_ingest_secret(""), "none is issued yet");
        let secret = access.ingest_secret().expect("there is randomness").reveal().to_owned();
        assert_eq!(access.ingest_secret().expect("it is there").reveal(), secret);
        assert!(access.accepts_ingest_secret(&secret) && !access.accepts_ingest_secret("hunter2"));
    }

    #[test]
    fn only_the_pair_is_known() {
        let access = access(1);
        assert!(access.accepts_credentials("ada", "hunter2"));
        for (id, secret) in [("ada", ""), ("ada", "hunter"), ("", "hunter2"), ("Ada", "hunter2"), ("hunter2", "ada")] {
            assert!(!access.accepts_credentials(id, secret), "{id} {secret}");
        }
    }

    #[test]
    fn headers_are_read_as_browsers_write_them() {
        let pair = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(basic("Basic YWRhOmh1bnRlcjI="), pair("ada", "hunter2"));
        assert_eq!(basic("basic YTpiOmM="), pair("a", "b:c"));
        assert_eq!(basic("Basic OsO8"), pair("", "ü"));
        for bad in ["", "Basic", "Basic ", "Basic YWRh", "Basic ?", "Bearer YTpi", "Bäsic YTpi", "Basic gA=="] {
            assert_eq!(basic(bad), None, "{bad}");
        }
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!((bearer("Basic abc"), bearer("abc"), bearer("")), (None, None, None));
    }

    #[test]
    fn what_is_issued_is_long_and_never_twice_the_same() {
        let address = "127.0.0.1:4711".parse().expect("an address");
        let (one, two) = (Credentials::issue(address).expect("random"), Credentials::issue(address).expect("random"));
        assert!(one.id.len() > 30 && one.secret.reveal().len() > 64);
        assert!(one.id != two.id && one.secret.reveal() != two.secret.reveal());
        assert!(!format!("{one:?}").contains(one.secret.reveal()));
    }
}
