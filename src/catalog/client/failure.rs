//! Why a call to the platform did not come about: what was asked of whom, what came back, and what to do. Words of the other
//! side are made harmless before they get here; secrets never get here.

use std::fmt;
use std::time::Duration;

use super::trust::TrustError;
use crate::catalog::wire::Refusal;
use crate::domain::words::count;

/// What was asked, without the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: &'static str,
    pub url: String,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, miette::Diagnostic)]
pub enum ClientError {
    #[error("find the address of `{host}`: {reason}")]
    #[diagnostic(
        code("catalog-unknown-host"),
        help(
            "check the spelling of the catalog's address, the network, and whether a proxy has to be named (HTTPS_PROXY)"
        )
    )]
    UnknownHost { host: String, reason: String },
    #[error("connect to `{host}`: {reason}")]
    #[diagnostic(
        code("catalog-no-connection"),
        help("check the address and its port, the network, and whether a proxy has to be named (HTTPS_PROXY)")
    )]
    NoConnection { host: String, reason: String },
    #[error("reach `{host}` through the proxy `{proxy}`: {reason}")]
    #[diagnostic(
        code("catalog-proxy"),
        help("HTTPS_PROXY or ALL_PROXY names this proxy: correct it, or exclude the host: NO_PROXY={host}")
    )]
    Proxy {
        proxy: String,
        host: String,
        reason: String,
        /// The proxy was not reached, and another try may reach it; it did not refuse.
        is_passing: bool,
    },
    #[error("speak privately with `{host}`: {reason}")]
    #[diagnostic(code("catalog-tls"), help("{help}"))]
    Tls { host: String, reason: String, help: &'static str },
    #[error("call `{asked}`: {what} took longer than {}", seconds(limit))]
    #[diagnostic(
        code("catalog-timeout"),
        help("try again; where it stays so, look at the network and the platform's status page")
    )]
    Timeout { asked: Asked, what: &'static str, limit: Duration },
    #[error("call `{asked}`: the connection was cut ({reason})")]
    #[diagnostic(
        code("catalog-cut"),
        help("try again; where it stays so, look at the network and what stands between")
    )]
    Cut { asked: Asked, reason: String },
    #[error("call `{asked}`: it leads on to `{to}`, and credentials are not taken along to another host")]
    #[diagnostic(
        code("catalog-redirected"),
        help("if that is the catalog, name it: `--catalog URL`; if not, something on the way answers in its place")
    )]
    Redirected { asked: Asked, to: String },
    #[error("call `{asked}`: it leads on within `{to}` by a {status}, which does not take along what is sent")]
    #[diagnostic(
        code("catalog-moved"),
        help(
            "give the catalog's address as it is, to the letter: `--catalog URL`; the one that was used leads on to it"
        )
    )]
    Moved { asked: Asked, status: u16, to: String },
    #[error("call `{asked}`: the catalog could not look through {count} of its blueprints ({blueprints})")]
    #[diagnostic(
        code("catalog-partial"),
        help("run it again: what is missing would look like what does not exist, so nothing was made of the rest")
    )]
    Partial { asked: Asked, blueprints: String, count: usize },
    #[error("call `{asked}`: what answered ({status}) is not the catalog, but {what}: {start}")]
    #[diagnostic(
        code("catalog-not-the-api"),
        help(
            "a proxy or a sign-in page answers in the catalog's place, or the address is another service's; look at \
             HTTPS_PROXY and NO_PROXY, and at the address"
        )
    )]
    NotTheApi { asked: Asked, status: u16, what: String, start: String },
    #[error("understand what `{asked}` answered: {reason}")]
    #[diagnostic(
        code("catalog-unreadable"),
        help("the catalog speaks otherwise than this version of portolan; look for an update")
    )]
    Unreadable { asked: Asked, reason: String },
    #[error("call `{asked}`: the catalog does not take the credentials ({status}{})", words_and_trace(words, trace))]
    #[diagnostic(code("catalog-credentials"), help("{help}"))]
    Credentials { asked: Asked, status: u16, words: Option<String>, trace: Option<String>, help: String },
    #[error("call `{asked}`: the catalog takes no calls from this network ({status}{})", words_and_trace(words, trace))]
    #[diagnostic(
        code("catalog-network-not-allowed"),
        help("an administrator of the organisation adds this network's address to its list of allowed ones")
    )]
    NetworkNotAllowed { asked: Asked, status: u16, words: Option<String>, trace: Option<String> },
    #[error("find the blueprint `{blueprint}` in the catalog: it is not there{}", trace_of(trace))]
    #[diagnostic(
        code("catalog-no-blueprint"),
        help("correct its name, create it in the catalog, or run `portolan pull` to see which there are")
    )]
    NoBlueprint { blueprint: String, trace: Option<String> },
    #[error("call `{asked}`: the catalog answered {}", refusal_and_trace(refusal, trace))]
    #[diagnostic(code("catalog-refused"), help("{}", help_of(refusal)))]
    Refused { asked: Asked, refusal: Box<Refusal>, trace: Option<String> },
    #[error("{last} (given up after {} in {})", count(*made as usize, "try"), seconds(lasted))]
    #[diagnostic(code("catalog-given-up"), help("{}", help_behind(last)))]
    Spent {
        made: u32,
        lasted: Duration,
        last: Box<Self>,
        /// One of the tries may have done it.
        may_be_done: bool,
    },
    /// There is no access token, so the call was not sent.
    #[error(transparent)]
    #[diagnostic(transparent)]
    NoToken(Box<Self>),
    #[error("call `{asked}`: the catalog takes no more calls for {}", seconds(wait))]
    #[diagnostic(
        code("catalog-rate-limit"),
        help("the rate limit of your organisation is exhausted (shared with all clients); retry later")
    )]
    Throttled { asked: Asked, wait: Duration },
    #[error("know whether `{asked}` was done: {reason}")]
    #[diagnostic(
        code("catalog-unknown-outcome"),
        help("it would not be safe to ask again: look whether the entities are there, then run it once more")
    )]
    Uncertain { asked: Asked, reason: String },
    #[error("call `{asked}`: it was not sent, since the run was stopped")]
    #[diagnostic(code("catalog-stopped"), help("run it again to finish"))]
    Stopped { asked: Asked },
    #[error("call `{asked}`: the run was stopped before the catalog answered")]
    #[diagnostic(code("catalog-abandoned"), help("run it again: it sees what was done, and finishes"))]
    Abandoned { asked: Asked },
    #[error("call `{asked}`: no scope is known, so what is written would be nobody's")]
    #[diagnostic(
        code("catalog-no-scope"),
        help("say whose entities these are: `scope` in the config, or PORTOLAN_SCOPE")
    )]
    Unscoped { asked: Asked },
    #[error("begin to speak with the catalog: {reason}")]
    #[diagnostic(code("catalog-setup"), help("{help}"))]
    Setup { reason: String, help: &'static str },
    #[error("use the certificates in `{path}`: {reason}")]
    #[diagnostic(
        code("ca-bundle"),
        help(
            "PORTOLAN_CA_BUNDLE (or SSL_CERT_FILE) names a file of PEM certificates that are trusted besides the system's"
        )
    )]
    Bundle { path: String, reason: String },
    #[error("ask `{catalog}` without credentials: {missing}")]
    #[diagnostic(
        code("no-credentials"),
        help(
            "set {variables} to an API client's id and secret in the environment, or use `--catalog local`, the embedded catalog"
        )
    )]
    NoCredentials { catalog: String, missing: String, variables: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Untrusted(#[from] TrustError),
}

impl ClientError {
    /// Whether asking again with the same credentials is no use.
    pub(super) fn is_about_credentials(&self) -> bool {
        match self {
            Self::Credentials { .. } | Self::NetworkNotAllowed { .. } => true,
            Self::Spent { last, .. } | Self::NoToken(last) => last.is_about_credentials(),
            Self::UnknownHost { .. }
            | Self::NoConnection { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. }
            | Self::Timeout { .. }
            | Self::Cut { .. }
            | Self::Redirected { .. }
            | Self::Moved { .. }
            | Self::Partial { .. }
            | Self::NotTheApi { .. }
            | Self::Unreadable { .. }
            | Self::NoBlueprint { .. }
            | Self::Refused { .. }
            | Self::Throttled { .. }
            | Self::Uncertain { .. }
            | Self::Stopped { .. }
            | Self::Abandoned { .. }
            | Self::Unscoped { .. }
            | Self::Setup { .. }
            | Self::Bundle { .. }
            | Self::NoCredentials { .. }
            | Self::Untrusted(_) => false,
        }
    }

    /// What the catalog itself said no with, after however many tries.
    pub(super) fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            Self::Spent { last, .. } => last.refusal(),
            Self::UnknownHost { .. }
            | Self::NoConnection { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. }
            | Self::Timeout { .. }
            | Self::Cut { .. }
            | Self::Redirected { .. }
            | Self::Moved { .. }
            | Self::Partial { .. }
            | Self::NotTheApi { .. }
            | Self::Unreadable { .. }
            | Self::Credentials { .. }
            | Self::NetworkNotAllowed { .. }
            | Self::NoToken(_)
            | Self::NoBlueprint { .. }
            | Self::Throttled { .. }
            | Self::Uncertain { .. }
            | Self::Stopped { .. }
            | Self::Abandoned { .. }
            | Self::Unscoped { .. }
            | Self::Setup { .. }
            | Self::Bundle { .. }
            | Self::NoCredentials { .. }
            | Self::Untrusted(_) => None,
        }
    }

    /// What the catalog's makers find the call by.
    pub(super) fn trace(&self) -> Option<&str> {
        match self {
            Self::Refused { trace, .. }
            | Self::Credentials { trace, .. }
            | Self::NetworkNotAllowed { trace, .. }
            | Self::NoBlueprint { trace, .. } => trace.as_deref(),
            Self::Spent { last, .. } | Self::NoToken(last) => last.trace(),
            Self::UnknownHost { .. }
            | Self::NoConnection { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. }
            | Self::Timeout { .. }
            | Self::Cut { .. }
            | Self::Redirected { .. }
            | Self::Moved { .. }
            | Self::Partial { .. }
            | Self::NotTheApi { .. }
            | Self::Unreadable { .. }
            | Self::Throttled { .. }
            | Self::Uncertain { .. }
            | Self::Stopped { .. }
            | Self::Abandoned { .. }
            | Self::Unscoped { .. }
            | Self::Setup { .. }
            | Self::Bundle { .. }
            | Self::NoCredentials { .. }
            | Self::Untrusted(_) => None,
        }
    }

    /// The platform says of a route that it is not there what it says of a thing that is not there, but for the words.
    pub fn is_no_route(&self) -> bool {
        let refusal = self.refusal().filter(|refusal| refusal.status == 404);
        refusal.is_some_and(|refusal| refusal.message.as_ref().is_none_or(|words| words.starts_with("Route ")))
    }

    pub(in crate::catalog) fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// The error of a call that was not sent, since its token could not be fetched.
    pub(super) fn without_token(self) -> Self {
        if self.is_about_credentials() { self } else { Self::NoToken(Box::new(self)) }
    }

    /// Whether the catalog may still do it: nobody ended the request.
    pub(super) fn is_late(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Abandoned { .. } => true,
            Self::Spent { last, .. } => last.is_late(),
            Self::UnknownHost { .. }
            | Self::NoConnection { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. }
            | Self::Cut { .. }
            | Self::Redirected { .. }
            | Self::Moved { .. }
            | Self::Partial { .. }
            | Self::NotTheApi { .. }
            | Self::Unreadable { .. }
            | Self::Credentials { .. }
            | Self::NetworkNotAllowed { .. }
            | Self::NoBlueprint { .. }
            | Self::Refused { .. }
            | Self::NoToken(_)
            | Self::Throttled { .. }
            | Self::Uncertain { .. }
            | Self::Stopped { .. }
            | Self::Unscoped { .. }
            | Self::Setup { .. }
            | Self::Bundle { .. }
            | Self::NoCredentials { .. }
            | Self::Untrusted(_) => false,
        }
    }

    /// In a few words, for a notice: `failed (500)`.
    pub(super) fn brief(&self) -> String {
        match self {
            Self::Refused { refusal, .. } if refusal.status == 429 => "was throttled (429)".to_owned(),
            Self::Refused { refusal, .. } => format!("failed ({})", refusal.status),
            Self::UnknownHost { .. } => "failed (host not found)".to_owned(),
            Self::NoConnection { reason, .. } => format!("failed ({reason})"),
            Self::Proxy { reason, .. } => format!("failed (proxy: {reason})"),
            Self::Timeout { limit, .. } => format!("failed (no answer within {})", seconds(limit)),
            Self::Cut { .. } => "failed (connection cut)".to_owned(),
            Self::Tls { .. }
            | Self::Redirected { .. }
            | Self::Moved { .. }
            | Self::Partial { .. }
            | Self::NotTheApi { .. }
            | Self::Unreadable { .. }
            | Self::Credentials { .. }
            | Self::NetworkNotAllowed { .. }
            | Self::NoBlueprint { .. }
            | Self::Spent { .. }
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

    /// Whether the request surely did nothing: it was not taken.
    pub(in crate::catalog) fn is_surely_undone(&self) -> bool {
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
            | Self::Untrusted(_) => true,
            Self::Refused { refusal, .. } => refusal.status < 500 && refusal.status != 408,
            Self::Spent { may_be_done, .. } => !may_be_done,
            Self::Timeout { .. }
            | Self::Cut { .. }
            | Self::Redirected { .. }
            | Self::Moved { .. }
            | Self::Partial { .. }
            | Self::NotTheApi { .. }
            | Self::Unreadable { .. }
            | Self::Uncertain { .. }
            | Self::Abandoned { .. } => false,
        }
    }

    /// Whether it may be this call's own trouble, and others would fare better: somebody was reached.
    pub(super) fn is_of_the_call(&self) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::Cut { .. }
            | Self::NotTheApi { .. }
            | Self::Unreadable { .. }
            | Self::Refused { .. }
            | Self::Uncertain { .. } => true,
            Self::Spent { last, .. } => last.is_of_the_call(),
            Self::UnknownHost { .. }
            | Self::NoToken(_)
            | Self::NoConnection { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. }
            | Self::Redirected { .. }
            | Self::Moved { .. }
            | Self::Partial { .. }
            | Self::Credentials { .. }
            | Self::NetworkNotAllowed { .. }
            | Self::NoBlueprint { .. }
            | Self::Throttled { .. }
            | Self::Stopped { .. }
            | Self::Abandoned { .. }
            | Self::Unscoped { .. }
            | Self::Setup { .. }
            | Self::Bundle { .. }
            | Self::NoCredentials { .. }
            | Self::Untrusted(_) => false,
        }
    }

    /// Whether the user can set it right by asking otherwise: no call was made.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Bundle { .. } | Self::NoCredentials { .. } | Self::Untrusted(_))
    }

    #[cfg(test)]
    pub(super) fn credentials_for_test(asked: Asked) -> Self {
        Self::Credentials { asked, status: 401, words: None, trace: None, help: String::new() }
    }
}

