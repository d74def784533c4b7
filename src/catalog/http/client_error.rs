//! Errors of calls to the platform: the request, what happened, and what to do. Texts of the server are cleaned before
//! they get here; secrets never get here.

use std::fmt;
use std::time::Duration;

use super::trust::TrustError;
use crate::catalog::wire::Refusal;
use crate::catalog::{CatalogError, ErrorFacts};
use crate::domain::error_class::ErrorClass;
use crate::domain::platform::Platform;
use crate::text::plural::count;

/// The request, without its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    pub method: &'static str,
    pub url: String,
}

impl RequestLine {
    /// The name of the server: the platform's brand, or "the catalog".
    fn server(&self) -> &'static str {
        let host = self.url.split_once("://").and_then(|(_, rest)| rest.split('/').next());
        host.and_then(Platform::by_host).map_or("the catalog", |platform| platform.brand)
    }
}

impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, miette::Diagnostic)]
pub enum ClientError {
    #[error("unknown host `{host}`: {reason}")]
    #[diagnostic(
        code("catalog-unknown-host"),
        help("check the spelling of the address, the network, and whether HTTPS_PROXY must be set")
    )]
    UnknownHost { host: String, reason: String },
    #[error("no connection to `{host}`: {reason}")]
    #[diagnostic(
        code("catalog-no-connection"),
        help("check the address and its port, the network, and whether HTTPS_PROXY must be set")
    )]
    NoConnection { host: String, reason: String },
    #[error("no connection to `{host}` through the proxy `{proxy}`: {reason}")]
    #[diagnostic(
        code("catalog-proxy"),
        help("correct HTTPS_PROXY or ALL_PROXY, which name this proxy, or exclude the host: NO_PROXY={host}")
    )]
    Proxy {
        proxy: String,
        host: String,
        reason: String,
        /// The proxy was not reached, so a retry may help; otherwise the proxy rejected the connection.
        is_passing: bool,
    },
    #[error("no secure connection to `{host}`: {reason}")]
    #[diagnostic(code("catalog-tls"), help("{help}"))]
    Tls { host: String, reason: String, help: &'static str },
    #[error("{what} within {}: {request}", seconds(limit))]
    #[diagnostic(
        code("catalog-timeout"),
        help("retry; if it persists, check the network and the status page of {}", request.server())
    )]
    Timeout { request: RequestLine, what: &'static str, limit: Duration },
    #[error("connection to {} lost: {request} ({reason})", request.server())]
    #[diagnostic(code("catalog-cut"), help("retry; if it persists, check the network and any proxy on the way"))]
    ConnectionLost { request: RequestLine, reason: String },
    #[error("redirect to another host refused, credentials are not sent there: {request} redirects to `{to}`")]
    #[diagnostic(
        code("catalog-redirected"),
        help(
            "if that host is the catalog, set it: `--catalog URL`; otherwise a proxy or sign-in page intercepts the request"
        )
    )]
    Redirected { request: RequestLine, to: String },
    #[error("redirect ({status}) within `{to}` refused, it would drop the request body: {request}")]
    #[diagnostic(code("catalog-moved"), help("set the exact address that it redirects to: `--catalog URL`"))]
    Moved { request: RequestLine, status: u16, to: String },
    #[error("incomplete answer: {} could not search {count} of its blueprints ({blueprints}): {request}", request.server())]
    #[diagnostic(
        code("catalog-partial"),
        help("rerun the command; the partial answer was discarded, since missing entities would look deleted")
    )]
    Partial { request: RequestLine, blueprints: String, count: usize },
    #[error("answer ({status}) is not from the catalog's API, but {what}: {start} ({request})")]
    #[diagnostic(
        code("catalog-not-the-api"),
        help("check the address, HTTPS_PROXY and NO_PROXY: a proxy, a sign-in page or another service answered")
    )]
    NotTheApi { request: RequestLine, status: u16, what: String, start: String },
    #[error("answer of {} cannot be read: {reason} ({request})", request.server())]
    #[diagnostic(code("catalog-unreadable"), help("update portolan: the API may have changed since this version"))]
    Unreadable { request: RequestLine, reason: String },
    #[error("{} rejected the credentials ({status}{}): {request}{}", request.server(), said(words), trace_of(trace))]
    #[diagnostic(code("catalog-credentials"), help("{help}"))]
    Credentials { request: RequestLine, status: u16, words: Option<String>, trace: Option<String>, help: String },
    #[error("{} allows no access from this network ({status}{}): {request}{}", request.server(), said(words), trace_of(trace))]
    #[diagnostic(
        code("catalog-network-not-allowed"),
        help("ask an administrator of the organisation to add this network's IP address to the allowed ones")
    )]
    NetworkNotAllowed { request: RequestLine, status: u16, words: Option<String>, trace: Option<String> },
    #[error("unknown blueprint `{blueprint}`: the catalog does not have it{}", trace_of(trace))]
    #[diagnostic(
        code("catalog-no-blueprint"),
        help("correct the name, create the blueprint in the catalog, or run `portolan pull` to update the snapshot")
    )]
    NoBlueprint { blueprint: String, trace: Option<String> },
    #[error("{} answered {}: {request}{}", request.server(), refusal_text(refusal), trace_of(trace))]
    #[diagnostic(code("catalog-refused"), help("{}", help_of(refusal)))]
    Refused { request: RequestLine, refusal: Box<Refusal>, trace: Option<String> },
    #[error("{last} (gave up after {} in {})", count(*made as usize, "attempt"), seconds(lasted))]
    #[diagnostic(code("catalog-given-up"), help("{}", help_behind(last)))]
    GaveUp {
        made: u32,
        lasted: Duration,
        last: Box<Self>,
        /// At least one attempt may have been applied.
        may_be_applied: bool,
    },
    /// There is no access token, so the call was not sent.
    #[error(transparent)]
    #[diagnostic(transparent)]
    NoToken(Box<Self>),
    #[error("rate limit of {} exhausted for another {}: {request}", request.server(), seconds(wait))]
    #[diagnostic(
        code("catalog-rate-limit"),
        help("the rate limit of your organisation is exhausted (shared with all clients); retry later")
    )]
    Throttled { request: RequestLine, wait: Duration },
    #[error("outcome unknown: {request} was sent, and then: {reason}")]
    #[diagnostic(
        code("catalog-unknown-outcome"),
        help("check whether the entities exist, then rerun the command; an automatic retry could write them twice")
    )]
    Uncertain { request: RequestLine, reason: String },
    #[error("request not sent, the run was stopped: {request}")]
    #[diagnostic(code("catalog-stopped"), help("rerun the command to finish"))]
    Stopped { request: RequestLine },
    #[error("no answer from {} before the run was stopped: {request}", request.server())]
    #[diagnostic(code("catalog-abandoned"), help("rerun the command; completed changes are skipped"))]
    Abandoned { request: RequestLine },
    #[error("no scope, so the written entities would have no owner: {request}")]
    #[diagnostic(code("catalog-no-scope"), help("set `scope` in portolan.yaml, or PORTOLAN_SCOPE"))]
    Unscoped { request: RequestLine },
    #[error("HTTP client cannot start: {reason}")]
    #[diagnostic(code("catalog-setup"), help("{help}"))]
    Setup { reason: String, help: &'static str },
    #[error("CA bundle `{path}` cannot be used: {reason}")]
    #[diagnostic(
        code("ca-bundle"),
        help(
            "set PORTOLAN_CA_BUNDLE (or SSL_CERT_FILE) to a file of PEM certificates; they are trusted besides the system's"
        )
    )]
    Bundle { path: String, reason: String },
    #[error("no credentials for {catalog}: {missing}")]
    #[diagnostic(
        code("no-credentials"),
        help("set {variables} to the id and secret of an API client, or use the embedded catalog: `--catalog local`")
    )]
    NoCredentials { catalog: String, missing: String, variables: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Untrusted(#[from] TrustError),
}

/// What a failed request did in the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Certainly nothing, because it was not accepted.
    None,
    Unknown,
    /// It was abandoned, so its effect may still come.
    Pending,
}

