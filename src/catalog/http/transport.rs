//! Sends one HTTP request and reads its answer: over TLS, through proxies, within limits of time and size. Secrets
//! leave only here, and only after a check by `trust`, also for redirects. Retries are in `session`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Certificate, Client, Method, Response, Url, redirect};

use super::client_error::{ClientError, RequestLine};
use super::rate::RateHeaders;
use super::timeouts::Timeouts;
use super::trust::Trusted;
use crate::catalog::http::error_source::Cause;
use crate::catalog::http::redact::{clean, redactor};
use crate::domain::entity::Owner;
use crate::domain::secret::Secret;
use crate::domain::value::day::http_date;

/// The maximum size of a successful answer, after decompression.
const MAX_ANSWER_BYTES: usize = 256 << 20;
/// The maximum size of a rejection.
const MAX_REFUSAL_BYTES: usize = 256 << 10;
const MAX_REDIRECTS: usize = 5;

#[derive(Debug)]
pub(super) struct Transport {
    client: Client,
    trusted: Trusted,
    timeouts: Timeouts,
    user_agent: String,
    /// The proxy that the environment sets for this address, for messages.
    proxy: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'r> {
    pub method: &'static str,
    /// The path from `/v1` on, with its segments encoded.
    pub route: &'r str,
    pub body: Option<&'r [u8]>,
    pub token: Option<&'r Secret>,
    /// All secrets that this request or an earlier one contained, which the answer may repeat.
    pub secrets: &'r [&'r Secret],
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    pub is_json: bool,
    pub content_type: Option<String>,
    /// The trace id of a rejection.
    pub trace: Option<String>,
    pub announced: RateHeaders,
    /// How far the catalog's clock is ahead of ours, in seconds.
    pub ahead: Option<i64>,
}

impl Transport {
    /// `bundle`: certificates to trust in addition to the system's, as PEM.
    pub fn new(
        trusted: Trusted,
        user_agent: &str,
        bundle: &[u8],
        timeouts: Timeouts,
        proxy: Option<String>,
    ) -> Result<Self, ClientError> {
        // The provider may already be installed, and it is always the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let setup = |reason: String, help| ClientError::Setup { reason, help };
        let agent = HeaderValue::from_str(user_agent).map_err(|_| {
            setup(
                "the scope has characters that an HTTP header cannot carry".to_owned(),
                "use letters, digits and `. _ / @ -` in the scope",
            )
        })?;
        let mut builder = Client::builder()
            .user_agent(agent)
            .redirect(redirect::Policy::none())
            .connect_timeout(timeouts.connect)
            .read_timeout(timeouts.read)
            .timeout(timeouts.total)
            .pool_idle_timeout(Duration::from_secs(60))
            .dns_resolver(Resolver);
        if trusted.is_loopback() {
            builder = builder.no_proxy();
        }
        builder = if trusted.is_encrypted() {
            let certificates = Certificate::from_pem_bundle(bundle).map_err(|error| {
                setup(
                    format!("the certificates are not PEM ({})", Cause::of(&error, &[]).reason),
                    "check the CA bundle",
                )
            })?;
            if certificates.is_empty() && !bundle.is_empty() {
                return Err(setup(
                    "the CA bundle holds no certificate".to_owned(),
                    "set PORTOLAN_CA_BUNDLE to a PEM file",
                ));
            }
            builder.tls_certs_merge(certificates)
        } else {
            // No connection is encrypted, so the system's certificates are not loaded.
            builder.tls_certs_only([])
        };
        let client = builder.build().map_err(|error| {
            setup(
                Cause::of(&error, &[]).reason,
                "if the system has no certificates, set a file of them: PORTOLAN_CA_BUNDLE=/path/to/ca.pem",
            )
        })?;
        let proxy = proxy.filter(|_| !trusted.is_loopback());
        Ok(Self { client, trusted, timeouts, user_agent: user_agent.to_owned(), proxy })
    }

    /// Whether every request names the scope.
    pub fn names_scope(&self) -> bool {
        Owner::is_told_in(&self.user_agent)
    }

    pub fn trusted(&self) -> &Trusted {
        &self.trusted
    }

    pub fn request_line(&self, method: &'static str, route: &str) -> RequestLine {
        let route = route.split('?').next().unwrap_or_default();
        RequestLine { method, url: format!("{}{route}", self.trusted.text()) }
    }

