//! Access to the pages for people: a link whose token works once, and the session that it begins. A session reads pages
//! only; the API takes access tokens.

use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue, header};
use subtle::ConstantTimeEq;

use super::access::{hexadecimal, random};
use crate::domain::secret::Secret;

/// Random bytes of a token and of a session.
const BYTES: usize = 32;

pub(super) struct Sessions {
    /// Cookies of all ports of a host are sent to all of them, so the name has the port.
    cookie: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// `None` after its use.
    token: Option<Secret>,
    session: Option<Secret>,
}

/// Why a link does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkProblem {
    /// It was used, or is of another run.
    Spent,
    NoRandomness,
}

impl Sessions {
    pub fn new(token: Option<Secret>, port: u16) -> Self {
        let state = State { token, session: None };
        Self { cookie: format!("portolan-session-{port}"), state: Mutex::new(state) }
    }

    /// Uses the token up. Returns the cookie of the session.
    pub fn begin(&self, token: &str, is_https: bool) -> Result<HeaderValue, LinkProblem> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = state.token.as_ref().is_some_and(|expected| is_same(expected, token));
        if !is_it {
            return Err(LinkProblem::Spent);
        }
        let session = Secret::new(hexadecimal(random(), BYTES).ok_or(LinkProblem::NoRandomness)?);
        let secure = if is_https { "; Secure" } else { "" };
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict{secure}", self.cookie, session.reveal());
        let mut cookie = HeaderValue::from_str(&cookie).map_err(|_| LinkProblem::NoRandomness)?;
        cookie.set_sensitive(true);
        state.token = None;
        state.session = Some(session);
        Ok(cookie)
    }

    /// Whether the request has the cookie of the session.
    pub fn accepts(&self, headers: &HeaderMap) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(session) = &state.session else { return false };
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| *name == self.cookie).any(|(_, value)| is_same(session, value))
    }
}

fn is_same(secret: &Secret, text: &str) -> bool {
    secret.reveal().as_bytes().ct_eq(text.as_bytes()).into()
}

/// The token of a link. `None`: the system has no random bytes.
pub fn issue_link_token() -> Option<Secret> {
    hexadecimal(random(), BYTES).map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).expect("a header"))])
    }

    #[test]
    fn a_link_works_once_and_its_session_goes_on() {
        let sessions = Sessions::new(Some(Secret::new("t0ken")), 4711);
        assert!(!sessions.accepts(&headers("portolan-session-4711=")), "there is no session yet");
        assert_eq!(sessions.begin("other", false), Err(LinkProblem::Spent));
        let cookie = sessions.begin("t0ken", false).expect("it works");
        let cookie = cookie.to_str().expect("it is text").to_owned();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        assert_eq!(sessions.begin("t0ken", false), Err(LinkProblem::Spent));
        let (pair, _) = cookie.split_once(';').expect("attributes");
        assert!(sessions.accepts(&headers(&format!("a=b; {pair}; c=d"))));
        assert!(!sessions.accepts(&headers(&pair.replace("4711", "4712"))));
        for bad in ["", "portolan-session-4711", "portolan-session-4711=", "portolan-session-4711=t0ken"] {
            assert!(!sessions.accepts(&headers(bad)), "{bad}");
        }
    }

    #[test]
    fn a_server_without_a_link_has_no_session() {
        let sessions = Sessions::new(None, 1);
        assert_eq!(sessions.begin("", true), Err(LinkProblem::Spent));
    }
}