impl ClientError {
    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::UnknownHost { .. }
            | Self::NoToken(_)
            | Self::NoConnection { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. }
            | Self::Throttled { .. }
            | Self::Credentials { .. }
            | Self::NetworkNotAllowed { .. }
            | Self::NoBlueprint { .. }
            | Self::Stopped { .. }
            | Self::Unscoped { .. }
            | Self::Setup { .. }
            | Self::Bundle { .. }
            | Self::NoCredentials { .. }
            | Self::Untrusted(_) => Effect::None,
            Self::Refused { refusal, .. } if refusal.status < 500 && refusal.status != 408 => Effect::None,
            Self::GaveUp { may_be_applied: false, .. } => Effect::None,
            Self::GaveUp { last, .. } if last.effect() == Effect::Pending => Effect::Pending,
            Self::Timeout { .. } | Self::Abandoned { .. } => Effect::Pending,
            Self::Refused { .. }
            | Self::GaveUp { .. }
            | Self::ConnectionLost { .. }
            | Self::Redirected { .. }
            | Self::Moved { .. }
            | Self::Partial { .. }
            | Self::NotTheApi { .. }
            | Self::Unreadable { .. }
            | Self::Uncertain { .. } => Effect::Unknown,
        }
    }

    /// Whether the request certainly had no effect.
    pub(super) fn had_no_effect(&self) -> bool {
        self.effect() == Effect::None
    }

    /// Whether the effect may still come.
    pub(super) fn is_pending(&self) -> bool {
        self.last_attempt().effect() == Effect::Pending
    }

    /// Whether the same request may succeed if it is sent again soon.
    pub(super) fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::UnknownHost { .. }
                | Self::NoConnection { .. }
                | Self::Proxy { is_passing: true, .. }
                | Self::Timeout { .. }
                | Self::ConnectionLost { .. }
        )
    }

    /// Whether the failure may be specific to this call, because a server was reached.
    pub(super) fn is_of_the_call(&self) -> bool {
        matches!(
            self.last_attempt(),
            Self::Timeout { .. }
                | Self::ConnectionLost { .. }
                | Self::NotTheApi { .. }
                | Self::Unreadable { .. }
                | Self::Refused { .. }
                | Self::Uncertain { .. }
        )
    }

    /// Whether another call with the same credentials is useless.
    pub(super) fn is_about_credentials(&self) -> bool {
        matches!(self.root(), Self::Credentials { .. } | Self::NetworkNotAllowed { .. })
    }

    /// Whether the user can fix it with other settings: no call was made.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Bundle { .. } | Self::NoCredentials { .. } | Self::Untrusted(_))
    }

    /// The catalog's own rejection, after any number of attempts.
    pub(super) fn refusal(&self) -> Option<&Refusal> {
        let Self::Refused { refusal, .. } = self.last_attempt() else { return None };
        Some(refusal)
    }

    /// The trace id, by which Port support finds the call.
    pub(super) fn trace(&self) -> Option<&str> {
        let (Self::Refused { trace, .. }
        | Self::Credentials { trace, .. }
        | Self::NetworkNotAllowed { trace, .. }
        | Self::NoBlueprint { trace, .. }) = self.root()
        else {
            return None;
        };
        trace.as_deref()
    }

    pub(super) fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// The platform answers 404 for an unknown route as for a missing entity; only the message tells them apart.
    pub(super) fn is_no_route(&self) -> bool {
        let refusal = self.refusal().filter(|refusal| refusal.status == 404);
        refusal.is_some_and(|refusal| refusal.message.as_ref().is_none_or(|words| words.starts_with("Route ")))
    }

    /// The error of a call that was not sent, since its token could not be fetched.
    pub(super) fn without_token(self) -> Self {
        if self.is_about_credentials() { self } else { Self::NoToken(Box::new(self)) }
    }

    /// The error of the last attempt.
    fn last_attempt(&self) -> &Self {
        if let Self::GaveUp { last, .. } = self { last.last_attempt() } else { self }
    }

    /// The error that made the call fail, be it of the call itself or of the one for its token.
    fn root(&self) -> &Self {
        if let Self::GaveUp { last, .. } | Self::NoToken(last) = self { last.root() } else { self }
    }

    /// A short clause for the notice of a retry: `failed (500)`.
    pub(super) fn brief(&self) -> String {
        match self {
            Self::Refused { refusal, .. } if refusal.status == 429 => "was throttled (429)".to_owned(),
            Self::Refused { refusal, .. } => format!("failed ({})", refusal.status),
            Self::UnknownHost { .. } => "failed (host not found)".to_owned(),
            Self::NoConnection { reason, .. } => format!("failed ({reason})"),
            Self::Proxy { reason, .. } => format!("failed (proxy: {reason})"),
            Self::Timeout { limit, .. } => format!("failed (no answer within {})", seconds(limit)),
            Self::ConnectionLost { .. } => "failed (connection cut)".to_owned(),
            // These are not retried.
            Self::Tls { .. }
            | Self::Redirected { .. }
            | Self::Moved { .. }
            | Self::Partial { .. }
            | Self::NotTheApi { .. }
            | Self::Unreadable { .. }
            | Self::Credentials { .. }
            | Self::NetworkNotAllowed { .. }
            | Self::NoBlueprint { .. }
            | Self::GaveUp { .. }
            | Self::NoToken(_)
            | Self::Throttled { .. }
            | Self::Uncertain { .. }
            | Self::Stopped { .. }
            | Self::Abandoned { .. }
            | Self::Unscoped { .. }
            | Self::Setup { .. }
            | Self::Bundle { .. }
            | Self::NoCredentials { .. }
            | Self::Untrusted(_) => "failed".to_owned(),
        }
    }

    pub(super) fn pages_repeat(request: RequestLine) -> Self {
        Self::Unreadable { request, reason: "its pages repeat".to_owned() }
    }

    #[cfg(test)]
    pub(super) fn credentials_for_test(request: RequestLine) -> Self {
        Self::Credentials { request, status: 401, words: None, trace: None, help: String::new() }
    }
}

