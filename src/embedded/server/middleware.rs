//! Middleware around every route: checks the host, the URL length and the rate limit, and writes the log. Every answer
//! gets a trace id and the rate limit headers.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, Version, header};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::access::{INGEST_PATH, hexadecimal};
use super::answer::{InternalError, RouteError};
use super::config::LogLine;
use super::rate::Allowance;
use super::shared::Shared;
use crate::catalog::wire::Refusal;
use crate::domain::address::is_loopback;

/// All methods that any route supports.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");

#[derive(Clone)]
pub(super) struct Middleware {
    shared: Arc<Shared>,
    routes: TowerToHyperService<Router>,
}

impl Middleware {
    pub fn new(shared: Arc<Shared>, routes: Router) -> Self {
        Self { shared, routes: TowerToHyperService::new(routes) }
    }

    pub async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let started = Instant::now();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
        let trace = hexadecimal(self.shared.random, 16).unwrap_or_else(|| "0".repeat(32));
        let allowance = self.shared.limiter.take(started);
        let mut response = match self.refusal(&request, &allowance) {
            Some(refusal) => RouteError::from(refusal).into_response(),
            None => {
                if !self.shared.latency.is_zero() {
                    tokio::time::sleep(self.shared.latency).await;
                }
                let answered: Result<_, Infallible> = self.routes.call(request).await;
                let Ok(response) = answered;
                response
            }
        };
        announce(response.headers_mut(), &allowance, &trace);
        if method == Method::TRACE || method == Method::CONNECT {
            response.headers_mut().insert(header::ALLOW, METHODS);
        }
        if is_chunked {
            // RFC 9112 6.1: the request may also have had a Content-Length, which hyper drops; then the connection must
            // be closed.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let internal_error = response.extensions_mut().remove::<InternalError>().map(|InternalError(words)| words);
        let status = response.status().as_u16();
        let method = method.as_str().to_owned();
        let path = if path.starts_with(INGEST_PATH) { format!("{INGEST_PATH}***") } else { path };
        (self.shared.log)(&LogLine { method, path, status, time: started.elapsed(), trace, internal_error });
        response
    }

    fn refusal(&self, request: &Request<Incoming>, allowance: &Allowance) -> Option<Refusal> {
        if let Some(name) = malformed_header(request.version(), request.headers()) {
            let message = format!("The request must have exactly one {name} header");
            return Some(Refusal::new(400, "bad_request", message));
        }
        if request.method() == Method::TRACE || request.method() == Method::CONNECT {
            let message = format!("This server does not support {}", request.method());
            return Some(Refusal::new(405, "method_not_allowed", message));
        }
        if self.shared.is_loopback
            && let Some(host) = foreign_host(request.uri(), request.headers())
        {
            // DNS rebinding: a web page whose host name resolves to this machine could otherwise use the catalog
            // through a browser.
            let message = format!("This server answers to `localhost` and its address alone, not to \"{host}\"");
            return Some(Refusal::new(421, "misdirected_request", message));
        }
        if request.uri().to_string().len() > self.shared.limits.url_bytes {
            return Some(Refusal::new(414, "bad_request", "The URL is too long"));
        }
        allowance.refused.map(|seconds| {
            let message = format!("Too many requests: the limit is {}, wait {seconds} seconds", allowance.limit);
            Refusal::new(429, "too_many_requests", message)
        })
    }
}

/// The header that a proxy in front of this server may interpret differently: no `Host` or two, two `Authorization`.
fn malformed_header(version: Version, headers: &HeaderMap) -> Option<&'static str> {
    let hosts = headers.get_all(header::HOST).iter().count();
    if hosts > 1 || hosts == 0 && version == Version::HTTP_11 {
        return Some("Host");
    }
    (headers.get_all(header::AUTHORIZATION).iter().count() > 1).then_some("Authorization")
}

/// The requested host, unless it is loopback. Ports are ignored, because a proxy has its own.
fn foreign_host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let named = |text: &str| {
        let host = match text.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => text.rsplit_once(':').map_or(text, |(host, _)| host),
        };
        (!is_loopback(host)).then(|| host.chars().take(100).collect())
    };
    if let Some(authority) = uri.authority() {
        return named(authority.as_str());
    }
    match headers.get(header::HOST).map(HeaderValue::to_str) {
        Some(Ok(host)) => named(host),
        Some(Err(_)) => Some(String::new()),
        None => None,
    }
}

fn announce(headers: &mut HeaderMap, allowance: &Allowance, trace: &str) {
    let number = |value: &dyn ToString| HeaderValue::from_str(&value.to_string()).ok();
    let told = [
        ("x-trace-id", HeaderValue::from_str(trace).ok()),
        ("x-ratelimit-period", number(&allowance.period)),
        ("x-ratelimit-limit", number(&allowance.limit)),
        ("x-ratelimit-remaining", number(&allowance.remaining)),
        ("x-ratelimit-reset", number(&allowance.reset)),
        ("retry-after", allowance.refused.and_then(|seconds| number(&seconds))),
        ("x-content-type-options", Some(HeaderValue::from_static("nosniff"))),
        ("cache-control", Some(HeaderValue::from_static("no-store"))),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// The platform gives the same answer for an unknown route and an unsupported method.
pub(super) async fn no_route(method: Method, uri: Uri) -> RouteError {
    Refusal::new(404, "not_found", format!("Route {method}:{} not found", uri.path())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(host: &str) -> bool {
        let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_str(host).expect("a header"))]);
        foreign_host(&Uri::from_static("/v1"), &headers).is_some()
    }

    #[test]
    fn only_loopback_is_meant() {
        for ours in ["localhost", "LocalHost:80", "127.0.0.1:4711", "127.1.2.3", "[::1]:80", "[::1]"] {
            assert!(!foreign(ours), "{ours}");
        }
        for theirs in [
            "evil.example",
            "evil.example:80",
            "localhost.evil.example",
            "10.0.0.1:80",
            "",
            "[::2]:1",
            "127.0.0.1.evil.example",
        ] {
            assert!(foreign(theirs), "{theirs}");
        }
        assert!(foreign_host(&Uri::from_static("http://evil.example/v1"), &HeaderMap::new()).is_some());
        assert!(foreign_host(&Uri::from_static("/v1"), &HeaderMap::new()).is_none());
    }
}
