//! Sends requests to the forge, with retries. This is the only place that sends the token, and it sends it only to the
//! origin of the API's URL: a redirect to another host is an error.

use std::cell::Cell;
use std::error::Error as StdError;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LINK, LOCATION};
use reqwest::{Certificate, Client, Response, Url, redirect};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{Connection, ForgeError, Host, PullRequest};
use crate::domain::address::is_loopback;
use crate::domain::secret::Secret;
use crate::domain::value::day::http_date;
use crate::text::escape::clean;
use crate::text::io_reason;
use crate::text::redact::Redactor;

const CONNECT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(60);
/// Enough for a page of a hundred comments of maximum length.
const MAX_ANSWER: usize = 128 << 20;
const MAX_WORDS: usize = 300;
const MAX_REDIRECTS: usize = 5;
const MAX_TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The wait that GitHub recommends if its secondary rate limit names no time.
const SECONDARY_WAIT: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Patch,
    Put,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
        }
    }

    fn sent(self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Post => reqwest::Method::POST,
            Self::Patch => reqwest::Method::PATCH,
            Self::Put => reqwest::Method::PUT,
        }
    }
}

/// The reason and the length of a wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// `GitHub limits the rate of requests`.
    pub why: String,
    pub wait: Duration,
}

pub(super) struct Http {
    runtime: Runtime,
    client: Client,
    origin: Url,
    token: Secret,
    /// The header that carries the token.
    authorization: (HeaderName, HeaderValue),
    pull_request: PullRequest,
    patience: Cell<Duration>,
    waiting: Box<dyn Fn(&Waiting)>,
}

/// The response to a successful request.
#[derive(Debug)]
pub(super) struct Answer {
    pub body: Value,
    /// Whether a list has another page; `None` if the forge does not say.
    pub has_more: Option<bool>,
}

/// The result of one attempt.
enum Ended {
    Well(Answer),
    /// Nothing was executed, and a retry may succeed.
    Again {
        error: ForgeError,
        wait: Option<Duration>,
    },
    /// The response was lost, or is a 5xx: only idempotent requests are retried.
    Lost(ForgeError),
    Badly(ForgeError),
}

impl Http {
    pub fn new(
        pull_request: &PullRequest,
        connection: Connection<'_>,
        waiting: Box<dyn Fn(&Waiting)>,
    ) -> Result<Self, ForgeError> {
        // Installing fails if another caller was first, and all install the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let forge = pull_request.forge();
        let setup = |reason: String, help| ForgeError::Setup { forge, reason, help };
        let origin =
            Url::parse(pull_request.api()).map_err(|error| setup(error.to_string(), "check the API's address"))?;
        let mut builder = Client::builder()
            .user_agent(concat!("portolan/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE);
        if origin.host_str().is_some_and(is_loopback) {
            builder = builder.no_proxy();
        }
        builder = if origin.scheme() == "https" {
            let bundle = Certificate::from_pem_bundle(connection.certificates)
                .map_err(|_| setup("the CA bundle is not PEM".to_owned(), "PORTOLAN_CA_BUNDLE names a PEM file"))?;
            builder.tls_certs_merge(bundle)
        } else {
            builder.tls_certs_only([])
        };
        let client = builder.build().map_err(|error| {
            setup(cause(&error), "where the system has no certificates, name a file of them: PORTOLAN_CA_BUNDLE=ca.pem")
        })?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| setup(error.to_string(), "check the limits of this process (ulimit -n)"))?;
        let (name, text) = match pull_request.host {
            Host::GitHub { .. } | Host::Azure { .. } | Host::Bitbucket { .. } => {
                (AUTHORIZATION, format!("Bearer {}", connection.token.reveal()))
            }
            Host::GitLab { .. } => (HeaderName::from_static("private-token"), connection.token.reveal().to_owned()),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            setup("the token holds characters that a header cannot carry".to_owned(), "copy the token again")
        })?;
        value.set_sensitive(true);
        Ok(Self {
            runtime,
            client,
            origin,
            token: connection.token,
            authorization: (name, value),
            pull_request: pull_request.clone(),
            patience: Cell::new(connection.patience),
            waiting,
        })
    }

