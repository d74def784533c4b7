//! Reads one API request: credentials, path, query and body. Authorisation is checked first, so that the body of an
//! unauthenticated request is never read.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header, request::Parts};
use serde_json::Value;

use super::access::{INGEST_PATH, bearer};
use super::answer::{Outcome, RouteError};
use super::config::Limits;
use super::connection::Client;
use super::query::Query;
use super::shared::{Access, Shared};
use crate::catalog::wire::{Refusal, Writer};
use crate::embedded::server::middleware::no_route;
use crate::embedded::store::Store;

/// The maximum length of a User-Agent that is stored as a datasource.
pub(super) const MAX_USER_AGENT: usize = 1024;
/// Up to this many times the limit, an oversized body is still read: a client that writes everything before it reads
/// would otherwise never see the error.
const MAX_DRAIN_FACTOR: usize = 8;

pub(super) struct ApiRequest {
    shared: Arc<Shared>,
    /// The path segments that the route captures, decoded.
    segments: Vec<String>,
    pub query: Query,
    /// The URL of this server as the client has it.
    base_url: String,
    user_agent: String,
    body: Vec<u8>,
}

impl FromRequest<Arc<Shared>> for ApiRequest {
    type Rejection = RouteError;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, RouteError> {
        let (mut parts, body) = request.into_parts();
        let (segments, query) = address(&mut parts).await?;
        let client = parts.extensions.remove::<Client>();
        admit(shared, &parts.headers)?;
        client.iter().for_each(Client::authenticate);
        let (user_agent, base_url) = (user_agent(&parts.headers)?, base_url(&parts));
        let body = read_body(&parts.headers, body, &BodyLimits::of_client(&shared.limits), client.as_ref()).await?;
        Ok(Self { shared: Arc::clone(shared), segments, query, base_url, user_agent, body })
    }
}

impl ApiRequest {
    pub fn segment(&self, at: usize) -> &str {
        self.segments.get(at).map_or("", String::as_str)
    }

    /// Adds a segment that this route contains literally and other routes capture.
    pub fn of(mut self, name: &str) -> Self {
        self.segments.push(name.to_owned());
        self
    }

    pub fn json(&self) -> Result<Value, Refusal> {
        parse(&self.body)
    }

    pub fn writer(&self) -> Writer {
        Writer {
            id: self.shared.authenticator.id().to_owned(),
            user_agent: self.user_agent.clone(),
            now: self.shared.store.now(),
        }
    }

    /// The address for this client's logs and metrics.
    pub fn ingest_url(&self) -> Result<String, RouteError> {
        let secret = self.shared.authenticator.ingest_secret();
        let secret = secret.ok_or_else(|| RouteError::InternalError("the system gives no random bytes".to_owned()))?;
        Ok(format!("{}{INGEST_PATH}{}", self.base_url, secret.reveal()))
    }

    pub async fn run(self, access: Access, work: impl FnOnce(&Self, &Store) -> Outcome + Send + 'static) -> Outcome {
        let shared = Arc::clone(&self.shared);
        shared.run(access, move |store| work(&self, store)).await
    }
}

/// The captured path segments and the query.
pub(super) async fn address(parts: &mut Parts) -> Result<(Vec<String>, Query), RouteError> {
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let segments = RawPathParams::from_request_parts(parts, &()).await;
    let segments = segments.map_err(|_| Refusal::new(400, "bad_request", "the path is not UTF-8"))?;
    let segments: Vec<String> = segments.iter().map(|(_, value)| value.to_owned()).collect();
    if segments.iter().any(String::is_empty) {
        return Err(no_route(parts.method.clone(), parts.uri.clone()).await);
    }
    Ok((segments, query))
}

/// A proxy in front of this server reports the scheme that it received.
pub(super) fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https")
}

fn base_url(parts: &Parts) -> String {
    let scheme = if is_https(&parts.headers) { "https" } else { "http" };
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = parts.uri.authority().map(Authority::as_str).or(host).unwrap_or("localhost");
    format!("{scheme}://{host}")
}

fn admit(shared: &Shared, headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return Err(Refusal::new(401, "unauthorized", "No access token was sent: put `Authorization: Bearer <token>`"));
    };
    let token = header.to_str().ok().and_then(bearer);
    if token.is_some_and(|token| shared.authenticator.accepts_token(token, Instant::now())) {
        Ok(())
    } else {
        Err(Refusal::new(401, "unauthorized", "The access token is not valid, or has expired"))
    }
}