impl From<ClientError> for CatalogError {
    fn from(error: ClientError) -> Self {
        let facts = ErrorFacts {
            class: if error.is_usage() { ErrorClass::Usage } else { ErrorClass::Unreachable },
            status: error.status(),
            is_about_credentials: error.is_about_credentials(),
            had_no_effect: error.had_no_effect(),
            is_no_route: error.is_no_route(),
        };
        Self::new(error, facts)
    }
}

fn seconds(long: &Duration) -> String {
    count(usize::try_from(long.as_secs()).unwrap_or(usize::MAX), "second")
}

fn said(words: &Option<String>) -> String {
    words.as_ref().map(|words| format!(": {words}")).unwrap_or_default()
}

fn trace_of(trace: &Option<String>) -> String {
    trace.as_ref().map(|trace| format!(", trace id {trace}")).unwrap_or_default()
}

fn refusal_text(refusal: &Refusal) -> String {
    let code = if refusal.error.is_empty() { String::new() } else { format!(" `{}`", refusal.error) };
    format!("{}{code}{}", refusal.status, said(&refusal.message))
}

fn help_of(refusal: &Refusal) -> &'static str {
    match refusal.status {
        401 | 403 => "ask an administrator of the organisation to grant the API client this permission",
        404 => "check the address (`portolan config` shows it): another service or an older catalog may answer there",
        407 => "give the proxy's credentials: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
        429 => "the rate limit of your organisation is exhausted (shared with all clients); retry later",
        500.. => "server error: retry; if it persists, send the trace id to the platform's support",
        _ => "fix what the answer names; if it makes no sense, report a bug in portolan",
    }
}

fn help_behind(last: &ClientError) -> String {
    use miette::Diagnostic;
    last.help().map(|help| help.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_was_asked_what_came_and_what_to_do() {
        let request = RequestLine { method: "GET", url: "https://api.port.io/v1/blueprints".to_owned() };
        let refusal = Box::new(Refusal::new(503, "unavailable", "come back later"));
        let last = ClientError::Refused { request, refusal, trace: Some("abc".to_owned()) };
        let spent =
            ClientError::GaveUp { made: 3, lasted: Duration::from_secs(7), last: Box::new(last), may_be_applied: true };
        assert_eq!(
            spent.to_string(),
            "Port answered 503 `unavailable`: come back later: GET https://api.port.io/v1/blueprints, trace id abc \
             (gave up after 3 attempts in 7 seconds)"
        );
        assert!(miette::Diagnostic::help(&spent).is_some_and(|help| help.to_string().contains("trace id")));
        assert_eq!((spent.status(), spent.had_no_effect(), spent.is_usage()), (Some(503), false, false));
    }
}