    /// Sends a request until it succeeds, fails permanently, or the total wait is used up. `is_repeatable`: it may be
    /// sent again although the last attempt may have been executed.
    pub fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<&Value>,
        is_repeatable: bool,
    ) -> Result<Answer, ForgeError> {
        let mut backoff = FIRST_WAIT;
        let mut tries = 1;
        loop {
            let (error, wait) = match self.runtime.block_on(self.once(method, url, body)) {
                Ended::Well(answer) => return Ok(answer),
                Ended::Badly(error) => return Err(error),
                Ended::Lost(error) if !is_repeatable => return Err(error),
                Ended::Lost(error) => (error, None),
                Ended::Again { error, wait } => (error, wait),
            };
            if tries >= MAX_TRIES {
                return Err(error);
            }
            self.wait(wait.unwrap_or(backoff), error)?;
            backoff *= 2;
            tries += 1;
        }
    }

    /// Waits before the caller repeats a request whose response was lost.
    pub fn wait_for_retry(&self, error: &ForgeError) -> Result<(), ForgeError> {
        self.wait(FIRST_WAIT, error.clone())
    }

    fn wait(&self, wait: Duration, error: ForgeError) -> Result<(), ForgeError> {
        let left = self.patience.get();
        if wait > left {
            return Err(error);
        }
        self.patience.set(left.saturating_sub(wait));
        (self.waiting)(&Waiting { why: error.to_string(), wait });
        self.runtime.block_on(async { tokio::time::sleep(wait).await });
        Ok(())
    }

    pub fn unreadable(&self, url: &str, reason: &str) -> ForgeError {
        ForgeError::Unreadable { forge: self.forge(), asked: shown_address(url), reason: reason.to_owned() }
    }

    fn forge(&self) -> &'static str {
        self.pull_request.forge()
    }

    async fn once(&self, method: Method, url: &str, body: Option<&Value>) -> Ended {
        let Ok(mut at) = Url::parse(url) else { return Ended::Badly(self.unreadable(url, "its address is not a URL")) };
        for _ in 0..MAX_REDIRECTS {
            if at.origin() != self.origin.origin() {
                let asked = format!("{} {}", method.name(), shown_address(url));
                return Ended::Badly(ForgeError::Redirected { forge: self.forge(), asked, to: host(&at) });
            }
            let response = match self.request(method, at.clone(), body).send().await {
                Ok(response) => response,
                Err(error) => return self.failed(&error),
            };
            match redirected(&response, &at) {
                None => return self.read(response, method, url).await,
                Some(to) if method != Method::Get && !keeps_method(&response) && to.origin() == at.origin() => {
                    return Ended::Badly(self.unreadable(url, "it redirects, and what is sent cannot be sent along"));
                }
                Some(to) => at = to,
            }
        }
        Ended::Badly(self.unreadable(url, "it redirects too often"))
    }

    /// Builds the request. No other function uses the token.
    fn request(&self, method: Method, url: Url, body: Option<&Value>) -> reqwest::RequestBuilder {
        let (name, value) = self.authorization.clone();
        let mut headers = HeaderMap::from_iter([(name, value)]);
        if matches!(self.pull_request.host, Host::GitHub { .. }) {
            headers.insert(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
            headers.insert("x-github-api-version", HeaderValue::from_static("2022-11-28"));
        }
        let request = self.client.request(method.sent(), url).headers(headers);
        match body {
            None => request,
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.to_string()),
        }
    }

    async fn read(&self, mut response: Response, method: Method, url: &str) -> Ended {
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => break,
                Ok(Some(piece)) if body.len() + piece.len() > MAX_ANSWER => {
                    return Ended::Badly(self.unreadable(url, "it is too long"));
                }
                Ok(Some(piece)) => body.extend_from_slice(&piece),
                Err(error) => return self.failed(&error),
            }
        }
        let json = serde_json::from_slice::<Value>(&body);
        if (200..300).contains(&status) {
            let error = || self.unreadable(&format!("{} {}", method.name(), shown_address(url)), "it is not JSON");
            return match json {
                Ok(body) => Ended::Well(Answer { body, has_more: has_more(&headers) }),
                Err(_) => Ended::Badly(error()),
            };
        }
        self.refused(status, &headers, json.ok().as_ref())
    }

    fn refused(&self, status: u16, headers: &HeaderMap, json: Option<&Value>) -> Ended {
        let (forge, name) = (self.forge(), self.pull_request.name());
        let words = json.and_then(words).map(|words| self.shown(&words));
        if let Some(wait) = limited(status, headers, words.as_deref()) {
            return Ended::Again { error: ForgeError::RateLimit { forge, name, wait }, wait };
        }
        match status {
            401 => Ended::Badly(ForgeError::Unauthorized {
                forge,
                host: host(&self.origin),
                words,
                help: self.token_help(),
            }),
            403 => Ended::Badly(ForgeError::Forbidden { forge, name, words, help: self.token_help() }),
            404 => Ended::Badly(ForgeError::NotFound { forge, name }),
            500.. => Ended::Lost(ForgeError::Refused { forge, name, status, words }),
            _ => Ended::Badly(ForgeError::Refused { forge, name, status, words }),
        }
    }

    fn token_help(&self) -> &'static str {
        match self.pull_request.host {
            Host::GitHub { .. } => "the job needs `permissions: pull-requests: write`, and GITHUB_TOKEN its token",
            Host::GitLab { .. } => {
                "GITLAB_TOKEN must be a project access token with the scope `api` and the role Reporter or higher"
            }
            Host::Azure { .. } => {
                "the step needs `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`, and the project's build service the \
                 permission `Contribute to pull requests` in this repository"
            }
            Host::Bitbucket { .. } => {
                "BITBUCKET_TOKEN must be an access token of the repository with the scope `pullrequest:write`"
            }
        }
    }

    fn failed(&self, error: &reqwest::Error) -> Ended {
        let reason = if error.is_timeout() { "it took too long".to_owned() } else { self.shown(&cause(error)) };
        let error_of_ours = ForgeError::Unreachable { forge: self.forge(), host: host(&self.origin), reason };
        if error.is_connect() {
            // The connection failed, so nothing was sent.
            return Ended::Again { error: error_of_ours, wait: None };
        }
        Ended::Lost(error_of_ours)
    }

    /// A message of the forge on one line, shortened and without the token.
    fn shown(&self, words: &str) -> String {
        let words = Redactor::new([self.token.reveal()]).redact(words);
        let words = clean(&words).split_whitespace().collect::<Vec<_>>().join(" ");
        words.chars().take(MAX_WORDS).collect()
    }
}