fn user_agent(headers: &HeaderMap) -> Result<String, Refusal> {
    let Some(header) = headers.get(header::USER_AGENT) else { return Ok("unknown".to_owned()) };
    let text = std::str::from_utf8(header.as_bytes()).ok().filter(|text| !text.chars().any(char::is_control));
    match text {
        Some(text) if text.len() <= MAX_USER_AGENT => Ok(text.to_owned()),
        Some(_) => Err(bad_request(format!("The User-Agent is longer than {MAX_USER_AGENT} bytes"))),
        None => Err(bad_request("The User-Agent is not text".to_owned())),
    }
}

fn bad_request(message: String) -> Refusal {
    Refusal::new(400, "bad_request", message)
}

/// Parses the body as JSON.
pub(super) fn parse(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Err(bad_request("Body cannot be empty: it is to be a JSON object".to_owned()));
    }
    serde_json::from_slice(body).map_err(|error| bad_request(format!("Body is not valid JSON: {error}")))
}

/// The limits of a request body.
#[derive(Debug, Clone, Copy)]
pub(super) struct BodyLimits {
    pub bytes: usize,
    pub time: Duration,
    /// How long the client may send slowly; after that its average must be at least `rate` bytes per second.
    pub grace: Duration,
    pub rate: u64,
}

impl BodyLimits {
    /// Of a client that has shown a token or another secret.
    pub fn of_client(limits: &Limits) -> Self {
        Self { bytes: limits.body_bytes, time: limits.body_time, grace: limits.body_grace, rate: limits.body_rate }
    }
}

/// Reads the body within its limits. It is also refused if another client needs the slot.
pub(super) async fn read_body(
    headers: &HeaderMap,
    body: Body,
    limits: &BodyLimits,
    client: Option<&Client>,
) -> Result<Vec<u8>, Refusal> {
    let most = limits.bytes;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most.saturating_mul(MAX_DRAIN_FACTOR)) {
        return Err(too_large(most));
    }
    let read = read(body, announced.unwrap_or_default().min(most), limits, client);
    let evicted = async {
        match client {
            Some(client) => client.body_evicted().await,
            None => std::future::pending().await,
        }
    };
    let result = tokio::select! {
        read = read => read,
        () = evicted => Err(too_slow("other clients are waiting for this connection's place")),
    };
    client.into_iter().for_each(Client::end_body);
    result
}

async fn read(
    mut body: Body,
    expected: usize,
    limits: &BodyLimits,
    client: Option<&Client>,
) -> Result<Vec<u8>, Refusal> {
    let most = limits.bytes;
    let begun = tokio::time::Instant::now();
    let mut bytes = Vec::with_capacity(expected);
    let mut length = 0_usize;
    loop {
        let frame = poll_fn(|context| {
            let frame = Pin::new(&mut body).poll_frame(context);
            if frame.is_pending() {
                client.into_iter().for_each(Client::begin_body);
            }
            frame
        });
        let earned = Duration::from_secs(length as u64 / limits.rate.max(1));
        let until = begun + limits.time.min(limits.grace.saturating_add(earned));
        let data = match tokio::time::timeout_at(until, frame).await {
            Err(_) => return Err(too_slow("it did not arrive in time")),
            Ok(None) => break,
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Ok(Some(Err(_))) => return Err(bad_request("The body broke off".to_owned())),
        };
        length = length.saturating_add(data.len());
        if length > most.saturating_mul(MAX_DRAIN_FACTOR) {
            break;
        }
        if length <= most {
            bytes.extend_from_slice(&data);
        }
    }
    if length > most { Err(too_large(most)) } else { Ok(bytes) }
}

fn too_slow(why: &str) -> Refusal {
    Refusal::new(408, "timeout_error", format!("The request body was not read to its end: {why}"))
}

fn too_large(most: usize) -> Refusal {
    let limit =
        if most.is_multiple_of(1024 * 1024) { format!("{}MiB", most >> 20) } else { format!("{}KiB", most >> 10) };
    Refusal::new(413, "bad_request", format!("Request body is too large (limit is {limit})"))
}
