//! Authentication: one pair of credentials and its access token. There is one token at a time, the same until it
//! expires; secrets are compared in constant time and never printed.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::crypto::SecureRandom;
use subtle::ConstantTimeEq;

use crate::catalog::issued::{RANDOM_BYTES, issue};
use crate::domain::secret::Secret;

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
    live: Mutex<Option<Token>>,
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
    pub fn new(credentials: Credentials, lifetime: Duration) -> Self {
        Self { credentials, lifetime, live: Mutex::default() }
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
    pub fn issue(&self, now: Instant) -> Option<Issued> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let token = match live.take().filter(|token| token.ends > now) {
            Some(token) => token,
            None => Token { text: Secret::new(hexadecimal(random(), 32)?), ends: now + self.lifetime },
        };
        // Rounded up: with 0 seconds left, a client would request a token again and again.
        let expires_in = token.ends.duration_since(now).as_millis().div_ceil(1000);
        let issued = Issued { token: token.text.clone(), expires_in: u64::try_from(expires_in).unwrap_or(u64::MAX) };
        *live = Some(token);
        Some(issued)
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
    let decoded = from_base64(header[encoded.len()..].trim())?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// The token of `Bearer ...`.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let scheme = header.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer "))?;
    Some(header[scheme.len()..].trim())
}

fn from_base64(text: &str) -> Option<String> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.trim_end_matches('=').bytes().map(digit).collect::<Option<_>>()?;
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit)) << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(lifetime: u64) -> Authenticator {
        let credentials = Credentials { id: "ada".to_owned(), secret: Secret::new("hunter2") };
        Authenticator::new(credentials, Duration::from_secs(lifetime))
    }

    #[test]
    fn the_token_is_the_same_until_it_ends() {
        let (access, start) = (access(10), Instant::now());
        let first = access.issue(start).expect("there is randomness");
        assert_eq!((first.expires_in, first.token.reveal().len()), (10, 64));
        let later = start + Duration::from_millis(9_500);
        let second = access.issue(later).expect("there is randomness");
        assert_eq!((second.expires_in, second.token.reveal()), (1, first.token.reveal()));
        assert!(access.accepts_token(first.token.reveal(), later) && !access.accepts_token("", later));
        let end = start + Duration::from_secs(10);
        assert!(!access.accepts_token(first.token.reveal(), end));
        let third = access.issue(end).expect("there is randomness");
        assert_eq!(third.expires_in, 10);
        assert!(third.token.reveal() != first.token.reveal() && !access.accepts_token(first.token.reveal(), end));
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