    /// Sends the request and reads the answer. Redirects within the catalog are followed; one to another origin is an
    /// error.
    pub async fn exchange(&self, request: Request<'_>) -> Result<Answer, ClientError> {
        let mut url = self.trusted.url(request.route)?;
        for _ in 0..MAX_REDIRECTS {
            let response = self.send(&request, url.clone()).await?;
            let Some(to) = redirected(&response, &url) else { return self.read(response, &request).await };
            let keeps_method = matches!(response.status().as_u16(), 307 | 308) || request.method == "GET";
            if !self.trusted.admits(&to) {
                return Err(self.redirected_away(&request, &to));
            }
            if !keeps_method {
                let line = self.request_line(request.method, request.route);
                let to = origin(&to, request.secrets);
                return Err(ClientError::Moved { request: line, status: response.status().as_u16(), to });
            }
            url = to;
        }
        Err(ClientError::Unreadable {
            request: self.request_line(request.method, request.route),
            reason: format!("it redirects more than {MAX_REDIRECTS} times"),
        })
    }

    /// The only function that sends a secret.
    async fn send(&self, request: &Request<'_>, url: Url) -> Result<Response, ClientError> {
        if !self.trusted.admits(&url) {
            return Err(self.redirected_away(request, &url));
        }
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
        let mut sent = self.client.request(method, url);
        if let Some(token) = request.token {
            let value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()));
            let mut value = value.map_err(|_| ClientError::Unreadable {
                request: self.request_line(request.method, request.route),
                reason: "the access token has characters that an HTTP header cannot carry".to_owned(),
            })?;
            value.set_sensitive(true);
            sent = sent.header(AUTHORIZATION, value);
        }
        if let Some(body) = request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.to_vec());
        }
        sent.send().await.map_err(|error| self.failed(request, &error))
    }

    fn redirected_away(&self, request: &Request<'_>, to: &Url) -> ClientError {
        ClientError::Redirected {
            request: self.request_line(request.method, request.route),
            to: origin(to, request.secrets),
        }
    }

    async fn read(&self, mut response: Response, request: &Request<'_>) -> Result<Answer, ClientError> {
        let status = response.status().as_u16();
        let is_success = response.status().is_success();
        let most = if is_success { MAX_ANSWER_BYTES } else { MAX_REFUSAL_BYTES };
        let headers = std::mem::take(response.headers_mut());
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
        let length = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        let mut body = Vec::with_capacity(length.min(most).min(8 << 20));
        while let Some(piece) = response.chunk().await.map_err(|error| self.failed(request, &error))? {
            if body.len() + piece.len() > most {
                if !is_success {
                    break;
                }
                return Err(ClientError::Unreadable {
                    request: self.request_line(request.method, request.route),
                    reason: format!("it is longer than {} MiB", most >> 20),
                });
            }
            body.extend_from_slice(&piece);
        }
        let content_type = header("content-type").map(str::to_owned);
        Ok(Answer {
            status,
            is_json: content_type.as_deref().is_some_and(|kind| kind.contains("json")) || looks_like_json(&body),
            body,
            // Only errors name the call, and the search for secrets takes longer than the rest of an answer.
            trace: if is_success { None } else { trace(&headers, request.secrets) },
            announced: RateHeaders::read(header, now),
            ahead: header("date").and_then(http_date).map(|date| date - now),
            content_type,
        })
    }

    fn failed(&self, request: &Request<'_>, error: &reqwest::Error) -> ClientError {
        let line = self.request_line(request.method, request.route);
        let cause = Cause::of(error, request.secrets);
        cause.into_error(error, line, &self.trusted.place(), self.timeouts, self.proxy.as_deref())
    }
}

/// The scheme, host and port of a URL for messages: the rest may contain secrets of others, and the host may contain
/// one of ours, so it is redacted.
fn origin(url: &Url, secrets: &[&Secret]) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    clean(&format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default()), secrets)
}

fn redirected(response: &Response, from: &Url) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}

/// The trace id by which Port support finds the call. A value that contains a secret is dropped.
fn trace(headers: &HeaderMap, secrets: &[&Secret]) -> Option<String> {
    let value = headers.get("x-trace-id")?.to_str().ok()?;
    let redactor = redactor(secrets);
    let has_secret = |text: &str| redactor.redact(text) != text;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    let plain: String = value.chars().filter(|c| is_plain(*c)).collect();
    if plain.is_empty() || has_secret(value) || has_secret(&plain) {
        return None;
    }
    Some(plain.chars().take(100).collect())
}

fn looks_like_json(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| matches!(byte, b'{' | b'['))
}

/// Resolves names with the system's resolver on its own thread; `localhost` is always this machine, whatever DNS says.
struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            if name.as_str() == "localhost" {
                let both = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
                return Ok(Box::new(both.into_iter()) as Addrs);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