/// The message of the innermost error, which names the cause.
fn cause(error: &reqwest::Error) -> String {
    let mut last: &dyn StdError = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.downcast_ref().map_or_else(|| last.to_string(), io_reason)
}

/// The error message of a response. GitHub and Azure send `message`; GitLab sends `message`, a string or an object, or
/// `error`; Bitbucket sends `error.message`.
fn words(answer: &Value) -> Option<String> {
    if let Value::String(text) = &answer["error"]["message"] {
        return Some(text.clone());
    }
    match (&answer["message"], &answer["error"]) {
        (Value::String(text), _) | (_, Value::String(text)) => Some(text.clone()),
        (Value::Null, _) => None,
        (other, _) => Some(other.to_string()),
    }
}

/// Whether the response is a rate limit, and the wait that it names. GitHub answers 403 or 429 for its limits.
fn limited(status: u16, headers: &HeaderMap, words: Option<&str>) -> Option<Option<Duration>> {
    if !matches!(status, 403 | 429 | 503) {
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let after = number("retry-after").map(Duration::from_secs);
    let is_spent = number("x-ratelimit-remaining") == Some(0) || number("ratelimit-remaining") == Some(0);
    let is_secondary = words.is_some_and(|words| words.to_ascii_lowercase().contains("rate limit"));
    if status == 503 {
        return after.map(Some);
    }
    if status == 403 && after.is_none() && !is_spent && !is_secondary {
        return None;
    }
    let until_reset = || {
        let reset = number("x-ratelimit-reset").or_else(|| number("ratelimit-reset"))?;
        let now = headers.get("date")?.to_str().ok().and_then(http_date)?;
        let seconds = i64::try_from(reset).ok()?.saturating_sub(now).saturating_add(1);
        Some(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
    };
    let wait = after.or_else(|| until_reset().filter(|_| is_spent));
    Some(wait.or_else(|| is_secondary.then_some(SECONDARY_WAIT)))
}

/// Whether the header `link` names a next page, as both forges do.
fn has_more(headers: &HeaderMap) -> Option<bool> {
    let links = headers.get(LINK)?.to_str().ok()?;
    Some(links.contains("rel=\"next\""))
}

fn redirected(response: &Response, from: &Url) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}

fn keeps_method(response: &Response) -> bool {
    matches!(response.status().as_u16(), 307 | 308)
}

fn host(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

/// The URL without its query.
fn shown_address(url: &str) -> String {
    url.split('?').next().unwrap_or_default().to_owned()
}