fn seconds(long: &Duration) -> String {
    count(usize::try_from(long.as_secs()).unwrap_or(usize::MAX), "second")
}

fn words_and_trace(words: &Option<String>, trace: &Option<String>) -> String {
    let words = words.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
    format!("{words}{}", trace_of(trace))
}

fn trace_of(trace: &Option<String>) -> String {
    trace.as_ref().map(|trace| format!(", trace id {trace}")).unwrap_or_default()
}

fn refusal_and_trace(refusal: &Refusal, trace: &Option<String>) -> String {
    let code = if refusal.error.is_empty() { String::new() } else { format!(" `{}`", refusal.error) };
    format!("{}{code}{}", refusal.status, words_and_trace(&refusal.message, trace))
}

fn help_of(refusal: &Refusal) -> &'static str {
    match refusal.status {
        401 | 403 => "the API client lacks the right to do this: an administrator of the organisation can grant it",
        404 => "the address may be another service's, or the catalog an older one: look at `portolan config`",
        407 => "the proxy requires credentials: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
        429 => "the rate limit of your organisation is exhausted (shared with all clients); retry later",
        500.. => "server error: retry; if it persists, send the platform's support the trace id",
        _ => "look at what it says; where it makes no sense, it is a fault of portolan's: please report it",
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
        let asked = Asked { method: "GET", url: "https://api.port.io/v1/blueprints".to_owned() };
        let refusal = Box::new(Refusal::new(503, "unavailable", "come back later"));
        let last = ClientError::Refused { asked, refusal, trace: Some("abc".to_owned()) };
        let spent =
            ClientError::Spent { made: 3, lasted: Duration::from_secs(7), last: Box::new(last), may_be_done: true };
        assert_eq!(
            spent.to_string(),
            "call `GET https://api.port.io/v1/blueprints`: the catalog answered 503 `unavailable`: come back later, \
             trace id abc (given up after 3 tries in 7 seconds)"
        );
        assert!(miette::Diagnostic::help(&spent).is_some_and(|help| help.to_string().contains("trace id")));
        assert_eq!((spent.status(), spent.is_surely_undone(), spent.is_usage()), (Some(503), false, false));
    }
}
