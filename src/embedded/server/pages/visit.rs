//! A request for a page: signed in with the client's id and secret, and answered with headers against other pages.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;

use super::markup::Markup;
use crate::embedded::server::access::basic;
use crate::embedded::server::answer::Answer;
use crate::embedded::server::connection::Client;
use crate::embedded::server::query::Query;
use crate::embedded::server::request::address;
use crate::embedded::server::shared::Shared;

/// No scripts, no frames, and no external resources.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"portolan\", charset=\"UTF-8\"");

/// A request for a page.
pub(super) struct Visit {
    pub shared: Arc<Shared>,
    segments: Vec<String>,
    pub query: Query,
}

impl Visit {
    pub fn segment(&self, at: usize) -> &str {
        self.segments.get(at).map_or("", String::as_str)
    }
}

impl FromRequest<Arc<Shared>> for Visit {
    type Rejection = Response<Body>;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Response<Body>> {
        let (mut parts, _) = request.into_parts();
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|header| basic(header.to_str().ok()?));
        if !given.is_some_and(|(user, password)| shared.authenticator.accepts_credentials(&user, &password)) {
            let mut page = Markup::page("Sign in");
            page.put("<h1>Sign in</h1>\n<p>The user is the client id, the password is the client secret.</p>\n");
            let mut response = Answer::page(StatusCode::UNAUTHORIZED, page.finish()).into_response();
            response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
            guard(&mut response);
            return Err(response);
        }
        parts.extensions.get::<Client>().into_iter().for_each(Client::authenticate);
        let (segments, query) = address(&mut parts).await.map_err(IntoResponse::into_response)?;
        Ok(Self { shared: Arc::clone(shared), segments, query })
    }
}

/// Protects the page from being embedded in others.
pub(super) fn guard(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
}
